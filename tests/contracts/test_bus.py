"""What every bus promises about records: in order, durable once flushed, at least once per group."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.clock import ManualClock
from desk.errors import BusError
from desk.ports import Bus
from desk.travel import DEAD, POSTS, Outgoing, Record
from tests.build import HOUR, NOON, SECOND
from tests.buses import AT_ONCE, HAND_KINDS, KINDS, open_bus, poll, publish


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(params=KINDS)
def bus(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[Bus]:
    bus = open_bus(request.param, tmp_path, clock)
    yield bus
    bus.close()


def test_records_come_in_the_order_they_were_published(bus: Bus) -> None:
    publish(bus, b"1", b"2")
    publish(bus, b"3")

    with bus.subscribe(POSTS, group="screen") as reader:
        assert poll(reader) == [b"1", b"2", b"3"]


def test_record_comes_as_it_was_published(bus: Bus) -> None:
    bus.publish([Outgoing(topic=POSTS, key="键", value=b"\x00\xff"), Outgoing(topic=POSTS, key="", value=b"")])
    bus.flush()

    with bus.subscribe(POSTS, group="screen") as reader:
        first, second = reader.poll(limit=10, timeout=AT_ONCE)

    assert first == Record(topic=POSTS, partition=0, offset=first.offset, key="键", value=b"\x00\xff")
    assert second == Record(topic=POSTS, partition=0, offset=second.offset, key="", value=b"")
    assert second.offset > first.offset


def test_published_twice_is_there_twice(bus: Bus) -> None:
    publish(bus, b"1")
    publish(bus, b"1")

    with bus.subscribe(POSTS, group="screen") as reader:
        assert poll(reader) == [b"1", b"1"]


def test_nothing_is_read_before_flush(bus: Bus) -> None:
    with bus.subscribe(POSTS, group="screen") as reader:
        bus.publish([Outgoing(topic=POSTS, key="k", value=b"1")])
        before = poll(reader)
        bus.flush()
        bus.flush()

        assert before == []
        assert poll(reader) == [b"1"]


def test_poll_gives_at_most_the_limit_and_goes_on_behind_it(bus: Bus) -> None:
    publish(bus, b"1", b"2", b"3")

    with bus.subscribe(POSTS, group="screen") as reader:
        assert poll(reader, limit=2) == [b"1", b"2"]
        assert poll(reader, limit=2) == [b"3"]
        assert poll(reader, limit=2) == []


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
def test_empty_poll_comes_back_once_its_timeout_has_passed(bus: Bus, clock: ManualClock) -> None:
    with bus.subscribe(POSTS, group="screen") as reader:
        assert reader.poll(limit=10, timeout=2 * SECOND) == []

    assert clock.now() == NOON + 2 * SECOND


def test_poll_with_records_does_not_wait(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1")

    with bus.subscribe(POSTS, group="screen") as reader:
        reader.poll(limit=10, timeout=HOUR)

    assert clock.now() == NOON


def test_topics_do_not_mix(bus: Bus) -> None:
    publish(bus, b"post")
    publish(bus, b"dead", topic=DEAD)

    with bus.subscribe(POSTS, group="screen") as posts, bus.subscribe(DEAD, group="screen") as dead:
        assert poll(posts) == [b"post"]
        assert poll(dead) == [b"dead"]


def test_uncommitted_records_are_delivered_again(bus: Bus) -> None:
    publish(bus, b"1", b"2")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader)

    with bus.subscribe(POSTS, group="screen") as successor:
        assert poll(successor) == [b"1", b"2"]


def test_uncommitted_records_are_delivered_again_after_an_error(bus: Bus) -> None:
    publish(bus, b"1")
    with pytest.raises(ZeroDivisionError), bus.subscribe(POSTS, group="screen") as reader:
        poll(reader).append(b"%d" % (1 // 0))

    with bus.subscribe(POSTS, group="screen") as successor:
        assert poll(successor) == [b"1"]


def test_committed_records_are_not_delivered_again(bus: Bus) -> None:
    publish(bus, b"1", b"2", b"3")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader, limit=2)
        reader.commit()

    with bus.subscribe(POSTS, group="screen") as successor:
        assert poll(successor) == [b"3"]


def test_commit_marks_only_what_was_polled(bus: Bus) -> None:
    publish(bus, b"1")
    with bus.subscribe(POSTS, group="screen") as reader:
        reader.commit()

    with bus.subscribe(POSTS, group="screen") as successor:
        assert poll(successor) == [b"1"]


def test_commit_covers_all_polls_before_it(bus: Bus) -> None:
    publish(bus, b"1", b"2", b"3")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader, limit=1)
        poll(reader, limit=1)
        reader.commit()
        reader.commit()

    with bus.subscribe(POSTS, group="screen") as successor:
        assert poll(successor) == [b"3"]


def test_groups_do_not_disturb_each_other(bus: Bus) -> None:
    publish(bus, b"1", b"2")

    with bus.subscribe(POSTS, group="screen") as screen, bus.subscribe(POSTS, group="count") as count:
        assert poll(screen, limit=1) == [b"1"]
        screen.commit()
        assert poll(count) == [b"1", b"2"]
        assert poll(screen) == [b"2"]


def test_lag_counts_what_the_group_has_not_committed(bus: Bus) -> None:
    publish(bus, b"1", b"2", b"3")
    publish(bus, b"dead", topic=DEAD)

    with bus.subscribe(POSTS, group="screen") as screen, bus.subscribe(POSTS, group="count") as count:
        poll(screen, limit=2)
        polled = screen.lag()
        screen.commit()

        assert (polled, screen.lag(), count.lag()) == (3, 1, 3)


def test_lag_does_not_count_what_is_not_flushed(bus: Bus) -> None:
    with bus.subscribe(POSTS, group="screen") as reader:
        bus.publish([Outgoing(topic=POSTS, key="k", value=b"1")])
        before = reader.lag()
        bus.flush()

        assert (before, reader.lag()) == (0, 1)


def test_waiting_subscriber_sees_the_lag_of_its_group(bus: Bus) -> None:
    publish(bus, b"1", b"2")

    with bus.subscribe(POSTS, group="screen") as first, bus.subscribe(POSTS, group="screen") as second:
        poll(first, limit=1)
        first.commit()

        assert second.lag() == 1


def test_closed_bus_neither_takes_nor_gives(bus: Bus) -> None:
    publish(bus, b"1")
    reader = bus.subscribe(POSTS, group="screen")

    bus.close()
    bus.publish([Outgoing(topic=POSTS, key="k", value=b"2")])

    for act in (bus.flush, reader.commit, reader.lag, lambda: poll(reader), lambda: bus.subscribe(POSTS, group="b")):
        with pytest.raises(BusError):
            act()


def test_bus_may_be_closed_twice(bus: Bus) -> None:
    bus.close()
    bus.close()


def test_lag_is_seen_from_outside_without_joining(bus: Bus) -> None:
    publish(bus, b"1", b"2", b"3")
    never_read = bus.lag(POSTS, group="screen")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader, limit=2)
        reader.commit()

        looked_on = bus.lag(POSTS, group="screen")

        assert (never_read, looked_on, reader.lag()) == (3, 1, 1)
        assert poll(reader) == [b"3"]
    assert bus.lag(POSTS, group="another") == 3
    assert bus.lag(DEAD, group="screen") == 0


def test_looking_on_leaves_the_seat_free(bus: Bus) -> None:
    publish(bus, b"1")
    bus.lag(POSTS, group="screen")

    with bus.subscribe(POSTS, group="screen") as reader:
        assert poll(reader) == [b"1"]


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
def test_what_was_published_before_a_moment_is_forgotten_read_or_not(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1", b"2")
    publish(bus, b"another topic", topic=DEAD)
    clock.set(NOON + HOUR)
    publish(bus, b"3")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader, limit=1)
        reader.commit()

        too_early = bus.forget(POSTS, NOON)
        forgotten = bus.forget(POSTS, NOON + HOUR)

        assert (too_early, forgotten) == (0, 2)
        assert reader.lag() == 1
        assert poll(reader) == [b"3"]
    assert bus.lag(DEAD, group="screen") == 1


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
def test_offsets_grow_on_after_everything_was_forgotten(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1")
    with bus.subscribe(POSTS, group="screen") as reader:
        (first,) = reader.poll(limit=1, timeout=AT_ONCE)
        reader.commit()
        clock.set(NOON + HOUR)
        bus.forget(POSTS, NOON + HOUR)

        publish(bus, b"2")
        (second,) = reader.poll(limit=1, timeout=AT_ONCE)

    assert second.value == b"2"
    assert second.offset > first.offset
