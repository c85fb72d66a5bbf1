"""Which backends a desk gets: engines only the real one, and only those that are set."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.desk_folder import DeskFolder
from backends.settings import Settings, load_settings
from backends.wiring import database_of, open_backends
from desk.change import IncidentQuery
from desk.errors import BadSettings, SchemaMismatch, StoreError
from desk.travel import POSTS, Outgoing
from tests.build import SECOND, a_screened_post
from tests.engines import started
from tests.engines.own_names import own_prefix
from tests.engines.server import free_ports
from tests.incident_stores import an_empty_database

REHEARSALS = ["drill", "replay/autumn"]


@pytest.fixture
def prefix() -> Iterator[str]:
    with own_prefix() as prefix:
        yield prefix


def settings_in(folder: Path, **environ: str) -> Settings:
    return load_settings({"data": str(folder)}, {f"HUIYING_{name}": given for name, given in environ.items()}, folder)


def with_engines_that_are_away(folder: Path) -> Settings:
    kafka, elasticsearch, database = free_ports(3)
    return settings_in(
        folder,
        KAFKA_SERVERS=f"127.0.0.1:{kafka}",
        ELASTICSEARCH_URL=f"http://127.0.0.1:{elasticsearch}",
        DATABASE_URL=f"postgresql://desk:hunter22@127.0.0.1:{database}/huiying",
    )


def test_desk_without_engines_stands_in_its_folder(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path, "desk")

    with open_backends(folder, settings_in(tmp_path), migrate=True) as backends:
        found = backends.incidents.find(IncidentQuery())

    assert found == []
    assert [path.name for path in sorted(folder.path.glob("*.db"))] == ["bus.db", "incidents.db", "posts.db"]


@pytest.mark.parametrize("name", REHEARSALS)
def test_rehearsal_stands_in_its_folder_whatever_is_set(tmp_path: Path, name: str) -> None:
    folder = DeskFolder(tmp_path, name)

    with open_backends(folder, with_engines_that_are_away(tmp_path), migrate=True) as backends:
        found = (backends.incidents.find(IncidentQuery()), backends.posts.counts().posts)

    assert found == ([], 0)
    assert [path.name for path in sorted(folder.path.glob("*.db"))] == ["bus.db", "incidents.db", "posts.db"]


@pytest.mark.parametrize("name", REHEARSALS)
def test_rehearsal_has_no_address_outside_its_folder(tmp_path: Path, name: str) -> None:
    found = database_of(DeskFolder(tmp_path, name), with_engines_that_are_away(tmp_path))

    assert found == f"sqlite:///{tmp_path / name / 'incidents.db'}"


@pytest.mark.parametrize("migrate", [False, True])
def test_desk_whose_database_is_away_says_so_in_one_line_without_the_password(tmp_path: Path, *, migrate: bool) -> None:
    settings = with_engines_that_are_away(tmp_path)

    with (
        pytest.raises(StoreError) as refusal,
        open_backends(DeskFolder(tmp_path, "desk"), settings, migrate=migrate),
    ):
        pass

    told = str(refusal.value)
    assert told.startswith("cannot read postgresql+psycopg://desk:***@127.0.0.1:")
    assert "refused" in told
    assert "hunter22" not in told
    assert len(told.splitlines()) == 1


def test_desk_nobody_migrated_does_not_open(tmp_path: Path) -> None:
    with (
        pytest.raises(SchemaMismatch, match="run `huiying migrate`"),
        open_backends(DeskFolder(tmp_path, "desk"), settings_in(tmp_path)),
    ):
        pass


def test_names_that_lead_out_of_the_data_folder_open_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadSettings), open_backends(DeskFolder(tmp_path, "../desk"), settings_in(tmp_path)):
        pass


def test_desk_looks_at_its_incidents_while_kafka_and_elasticsearch_are_away(tmp_path: Path) -> None:
    kafka, elasticsearch = free_ports(2)
    servers, url = f"127.0.0.1:{kafka}", f"http://127.0.0.1:{elasticsearch}"
    settings = settings_in(tmp_path, KAFKA_SERVERS=servers, ELASTICSEARCH_URL=url)

    with open_backends(DeskFolder(tmp_path, "desk"), settings, migrate=True) as backends:
        found = backends.incidents.find(IncidentQuery())

    assert found == []
    assert [path.name for path in DeskFolder(tmp_path, "desk").path.glob("*.db")] == ["incidents.db"]


@pytest.mark.engine
def test_desk_on_engines_keeps_no_store_in_its_folder(tmp_path: Path, prefix: str) -> None:
    settings = settings_in(
        tmp_path,
        KAFKA_SERVERS=started.kafka(),
        ELASTICSEARCH_URL=started.elasticsearch(),
        DATABASE_URL=an_empty_database("postgresql", tmp_path),
        ENGINE_PREFIX=prefix,
    )

    with open_backends(DeskFolder(tmp_path, "desk"), settings) as backends:
        backends.posts.put([a_screened_post()])
        backends.bus.publish([Outgoing(topic=POSTS, key="k", value=b"post")])
        backends.bus.flush()
        with backends.bus.subscribe(POSTS, group="screen") as subscription:
            polled = subscription.poll(limit=10, timeout=20 * SECOND)
        stored = backends.posts.counts().posts

    assert ([record.value for record in polled], stored) == ([b"post"], 1)
    assert list(DeskFolder(tmp_path, "desk").path.glob("*.db")) == []
