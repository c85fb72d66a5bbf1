from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desk.source import Cursor
from spiders.feed import Entry
from spiders.list_page import Listing, ListRules
from spiders.outcomes import PageOutcome
from spiders.progress import (
    LONGEST_SILENCE,
    MOST_REMEMBERED,
    MOST_TRIES,
    SLOWEST,
    Progress,
    Round,
    progress_of,
    retry_at,
)
from spiders.sources import Source, SourceKind
from tests.build import HOUR, MINUTE, NOON, SECOND

SCHEDULE = 5 * MINUTE
ENTRIES = [Entry(address=f"https://yunzhou.example/{number}") for number in range(3)]


def a_source() -> Source:
    return Source(
        key="daily",
        kind=SourceKind.FEED,
        address="https://yunzhou.example/rss.xml",
        lawful_basis="公开新闻",
        schedule=SCHEDULE,
        delay=SECOND,
        hosts=("yunzhou.example",),
    )


def a_round(cursor: Cursor | None = None) -> Round:
    cursor = cursor or Cursor(source="daily")
    return Round(source=a_source(), cursor=cursor, progress=progress_of(cursor))


def after(outcome: PageOutcome, times: int) -> Cursor:
    cursor = Cursor(source="daily")
    for _ in range(times):
        begun = a_round(cursor)
        begun.stop(outcome)
        cursor = begun.finished(NOON)
    return cursor


def test_a_source_that_was_read_is_due_after_its_schedule() -> None:
    cursor = a_round().finished(NOON)

    assert (cursor.last_seen_at, cursor.next_poll_at) == (NOON, NOON + SCHEDULE)


@pytest.mark.parametrize(
    ("failures", "pause"), [(1, 2 * SCHEDULE), (2, 4 * SCHEDULE), (3, 8 * SCHEDULE), (40, SLOWEST)]
)
def test_trouble_slows_a_source_down_twofold_each_time_up_to_a_bound(failures: int, pause: timedelta) -> None:
    cursor = after(PageOutcome.HTTP_ERROR, failures)

    assert cursor.next_poll_at == NOON + pause
    assert cursor.last_seen_at is None


def test_one_success_ends_the_slowing_down() -> None:
    cursor = a_round(after(PageOutcome.UNREACHABLE, 5)).finished(NOON)

    assert cursor.next_poll_at == NOON + SCHEDULE


@pytest.mark.parametrize("asked", [SECOND, HOUR, 12 * HOUR])
def test_the_next_question_is_never_before_what_the_host_asked_for(asked: timedelta) -> None:
    begun = a_round()
    begun.stop(PageOutcome.THROTTLED, NOON + asked)

    assert begun.finished(NOON).next_poll_at == max(NOON + asked, NOON + 2 * SCHEDULE)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("soon", None),
        ("-5", None),
        ("120", NOON + 120 * SECOND),
        ("Wed, 03 Jun 2026 13:00:00 GMT", NOON + HOUR),
        ("Wed, 03 Jun 2020 13:00:00 GMT", NOON),
        ("9" * 40, NOON + LONGEST_SILENCE),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header: str | None, expected: datetime | None) -> None:
    assert retry_at(header, NOON) == expected


def test_an_article_that_may_come_yet_is_tried_a_few_times_and_no_more() -> None:
    progress = Progress()

    for _ in range(MOST_TRIES - 1):
        progress.note(ENTRIES[0], PageOutcome.TIMED_OUT)
        assert progress.new(ENTRIES) == ENTRIES
    progress.note(ENTRIES[0], PageOutcome.TIMED_OUT)

    assert progress.new(ENTRIES) == ENTRIES[1:]


@pytest.mark.parametrize("outcome", [PageOutcome.THROTTLED, PageOutcome.INTERRUPTED])
def test_an_article_the_host_put_off_is_never_given_up(outcome: PageOutcome) -> None:
    progress = Progress()

    for _ in range(10 * MOST_TRIES):
        progress.note(ENTRIES[0], outcome)

    assert progress.new(ENTRIES) == ENTRIES


def test_the_list_is_asked_for_unconditionally_until_all_of_it_is_dealt_with() -> None:
    begun = a_round()
    begun.read(Listing(entries=ENTRIES), 10)
    begun.etag, begun.modified = '"v1"', "Wed, 03 Jun 2026 12:00:00 GMT"
    for entry in ENTRIES[:2]:
        begun.progress.note(entry, PageOutcome.DELIVERED)

    unfinished = begun.standing()
    begun.progress.note(ENTRIES[2], PageOutcome.NO_TIME)
    finished = begun.finished(NOON)

    assert (unfinished.etag, progress_of(unfinished).modified) == (None, None)
    assert (finished.etag, progress_of(finished).modified) == ('"v1"', "Wed, 03 Jun 2026 12:00:00 GMT")


def test_what_is_over_the_bound_waits_for_the_next_round_in_order() -> None:
    begun = a_round()

    begun.read(Listing(entries=ENTRIES), 2)

    assert begun.waiting[::-1] == ENTRIES[:2]
    assert begun.finished(NOON).etag is None


def test_memory_is_bounded_and_keeps_what_the_list_still_names() -> None:
    progress = Progress()
    old = [Entry(address=f"https://yunzhou.example/old/{number}") for number in range(MOST_REMEMBERED + 50)]
    for entry in [*ENTRIES, *old]:
        progress.note(entry, PageOutcome.DELIVERED)

    progress.forget_but(ENTRIES)

    assert len(progress.seen) == MOST_REMEMBERED
    assert progress.new([*ENTRIES, old[-1]]) == []


def test_a_position_that_cannot_be_read_starts_afresh() -> None:
    assert progress_of(Cursor(source="daily", position="{broken")) == Progress()


def paged(*, slowest: timedelta = timedelta(), progress: Progress | None = None) -> Round:
    begun = a_round()
    source = replace(begun.source, rows=ListRules(pages=3), slowest=slowest)
    return replace(begun, source=source, progress=progress or Progress())


def test_the_next_page_is_read_while_something_new_stands_on_this_one() -> None:
    begun = paged()

    begun.read(Listing(entries=ENTRIES[:1], more=("/2",)), 10)
    after_new = begun.lists.pop()
    begun.progress.note(ENTRIES[0], PageOutcome.DELIVERED)
    begun.read(Listing(entries=ENTRIES[:1], more=("/3",)), 10)

    assert (after_new, begun.lists) == ("/2", [])
    assert begun.waiting == ENTRIES[:1]


def test_no_more_pages_are_read_than_the_source_allows() -> None:
    begun = paged()

    for number in range(3):
        begun.lists.clear()
        begun.read(Listing(entries=[ENTRIES[number]], more=(f"/{number}",)), 10)

    assert begun.lists == []


def test_after_a_round_that_left_something_every_page_is_read_again() -> None:
    first = paged()
    first.read(Listing(entries=ENTRIES[:1], more=("/2",)), 10)
    first.progress.note(ENTRIES[0], PageOutcome.DELIVERED)
    left = progress_of(first.standing())

    again = paged(progress=left)
    again.read(Listing(entries=ENTRIES[:1], more=("/2",)), 10)

    assert left.open
    assert again.lists == ["/2"]


def test_a_quiet_source_is_asked_more_seldom_down_to_its_slowest_and_at_once_when_it_wakes() -> None:
    slowest, progress, pauses = timedelta(minutes=15), Progress(), []
    for _ in range(12):
        begun = paged(slowest=slowest, progress=progress)
        begun.read(Listing(entries=[]), 10)
        pauses.append(begun.finished(NOON).next_poll_at)
    woken = paged(slowest=slowest, progress=progress)
    woken.read(Listing(entries=ENTRIES), 10)

    assert pauses == sorted(pauses, key=lambda at: at or NOON)
    assert (pauses[0], pauses[-1]) == (NOON + woken.source.schedule, NOON + slowest)
    assert woken.finished(NOON).next_poll_at == NOON + woken.source.schedule
