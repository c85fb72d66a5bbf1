"""What leaves collection: straight onto the bus, or into the spool while the bus is away, and from there in order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum, auto

from backends.telemetry import Logger
from desk.errors import BusError, StoreError
from desk.ports import Bus, Clock
from desk.travel import Outgoing
from spiders.spool import Spool

BUS_AWAY = "bus away: what is collected waits in the spool"
SPOOL_FULL = "spool full: no source is asked until the bus takes what waits"
"""The two states in which collection is hindered, in the words of the crawl's health."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(milliseconds=500), timedelta(seconds=30)
_MOST_BATCHES = 10
"""How many batches leave the spool in one go: pages under way are looked after in between."""


class Taken(Enum):
    """Where records are safe."""

    ON_BUS = auto()
    IN_SPOOL = auto()


class Outflow:
    """The one way out of a crawl, at least once; one object per process.

    While anything waits, what comes later waits behind it: records reach the bus in the order they were offered.
    """

    def __init__(self, bus: Bus, spool: Spool, clock: Clock, logger: Logger) -> None:
        self._bus = bus
        self._spool = spool
        self._clock = clock
        self._logger = logger
        self._retry_at: datetime | None = None
        self._pause = FIRST_PAUSE
        # Up to this place the bus has got what waits, and only its flush is owed: published again it would be doubled.
        self._handed = 0
        self._full = False

    @property
    def full(self) -> bool:
        """Whether something was refused for want of room, and nothing has left since."""
        return self._full

    @property
    def waiting(self) -> int:
        """How many records wait in the spool."""
        return self._spool.records

    @property
    def trouble(self) -> str:
        """What hinders delivery now; empty while nothing does."""
        if self._full:
            return SPOOL_FULL
        return BUS_AWAY if self._retry_at is not None else ""

    def offer(self, records: Sequence[Outgoing]) -> Taken | None:
        """Takes records over and says where they are safe; None, and nothing is, when there is no room for them."""
        self.drain()
        if self._spool.records or self._retry_at is not None:
            return self._kept(records, with_bus=False)
        published = False
        try:
            self._bus.publish(records)
            published = True
            self._bus.flush()
        except BusError as error:
            self._away(error)
            return self._kept(records, with_bus=published)
        return Taken.ON_BUS

    def drain(self, *, at_once: bool = False) -> None:
        """Gives the bus what waits, unless it was away a moment ago; `at_once` asks it all the same."""
        if self._retry_at is not None and not at_once and self._clock.now() < self._retry_at:
            return
        if not self._spool.records and self._retry_at is None:
            return
        try:
            self._pass_on()
        except BusError as error:
            self._away(error)
        except StoreError as error:
            # The bus may have it already: then only its leaving is owed, and is tried again.
            self._logger.warning("spool not read", reason=str(error))

    def _pass_on(self) -> None:
        for _ in range(_MOST_BATCHES):
            batch = self._spool.head() if not self._handed else []
            if batch:
                self._bus.publish([each.record for each in batch])
                self._handed = batch[-1].place
            self._bus.flush()
            self._back()
            if self._handed:
                self._let_go()
            if not self._spool.records:
                return

    def _let_go(self) -> None:
        self._spool.let_go(self._handed)
        self._handed = 0
        if self._full:
            self._full = False
            self._logger.info("spool has room again", waiting=self._spool.records)
        if not self._spool.records:
            self._logger.info("spool empty")

    def _kept(self, records: Sequence[Outgoing], *, with_bus: bool) -> Taken | None:
        """Puts records into the spool. Those the bus has got already, unflushed, are not given to it again.

        Where the spool refuses those, they are offered again and stand on the bus twice: by their ids they are one.
        """
        reason = "over its bound"
        try:
            place = self._spool.put(records)
        except StoreError as error:
            place, reason = None, str(error)
        if place is None:
            if not self._full:
                self._full = True
                self._logger.error(SPOOL_FULL, waiting=self._spool.records, bytes=self._spool.bytes, reason=reason)
            return None
        self._full = False
        if with_bus:
            self._handed = place
        return Taken.IN_SPOOL

    def _away(self, error: BusError) -> None:
        if self._retry_at is None:
            self._pause = FIRST_PAUSE
            self._logger.warning(BUS_AWAY, retry_in=self._pause.total_seconds(), reason=str(error))
        self._retry_at = self._clock.now() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _back(self) -> None:
        if self._retry_at is not None:
            self._retry_at = None
            self._logger.info("bus back", waiting=self._spool.records)
