"""A reader of a topic that leaves after each failure: only to who joins anew the batch in hand comes again."""

from collections.abc import Callable
from typing import TypeVar

from desk.errors import HuiyingError
from desk.ports import Subscription

T = TypeVar("T")


class Rejoining:
    """One reader's place in its group, taken at the first use and after each failure."""

    def __init__(self, subscribe: Callable[[], Subscription]) -> None:
        self._subscribe = subscribe
        self._joined: Subscription | None = None

    def use(self, work: Callable[[Subscription], T]) -> T:
        """What the work gives. Raises what it raises, BusError among it; the batch in hand will come again."""
        if self._joined is None:
            self._joined = self._subscribe()
        try:
            return work(self._joined)
        except HuiyingError:
            # The position has moved past the failed batch: another commit on this subscription would lose it.
            self.leave()
            raise

    def leave(self) -> None:
        """Gives the place up for another reader; no effect without one."""
        joined, self._joined = self._joined, None
        if joined is not None:
            with joined:
                pass
