"""A file that is no bus, or no longer one, is refused with one clear line and left alone."""

import sqlite3
from pathlib import Path

import pytest

from backends.bus_local import SCHEMA, LocalBus
from backends.clock import SystemClock
from backends.sqlite import Schema, connect
from desk.errors import BusError, SchemaMismatch
from desk.travel import POSTS
from tests.build import MINUTE
from tests.buses import OLDER, publish


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bus.db"


def written_as_rollback_journal(path: Path, *statements: str) -> bytes:
    """A file another program wrote."""
    foreign = sqlite3.connect(path)
    for statement in statements:
        foreign.execute(statement)
    foreign.commit()
    foreign.close()
    return path.read_bytes()


def test_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_bytes(b"the duty officer's shopping list " * 1000)
    before = path.read_bytes()

    with pytest.raises(BusError, match=r"cannot open the bus file .*bus\.db: file is not a database"):
        LocalBus(path)

    assert path.read_bytes() == before


def test_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(BusError, match=r"cannot open the bus file .*missing/bus\.db: unable to open database file"):
        LocalBus(tmp_path / "missing" / "bus.db")


@pytest.mark.parametrize("version", [SCHEMA.version - 1, SCHEMA.version + 1])
def test_bus_of_another_version_is_refused_and_left_alone(path: Path, version: int) -> None:
    LocalBus(path).close()
    before = written_as_rollback_journal(path, "pragma journal_mode = delete", f"pragma user_version = {version}")

    with pytest.raises(SchemaMismatch):
        LocalBus(path)

    assert path.read_bytes() == before


def test_version_of_the_file_and_of_the_program_are_named(path: Path) -> None:
    LocalBus(path).close()
    written_as_rollback_journal(path, "pragma user_version = 7")

    with pytest.raises(SchemaMismatch, match=r"bus\.db holds bus of version 7, this program knows 2$"):
        LocalBus(path)


def test_database_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    before = written_as_rollback_journal(path, "create table shopping (item text)")

    with pytest.raises(SchemaMismatch, match=r"bus\.db was not written as bus"):
        LocalBus(path)

    assert path.read_bytes() == before


def test_another_file_of_ours_is_not_taken_for_a_bus(path: Path) -> None:
    connect(path, Schema(kind="posts", version=SCHEMA.version, statements=("create table post (id text)",))).close()

    with pytest.raises(SchemaMismatch, match=r"bus\.db was not written as bus"):
        LocalBus(path)


def test_bus_damaged_inside_gives_one_clear_error_when_it_is_read(path: Path) -> None:
    bus = LocalBus(path)
    publish(bus, *[b"x" * 1000] * 500)
    bus.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))

    damaged = LocalBus(path)

    with pytest.raises(BusError, match=r"bus\.db: database disk image is malformed"):
        damaged.subscribe(POSTS, group="screen")
    damaged.close()


def test_bus_cut_short_gives_one_clear_error_when_it_is_opened(path: Path) -> None:
    bus = LocalBus(path)
    publish(bus, *[b"x" * 1000] * 500)
    bus.close()
    path.write_bytes(path.read_bytes()[:50_000])

    with pytest.raises(BusError, match=r"cannot open the bus file .*bus\.db: database disk image is malformed"):
        LocalBus(path)


def test_bus_of_an_older_program_is_refused_until_it_is_migrated(path: Path) -> None:
    connect(path, OLDER).close()

    with pytest.raises(SchemaMismatch, match=r"of version 1, this program knows \d+: run `huiying migrate`"):
        LocalBus(path)
    LocalBus(path, migrate=True).close()

    bus = LocalBus(path)
    assert bus.lag("posts", group="screen") == 1
    bus.close()


def test_records_from_before_the_upgrade_count_as_published_then(path: Path) -> None:
    connect(path, OLDER).close()
    before = SystemClock().now() - MINUTE

    bus = LocalBus(path, migrate=True)

    assert (bus.forget("posts", before), bus.forget("posts", before + 2 * MINUTE)) == (0, 1)
    bus.close()
