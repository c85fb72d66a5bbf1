"""The incident database on SQLite: durable, one writer at a time, refusals whole, and found by index."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import ClauseElement, text

from backends import incident_rows
from backends.database import Database, sqlite_url
from backends.incidents_sql import SqlIncidentStore
from desk.caselog import verify
from desk.change import IncidentQuery
from desk.errors import StoreError
from desk.incident import State
from tests.build import NOON, an_id
from tests.build_incidents import a_change, a_full_change, a_notice, an_event, an_incident
from tests.incident_stores import an_empty_file, everything


@pytest.fixture
def path(tmp_path: Path) -> Path:
    an_empty_file(tmp_path / "incidents.db")
    return tmp_path / "incidents.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(path))
    yield database
    database.close()


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("busy_timeout", 5_000)])
def test_file_is_opened_durable_and_patient(database: Database, pragma: str, value: object) -> None:
    with database.reading() as connection:
        found = connection.execute(text(f"pragma {pragma}")).scalar_one()

    assert found == value


def test_writer_takes_the_file_before_its_first_statement(database: Database, path: Path) -> None:
    other = sqlite3.connect(path, timeout=0, isolation_level=None)

    with database.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("begin immediate")

    other.execute("begin immediate")
    other.close()


def test_reader_neither_waits_for_a_writer_nor_holds_one_up(database: Database) -> None:
    with database.writing() as writer, database.reading() as reader:
        writer.execute(text("update office set log_seq = 7"))
        seen = reader.execute(text("select log_seq from office")).scalar_one()

    assert seen == 0


def test_driver_error_is_a_store_error_in_one_line(database: Database, path: Path) -> None:
    with (
        pytest.raises(StoreError, match=f"^cannot write {path}: no such table: nowhere$"),
        database.writing() as connection,
    ):
        connection.execute(text("insert into nowhere values (1)"))


def test_folder_that_does_not_exist_is_a_store_error(tmp_path: Path) -> None:
    store = SqlIncidentStore(Database(sqlite_url(tmp_path / "nowhere" / "incidents.db")))

    with pytest.raises(StoreError, match="unable to open"):
        store.find(IncidentQuery())


@pytest.mark.parametrize("table", ["incident", "case_log", "office_chain", "placement", "notice"])
def test_failure_half_way_through_a_save_leaves_nothing(database: Database, table: str) -> None:
    store = SqlIncidentStore(database)
    before = everything(store)
    with database.writing() as connection:
        connection.execute(text(FULL_DISK.format(table=table)))

    with pytest.raises(StoreError, match="disk is full"):
        store.save([a_full_change()])

    assert everything(store) == before
    with database.writing() as connection:
        connection.execute(text("drop trigger full_disk"))
    store.save([a_full_change()])
    assert store.get(an_id(1)).number == "云州-2026-0001"


def test_time_without_a_zone_is_refused_and_nothing_happens(database: Database) -> None:
    store = SqlIncidentStore(database)
    before = everything(store)

    with pytest.raises(StoreError):
        store.save([a_change(notices=(a_notice(owed_at=NOON.replace(tzinfo=None)),))])

    assert everything(store) == before


def test_text_erased_from_its_row_leaves_a_chain_that_verifies(database: Database) -> None:
    store = SqlIncidentStore(database)
    store.save([a_change(events=(an_event(text="来电人的原话"), an_event(text="留下的话")))])

    with database.writing() as connection:
        connection.execute(text("update case_log set text = null, salt = null where seq = 1"))

    assert verify(store.case_log(an_id(1))) is None
    assert [line.event.text for line in store.timeline(an_id(1))] == ["", "留下的话"]


def test_entry_changed_in_its_row_is_named(database: Database) -> None:
    store = SqlIncidentStore(database)
    store.save([a_change(events=(an_event(by="甲"), an_event(by="甲"), an_event(by="甲")))])

    with database.writing() as connection:
        connection.execute(
            text("update case_log set content = cast(replace(content, '甲', '乙') as blob) where seq = 2")
        )

    broken = verify(store.case_log(an_id(1)))
    assert broken is not None
    assert (broken.chain, broken.seq) == (an_id(1), 2)


def plan(database: Database, statement: ClauseElement) -> str:
    with database.reading() as connection:
        sql = statement.compile(connection, compile_kwargs={"literal_binds": True})
        return " / ".join(row[3] for row in connection.execute(text(f"explain query plan {sql}")))


LISTED = "SCAN incident USING INDEX incident_by_opening"
OPEN = "SEARCH incident USING INDEX incident_open (open=?"
BY_STATE = "SEARCH incident USING INDEX incident_by_state (state=?"
RECENT = "SEARCH incident USING INDEX incident_by_last_post (last_post_at>?"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (IncidentQuery(), (LISTED,)),
        (IncidentQuery(after=(NOON, an_id(1))), ("SEARCH incident USING INDEX incident_by_opening",)),
        (IncidentQuery(open_only=True), (OPEN,)),
        (IncidentQuery(open_only=True, after=(NOON, an_id(1))), (OPEN,)),
        (IncidentQuery(states=frozenset({State.REGISTERED, State.JUDGING})), (BY_STATE,)),
        (IncidentQuery(since=NOON), (RECENT,)),
        (IncidentQuery(open_only=True, since=NOON), (OPEN, RECENT)),
        (IncidentQuery(open_only=True, states=frozenset({State.JUDGING}), since=NOON), (OPEN, BY_STATE, RECENT)),
    ],
)
def test_search_goes_by_an_index(database: Database, query: IncidentQuery, expected: tuple[str, ...]) -> None:
    assert plan(database, incident_rows.found_by(query)).startswith(expected)


def test_open_incidents_need_no_sorting(database: Database) -> None:
    assert "TEMP B-TREE" not in plan(database, incident_rows.found_by(IncidentQuery(open_only=True)))


def test_due_goes_by_its_index_in_its_order(database: Database) -> None:
    found = plan(database, incident_rows.due_by(NOON, limit=100))

    assert found == "SEARCH incident USING INDEX incident_due (next_moment<?)"


def test_next_moment_reads_one_entry_of_its_index(database: Database) -> None:
    found = plan(database, incident_rows.first_moment())

    assert found == "SEARCH incident USING COVERING INDEX incident_due (next_moment>?)"


def test_due_takes_no_more_steps_among_many_closed_incidents(database: Database) -> None:
    store = SqlIncidentStore(database)
    store.save([a_change(incident=an_incident(next_moment=NOON))])
    few = steps_of_due(database)

    store.save([a_change(incident=replace(A_CLOSED_INCIDENT, id=an_id(number))) for number in range(2, 2_000)])

    assert steps_of_due(database) <= few + 10


def steps_of_due(database: Database) -> int:
    """How many instructions SQLite needs to tell what is due and which incidents are open."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    with database.reading() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_progress_handler(step, 1)
        incident_rows.due(connection, NOON + timedelta(days=1), limit=100)
        incident_rows.next_moment(connection)
        incident_rows.find(connection, IncidentQuery(open_only=True))
        raw.set_progress_handler(None, 0)
    return steps


FULL_DISK = "create trigger full_disk before insert on {table} begin select raise(abort, 'disk is full'); end"
A_CLOSED_INCIDENT = an_incident(state=State.ARCHIVED)
