from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from desk.coverage import LEAST, NEVER_SEEN, SILENCE, Coverage, Group, Tally, coverage, guarded
from desk.post import Outcome
from desk.source import CoverageGap, Cursor
from tests.build import DAY, HOUR, NOON, SECOND

SINCE, UNTIL = NOON, NOON + 7 * DAY


def a_gap(since: datetime, until: datetime | None, source: str = "forum") -> CoverageGap:
    return CoverageGap(source=source, since=since, until=until, reason="unreachable")


def a_cursor(source: str = "forum", **times: datetime | None) -> Cursor:
    seen = times.get("last_seen_at", UNTIL)
    return Cursor(source=source, last_seen_at=seen, next_poll_at=times.get("next_poll_at"))


def covered(
    *gaps: CoverageGap, cursors: tuple[Cursor, ...] = (a_cursor(),), tallies: tuple[Tally, ...] = ()
) -> Coverage:
    return coverage(SINCE, UNTIL, tallies, cursors, gaps)


def test_a_source_without_a_gap_was_watched_the_whole_week() -> None:
    assert covered().watched == covered().owed == 168 * HOUR


def test_a_gap_is_cut_to_the_week_on_both_sides() -> None:
    found = covered(a_gap(SINCE - DAY, SINCE + HOUR), a_gap(UNTIL - 2 * HOUR, UNTIL + DAY))

    assert found.owed - found.watched == 3 * HOUR
    assert [(gap.since, gap.until) for gap in found.gaps] == [(SINCE, SINCE + HOUR), (UNTIL - 2 * HOUR, UNTIL)]


def test_a_gap_that_ends_as_the_week_begins_or_begins_as_it_ends_is_not_of_this_week() -> None:
    assert covered(a_gap(SINCE - DAY, SINCE), a_gap(UNTIL, None)).gaps == ()


def test_gaps_that_overlap_are_missed_once() -> None:
    found = covered(
        a_gap(SINCE, SINCE + 3 * HOUR), a_gap(SINCE + HOUR, SINCE + 2 * HOUR), a_gap(SINCE + 2 * HOUR, SINCE + 4 * HOUR)
    )

    assert found.owed - found.watched == 4 * HOUR


def test_a_gap_that_lasts_reaches_to_the_end() -> None:
    assert covered(a_gap(UNTIL - DAY, None)).watched == 144 * HOUR


def test_a_source_never_seen_was_not_watched_and_counts_in_the_denominator() -> None:
    found = covered(cursors=(a_cursor(last_seen_at=None),))

    assert (found.owed, found.watched) == (168 * HOUR, timedelta())
    assert [gap.reason for gap in found.gaps] == [NEVER_SEEN]


def test_a_source_that_was_due_and_not_asked_again_is_a_gap_from_then_on() -> None:
    silent = a_cursor(last_seen_at=UNTIL - DAY, next_poll_at=UNTIL - 20 * HOUR)

    found = covered(cursors=(silent,))

    assert [(gap.since, gap.reason) for gap in found.gaps] == [(UNTIL - 20 * HOUR, SILENCE)]


def test_a_source_within_an_hour_of_its_next_poll_still_counts_as_watched() -> None:
    in_time = a_cursor(last_seen_at=UNTIL - DAY, next_poll_at=UNTIL - HOUR)
    too_long = a_cursor(last_seen_at=UNTIL - DAY, next_poll_at=UNTIL - HOUR - SECOND)

    assert covered(cursors=(in_time,)).gaps == ()
    assert len(covered(cursors=(too_long,)).gaps) == 1


def test_of_a_source_without_a_cursor_no_hours_are_claimed() -> None:
    [source] = covered(cursors=(), tallies=(Tally(source="archive", outcome=Outcome.ORDINARY, posts=9),)).sources

    assert (source.posts, source.watched) == (9, None)


def test_posts_are_the_sum_of_what_each_source_gave() -> None:
    tallies = (
        Tally(source="forum", outcome=Outcome.ORDINARY, posts=7),
        Tally(source="forum", outcome=Outcome.OPENED, posts=2),
        Tally(source="news", outcome=Outcome.UNPLACED, posts=6),
    )

    found = covered(tallies=tallies)

    assert found.posts == sum(source.posts for source in found.sources) == 15
    assert found.ended(Outcome.OPENED, Outcome.UNPLACED) == 8


def test_small_groups_are_joined_with_the_next_larger_so_that_none_follows_from_the_total() -> None:
    assert guarded({"a": 90, "b": 8, "c": 3, "d": 0}) == (
        Group(names=("a",), posts=90),
        Group(names=("b", "c"), posts=11),
        Group(names=("d",), posts=0),
    )


def test_a_group_of_just_five_stands_alone_and_one_of_four_does_not() -> None:
    assert guarded({"a": 5, "b": 6}) == (Group(names=("b",), posts=6), Group(names=("a",), posts=5))
    assert guarded({"a": 4, "b": 6}) == (Group(names=("a", "b"), posts=10),)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 40)))
def test_no_group_of_a_breakdown_is_too_small_unless_there_is_nothing_else(counts: dict[str, int]) -> None:
    groups = guarded(counts)

    some = [group for group in groups if group.posts]
    assert all(group.posts >= LEAST for group in some) or len(some) == 1
    assert sum(group.posts for group in groups) == sum(counts.values())
    assert sorted(name for group in groups for name in group.names) == sorted(counts)
