"""What waits while the bus is away: records in their order, on disk, up to a bound."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backends.sqlite import Schema, connect, reading, writing
from desk.errors import StoreError
from desk.travel import Outgoing

MOST_BYTES = 256_000_000
"""How much may wait: with posts of a few thousand bytes about 100,000 of them."""

FILE_NAME = "bus.db"
IN_MEMORY = Path(":memory:")
"""For who keeps nothing: a check of sources."""

_BATCH_RECORDS, _BATCH_BYTES = 500, 4_000_000
_LARGE_FILE = 1_000_000
_LAST = 2**63 - 1

SCHEMA = Schema(
    kind="spool",
    version=1,
    statements=(
        # Without autoincrement the places of what has left would be given a second time.
        """create table waiting (
            place integer primary key autoincrement, topic text not null, key text not null, value blob not null
        )""",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A record in the spool, and its place there."""

    place: int
    record: Outgoing


class Spool:
    """A queue in one file; used by one process at a time, the crawl that holds its desk's lock."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        """Raises StoreError for a file that cannot be opened, SchemaMismatch for another kind of file."""
        try:
            self._connection = connect(path, SCHEMA)
            # What has left is gone from the disk too: it may be a text that its post's own time has run out for.
            self._connection.execute("pragma secure_delete = on")
        except sqlite3.Error as error:
            raise StoreError(f"cannot open the spool {path}: {error}") from error
        self._most_bytes = most_bytes
        with reading(self._connection, StoreError) as opened:
            self._records, self._bytes = _measured(opened, _LAST)

    @property
    def records(self) -> int:
        """How many records wait."""
        return self._records

    @property
    def bytes(self) -> int:
        """How large they are together."""
        return self._bytes

    def put(self, records: Sequence[Outgoing]) -> int | None:
        """Keeps all of them behind what waits, durably, and says the last one's place.

        None, and none was kept, when they would go over the bound. Raises StoreError; then none was kept.
        """
        size = sum(map(_size, records))
        if self._bytes + size > self._most_bytes:
            return None
        with writing(self._connection, StoreError) as connection:
            insert = "insert into waiting (topic, key, value) values (?, ?, ?)"
            places = [connection.execute(insert, (each.topic, each.key, each.value)).lastrowid or 0 for each in records]
        self._records += len(records)
        self._bytes += size
        return places[-1] if places else None

    def head(self) -> list[Waiting]:
        """The longest waiting ones in order, as many as go well together; empty when none waits. Raises StoreError."""
        found: list[Waiting] = []
        size = 0
        with reading(self._connection, StoreError) as connection:
            asked = "select place, topic, key, value from waiting order by place limit ?"
            rows = connection.execute(asked, (_BATCH_RECORDS,))
            for place, topic, key, value in rows:
                found.append(Waiting(place=place, record=Outgoing(topic=topic, key=key, value=value)))
                size += len(value)
                if size >= _BATCH_BYTES:
                    break
            rows.close()
        return found

    def let_go(self, place: int) -> None:
        """Forgets everything up to this place: the bus has it. Raises StoreError; then all of it still waits."""
        with writing(self._connection, StoreError) as connection:
            records, size = _measured(connection, place)
            connection.execute("delete from waiting where place <= ?", (place,))
        self._records -= records
        self._bytes -= size
        if not self._records:
            self._shrink()

    def close(self) -> None:
        """Lets go of the file; what waits in it stays."""
        self._connection.close()

    def _shrink(self) -> None:
        with reading(self._connection, StoreError) as connection:
            (pages,) = connection.execute("pragma page_count").fetchone()
            (page_size,) = connection.execute("pragma page_size").fetchone()
            if pages * page_size > _LARGE_FILE:
                connection.execute("vacuum")
                connection.execute("pragma wal_checkpoint(truncate)")


def _measured(connection: sqlite3.Connection, place: int) -> tuple[int, int]:
    """How many records wait up to this place, and how large they are together."""
    size = "coalesce(sum(length(value) + length(cast(key as blob))), 0)"
    asked = f"select count(*), {size} from waiting where place <= ?"  # noqa: S608  # nothing of it comes from outside
    records, measured = connection.execute(asked, (place,)).fetchone()
    return int(records), int(measured)


def _size(record: Outgoing) -> int:
    return len(record.key.encode()) + len(record.value)
