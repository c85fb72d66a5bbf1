"""The clocks of the house: the system's, one moved by hand, and a stopwatch for waiting and leases.

This is the only file that reads the system's time or waits for it.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from desk.moments import as_utc
from desk.ports import Clock

SHORT_PAUSE = timedelta(milliseconds=20)
"""Between two looks at something awaited: soon enough for people, rare enough to cost no processor time."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time now, aware UTC."""
        return datetime.now(UTC)

    def sleep(self, duration: timedelta) -> None:
        """Waits that long; no time at all for a negative duration."""
        time.sleep(max(duration.total_seconds(), 0.0))


class ManualClock:
    """A clock that moves only when it is told to, and only forwards: for tests, drills and replays."""

    def __init__(self, start: datetime) -> None:
        self._start = self._now = as_utc(start)

    def now(self) -> datetime:
        """The time it was last set to, aware UTC."""
        return self._now

    def sleep(self, duration: timedelta) -> None:
        """Moves itself on instead of waiting; not at all for a negative duration."""
        self._now += max(duration, timedelta())

    def set(self, moment: datetime) -> None:
        """Moves on to that moment. Raises ValueError for an earlier one; then it did not move."""
        moment = as_utc(moment)
        if moment < self._now:
            raise ValueError(f"clock stands at {self._now.isoformat()} and cannot go back to {moment.isoformat()}")
        self._now = moment

    def advance(self, duration: timedelta) -> None:
        """Moves on by that much. Raises ValueError for a negative duration; then it did not move."""
        self.set(self._now + duration)

    def elapsed(self) -> float:
        """The seconds it was moved since its start: what a stopwatch running beside it would show."""
        return (self._now - self._start).total_seconds()


class Stopwatch:
    """The seconds since it was made, on the machine's monotonic clock: a stepped system clock does not move it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._start = monotonic()

    def elapsed(self) -> float:
        """The seconds since it was made; never less than before."""
        return self._monotonic() - self._start


def attempts(clock: Clock, timeout: timedelta) -> Iterator[None]:
    """Comes up at once, then after each short pause, until the pauses have filled `timeout`."""
    yield
    waited = timedelta()
    while waited < timeout:
        pause = min(SHORT_PAUSE, timeout - waited)
        clock.sleep(pause)
        waited += pause
        yield
