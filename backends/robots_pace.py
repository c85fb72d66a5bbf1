"""How often one robot may be asked: so much within a time, and not at all while its platform refuses."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many messages within any so many seconds."""

    messages: int
    seconds: float


class Pace:
    """The turns of one robot, whoever is paged by it; it counts in this process only."""

    def __init__(self, allowances: Sequence[Allowance], elapsed: Callable[[], float]) -> None:
        self._allowances = tuple(allowances)
        self._elapsed = elapsed
        self._lock = Lock()
        self._taken: deque[float] = deque(maxlen=max(each.messages for each in self._allowances))
        self._resting_until = 0.0

    def take(self) -> float:
        """Takes a turn and returns 0, or takes none and returns how many seconds until the next is free."""
        with self._lock:
            now = self._elapsed()
            free_at = max(self._resting_until, *(self._free_at(each) for each in self._allowances))
            if free_at > now:
                return free_at - now
            self._taken.append(now)
            return 0.0

    def rest(self, seconds: float) -> None:
        """No turn for so long: the platform says that it was asked too often."""
        with self._lock:
            self._resting_until = max(self._resting_until, self._elapsed() + seconds)

    def _free_at(self, allowance: Allowance) -> float:
        if len(self._taken) < allowance.messages:
            return 0.0
        return self._taken[-allowance.messages] + allowance.seconds
