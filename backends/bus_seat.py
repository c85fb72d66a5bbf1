"""The one seat from which a group reads a topic of the local bus: a row with its epoch, beat and commit."""

import os
import sqlite3
from dataclasses import dataclass

from backends.heartbeat import Heartbeat, Pace
from backends.sqlite import reading, writing
from desk.errors import BusError

SEAT_TABLE = """
create table seat (
    topic text not null,
    reader_group text not null,
    committed integer not null default 0,
    epoch integer not null default 0,
    beat integer not null default 0,
    holder text,
    primary key (topic, reader_group)
) without rowid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A seat as it was found; nobody has sat on one of epoch 0."""

    epoch: int = 0
    beat: int = 0
    holder: str | None = None


class Seat:
    """A reader's hold on the seat of its group.

    Every taking gives the seat a higher epoch; a commit under an older one is refused in its own transaction.
    """

    def __init__(self, connection: sqlite3.Connection, topic: str, group: str, pace: Pace) -> None:
        self.position = 0
        """How far its holder has polled; in memory only."""
        self._connection = connection
        self._place = (topic, group)
        self._heartbeat = Heartbeat(pace)
        self._epoch: int | None = None
        self._committed = 0
        self._left = False

    def held(self) -> bool:
        """Whether this reader holds the seat, now that it has looked; takes it when it is free.

        Raises BusError when another took it over; the next call tries to take it again.
        """
        self._refuse_left()
        found = self._look()
        if self._epoch is None:
            return self._free(found) and self._take(found)
        if found.epoch != self._epoch:
            self._lost()
        if self._heartbeat.due():
            self._keep(self._committed)
        return True

    def commit(self) -> None:
        """Marks everything up to `position` as done. Raises BusError when another took over; nothing was marked."""
        self._refuse_left()
        if self._epoch is not None:
            self._keep(self.position)
            self._committed = self.position

    def leave(self) -> None:
        """Frees the seat for another reader; no effect when another holds it. Raises BusError."""
        self._left = True
        if self._epoch is None:
            return
        with writing(self._connection, BusError) as connection:
            connection.execute(
                "update seat set holder = null where topic = ? and reader_group = ? and epoch = ?",
                (*self._place, self._epoch),
            )

    def _look(self) -> _Row:
        with reading(self._connection, BusError) as connection:
            row = connection.execute(
                "select epoch, beat, holder from seat where topic = ? and reader_group = ?", self._place
            ).fetchone()
        return _Row() if row is None else _Row(epoch=row[0], beat=row[1], holder=row[2])

    def _free(self, found: _Row) -> bool:
        still = self._heartbeat.stood_still(epoch=found.epoch, beat=found.beat)
        return found.holder is None or still

    def _take(self, found: _Row) -> bool:
        """Takes the seat unless somebody moved it since it was found."""
        with writing(self._connection, BusError) as connection:
            taken = connection.execute(
                "insert into seat (topic, reader_group, epoch, holder) values (?, ?, 1, ?)"
                " on conflict do update set epoch = epoch + 1, holder = excluded.holder"
                " where epoch = ? and beat = ? and holder is ? returning epoch, committed",
                (*self._place, f"process {os.getpid()}", found.epoch, found.beat, found.holder),
            ).fetchall()
        if not taken:
            return False
        self._epoch, self._committed = taken[0]
        self.position = self._committed
        self._heartbeat.beaten()
        return True

    def _keep(self, committed: int) -> None:
        """Beats and marks, if the seat is still at our epoch."""
        with writing(self._connection, BusError) as connection:
            kept = connection.execute(
                "update seat set beat = beat + 1, committed = ? where topic = ? and reader_group = ? and epoch = ?",
                (committed, *self._place, self._epoch),
            )
        if kept.rowcount == 0:
            self._lost()
        self._heartbeat.beaten()

    def _lost(self) -> None:
        self._epoch = None
        topic, group = self._place
        raise BusError(f"seat of group {group} on {topic} was taken over by another reader: poll again")

    def _refuse_left(self) -> None:
        if self._left:
            topic, group = self._place
            raise BusError(f"group {group} on {topic} was left: subscribe again")
