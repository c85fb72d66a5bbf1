"""The bus in a file: what is flushed outlives the process, a refused write keeps all, what is done is trimmed."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from backends.bus_local import LocalBus
from backends.clock import ManualClock
from backends.heartbeat import PATIENCE, Pace
from desk.errors import BusError
from desk.travel import DEAD, POSTS, Outgoing
from tests.build import NOON
from tests.buses import AT_ONCE, poll, publish

MANY = 12_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bus.db"


@pytest.fixture
def bus(path: Path) -> Iterator[LocalBus]:
    bus = opened(path)
    yield bus
    bus.close()


def opened(path: Path, *, patience: timedelta = PATIENCE) -> LocalBus:
    clock = ManualClock(NOON)
    return LocalBus(path, pace=Pace(clock=clock, monotonic=clock.elapsed, patience=patience))


def read_all(bus: LocalBus, topic: str = POSTS, group: str = "reader of the test") -> list[bytes]:
    with bus.subscribe(topic, group=group) as reader:
        return poll(reader)


def test_flushed_records_and_commits_outlive_the_bus(path: Path) -> None:
    bus = opened(path)
    publish(bus, b"1", b"2")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader, limit=1)
        reader.commit()
    bus.publish([Outgoing(topic=POSTS, key="k", value=b"never flushed")])
    bus.close()

    again = opened(path)

    assert read_all(again, group="screen") == [b"2"]
    again.close()


def test_flushed_records_are_seen_by_others_at_once(path: Path, bus: LocalBus) -> None:
    other = opened(path)

    publish(bus, b"1")

    assert read_all(other) == [b"1"]
    other.close()


def test_every_flush_is_synced_to_the_disk(bus: LocalBus) -> None:
    (level,) = bus._connection.execute("pragma synchronous").fetchone()

    assert level == 2


def test_closing_the_bus_frees_the_seats_of_its_subscribers(path: Path, bus: LocalBus) -> None:
    publish(bus, b"1")
    other = opened(path)
    other.subscribe(POSTS, group="screen")

    other.close()

    assert read_all(bus, group="screen") == [b"1"]


def test_reader_learns_of_an_impatient_successor_though_its_own_beat_is_not_due(path: Path, bus: LocalBus) -> None:
    publish(bus, b"1")
    impatient = opened(path, patience=AT_ONCE)
    with bus.subscribe(POSTS, group="screen") as reader, impatient.subscribe(POSTS, group="screen") as successor:
        taken_over = poll(successor)

        with pytest.raises(BusError, match="taken over"):
            poll(reader)

    assert taken_over == [b"1"]
    impatient.close()


@pytest.mark.parametrize("round_", range(10))
def test_free_seat_goes_to_one_of_those_who_reach_for_it_together(path: Path, round_: int, bus: LocalBus) -> None:
    publish(bus, b"1")
    together = Barrier(4)

    def reach() -> list[bytes]:
        mine = opened(path)
        together.wait()
        polled = poll(mine.subscribe(POSTS, group="screen"))
        together.wait()
        mine.close()
        return polled

    with ThreadPoolExecutor(4) as pool:
        reached = [future.result() for future in [pool.submit(reach) for _ in range(4)]]

    assert sorted(reached) == [[], [], [], [b"1"]]


def test_full_disk_refuses_the_flush_and_keeps_the_records_for_the_next(bus: LocalBus) -> None:
    publish(bus, b"before")
    (pages,) = bus._connection.execute("pragma page_count").fetchone()
    bus._connection.execute(f"pragma max_page_count = {pages}")
    bus.publish([Outgoing(topic=POSTS, key="k", value=value) for value in (b"x" * 100_000, b"last")])

    with pytest.raises(BusError, match=r"cannot write .*bus\.db: database or disk is full"):
        bus.flush()
    meanwhile = read_all(bus)
    bus._connection.execute("pragma max_page_count = 100000")
    bus.flush()

    assert meanwhile == [b"before"]
    assert read_all(bus) == [b"before", b"x" * 100_000, b"last"]


def test_bus_that_cannot_be_written_refuses_a_commit_and_marks_nothing(bus: LocalBus) -> None:
    publish(bus, b"1")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader)
        bus._connection.execute("pragma query_only = on")

        with pytest.raises(BusError, match="cannot write"):
            reader.commit()

        assert reader.lag() == 1
        bus._connection.execute("pragma query_only = off")
        reader.commit()
        assert reader.lag() == 0


def test_bus_held_by_another_writer_for_too_long_refuses_the_flush_and_keeps_the_records(
    path: Path, bus: LocalBus
) -> None:
    hog = sqlite3.connect(path, isolation_level=None)
    hog.execute("begin immediate")
    bus._connection.execute("pragma busy_timeout = 30")
    bus.publish([Outgoing(topic=POSTS, key="k", value=b"1")])

    with pytest.raises(BusError, match=r"cannot write .*bus\.db: database is locked"):
        bus.flush()
    hog.close()
    bus.flush()

    assert read_all(bus) == [b"1"]
    assert bus._connection.execute("pragma busy_timeout").fetchone() == (30,)


def test_trim_deletes_what_every_group_has_committed(bus: LocalBus) -> None:
    publish(bus, b"1", b"2", b"3")
    publish(bus, b"dead", topic=DEAD)
    with bus.subscribe(POSTS, group="screen") as fast, bus.subscribe(POSTS, group="count") as slow:
        poll(fast)
        fast.commit()
        poll(slow, limit=2)
        slow.commit()

    trimmed = bus.trim(POSTS)

    assert trimmed == 2
    assert read_all(bus) == [b"3"]
    assert read_all(bus, DEAD) == [b"dead"]


def test_trim_keeps_a_topic_that_nobody_has_read(bus: LocalBus) -> None:
    publish(bus, b"dead", topic=DEAD)

    assert bus.trim(DEAD) == 0
    assert read_all(bus, DEAD) == [b"dead"]


def test_trim_takes_many_records_slice_by_slice(bus: LocalBus) -> None:
    publish(bus, *[b"x"] * MANY)
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader)
        reader.commit()

    assert bus.trim(POSTS) == MANY
    assert bus.trim(POSTS) == 0


def test_records_after_a_trim_are_neither_lost_nor_counted_twice(path: Path, bus: LocalBus) -> None:
    publish(bus, b"1", b"2")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader)
        reader.commit()
    bus.trim(POSTS)
    again = opened(path)

    publish(again, b"3")

    with again.subscribe(POSTS, group="screen") as reader:
        assert reader.lag() == 1
        assert poll(reader) == [b"3"]
    again.close()


def test_the_seat_of_a_reader_known_to_be_dead_is_free_at_once(path: Path, bus: LocalBus) -> None:
    publish(bus, b"1")
    poll(bus.subscribe(POSTS, group="screen"))
    later = opened(path)

    later.vacate(POSTS, group="screen")

    with later.subscribe(POSTS, group="screen") as reader:
        assert poll(reader) == [b"1"]
    later.close()


def test_a_reader_that_was_wrongly_taken_for_dead_marks_nothing_as_done(path: Path, bus: LocalBus) -> None:
    publish(bus, b"1")
    alive = bus.subscribe(POSTS, group="screen")
    poll(alive)
    later = opened(path)
    later.vacate(POSTS, group="screen")
    taken = later.subscribe(POSTS, group="screen")

    with pytest.raises(BusError):
        alive.commit()

    assert poll(taken) == [b"1"]
    later.close()
