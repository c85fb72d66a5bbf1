"""Opens the incident store under test, of every kind there is, over nothing."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import pytest
from sqlalchemy import create_engine, text

from backends.database import Database, sqlite_url
from backends.incident_tables import metadata
from backends.incidents_memory import MemoryIncidentStore
from backends.incidents_sql import SqlIncidentStore
from backends.migrate import require_current, upgrade
from desk.change import IncidentQuery
from desk.errors import SchemaMismatch
from desk.ports import IncidentStore
from tests.engines import started

SQL_KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.engine))
KINDS = ("memory", *SQL_KINDS)


AuditedStore: TypeAlias = IncidentStore


class HandClock:
    """A monotonic clock that moves by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Office:
    """One office's incidents, opened as often as a test likes; each opener has its own monotonic clock."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.clock = HandClock()
        self._memory = MemoryIncidentStore(monotonic=self.clock)
        self._url = "" if kind == "memory" else an_empty_database(kind, folder)
        self._opened: list[AuditedStore] = []

    def open(self, monotonic: Callable[[], float] | None = None) -> AuditedStore:
        """The store; the one in memory is the same for all openers."""
        if not self._url:
            return self._memory
        self._opened.append(SqlIncidentStore(Database(self._url), monotonic=monotonic or self.clock))
        return self._opened[-1]

    def close(self) -> None:
        for store in self._opened:
            store.close()


def an_empty_database(kind: str, folder: Path) -> str:
    """The URL of a migrated database without a row of ours."""
    return _empty_postgresql() if kind == "postgresql" else an_empty_file(folder / "incidents.db")


def an_empty_file(path: Path) -> str:
    """The URL of a migrated SQLite file without a row of ours."""
    path.write_bytes(_migrated_file())
    return sqlite_url(path)


def everything(store: IncidentStore) -> tuple[object, ...]:
    """All that can be seen in a store: equal before and after means that nothing happened."""
    incidents = store.find(IncidentQuery(limit=1_000))
    return (
        incidents,
        [store.timeline(incident.id) for incident in incidents],
        [store.posts(incident.id) for incident in incidents],
        store.office_chain(),
        store.notices(),
        store.outcomes(),
        store.next_moment(),
    )


@cache
def _migrated_file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "incidents.db"
        upgrade(sqlite_url(path))
        return path.read_bytes()


def a_bare_postgresql() -> str:
    """The URL of a PostgreSQL database without a table."""
    url = started.postgresql()
    _run(url, "drop schema public cascade", "create schema public")
    return url


def _empty_postgresql() -> str:
    url = started.postgresql()
    try:
        require_current(url)
    except SchemaMismatch:
        upgrade(a_bare_postgresql())
    emptied = [f"delete from {table.name}" for table in metadata.sorted_tables if table.name != "office"]
    _run(url, *emptied, "update office set log_seq = 0, log_hash = ''")
    return url


def _run(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
