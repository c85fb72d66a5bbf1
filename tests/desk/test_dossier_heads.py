"""Heads as they leave the office and come back in a text file."""

from datetime import date

import pytest

from desk.caselog import Head
from desk.dossier_heads import SentHead, head_line, read_heads

HASH = "0a1b" * 16
DAY = date(2026, 11, 23)


def test_a_head_comes_back_from_the_line_it_left_in() -> None:
    line = head_line(DAY, Head(seq=51, hash=HASH))

    assert line == f"2026-11-23 51 {HASH}"
    assert read_heads(line) == (SentHead(day=DAY, seq=51, hash=HASH),)


@pytest.mark.parametrize("written", ["{} 51 {}", "  {}\t51   {}  ", "{}, 51, {}", "{}，51，{}", "\n{} 51 {}\n\n"])
def test_heads_are_read_as_people_copy_them(written: str) -> None:
    assert read_heads(written.format("2026-11-23", HASH)) == (SentHead(day=DAY, seq=51, hash=HASH),)


@pytest.mark.parametrize("line", [f"51 {HASH}", f"2026-11-23 0 {HASH}", f"2026-11-23 51 {HASH[:-1]}", "head"])
def test_a_line_that_is_no_head_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 2 is no head"):
        read_heads(f"2026-11-23 51 {HASH}\n{line}")


def test_a_day_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match="line 1 has no such day: 2026-02-30"):
        read_heads(f"2026-02-30 51 {HASH}")


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_file_without_a_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no head in it"):
        read_heads(text)
