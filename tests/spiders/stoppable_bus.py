"""A bus that can be stopped, and that keeps what it was given like a real one: what was not flushed it still has."""

from array import array
from collections.abc import Iterable
from datetime import datetime

from desk.errors import BusError
from desk.ports import Subscription
from desk.travel import Outgoing


class StoppableBus:
    """`desk.ports.Bus` for who only writes; it remembers eight bytes of each key, in the order they came."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away
        self.came = array("Q")
        self.asked = 0
        self._pending: list[Outgoing] = []

    def publish(self, records: Iterable[Outgoing]) -> None:
        self._pending.extend(records)

    def flush(self) -> None:
        self.asked += 1
        if self.away:
            raise BusError("bus stopped by the test")
        self.came.extend(int(each.key[:16], 16) for each in self._pending)
        self._pending.clear()

    def subscribe(self, topic: str, *, group: str) -> Subscription:
        raise NotImplementedError

    def lag(self, topic: str, *, group: str) -> int:
        raise NotImplementedError

    def forget(self, topic: str, before: datetime) -> int:
        raise NotImplementedError

    def close(self) -> None:
        self._pending.clear()
