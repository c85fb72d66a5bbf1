"""Calendar duties: what has to be done at fixed hours of the office's day, by Prefect's schedule or without it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from backends.telemetry import Logger
from backends.whole_file import write_whole
from desk.errors import HuiyingError, StoreError

AGAIN_AFTER = timedelta(minutes=5)
"""How long a duty that failed is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a duty falls due in the office's zone: each day, or on one day of the week (Monday is 1)."""

    hour: int
    minute: int = 0
    weekday: int | None = None

    @property
    def cron(self) -> str:
        """The same as Prefect's schedules are written."""
        return f"{self.minute} {self.hour} * * {'*' if self.weekday is None else self.weekday % 7}"

    def last(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The latest such hour that has come."""
        here = now.astimezone(zone)
        days = (datetime.combine(here.date() - timedelta(days=back), self._time, zone) for back in range(8))
        return next(each for each in days if each <= here and self.weekday in (None, each.isoweekday()))

    @property
    def _time(self) -> time:
        return time(self.hour, self.minute)


NIGHTLY = Hours(hour=3, minute=30)
"""Half past three at night: when nobody waits for the stores."""

MORNINGS = Hours(hour=6)
"""Six in the morning: before anybody opens the board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something done at fixed hours; `perform` says how much it did.

    It can be called in a process of its own, so it opens what it needs, and is a function of a module or a
    `functools.partial` of one. Doing it twice does no more than doing it once.
    """

    name: str
    hours: Hours
    perform: Callable[[], int]


class Diary:
    """When each duty was last done, one file each in `folder`: two processes may do duties."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def done_at(self, name: str) -> datetime | None:
        """When it was done last, or first heard of; None before. One that cannot be read counts as none."""
        try:
            return msgspec.json.decode((self._folder / f"{name}.json").read_bytes(), type=datetime)
        except (OSError, msgspec.DecodeError):
            return None

    def note(self, name: str, done_at: datetime) -> None:
        """Keeps that it was done. Raises StoreError."""
        try:
            write_whole(self._folder / f"{name}.json", msgspec.json.encode(done_at))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreError(f"cannot note in {self._folder} that {name} was done: {reason}") from None


class PlainCalendar:
    """The duties while Prefect is away: each that fell due since it was done last is done, once, however often."""

    def __init__(self, duties: Sequence[Duty], diary: Diary, zone: ZoneInfo, logger: Logger) -> None:
        self._duties = duties
        self._diary = diary
        self._zone = zone
        self._logger = logger
        self._not_before: dict[str, datetime] = {}

    def begin(self, now: datetime) -> None:
        """Takes note of duties that were never heard of: nobody has missed them yet. Raises StoreError."""
        for duty in self._duties:
            if self._diary.done_at(duty.name) is None:
                self._diary.note(duty.name, now)

    def catch_up(self, now: datetime) -> int:
        """Does what is overdue by its plain function and says how many duties; one that fails is tried again later."""
        return sum(self._done(duty, now) for duty in self._duties if self._overdue(duty, now))

    def _overdue(self, duty: Duty, now: datetime) -> bool:
        if now < self._not_before.get(duty.name, now):
            return False
        done_at = self._diary.done_at(duty.name)
        return done_at is None or done_at < duty.hours.last(now, self._zone)

    def _done(self, duty: Duty, now: datetime) -> int:
        self._not_before[duty.name] = now + AGAIN_AFTER
        try:
            done = duty.perform()
            self._diary.note(duty.name, now)
        except HuiyingError as error:
            self._logger.warning("calendar duty not done", duty=duty.name, reason=str(error))
            return 0
        self._logger.warning("calendar duty done without Prefect", duty=duty.name, done=done)
        return 1
