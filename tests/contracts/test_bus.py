"""What every bus promises: order, at least once per group, one reader of a group at a time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from backends.bus_local import LocalBus
from backends.bus_memory import MemoryBus
from backends.clock import ManualClock
from backends.heartbeat import PATIENCE, Pace
from desk.errors import BusError
from desk.ports import Bus, Subscription
from desk.travel import DEAD, POSTS, Outgoing, Record
from tests.build import HOUR, NOON, SECOND

AT_ONCE = timedelta()
BARELY = PATIENCE - timedelta(milliseconds=1)
OPENERS: dict[str, Callable[[Path, Pace], Bus]] = {
    "memory": lambda _, pace: MemoryBus(pace=pace),
    "local": lambda folder, pace: LocalBus(folder / "bus.db", pace=pace),
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(params=sorted(OPENERS))
def bus(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[Bus]:
    bus = OPENERS[request.param](tmp_path, Pace(clock=clock, monotonic=clock.elapsed))
    yield bus
    bus.close()


def publish(bus: Bus, *values: bytes, topic: str = POSTS) -> None:
    bus.publish(Outgoing(topic=topic, key="k", value=value) for value in values)
    bus.flush()


def poll(reader: Subscription, limit: int = 100) -> list[bytes]:
    return [record.value for record in reader.poll(limit=limit, timeout=AT_ONCE)]


def leave(reader: Subscription) -> None:
    with reader:
        pass


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


def test_second_subscriber_of_a_group_polls_nothing_meanwhile(bus: Bus) -> None:
    publish(bus, b"1")

    with bus.subscribe(POSTS, group="screen") as first, bus.subscribe(POSTS, group="screen") as second:
        assert poll(second) == []
        assert poll(first) == [b"1"]
        assert poll(second) == []


def test_commit_of_a_waiting_subscriber_marks_nothing(bus: Bus) -> None:
    publish(bus, b"1")

    with bus.subscribe(POSTS, group="screen") as first, bus.subscribe(POSTS, group="screen") as second:
        poll(first)
        second.commit()

        assert second.lag() == 1


def test_second_subscriber_takes_over_where_the_commits_stand_once_the_first_has_left(bus: Bus) -> None:
    publish(bus, b"1", b"2", b"3")

    with bus.subscribe(POSTS, group="screen") as first, bus.subscribe(POSTS, group="screen") as waiting:
        poll(first, limit=1)
        first.commit()
        poll(first, limit=1)
        leave(first)

        assert poll(waiting) == [b"2", b"3"]


def test_waiting_poll_takes_the_seat_over_within_its_timeout(bus: Bus) -> None:
    publish(bus, b"1")
    bus.subscribe(POSTS, group="screen")

    with bus.subscribe(POSTS, group="screen") as second:
        records = second.poll(limit=10, timeout=PATIENCE + SECOND)

    assert [record.value for record in records] == [b"1"]


def test_silent_subscriber_loses_its_seat_after_the_patience_and_not_before(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1")
    first, second = bus.subscribe(POSTS, group="screen"), bus.subscribe(POSTS, group="screen")
    poll(first)

    clock.advance(BARELY)
    too_early = poll(second)
    clock.advance(PATIENCE - BARELY)

    assert too_early == []
    assert poll(second) == [b"1"]


def test_patience_counts_from_the_observers_own_first_look(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1")
    bus.subscribe(POSTS, group="screen")

    clock.advance(HOUR)
    second = bus.subscribe(POSTS, group="screen")
    at_first_look = poll(second)
    clock.advance(PATIENCE)

    assert at_first_look == []
    assert poll(second) == [b"1"]


@pytest.mark.parametrize(
    "show_life", [lambda reader: reader.poll(limit=1, timeout=AT_ONCE), lambda reader: reader.commit()]
)
def test_subscriber_that_polls_or_commits_keeps_its_seat(
    bus: Bus, clock: ManualClock, show_life: Callable[[Subscription], object]
) -> None:
    publish(bus, b"1", b"2")
    first, second = bus.subscribe(POSTS, group="screen"), bus.subscribe(POSTS, group="screen")

    for _ in range(10):
        clock.advance(PATIENCE / 2)
        show_life(first)
        assert poll(second) == []

    publish(bus, b"3")
    assert poll(first)[-1:] == [b"3"]


def test_life_shown_just_in_time_starts_the_patience_anew(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1")
    first, second = bus.subscribe(POSTS, group="screen"), bus.subscribe(POSTS, group="screen")
    clock.advance(BARELY)
    poll(first)

    clock.advance(PATIENCE - BARELY)
    anew = poll(second)
    clock.advance(BARELY)
    barely = poll(second)
    clock.advance(PATIENCE - BARELY)

    assert (anew, barely) == ([], [])
    assert poll(second) == [b"1"]


def test_showing_life_marks_nothing_and_unmarks_nothing(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1", b"2", b"3")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader, limit=1)
        reader.commit()
        poll(reader, limit=1)
        clock.advance(PATIENCE)
        poll(reader, limit=1)

        assert reader.lag() == 2


def test_subscriber_waiting_in_an_empty_poll_keeps_its_seat(bus: Bus, clock: ManualClock) -> None:
    first, second = bus.subscribe(POSTS, group="screen"), bus.subscribe(POSTS, group="screen")
    poll(second)

    first.poll(limit=1, timeout=HOUR / 60)
    publish(bus, b"1")

    assert poll(second) == []
    assert poll(first) == [b"1"]


def test_commit_of_a_paused_subscriber_is_refused_and_marks_nothing(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1", b"2")
    paused, second = bus.subscribe(POSTS, group="screen"), bus.subscribe(POSTS, group="screen")
    poll(paused)
    clock.advance(PATIENCE)
    poll(second, limit=1)

    with pytest.raises(BusError, match="seat of group screen on posts was taken over"):
        paused.commit()

    assert second.lag() == 2
    assert poll(second) == [b"2"]


def test_commit_of_a_paused_subscriber_is_refused_also_after_its_successor_has_left(
    bus: Bus, clock: ManualClock
) -> None:
    publish(bus, b"1", b"2")
    paused, second = bus.subscribe(POSTS, group="screen"), bus.subscribe(POSTS, group="screen")
    poll(paused)
    clock.advance(PATIENCE)
    with second:
        poll(second, limit=1)

    with pytest.raises(BusError, match="taken over"):
        paused.commit()

    assert paused.lag() == 2


def test_poll_of_a_paused_subscriber_is_refused_once_and_then_waits_its_turn(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1", b"2")
    paused, second = bus.subscribe(POSTS, group="screen"), bus.subscribe(POSTS, group="screen")
    poll(paused)
    clock.advance(PATIENCE)
    poll(second, limit=1)
    second.commit()

    with pytest.raises(BusError, match="taken over"):
        poll(paused)
    meanwhile = poll(paused)
    leave(second)

    assert meanwhile == []
    assert poll(paused) == [b"2"]


def test_paused_subscriber_that_leaves_does_not_free_its_successors_seat(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1")
    paused, second = bus.subscribe(POSTS, group="screen"), bus.subscribe(POSTS, group="screen")
    clock.advance(PATIENCE)
    poll(second)

    leave(paused)
    third = bus.subscribe(POSTS, group="screen")

    assert poll(third) == []


def test_subscriber_that_left_can_neither_poll_nor_commit(bus: Bus) -> None:
    publish(bus, b"1")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader)

    with pytest.raises(BusError, match="group screen on posts was left"):
        poll(reader)
    with pytest.raises(BusError, match="group screen on posts was left"):
        reader.commit()

    assert bus.subscribe(POSTS, group="screen").lag() == 1


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
