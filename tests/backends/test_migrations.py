"""The incident database is made and checked by its migrations: whole, or untouched."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from backends.database import Database, name_of, sqlite_url
from backends.incident_tables import metadata
from backends.incidents_sql import SqlIncidentStore
from backends.migrate import require_current, upgrade
from desk.errors import SchemaMismatch, StoreError
from tests.build_incidents import a_change, an_incident
from tests.incident_stores import SQL_KINDS, an_empty_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "incidents 50%.db"


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    names = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
    connection.close()
    return names


def write(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("kind", SQL_KINDS)
def test_migrations_make_exactly_the_tables_the_stores_use(kind: str, tmp_path: Path) -> None:
    engine = create_engine(an_empty_database(kind, tmp_path))

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []
    engine.dispose()


def test_migrated_database_is_accepted(path: Path) -> None:
    upgrade(sqlite_url(path))

    require_current(sqlite_url(path))

    assert {"incident", "case_log", "notice", "alembic_version"} <= tables(path)


def test_migrating_again_keeps_what_is_stored(path: Path) -> None:
    upgrade(sqlite_url(path))
    store = SqlIncidentStore(Database(sqlite_url(path)))
    store.save([a_change()])

    upgrade(sqlite_url(path))

    assert store.get(an_incident().id).number == "云州-2026-0001"
    store.close()


def test_missing_database_is_refused_and_not_made(path: Path) -> None:
    with pytest.raises(SchemaMismatch, match="run `huiying migrate`"):
        require_current(sqlite_url(path))

    assert not path.exists()


def test_file_without_our_tables_is_refused_and_left_as_it_was(path: Path) -> None:
    write(path, "create table stranger (id integer)")
    before = path.read_bytes()

    with pytest.raises(
        SchemaMismatch, match=r"50%\.db is of no version, this program knows \d+: run `huiying migrate`"
    ):
        require_current(sqlite_url(path))

    assert path.read_bytes() == before


def test_database_of_a_newer_program_is_refused_and_left_as_it_was(path: Path) -> None:
    upgrade(sqlite_url(path))
    write(path, "update alembic_version set version_num = '9999'")
    before = path.read_bytes()

    with pytest.raises(
        SchemaMismatch, match=r"is of version 9999, this program knows \d+: use the program that wrote it"
    ):
        require_current(sqlite_url(path))
    with pytest.raises(SchemaMismatch, match="9999"):
        upgrade(sqlite_url(path))

    assert path.read_bytes() == before


def test_migration_that_fails_half_way_leaves_nothing(path: Path) -> None:
    write(path, "create table lease (id integer)")

    with pytest.raises(StoreError, match="lease already exists"):
        upgrade(sqlite_url(path))

    assert tables(path) == {"lease"}


def test_file_that_is_no_database_is_a_store_error(path: Path) -> None:
    path.write_bytes("这不是数据库".encode() * 500)

    with pytest.raises(StoreError, match="cannot read"):
        require_current(sqlite_url(path))


def test_messages_name_a_server_without_its_password() -> None:
    assert name_of("postgresql+psycopg://desk:secret@db.yunzhou/huiying") == (
        "postgresql+psycopg://desk:***@db.yunzhou/huiying"
    )
