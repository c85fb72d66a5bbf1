"""The first row that is not as it was signed, and what is wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.dossier_check import Wrong, first_wrong

SIGNED = ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        ("abcd", None),
        ("abXd", (3, Wrong.ALTERED)),
        ("Xbcd", (1, Wrong.ALTERED)),
        ("acd", (2, Wrong.MISSING)),
        ("abc", (4, Wrong.MISSING)),
        ("", (1, Wrong.MISSING)),
        ("acbd", (2, Wrong.MOVED)),
        ("dbca", (1, Wrong.MOVED)),
        ("abXcd", (3, Wrong.ADDED)),
        ("abbcd", (3, Wrong.ADDED)),
        ("abcdX", (5, Wrong.ADDED)),
    ],
)
def test_first_wrong_row_is_named(found: str, wrong: tuple[int, Wrong] | None) -> None:
    assert first_wrong(SIGNED, list(found)) == wrong


@given(signed=st.lists(st.integers(0, 5).map(str)), found=st.lists(st.integers(0, 5).map(str)))
def test_whatever_differs_is_found_at_its_first_place(signed: list[str], found: list[str]) -> None:
    wrong = first_wrong(signed, found)

    assert (wrong is None) == (signed == found)
    assert wrong is None or signed[: wrong[0] - 1] == found[: wrong[0] - 1]
