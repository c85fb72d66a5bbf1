"""The office's calendar: which days are worked, and when a time limit of days ends.

The day something starts is not counted, and a day ends at 24:00 in the office's zone: its last whole second still
counts (policy §5.4). A year the State Council has not published yet makes a result uncertain, never a guess.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum

from desk.moments import whole_seconds

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_DAY_BEGINS = time(9)
"""A warning counted in days is said in the morning, when somebody is there to act on it."""


class Unit(StrEnum):
    """What a length counts; minutes and hours run through nights and holidays."""

    HOURS = "hours"
    MINUTES = "minutes"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """The published years with their exceptions: weekdays off, and weekend days worked instead (调休).

    `source` names where the table comes from. Outside the published years only weekends are known.
    """

    zone: tzinfo
    source: str = ""
    years: frozenset[int] = frozenset()
    days_off: frozenset[date] = frozenset()
    make_up: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Whether the day is a working day, as far as the table knows."""
        return day in self.make_up or (day.weekday() < _SATURDAY and day not in self.days_off)

    def day_of(self, moment: datetime) -> date:
        """The day the moment falls on in the office's zone."""
        return moment.astimezone(self.zone).date()

    def last_second(self, day: date) -> datetime:
        """The last whole second of the day in the office's zone."""
        midnight = datetime.combine(day + _ONE_DAY, time(), tzinfo=self.zone)
        return midnight.astimezone(UTC) - timedelta(seconds=1)

    def morning(self, day: date) -> datetime:
        """When the office begins that day."""
        return datetime.combine(day, _DAY_BEGINS, tzinfo=self.zone).astimezone(UTC)

    def published(self, since: date, until: date) -> bool:
        """Whether every year the days touch has been published."""
        return self.years.issuperset(range(since.year, until.year + 1))

    def working_day_after(self, day: date, count: int) -> date:
        """The working day that is so many after the day, which itself is not counted."""
        return self._stepped(day, count, _ONE_DAY)

    def working_day_before(self, day: date, count: int) -> date:
        """The working day that is so many before the day, which itself is not counted."""
        return self._stepped(day, count, -_ONE_DAY)

    def working_days_between(self, since: date, until: date) -> int:
        """How many working days lie behind the first day, up to and with the last one."""
        days = (since + number * _ONE_DAY for number in range(1, (until - since).days + 1))
        return sum(1 for day in days if self.works(day))

    def _stepped(self, day: date, count: int, step: timedelta) -> date:
        while count:
            day += step
            count -= self.works(day)
        return day


UNPUBLISHED = WorkCalendar(zone=timezone(timedelta(hours=8)))
"""What stands where nobody passed a table: every count of working days is uncertain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a length ends, and whether the calendar behind it has been published."""

    at: datetime
    certain: bool


def due_after(start: datetime, length: timedelta, unit: Unit, calendar: WorkCalendar) -> Due:
    """The last second of the length: hours and minutes exactly, days to the end of the last one."""
    start = whole_seconds(start)
    if unit in (Unit.MINUTES, Unit.HOURS):
        return Due(at=start + length, certain=True)
    first = calendar.day_of(start)
    if unit is Unit.CALENDAR_DAYS:
        return Due(at=calendar.last_second(first + timedelta(days=length.days)), certain=True)
    last = calendar.working_day_after(first, length.days)
    return Due(at=calendar.last_second(last), certain=calendar.published(first, last))
