"""One way to open an SQLite file: durable, shared by processes, of a known schema version (DESIGN §4.2)."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desk.errors import HuiyingError, SchemaMismatch

BUSY_MILLISECONDS = 5_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The tables of one kind of file and their version, kept in `user_version`."""

    kind: str
    version: int
    statements: Sequence[str]


def connect(path: Path, schema: Schema) -> sqlite3.Connection:
    """Opens the file, making it and its tables when it is new.

    Raises SchemaMismatch, and touches nothing, when the file has another version. Every writing transaction must
    go through `writing`: deferred transactions lose writes between processes without an error (DESIGN §4.2).
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000, check_same_thread=False)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
        _prepare(connection, path, schema)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def writing(connection: sqlite3.Connection, failure: type[HuiyingError]) -> Iterator[sqlite3.Connection]:
    """One writing transaction, taken at once; all or nothing. Driver errors come out as `failure`."""
    try:
        connection.execute("begin immediate")
        try:
            yield connection
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise
    except sqlite3.Error as error:
        raise failure(f"cannot write {_file_of(connection)}: {error}") from error


@contextmanager
def reading(connection: sqlite3.Connection, failure: type[HuiyingError]) -> Iterator[sqlite3.Connection]:
    """Reads without keeping a transaction; driver errors come out as `failure`."""
    try:
        yield connection
    except sqlite3.Error as error:
        raise failure(f"cannot read {_file_of(connection)}: {error}") from error


def to_microseconds(moment: datetime) -> int:
    """Whole microseconds UTC since 1970, the form every engine stores (DESIGN §4.1.13)."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(stored: int) -> datetime:
    """The aware UTC moment of a stored count of microseconds."""
    return _EPOCH + timedelta(microseconds=stored)


def _prepare(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    found = _version(connection)
    if found == schema.version:
        return
    connection.execute("begin immediate")
    found = _version(connection)
    if found == 0:
        for statement in schema.statements:
            connection.execute(statement)
        connection.execute(f"pragma user_version = {schema.version}")
    connection.execute("commit")
    if found not in (0, schema.version):
        raise SchemaMismatch(f"{path} holds {schema.kind} of version {found}, this program knows {schema.version}")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("pragma user_version").fetchone()
    return int(version)


def _file_of(connection: sqlite3.Connection) -> str:
    rows = connection.execute("pragma database_list").fetchall()
    return str(rows[0][2]) if rows else "the store"
