"""Working days by the State Council's calendar: day 0 is not counted, make-up days are, and a day ends at 24:00."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desk.rules import WarnPoint, warn_moments
from desk.working_days import UNPUBLISHED, Unit, due_after
from tests.build import HOUR, MINUTE, NOON, SECOND
from tests.desk.duty_scene import CALENDAR, ZONE, end_of

FIRST, LAST = date(2024, 1, 1), date(2026, 9, 1)
DAYS = st.dates(FIRST, LAST)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 9, 1), timezones=st.just(UTC))  # noqa: DTZ001
COUNTS = st.integers(1, 60)
TWENTY = timedelta(days=20)


def at(day: date, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 13), True),
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),  # another make-up day
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
    ],
)
def test_holidays_and_make_up_days_are_those_of_the_state_council(day: date, worked: bool) -> None:  # noqa: FBT001
    assert CALENDAR.works(day) is worked


def test_published_years_are_whole_years() -> None:
    assert CALENDAR.published(date(2025, 12, 1), date(2026, 12, 31))
    assert not CALENDAR.published(date(2026, 12, 31), date(2027, 1, 1))
    assert not UNPUBLISHED.published(FIRST, FIRST)


def test_five_working_days_over_the_national_day_count_the_make_up_saturday() -> None:
    due = due_after(at(date(2026, 9, 30)), timedelta(days=3), Unit.WORKING_DAYS, CALENDAR)

    assert (due.at, due.certain) == (end_of(2026, 10, 10), True)


def test_day_it_starts_on_is_not_counted_however_early_or_late() -> None:
    early, late = at(date(2026, 6, 8), 0), at(date(2026, 6, 8), 23, 59, 59)

    dues = [due_after(start, timedelta(days=1), Unit.WORKING_DAYS, CALENDAR).at for start in (early, late)]

    assert dues == [end_of(2026, 6, 9)] * 2
    assert due_after(late + SECOND, timedelta(days=1), Unit.WORKING_DAYS, CALENDAR).at == end_of(2026, 6, 10)


def test_day_ends_at_midnight_in_the_office_s_zone() -> None:
    due = due_after(NOON, timedelta(days=1), Unit.WORKING_DAYS, CALENDAR).at

    assert due.astimezone(ZONE).isoformat() == "2026-06-04T23:59:59+08:00"
    assert CALENDAR.day_of(due) != CALENDAR.day_of(due + SECOND)


def test_result_that_reaches_into_an_unpublished_year_is_uncertain() -> None:
    inside = due_after(at(date(2026, 12, 30)), timedelta(days=1), Unit.WORKING_DAYS, CALENDAR)
    beyond = due_after(at(date(2026, 12, 31)), timedelta(days=1), Unit.WORKING_DAYS, CALENDAR)

    assert (inside.at, inside.certain) == (end_of(2026, 12, 31), True)
    assert beyond.certain is False


@given(start=MOMENTS, count=COUNTS)
def test_exactly_so_many_working_days_lie_between_and_the_last_is_one(start: datetime, count: int) -> None:
    due = due_after(start, timedelta(days=count), Unit.WORKING_DAYS, CALENDAR)
    first, last = CALENDAR.day_of(start), CALENDAR.day_of(due.at)

    assert CALENDAR.working_days_between(first, last) == count
    assert CALENDAR.works(last)
    assert CALENDAR.working_days_between(first, last - timedelta(days=1)) == count - 1


@given(start=MOMENTS, count=COUNTS)
def test_later_start_is_never_due_earlier(start: datetime, count: int) -> None:
    starts = [start + hours * 7 * HOUR for hours in range(4)]
    dues = [due_after(each, timedelta(days=count), Unit.WORKING_DAYS, CALENDAR).at for each in starts]

    assert all(before <= after for before, after in pairwise(dues))


@given(day=DAYS, count=COUNTS)
def test_counting_back_undoes_counting_on_from_a_working_day(day: date, count: int) -> None:
    assume(CALENDAR.works(day))

    assert CALENDAR.working_day_before(CALENDAR.working_day_after(day, count), count) == day


@given(start=MOMENTS, seconds=st.integers(1, 10**6))
def test_hours_and_minutes_are_exact_on_whole_seconds(start: datetime, seconds: int) -> None:
    due = due_after(start, seconds * SECOND, Unit.HOURS, UNPUBLISHED)

    assert due.at - start.replace(microsecond=0) == seconds * SECOND
    assert due.certain


@given(start=MOMENTS, count=COUNTS)
def test_calendar_days_count_weekends_and_holidays(start: datetime, count: int) -> None:
    due = due_after(start, timedelta(days=count), Unit.CALENDAR_DAYS, CALENDAR)

    assert CALENDAR.day_of(due.at) - CALENDAR.day_of(start) == timedelta(days=count)
    assert due.at.astimezone(ZONE).strftime("%H:%M:%S") == "23:59:59"


def test_warning_in_working_days_is_said_that_morning() -> None:
    points = (WarnPoint(working_days=5), WarnPoint(working_days=2), WarnPoint(days=10))
    due = due_after(NOON, TWENTY, Unit.WORKING_DAYS, CALENDAR).at

    said = [moment.astimezone(ZONE).isoformat() for moment in warn_moments(points, NOON, due, CALENDAR)]

    assert said == ["2026-06-22T09:00:00+08:00", "2026-06-25T09:00:00+08:00", "2026-06-30T09:00:00+08:00"]


def test_warning_before_the_start_is_left_out() -> None:
    due = due_after(NOON, timedelta(days=2), Unit.WORKING_DAYS, CALENDAR).at

    assert warn_moments((WarnPoint(working_days=2),), NOON, due, CALENDAR) == ()
    assert warn_moments((WarnPoint(before_due=MINUTE),), NOON, due, CALENDAR) == (due - MINUTE,)
