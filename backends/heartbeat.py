"""How a reader shows that it lives, and how long others wait before they take its seat."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from backends.clock import Stopwatch, SystemClock
from backends.leases import LeaseWatch
from desk.ports import Clock

PATIENCE = timedelta(seconds=3)
_BEATS_PER_PATIENCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The clock readers wait by, and the patience after which a silent one's seat is free."""

    clock: Clock = field(default_factory=SystemClock)
    monotonic: Callable[[], float] = field(default_factory=lambda: Stopwatch().elapsed)
    patience: timedelta = PATIENCE


class Heartbeat:
    """One reader's own beat, and its view of another's; all on its own monotonic clock (DESIGN §4.2)."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._watch = LeaseWatch(pace.monotonic)
        self._beaten_at = pace.monotonic()

    def due(self) -> bool:
        """Whether so much of the patience is gone that the reader has to beat; more often would only cost writes."""
        silent = self._pace.monotonic() - self._beaten_at
        return silent * _BEATS_PER_PATIENCE >= self._pace.patience.total_seconds()

    def beaten(self) -> None:
        """Notes that the reader has just beaten."""
        self._beaten_at = self._pace.monotonic()

    def stood_still(self, *, epoch: int, beat: int) -> bool:
        """Whether another reader's beat has stood still for the whole patience since it was first seen."""
        return self._watch.stood_still("seat", epoch=epoch, beat=beat, patience=self._pace.patience)
