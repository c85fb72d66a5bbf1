from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.week import Week, read_week, week_at, week_of_day

BEIJING = ZoneInfo("Asia/Shanghai")
MICROSECOND = timedelta(microseconds=1)
W47 = Week(year=2026, number=47)


def test_a_week_begins_on_monday_at_midnight_of_the_office_not_of_greenwich() -> None:
    begins = W47.since(BEIJING)

    assert begins == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert week_at(begins, BEIJING) == W47
    assert week_at(begins - MICROSECOND, BEIJING) == Week(year=2026, number=46)


def test_a_week_ends_on_sunday_at_midnight_of_the_office() -> None:
    ends = W47.until(BEIJING)

    assert ends == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert week_at(ends - MICROSECOND, BEIJING) == W47
    assert week_at(ends, BEIJING) == Week(year=2026, number=48)


def test_the_last_days_of_a_year_may_belong_to_the_first_week_of_the_next() -> None:
    assert week_of_day(date(2024, 12, 30)) == Week(year=2025, number=1)
    assert Week(year=2025, number=1).before == Week(year=2024, number=52)


def test_a_week_in_which_the_clocks_are_put_forward_is_an_hour_shorter() -> None:
    week, berlin = Week(year=2026, number=13), ZoneInfo("Europe/Berlin")

    assert week.until(berlin) - week.since(berlin) == timedelta(days=7, hours=-1)


@pytest.mark.parametrize("text", ["2026-47", "2026-w47", "W47", "2026-W7", "2026-W471", "", "二〇二六-W47"])
def test_what_is_not_written_as_a_week_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write 2026-W47"):
        read_week(text)


@pytest.mark.parametrize("text", ["2026-W00", "2026-W54", "2025-W53", "0000-W01"])
def test_a_week_its_year_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no such week"):
        read_week(text)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-23, 23))
def test_every_moment_lies_within_the_week_it_falls_into(day: date, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    week = week_at(moment, zone)

    assert week.since(zone) <= moment < week.until(zone)
    assert read_week(str(week)) == week
    assert week.before.until(zone) == week.since(zone)
