"""One way to open an SQLite file: durable, shared by processes, of a known schema version (DESIGN §4.2)."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from zlib import crc32

from backends.clock import Stopwatch
from desk.errors import HuiyingError, SchemaMismatch

BUSY_MILLISECONDS = 5_000
_WAL_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The tables of one kind of file and their version, kept in `user_version`.

    `upgrades` lead to the next version from each older one that is still taken.
    """

    kind: str
    version: int
    statements: Sequence[str]
    upgrades: Mapping[int, Sequence[str]] = field(default_factory=dict)


def connect(path: Path, schema: Schema, *, migrate: bool = False) -> sqlite3.Connection:
    """Opens the file, making it and its tables when it is new; an older one is brought up only with `migrate`.

    Raises SchemaMismatch, and touches nothing, when the file is of another version or kind. Driver errors (not a
    database, no permission) come out as they are. Every writing transaction must go through `writing`: deferred
    transactions lose writes between processes without an error (DESIGN §4.2).
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000, check_same_thread=False)
    try:
        connection.execute("begin")  # One moment for all that is looked at: another process may be making the tables.
        _refuse_foreign(connection, path, schema, migrate=migrate)
        connection.execute("rollback")
        _write_ahead(connection)
        connection.execute("pragma synchronous = full")
        _prepare(connection, path, schema, migrate=migrate)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def writing(connection: sqlite3.Connection, failure: type[HuiyingError]) -> Iterator[sqlite3.Connection]:
    """One writing transaction, taken at once; all or nothing. Driver errors come out as `failure`."""
    try:
        _begin(connection)
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


def _begin(connection: sqlite3.Connection) -> None:
    """Takes the one writer's turn, or raises once the connection's own busy time-out has passed."""
    patience, watch = _pragma(connection, "busy_timeout"), Stopwatch()
    # SQLite waits by sleeping longer and longer. Beside a busy writer that made commits wait 1.5 s; looking every
    # millisecond or so, they waited 0.2 s at worst.
    connection.execute("pragma busy_timeout = 1")
    try:
        while not _begun(connection, last_try=watch.elapsed() * 1000 >= patience):
            pass
    finally:
        connection.execute(f"pragma busy_timeout = {patience}")


def _begun(connection: sqlite3.Connection, *, last_try: bool) -> bool:
    try:
        connection.execute("begin immediate")
    except sqlite3.OperationalError as error:
        if last_try or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _prepare(connection: sqlite3.Connection, path: Path, schema: Schema, *, migrate: bool) -> None:
    if _pragma(connection, "user_version") == schema.version:
        return
    connection.execute("begin immediate")
    _refuse_foreign(connection, path, schema, migrate=migrate)
    found = _pragma(connection, "user_version")
    older = [schema.upgrades[version] for version in range(found, schema.version)] if found else [schema.statements]
    for statement in chain.from_iterable(older):
        connection.execute(statement)
    connection.execute(f"pragma application_id = {_mark(schema)}")
    connection.execute(f"pragma user_version = {schema.version}")
    connection.execute("commit")


def _refuse_foreign(connection: sqlite3.Connection, path: Path, schema: Schema, *, migrate: bool) -> None:
    version, mark = _pragma(connection, "user_version"), _pragma(connection, "application_id")
    (tables,) = connection.execute("select count(*) from sqlite_master").fetchone()
    if (version, mark, tables) == (0, 0, 0):
        return
    if mark != _mark(schema):
        raise SchemaMismatch(f"{path} was not written as {schema.kind}: move it away or name another folder")
    if version == schema.version or (migrate and version in schema.upgrades):
        return
    todo = ": run `huiying migrate`" if version in schema.upgrades else ""
    raise SchemaMismatch(f"{path} holds {schema.kind} of version {version}, this program knows {schema.version}{todo}")


def _mark(schema: Schema) -> int:
    """The application id of one kind of file, so that a posts file is never taken for a bus."""
    return crc32(schema.kind.encode()) >> 1


def _write_ahead(connection: sqlite3.Connection) -> None:
    for _ in range(_WAL_TRIES):
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError:
            # Processes that open a new file together: the switch does not wait its turn, a transaction does (tried).
            connection.execute("begin immediate")
            connection.execute("rollback")
        else:
            return
    connection.execute("pragma journal_mode = wal")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"pragma {name}").fetchone()
    return int(value)


def _file_of(connection: sqlite3.Connection) -> str:
    try:
        rows = connection.execute("pragma database_list").fetchall()
    except sqlite3.Error:
        return "the closed or broken file"
    return str(rows[0][2]) if rows else "the store"
