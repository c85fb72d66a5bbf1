"""What every bus promises about readers: one of a group at a time, and who was taken over marks nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from backends.clock import ManualClock
from backends.heartbeat import PATIENCE
from desk.errors import BusError
from desk.ports import Bus, Subscription
from desk.travel import POSTS
from tests.build import HOUR, NOON, SECOND
from tests.buses import AT_ONCE, HAND_KINDS, KINDS, SOON_ENOUGH, leave, open_bus, poll, publish

BARELY = PATIENCE - timedelta(milliseconds=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(params=KINDS)
def bus(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[Bus]:
    bus = open_bus(request.param, tmp_path, clock)
    yield bus
    bus.close()


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

        assert poll(waiting, timeout=SOON_ENOUGH) == [b"2", b"3"]


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
def test_waiting_poll_takes_the_seat_over_within_its_timeout(bus: Bus) -> None:
    publish(bus, b"1")
    bus.subscribe(POSTS, group="screen")

    with bus.subscribe(POSTS, group="screen") as second:
        records = second.poll(limit=10, timeout=PATIENCE + SECOND)

    assert [record.value for record in records] == [b"1"]


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
def test_silent_subscriber_loses_its_seat_after_the_patience_and_not_before(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1")
    first, second = bus.subscribe(POSTS, group="screen"), bus.subscribe(POSTS, group="screen")
    poll(first)

    clock.advance(BARELY)
    too_early = poll(second)
    clock.advance(PATIENCE - BARELY)

    assert too_early == []
    assert poll(second) == [b"1"]


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
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
@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
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


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
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


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
def test_showing_life_marks_nothing_and_unmarks_nothing(bus: Bus, clock: ManualClock) -> None:
    publish(bus, b"1", b"2", b"3")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader, limit=1)
        reader.commit()
        poll(reader, limit=1)
        clock.advance(PATIENCE)
        poll(reader, limit=1)

        assert reader.lag() == 2


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
def test_subscriber_waiting_in_an_empty_poll_keeps_its_seat(bus: Bus, clock: ManualClock) -> None:
    first, second = bus.subscribe(POSTS, group="screen"), bus.subscribe(POSTS, group="screen")
    poll(second)

    first.poll(limit=1, timeout=HOUR / 60)
    publish(bus, b"1")

    assert poll(second) == []
    assert poll(first) == [b"1"]


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
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


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
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


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
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


@pytest.mark.parametrize("bus", HAND_KINDS, indirect=True)
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
