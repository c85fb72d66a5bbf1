"""One way to open the incident database: an SQLite file, or PostgreSQL by its URL (DESIGN §4.2).

All that differs between the two engines stands here; the stores are written once.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExecutionContext
from sqlalchemy.exc import StatementError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.pool import ConnectionPoolEntry

from desk.errors import StoreError

BUSY_MILLISECONDS = 5_000
_WRITING = "huiying_writing"
_CONNECT_SECONDS = 5
_ON_A_SERVER = (
    # A writer that was stopped in mid-transaction holds up the whole office: its transaction is ended for it.
    "-c idle_in_transaction_session_timeout=4000",
    # Nobody waits longer than that for another writer; who is refused tries again.
    "-c lock_timeout=10000",
    "-c timezone=UTC",
)

Row: TypeAlias = Mapping[str, object]


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite file."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


class Database:
    """An SQLite file or a PostgreSQL database, opened at first use; its transactions are whole or nothing."""

    def __init__(self, url: str) -> None:
        self._engine = plain_engine(url)
        self._writing = self._engine.execution_options(**{_WRITING: True})
        self._reading = self._engine
        self._name = name_of(url)
        if self._engine.dialect.name == "sqlite":
            _prepare_sqlite(self._engine)
        else:
            _send_rows_one_by_one(self._engine)
            # A server shows each statement of a transaction another moment unless it is told not to.
            self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One reading transaction: everything read in it is of one moment. Raises StoreError."""
        with translated(f"cannot read {self._name}"), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One writing transaction, taken at once; all of it or nothing. Raises StoreError; then nothing was written.

        Only where the connection to a server is lost in the very commit, nobody can know: it is all there or nothing,
        and whoever repeats it, by its key or version, finds out.
        """
        with translated(f"cannot write {self._name}"), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Lets go of all connections."""
        self._engine.dispose()


def is_server(url: str) -> bool:
    """Whether the database is a server's rather than a file."""
    return make_url(url).get_backend_name() != "sqlite"


def name_of(url: str) -> str:
    """What to call the database in a message: its file, or its URL without password and options."""
    parts = make_url(url)
    return str(parts.set(query={})) if is_server(url) else parts.database or ""


def insert_or_ignore(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Adds the rows; one whose key is known leaves the stored row as it was."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def insert_or_replace(connection: Connection, table: Table, row: Row) -> None:
    """Adds the row, or replaces the one with its primary key."""
    keys = [column.name for column in table.primary_key]
    insert = _insert(connection, table)
    others = {column.name: column for column in insert.excluded if column.name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=others), row)


def _insert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def plain_engine(url: str) -> Engine:
    """The engine of a database as SQLAlchemy makes it: opened at first use, an SQLite file left as it is."""
    # An error then never repeats the values it was given (`hide_parameters`): they may hold the words of a post.
    if not is_server(url):
        return create_engine(url, hide_parameters=True)
    asked = {"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": 10_000, "keepalives_idle": 10}
    # A connection is tried before it is used: one the server dropped while nobody looked is replaced, not reported.
    return create_engine(
        url, hide_parameters=True, pool_pre_ping=True, connect_args={**asked, "options": " ".join(_ON_A_SERVER)}
    )


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Driver errors come out as StoreError, beginning with `what`."""
    try:
        yield
    except StatementError as error:
        raise StoreError(f"{what}: {_first_line(error.orig)}") from error
    except NoConnectionLeft as error:
        raise StoreError(f"{what}: all connections are in use") from error


def _first_line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0]


def _send_rows_one_by_one(engine: Engine) -> None:
    @event.listens_for(engine, "do_executemany")
    def send(cursor: DBAPICursor, statement: str, rows: Sequence[Row], _context: ExecutionContext) -> bool:
        # The driver would pipeline them: to the server a writer stopped in the middle of a pipeline is not idle, and no
        # time-out ends its transaction (tests/chaos/test_whole_line.py).
        for row in rows:
            cursor.execute(statement, row)
        return True


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions by itself: it would begin them deferred.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
        cursor.execute("pragma journal_mode = wal")
        cursor.execute("pragma synchronous = full")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns to writing can lose a race without an error (DESIGN §4.2).
        writing = connection.get_execution_options().get(_WRITING, False)
        connection.exec_driver_sql("begin immediate" if writing else "begin")
