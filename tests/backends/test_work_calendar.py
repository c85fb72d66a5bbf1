"""The published calendar as a table: it says of every day what the library says."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

from backends.work_calendar import work_calendar

CALENDAR = work_calendar(ZoneInfo("Asia/Shanghai"))
DAYS = [date(2016, 1, 1) + timedelta(days=number) for number in range(11 * 365)]


def test_table_says_of_every_day_what_the_library_says() -> None:
    wrong = [day for day in DAYS if CALENDAR.works(day) != chinese_calendar.is_workday(day)]

    assert wrong == []


def test_years_are_those_published_and_the_source_has_its_version() -> None:
    assert CALENDAR.published(date(2016, 1, 1), date(2026, 12, 31))
    assert not CALENDAR.published(date(max(CALENDAR.years) + 1, 1, 1), date(max(CALENDAR.years) + 1, 1, 2))
    assert CALENDAR.source.startswith("chinesecalendar 1.")
