"""The incident database on PostgreSQL: made once however many begin, the same as on SQLite."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Inspector, create_engine, inspect, text

from backends.database import Database
from backends.incidents_sql import SqlIncidentStore
from backends.migrate import require_current, upgrade
from desk.errors import SchemaMismatch
from tests.build_incidents import a_change, an_incident
from tests.incident_stores import a_bare_postgresql, an_empty_database

pytestmark = pytest.mark.engine


@pytest.fixture
def url() -> Iterator[str]:
    url = a_bare_postgresql()
    yield url
    a_bare_postgresql()


def run(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def shape(found: Inspector) -> dict[str, object]:
    """What both engines must agree on: tables, columns with their kind, keys and indexes."""
    kinds = {"BOOLEAN": "flag", "BYTEA": "bytes", "BLOB": "bytes", "BIGINT": "number", "INTEGER": "number"}
    return {
        table: (
            [
                (each["name"], kinds.get(str(each["type"]), "text"), each["nullable"])
                for each in found.get_columns(table)
            ],
            found.get_pk_constraint(table)["constrained_columns"],
            sorted(tuple(each["column_names"]) for each in found.get_unique_constraints(table)),
            sorted(
                (each["name"], tuple(each["column_names"]), bool(each["unique"]))
                for each in found.get_indexes(table)
                if "duplicates_constraint" not in each
            ),
        )
        for table in found.get_table_names()
    }


def test_migrations_leave_the_same_tables_on_both_engines(url: str, tmp_path: Path) -> None:
    upgrade(url)
    engines = [create_engine(url), create_engine(an_empty_database("sqlite", tmp_path))]

    on_the_server, in_the_file = (shape(inspect(engine)) for engine in engines)

    assert on_the_server == in_the_file
    assert {"incident", "account", "cursor", "alembic_version"} <= set(on_the_server)
    for engine in engines:
        engine.dispose()


def test_several_that_migrate_at_once_make_it_once(url: str) -> None:
    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(upgrade, [url] * 6))

    require_current(url)
    store = SqlIncidentStore(Database(url))
    store.save([a_change()])
    assert store.get(an_incident().id).number == "云州-2026-0001"
    store.close()


def test_database_nobody_migrated_is_refused_and_left_as_it_was(url: str) -> None:
    with pytest.raises(SchemaMismatch, match=r"^postgresql\S+ is of no version, .*: run `huiying migrate`$"):
        require_current(url)

    assert tables(url) == set()


def test_database_of_a_newer_program_is_refused_and_left_as_it_was(url: str) -> None:
    upgrade(url)
    run(url, "update alembic_version set version_num = '9999'")
    before = tables(url)

    with pytest.raises(SchemaMismatch, match="use the program that wrote it"):
        require_current(url)
    with pytest.raises(SchemaMismatch, match="9999"):
        upgrade(url)

    assert tables(url) == before


def test_migration_that_fails_half_way_leaves_nothing(url: str) -> None:
    run(url, "create table lease (id integer)")

    with pytest.raises(Exception, match='relation "lease" already exists'):
        upgrade(url)

    assert tables(url) == {"lease"}
