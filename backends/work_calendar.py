"""The State Council's yearly calendar of holidays and make-up days, as the `chinesecalendar` library holds it."""

from datetime import tzinfo
from importlib.metadata import version

from chinese_calendar import constants

from desk.working_days import WorkCalendar

_SATURDAY = 5
_NATIONAL_DAY = 10


def work_calendar(zone: tzinfo) -> WorkCalendar:
    """The published years as a table for the desk, on the office's own days; years not published yet are left out."""
    days_off = frozenset(day for day in constants.holidays if day.weekday() < _SATURDAY)
    make_up = frozenset(day for day in constants.workdays if day.weekday() >= _SATURDAY)
    return WorkCalendar(
        zone=zone,
        source=f"chinesecalendar {version('chinesecalendar')}",
        # A year counts once its National Day stands in it: January alone may come with the year before.
        years=frozenset(day.year for day in constants.holidays if day.month == _NATIONAL_DAY),
        days_off=days_off,
        make_up=make_up,
    )
