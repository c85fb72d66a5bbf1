"""Shortening a notice: never longer than told, never more cut than needed, never at its link."""

from hypothesis import given
from hypothesis import strategies as st

from backends.notify_text import mark_of, shortened

LINK = "编号云州-2026-0042，查看并认领：https://board.yunzhou.example/incidents/42/acknowledge"


@given(text=st.text(max_size=300), largest=st.integers(100, 400))
def test_a_shortened_text_fits_and_ends_with_its_link(text: str, largest: int) -> None:
    cut = shortened(f"{text}。{LINK}", largest, len)

    assert len(cut) <= largest
    assert cut.endswith(LINK)


def test_what_just_fits_stays_whole_and_one_more_is_cut() -> None:
    text = "桥" * 50 + "。" + LINK

    whole, cut = shortened(text, len(text), len), shortened(text, len(text) - 1, len)

    assert (whole, cut) == (text, "桥" * 49 + "…" + LINK)


def test_without_a_link_the_end_is_cut() -> None:
    assert shortened("桥" * 50, 10, len) == "桥" * 9 + "…"


def test_a_mark_is_of_the_key_alone() -> None:
    assert mark_of("i-1·-·1·值班员·1") == mark_of("i-1·-·1·值班员·1")
    assert mark_of("i-1·-·1·值班员·1") != mark_of("i-1·-·1·值班员·2")
