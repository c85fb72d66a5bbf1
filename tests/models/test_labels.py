from pathlib import Path

import pytest

from models.events import event_words
from models.labels import KIND_OF_TYPE, read_lessons, read_titles, safe_negatives
from tests.models.lessons import CHATTER


def test_lessons_are_read_from_the_published_form(small_archives: Path) -> None:
    lessons = read_lessons(small_archives)

    assert sum(each.whole_day for each in lessons.labelled) == 39
    assert sorted(lessons.negatives) == sorted(CHATTER)


def test_a_title_keeps_the_first_day_it_was_seen(small_archives: Path) -> None:
    titles = read_titles(small_archives)

    assert titles["云州晚霞刷屏了第0条"].isoformat() == "2030-01-01"
    assert titles["云州晚霞刷屏了第39条"].isoformat() == "2030-02-09"


def test_an_archive_that_is_not_there_gives_no_negatives(small_archives: Path) -> None:
    assert safe_negatives(small_archives, "reviews") == []


@pytest.mark.archive
def test_no_negative_from_the_news_has_a_listed_word(archives: Path) -> None:
    texts = safe_negatives(archives, "xinwenlianbo_titles")

    assert len(texts) > 10_000
    assert not any(event_words().read(text).words for text in texts[:2_000])


@pytest.mark.archive
def test_every_published_type_is_mapped_or_left_out_on_purpose(archives: Path) -> None:
    types = {each.type for each in read_lessons(archives).labelled if each.type}

    assert types - set(KIND_OF_TYPE) == {"missing", "other", "unknown"}
