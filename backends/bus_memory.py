"""The bus within one process: an ordered log per topic, gone with the process."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType

from backends.clock import attempts
from backends.heartbeat import Heartbeat, Pace
from desk.errors import BusError
from desk.travel import Outgoing, Record


@dataclass(slots=True, kw_only=True)
class _Seat:
    """Where a group stands on a topic, and under which epoch somebody reads for it."""

    committed: int = 0
    epoch: int = 0
    beat: int = 0
    taken: bool = False


@dataclass(slots=True, kw_only=True)
class _Logs:
    """What the subscriptions of one bus share."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    published: dict[str, list[datetime]] = field(default_factory=dict)
    """When each record was published, record by record; offsets count on when the oldest are forgotten."""
    forgotten: dict[str, int] = field(default_factory=dict)
    seats: dict[tuple[str, str], _Seat] = field(default_factory=dict)
    closed: bool = False

    def refuse_closed(self) -> None:
        if self.closed:
            raise BusError("bus is closed: open it again")

    def lag(self, topic: str, group: str) -> int:
        self.refuse_closed()
        seat = self.seats.get((topic, group))
        return len(self.after(topic, seat.committed if seat else 0))

    def after(self, topic: str, offset: int) -> list[Record]:
        return self.records.get(topic, [])[max(offset - self.forgotten.get(topic, 0), 0) :]

    def append(self, outgoing: Outgoing, now: datetime) -> None:
        log = self.records.setdefault(outgoing.topic, [])
        log.append(_at(self.forgotten.get(outgoing.topic, 0) + len(log) + 1, outgoing))
        self.published.setdefault(outgoing.topic, []).append(now)

    def forget(self, topic: str, before: datetime) -> int:
        self.refuse_closed()
        published = self.published.get(topic, [])
        # The oldest come first: a clock set back forgets later, never too early.
        old = next((index for index, at in enumerate(published) if at >= before), len(published))
        del self.records.get(topic, [])[:old]
        del published[:old]
        self.forgotten[topic] = self.forgotten.get(topic, 0) + old
        return old


class MemoryBus:
    """An ordered log per topic, at least once per group."""

    def __init__(self, *, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._logs = _Logs()
        self._pending: list[Outgoing] = []

    def publish(self, records: Iterable[Outgoing]) -> None:
        """Takes records over; nobody reads them before `flush`."""
        self._pending.extend(records)

    def flush(self) -> None:
        """Lets everything published be read."""
        self._logs.refuse_closed()
        now = self._pace.clock.now()
        for outgoing in self._pending:
            self._logs.append(outgoing, now)
        self._pending.clear()

    def subscribe(self, topic: str, *, group: str) -> "MemorySubscription":
        """Joins a group on a topic; takes its seat when that is free, else waits for it."""
        return MemorySubscription(self._logs, topic, group, pace=self._pace)

    def lag(self, topic: str, *, group: str) -> int:
        """How many records of a topic this group has not committed; looks on, and takes nobody's seat."""
        return self._logs.lag(topic, group)

    def forget(self, topic: str, before: datetime) -> int:
        """Deletes the records of a topic published before then, read or not, and says how many."""
        return self._logs.forget(topic, before)

    def close(self) -> None:
        """Drops everything; its subscriptions can no longer be used."""
        self._pending.clear()
        self._logs.closed = True


class MemorySubscription:
    """One reader of a topic for a group."""

    def __init__(self, logs: _Logs, topic: str, group: str, *, pace: Pace) -> None:
        self._logs = logs
        self._topic = topic
        self._group = group
        self._name = f"group {group} on {topic}"
        self._seat = logs.seats.setdefault((topic, group), _Seat())
        self._clock = pace.clock
        self._heartbeat = Heartbeat(pace)
        self._epoch: int | None = None
        self._position = 0
        self._left = False
        self._reading()

    def poll(self, *, limit: int, timeout: timedelta) -> list[Record]:
        """The next records, at most `limit`, in order; empty once `timeout` has passed without one.

        Polls nothing while another reads. Raises BusError when another took over in the meantime; the next poll
        waits for the seat again.
        """
        for _ in attempts(self._clock, timeout):
            records = self._next(limit) if self._reading() else []
            if records:
                self._position = records[-1].offset
                return records
        return []

    def commit(self) -> None:
        """Marks everything polled so far as done. Raises BusError when another took over; then nothing was marked."""
        self._refuse_left()
        if self._epoch is not None:
            self._keep_seat(beating=True)
            self._seat.committed = self._position

    def lag(self) -> int:
        """How many records of the topic this group has not committed."""
        return self._logs.lag(self._topic, self._group)

    def __enter__(self) -> "MemorySubscription":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._epoch == self._seat.epoch:
            self._seat.taken = False
        self._left = True

    def _reading(self) -> bool:
        """Whether this subscriber is the one that reads for its group, now that it has looked."""
        self._refuse_left()
        if self._epoch is None:
            return self._take_free_seat()
        self._keep_seat(beating=self._heartbeat.due())
        return True

    def _keep_seat(self, *, beating: bool) -> None:
        if self._epoch != self._seat.epoch:
            self._epoch = None
            raise BusError(f"seat of {self._name} was taken over by another reader: poll again")
        if beating:
            self._seat.beat += 1
            self._heartbeat.beaten()

    def _take_free_seat(self) -> bool:
        seat = self._seat
        if seat.taken and not self._heartbeat.stood_still(epoch=seat.epoch, beat=seat.beat):
            return False
        seat.taken = True
        seat.epoch += 1
        self._epoch, self._position = seat.epoch, seat.committed
        self._heartbeat.beaten()
        return True

    def _refuse_left(self) -> None:
        self._logs.refuse_closed()
        if self._left:
            raise BusError(f"{self._name} was left: subscribe again")

    def _next(self, limit: int) -> list[Record]:
        return self._logs.after(self._topic, self._position)[:limit]


def _at(offset: int, outgoing: Outgoing) -> Record:
    return Record(topic=outgoing.topic, partition=0, offset=offset, key=outgoing.key, value=outgoing.value)
