"""The clocks: a manual one moves only forwards and only by hand; the system's is aware UTC."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.clock import SHORT_PAUSE, ManualClock, Stopwatch, SystemClock, attempts
from tests.build import HOUR, NOON, SECOND


class Hand:
    """A reading somebody moves by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def test_system_clock_tells_aware_utc_and_does_not_go_back() -> None:
    clock = SystemClock()

    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second


def test_system_clock_waits_at_least_the_asked_time() -> None:
    clock, watch = SystemClock(), Stopwatch()

    clock.sleep(timedelta(milliseconds=5))

    assert watch.elapsed() >= 0.005


def test_system_clock_does_not_wait_for_a_negative_time() -> None:
    SystemClock().sleep(-HOUR)


def test_sleeping_moves_a_manual_clock_on() -> None:
    clock = ManualClock(NOON)

    clock.sleep(5 * HOUR)

    assert clock.now() == NOON + 5 * HOUR


def test_sleeping_a_negative_time_leaves_a_manual_clock_where_it_is() -> None:
    clock = ManualClock(NOON)

    clock.sleep(-HOUR)

    assert clock.now() == NOON


def test_manual_clock_is_set_and_advanced() -> None:
    clock = ManualClock(NOON)

    clock.set(NOON + HOUR)
    clock.advance(SECOND)

    assert clock.now() == NOON + HOUR + SECOND


def test_manual_clock_may_be_set_to_the_moment_it_shows() -> None:
    clock = ManualClock(NOON)

    clock.set(NOON)

    assert clock.now() == NOON


@pytest.mark.parametrize("step", [timedelta(microseconds=-1), -HOUR])
def test_manual_clock_refuses_to_go_back_and_stays(step: timedelta) -> None:
    clock = ManualClock(NOON)

    with pytest.raises(ValueError, match="cannot go back"):
        clock.set(NOON + step)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(step)

    assert clock.now() == NOON


def test_manual_clock_refuses_times_without_a_zone() -> None:
    clock = ManualClock(NOON)

    with pytest.raises(ValueError, match="without a zone"):
        ManualClock(NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="without a zone"):
        clock.set(NOON.replace(tzinfo=None))

    assert clock.now() == NOON


def test_manual_clock_tells_utc_whatever_zone_it_was_set_in() -> None:
    clock = ManualClock(datetime(2026, 6, 3, 20, tzinfo=timezone(8 * HOUR)))

    assert clock.now().isoformat() == "2026-06-03T12:00:00+00:00"


def test_manual_clock_counts_the_seconds_it_was_moved() -> None:
    clock = ManualClock(NOON)

    clock.sleep(HOUR)
    clock.advance(timedelta(milliseconds=500))

    assert clock.elapsed() == 3_600.5


def test_stopwatch_counts_from_when_it_was_made() -> None:
    hand = Hand()
    watch = Stopwatch(hand)

    hand.seconds += 2.5

    assert watch.elapsed() == 2.5


@given(timeout=st.timedeltas(min_value=timedelta(), max_value=timedelta(seconds=2)))
def test_attempts_fill_the_timeout_exactly_and_pause_in_between(timeout: timedelta) -> None:
    clock = ManualClock(NOON)

    seen = [clock.now() for _ in attempts(clock, timeout)]

    assert seen[0] == NOON
    assert seen[-1] == NOON + timeout
    assert all(later - earlier <= SHORT_PAUSE for earlier, later in pairwise(seen))
    assert len(set(seen)) == len(seen)
