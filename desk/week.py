"""A calendar week as offices count them: Monday to Sunday in the office's own zone, numbered by ISO 8601."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_WRITTEN = re.compile(r"(?P<year>\d{4})-W(?P<number>\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Week:
    """One ISO week. Raises ValueError for a week its year does not have."""

    year: int
    number: int

    def __post_init__(self) -> None:
        date.fromisocalendar(self.year, self.number, 1)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"

    @property
    def monday(self) -> date:
        """Its first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    @property
    def before(self) -> "Week":
        """The week before this one."""
        return week_of_day(self.monday - timedelta(days=7))

    def since(self, zone: tzinfo) -> datetime:
        """Its first moment: Monday 0:00 in the office's zone, as UTC."""
        return _midnight(self.monday, zone)

    def until(self, zone: tzinfo) -> datetime:
        """The first moment that no longer belongs to it: the next Monday 0:00 in the office's zone, as UTC."""
        return _midnight(self.monday + timedelta(days=7), zone)


def read_week(text: str) -> Week:
    """The week written 2026-W47. Raises ValueError saying how weeks are written."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise ValueError(f"{text!r} is no week: write 2026-W47")
    try:
        return Week(year=int(written["year"]), number=int(written["number"]))
    except ValueError:
        raise ValueError(f"{text!r} is no week: that year has no such week") from None


def week_at(moment: datetime, zone: tzinfo) -> Week:
    """The week the moment falls into, in the office's zone."""
    return week_of_day(moment.astimezone(zone).date())


def week_of_day(day: date) -> Week:
    """The week a day belongs to."""
    year, number, _ = day.isocalendar()
    return Week(year=year, number=number)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
