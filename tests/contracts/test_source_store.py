"""What every source store promises (`desk.ports.SourceStore`)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backends.database import Database
from backends.sources_memory import MemorySourceStore
from backends.sources_sql import SqlSourceStore
from desk.ports import SourceStore
from desk.source import CoverageGap, Cursor
from tests.build import HOUR, MINUTE, NOON
from tests.build_incidents import MICROSECOND
from tests.incident_stores import KINDS, an_empty_database

FORUM = Cursor(source="yunzhou-forum", position="41822", etag='"a1"', last_seen_at=NOON, next_poll_at=NOON + MINUTE)

CLOSED = CoverageGap(source="a", since=NOON, until=NOON + HOUR, reason="超时")
LASTING = replace(CLOSED, until=None)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SourceStore]:
    store = open_sources(request.param, tmp_path)
    yield store
    store.close()


def open_sources(kind: str, folder: Path) -> SourceStore:
    return MemorySourceStore() if kind == "memory" else SqlSourceStore(Database(an_empty_database(kind, folder)))


def test_source_never_seen_has_a_fresh_cursor(store: SourceStore) -> None:
    assert store.cursor("yunzhou-forum") == Cursor(source="yunzhou-forum")
    assert store.cursors() == []


def test_cursor_is_kept_whole_and_replaced_whole(store: SourceStore) -> None:
    store.save_cursor(FORUM)
    first = store.cursor("yunzhou-forum")

    store.save_cursor(Cursor(source="yunzhou-forum", position="41900"))

    assert first == FORUM
    assert store.cursor("yunzhou-forum") == Cursor(source="yunzhou-forum", position="41900")


def test_cursors_come_by_source(store: SourceStore) -> None:
    store.save_cursor(FORUM)
    store.save_cursor(Cursor(source="yunzhou-12345"))

    assert [cursor.source for cursor in store.cursors()] == ["yunzhou-12345", "yunzhou-forum"]


def test_gap_lasts_until_the_source_is_seen_again(store: SourceStore) -> None:
    store.open_gap("a", NOON, "超时")
    lasting = store.gaps(NOON, NOON + HOUR)

    store.close_gap("a", NOON + HOUR)

    assert lasting == [LASTING]
    assert store.gaps(NOON, NOON + HOUR) == [CLOSED]


def test_open_gap_is_not_opened_twice(store: SourceStore) -> None:
    store.open_gap("a", NOON, "超时")

    store.open_gap("a", NOON + MINUTE, "禁止访问")

    assert store.gaps(NOON, NOON + HOUR) == [LASTING]


def test_closing_without_an_open_gap_has_no_effect(store: SourceStore) -> None:
    store.open_gap("a", NOON, "超时")
    store.close_gap("a", NOON + HOUR)

    store.close_gap("a", NOON + 2 * HOUR)
    store.close_gap("b", NOON)

    assert store.gaps(NOON, NOON + 9 * HOUR) == [CLOSED]


def test_source_can_be_lost_again(store: SourceStore) -> None:
    store.open_gap("a", NOON, "超时")
    store.close_gap("a", NOON + HOUR)

    store.open_gap("a", NOON + 2 * HOUR, "禁止访问")

    again = CoverageGap(source="a", since=NOON + 2 * HOUR, until=None, reason="禁止访问")
    assert store.gaps(NOON, NOON + 9 * HOUR) == [CLOSED, again]


def test_gap_touches_a_period_it_shares_a_moment_with(store: SourceStore) -> None:
    store.open_gap("a", NOON, "超时")
    store.close_gap("a", NOON + HOUR)

    inside = [store.gaps(NOON - HOUR, NOON + MICROSECOND), store.gaps(NOON + HOUR - MICROSECOND, NOON + 9 * HOUR)]
    outside = [store.gaps(NOON - HOUR, NOON), store.gaps(NOON + HOUR, NOON + 9 * HOUR)]

    assert inside == [[CLOSED], [CLOSED]]
    assert outside == [[], []]


def test_gap_that_lasts_touches_every_later_period(store: SourceStore) -> None:
    store.open_gap("a", NOON, "超时")

    assert store.gaps(NOON + 1_000 * HOUR, NOON + 1_001 * HOUR) == [LASTING]
    assert store.gaps(NOON - HOUR, NOON) == []


def test_gaps_come_by_start_then_source(store: SourceStore) -> None:
    for source, since in (("c", NOON), ("b", NOON), ("a", NOON + MINUTE)):
        store.open_gap(source, since, "超时")

    assert [gap.source for gap in store.gaps(NOON, NOON + HOUR)] == ["b", "c", "a"]
