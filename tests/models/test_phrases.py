import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import BadSettings
from models.phrases import PhraseFinder

A_PHRASE = st.text(alphabet="云州江口", min_size=2, max_size=5)


def test_every_phrase_is_found_at_every_place_longest_first() -> None:
    finder = PhraseFinder(["云州", "云州市", "州市"])

    assert list(finder.find("云州市云州")) == [(0, "云州市"), (0, "云州"), (1, "州市"), (3, "云州")]


def test_a_phrase_of_one_character_is_refused() -> None:
    with pytest.raises(BadSettings, match="shorter than 2"):
        PhraseFinder(["云州", "州"])


@given(st.sets(A_PHRASE, max_size=8), st.text(alphabet="云州江口区", max_size=30))
def test_it_finds_what_looking_everywhere_finds(phrases: set[str], text: str) -> None:
    everywhere = {(start, each) for each in phrases for start in range(len(text)) if text.startswith(each, start)}

    assert set(PhraseFinder(phrases).find(text)) == everywhere
    assert PhraseFinder(phrases).found(text) == {each for each in phrases if each in text}
