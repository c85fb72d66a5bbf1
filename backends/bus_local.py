"""The bus of one machine: a durable log in one SQLite file, shared by processes."""

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from backends.bus_seat import SEAT_TABLE, Seat
from backends.clock import attempts
from backends.heartbeat import Pace
from backends.sqlite import Schema, connect, reading, writing
from desk.errors import BusError
from desk.moments import to_microseconds
from desk.ports import Clock
from desk.travel import Outgoing, Record

_TRIM_SLICE = 5_000

SCHEMA = Schema(
    kind="bus",
    version=2,
    statements=(
        # Without autoincrement the offsets of trimmed records would be given a second time.
        """create table record (
            offset integer primary key autoincrement, topic text not null, key text not null, value blob not null,
            published_at integer not null
        )""",
        "create index record_by_topic on record (topic, offset)",
        SEAT_TABLE,
    ),
    upgrades={
        1: (
            "alter table record add column published_at integer not null default 0",
            # Nobody knows when: as old as the upgrade, so that none is forgotten too early.
            "update record set published_at = cast(strftime('%s', 'now') as integer) * 1000000",
        )
    },
)


class LocalBus:
    """An ordered log per topic, at least once per group; one object per thread, any number of processes per file."""

    def __init__(self, path: Path, *, pace: Pace | None = None, migrate: bool = False) -> None:
        """Raises SchemaMismatch for another version or kind of file, BusError for one that cannot be opened."""
        try:
            self._connection = connect(path, SCHEMA, migrate=migrate)
        except sqlite3.Error as error:
            raise BusError(f"cannot open the bus file {path}: {error}") from error
        self._pace = pace or Pace()
        self._pending: list[Outgoing] = []
        self._seats: list[Seat] = []

    def publish(self, records: Iterable[Outgoing]) -> None:
        """Takes records over; they are durable only after `flush`."""
        self._pending.extend(records)

    def flush(self) -> None:
        """Writes everything published in one transaction, or raises BusError and keeps it for the next flush."""
        batch = self._pending[:]
        if not batch:
            return
        now = to_microseconds(self._pace.clock.now())
        with writing(self._connection, BusError) as connection:
            connection.executemany(
                "insert into record (topic, key, value, published_at) values (?, ?, ?, ?)",
                [(record.topic, record.key, record.value, now) for record in batch],
            )
        del self._pending[: len(batch)]

    def subscribe(self, topic: str, *, group: str) -> "LocalSubscription":
        """Joins a group on a topic; takes its seat when that is free, else waits for it. Raises BusError."""
        seat = Seat(self._connection, topic, group, self._pace)
        seat.held()
        self._seats.append(seat)
        return LocalSubscription(self._connection, topic, group, seat=seat, clock=self._pace.clock)

    def lag(self, topic: str, *, group: str) -> int:
        """How many records of a topic this group has not committed; looks on, and takes nobody's seat."""
        return _lag(self._connection, topic, group)

    def vacate(self, topic: str, *, group: str) -> None:
        """Frees the group's seat for whoever subscribes next: only for who knows that its last reader is dead.

        One that lives after all loses the seat as to any other reader. Raises BusError.
        """
        with writing(self._connection, BusError) as connection:
            connection.execute("update seat set holder = null where topic = ? and reader_group = ?", (topic, group))

    def trim(self, topic: str) -> int:
        """Deletes the records that every group of the topic has committed, and says how many.

        A topic that no group ever read keeps all of its records. Raises BusError; what is deleted then stays so.
        """
        return self._delete(
            "delete from record where offset in (select offset from record where topic = ?"
            " and offset <= (select min(committed) from seat where topic = ?) order by offset limit ?)",
            (topic, topic, _TRIM_SLICE),
        )

    def forget(self, topic: str, before: datetime) -> int:
        """Deletes the records of a topic published before then, read or not, and says how many. Raises BusError."""
        return self._delete(
            "delete from record where offset in (select offset from record where topic = ?"
            " and published_at < ? order by offset limit ?)",
            (topic, to_microseconds(before), _TRIM_SLICE),
        )

    def close(self) -> None:
        """Leaves the seats it holds and lets go of the file; unflushed records are dropped."""
        self._pending.clear()
        for seat in self._seats:
            _leave_quietly(seat)
        self._seats.clear()
        self._connection.close()

    def _delete(self, slice_of: str, bounds: tuple[str | int, ...]) -> int:
        # Slice by slice, so that others write meanwhile.
        deleted = 0
        while sliced := self._delete_slice(slice_of, bounds):
            deleted += sliced
        return deleted

    def _delete_slice(self, slice_of: str, bounds: tuple[str | int, ...]) -> int:
        with writing(self._connection, BusError) as connection:
            return connection.execute(slice_of, bounds).rowcount


class LocalSubscription:
    """One reader of a topic for a group.

    It shows that it lives whenever it polls or commits; one that is silent for longer than the patience of a waiting
    reader loses its seat and learns so by BusError at its next poll or commit.
    """

    def __init__(self, connection: sqlite3.Connection, topic: str, group: str, *, seat: Seat, clock: Clock) -> None:
        self._connection = connection
        self._topic = topic
        self._group = group
        self._seat = seat
        self._clock = clock

    def poll(self, *, limit: int, timeout: timedelta) -> list[Record]:
        """The next records, at most `limit`, in order; empty once `timeout` has passed without one.

        Polls nothing while another reads. Raises BusError when another took over in the meantime; the next poll
        waits for the seat again.
        """
        for _ in attempts(self._clock, timeout):
            records = self._next(limit) if self._seat.held() else []
            if records:
                self._seat.position = records[-1].offset
                return records
        return []

    def commit(self) -> None:
        """Marks everything polled so far as done. Raises BusError when another took over; then nothing was marked."""
        self._seat.commit()

    def lag(self) -> int:
        """How many records of the topic this group has not committed."""
        return _lag(self._connection, self._topic, self._group)

    def __enter__(self) -> "LocalSubscription":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _leave_quietly(self._seat)

    def _next(self, limit: int) -> list[Record]:
        with reading(self._connection, BusError) as connection:
            rows = connection.execute(
                "select offset, key, value from record where topic = ? and offset > ? order by offset limit ?",
                (self._topic, self._seat.position, limit),
            ).fetchall()
        return [
            Record(topic=self._topic, partition=0, offset=offset, key=key, value=value) for offset, key, value in rows
        ]


def _lag(connection: sqlite3.Connection, topic: str, group: str) -> int:
    with reading(connection, BusError) as opened:
        (waiting,) = opened.execute(
            "select count(*) from record where topic = ? and offset > coalesce("
            "(select committed from seat where topic = ? and reader_group = ?), 0)",
            (topic, topic, group),
        ).fetchone()
    return int(waiting)


def _leave_quietly(seat: Seat) -> None:
    # Leaving must not hide the error that is on its way out; a seat that could not be freed falls free by patience.
    with suppress(BusError):
        seat.leave()
