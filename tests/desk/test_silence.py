"""A source's volume against its usual; hours are counted by hand."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.silence import LEAST_EXPECTED, LEAST_WEEKS, MARGIN, WEEK, WEEKS, Usual, Volume, hour_of, muted_at, usual_of
from tests.build import HOUR, MINUTE, NOON

WEEKS_AGO = NOON - timedelta(weeks=WEEKS)
DAYTIME = range(1, 10)  # nine to eighteen o'clock in Beijing


def steady(weeks: int = WEEKS, *, each: int = 6) -> Volume:
    """So many posts in each daytime hour, and none at night."""
    now = hour_of(NOON)
    hours = range(now - weeks * WEEK, now)
    return Volume(begun=hours[0], counts={hour: each for hour in hours if hour % 24 in DAYTIME})


def usual(volume: Volume) -> Usual:
    found = usual_of(volume, NOON)
    assert found is not None
    return found


def at(hour: int) -> datetime:
    return NOON.replace(hour=hour, minute=0)


def test_nothing_is_usual_before_two_whole_weeks() -> None:
    assert usual_of(steady(LEAST_WEEKS), NOON) is not None
    assert usual_of(Volume(begun=hour_of(NOON) - LEAST_WEEKS * WEEK + 1, counts={}), NOON) is None


def test_a_busy_source_is_known_to_be_silent_within_hours_of_its_daytime() -> None:
    found = muted_at(usual(steady()), at(3))

    assert found is not None
    assert at(3) + HOUR < found < at(7)


def test_a_night_in_which_nothing_ever_comes_is_no_silence() -> None:
    found = muted_at(usual(steady()), at(9) + 59 * MINUTE)

    assert found is not None
    assert found > at(0) + timedelta(days=1)


def test_a_source_that_publishes_in_bursts_is_given_the_pauses_it_always_makes() -> None:
    now = hour_of(NOON)
    days = range(WEEKS * 7)
    bursts = Volume(begun=now - WEEKS * WEEK, counts={now - 24 * day - (day * 5) % 9 - 1: 20 for day in days})

    found = muted_at(usual(bursts), NOON - HOUR)

    assert found is not None
    assert timedelta(hours=32) < found - NOON < timedelta(days=5)


def test_one_week_of_an_event_does_not_become_usual() -> None:
    calm = steady(each=1)
    event = dict.fromkeys(range(hour_of(NOON) - 3 * WEEK, hour_of(NOON) - 2 * WEEK), 200)

    noisy = usual(Volume(begun=calm.begun, counts=dict(calm.counts) | event))

    assert max(noisy.hourly) < 1.5


def test_one_outage_nobody_knew_of_does_not_make_the_next_one_longer() -> None:
    whole = steady()
    hole = range(hour_of(NOON) - 3 * WEEK, hour_of(NOON) - 3 * WEEK + 72)
    holed = Volume(begun=whole.begun, counts={hour: n for hour, n in whole.counts.items() if hour not in hole})

    assert usual(holed).limit == pytest.approx(usual(whole).limit, rel=0.2)


def test_a_source_that_brings_next_to_nothing_is_never_called_silent() -> None:
    now = hour_of(NOON)
    rare = Volume(begun=now - WEEKS * WEEK, counts={now - 900: 1, now - 300: 1})

    assert muted_at(usual(rare), NOON) is None


@given(st.dictionaries(st.integers(0, WEEKS * WEEK - 1), st.integers(1, 500), max_size=200))
def test_the_bound_is_where_the_expected_reaches_the_limit(counts: dict[int, int]) -> None:
    begun = hour_of(WEEKS_AGO)
    found = usual(Volume(begun=begun, counts={begun + hour: count for hour, count in counts.items()}))

    at_last = muted_at(found, NOON)

    assert found.limit >= LEAST_EXPECTED
    assert all(expected >= 0 for expected in found.hourly)
    assert at_last is None or at_last >= NOON + MINUTE
    assert MARGIN > 1
