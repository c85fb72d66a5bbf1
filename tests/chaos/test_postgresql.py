"""PostgreSQL killed, paused and cut off under its writers: what was acknowledged is there, once, and chains verify."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from sqlalchemy import create_engine, text

from backends.clock import SystemClock
from backends.database import Database
from backends.incidents_sql import SqlIncidentStore
from backends.migrate import upgrade
from desk.caselog import verify, verify_office
from desk.change import IncidentQuery
from desk.errors import StaleIncident, StoreError
from tests.build import SECOND
from tests.build_incidents import a_change, a_notice, a_placement, an_event, an_incident
from tests.chaos.placers import AT_WORK, Office, flagged_posts, stop
from tests.engines.postgresql_server import PostgresqlServer
from tests.incident_writers import SHARED
from tests.journeys.running import seconds_until

pytestmark = [pytest.mark.engine, pytest.mark.process]

WRITERS = 2
_A_MOMENT = timedelta(milliseconds=20)
_CUT_OFF = """
    select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid() and datname = 'huiying'
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresqlServer]:
    # Not below pytest's own folder: each new run of pytest closes that to the server's user again.
    with TemporaryDirectory(prefix="huiying-engine-", ignore_cleanup_errors=True) as folder:
        server = PostgresqlServer(Path(folder))
        server.start()
        upgrade(server.url)
        yield server
        server.stop()


@pytest.fixture
def store(server: PostgresqlServer) -> Iterator[SqlIncidentStore]:
    """The store with the incident all writers share, and nothing else."""
    run(server, "truncate incident, case_log, office_chain, placement, notice, number_counter, lease")
    run(server, "update office set log_seq = 0, log_hash = ''")
    store = SqlIncidentStore(Database(server.url))
    store.save([a_change()])
    yield store
    store.close()


@dataclass
class Writer:
    """Adds posts to the shared incident as the placer does: by id, so that a repeat is known, and until it holds."""

    url: str
    name: str
    stopped: Event = field(default_factory=Event)
    acknowledged: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def write(self) -> None:
        store = SqlIncidentStore(Database(self.url))
        while not self.stopped.is_set():
            post_id = f"{self.name}-{len(self.acknowledged)}"
            self._insist(store, post_id)
            self.acknowledged.append(post_id)
        store.close()

    def _insist(self, store: SqlIncidentStore, post_id: str) -> None:
        while True:
            try:
                return self._join(store, post_id)
            except StaleIncident:
                continue
            except StoreError as error:
                self.troubles.append(str(error))
                SystemClock().sleep(_A_MOMENT)

    def _join(self, store: SqlIncidentStore, post_id: str) -> None:
        read = store.get(SHARED)
        if store.placements([post_id]):
            return  # The answer to an earlier commit was lost, not the commit.
        joined = replace(read, post_count=read.post_count + 1)
        placed = a_placement(post_id=post_id, incident_id=SHARED)
        own = an_incident(id=f"own-{post_id}")
        owed = a_notice(key=f"notice-{post_id}", incident_id=SHARED)
        change = a_change(
            incident=joined, events=(an_event(facts={"post": post_id}),), placements=(placed,), notices=(owed,)
        )
        store.save([change, a_change(incident=own, events=(an_event(by=self.name),))])


def while_written(server: PostgresqlServer, disturb: Callable[[Callable[[], int]], None]) -> list[Writer]:
    """Disturbs while all write; each then finishes what it has in hand."""
    writers = [Writer(server.url, f"{number}") for number in range(WRITERS)]
    with ThreadPoolExecutor(max_workers=WRITERS) as pool:
        writing = [pool.submit(writer.write) for writer in writers]
        try:
            disturb(lambda: min(len(writer.acknowledged) for writer in writers))
        finally:
            for writer in writers:
                writer.stopped.set()
        for each in writing:
            each.result(timeout=60)
    return writers


def more(acknowledged: Callable[[], int], by: int = 20) -> None:
    """Waits until every writer has saved so many more times."""
    before = acknowledged()
    seconds_until(lambda: acknowledged() >= before + by, at_most=60)


def run(server: PostgresqlServer, statement: str) -> None:
    engine = create_engine(server.url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def everything_is_there_once(store: SqlIncidentStore, writers: list[Writer]) -> None:
    acknowledged = [post_id for writer in writers for post_id in writer.acknowledged]
    shared = store.get(SHARED)
    assert sorted(placed.post_id for placed in store.posts(SHARED)) == sorted(acknowledged)
    assert (shared.post_count, shared.version) == (len(acknowledged), len(acknowledged) + 1)
    assert sorted(row.notice.key for row in store.notices()) == sorted(f"notice-{each}" for each in acknowledged)
    incidents = store.find(IncidentQuery(limit=100_000))
    assert {each.id for each in incidents} == {SHARED, *(f"own-{post_id}" for post_id in acknowledged)}
    assert len({incident.number for incident in incidents}) == len(incidents)
    chains = {incident.id: store.case_log(incident.id) for incident in incidents}
    assert [verify(chain) for chain in chains.values()] == [None] * len(incidents)
    assert len(chains[SHARED]) == len(acknowledged)
    assert verify_office(store.office_chain(), chains) is None


def test_server_killed_and_started_again_loses_and_doubles_nothing(
    server: PostgresqlServer, store: SqlIncidentStore
) -> None:
    def kills(acknowledged: Callable[[], int]) -> None:
        for _ in range(3):
            more(acknowledged)
            server.kill()
            server.start()
        more(acknowledged)

    writers = while_written(server, kills)

    assert all(writer.troubles for writer in writers)
    everything_is_there_once(store, writers)


def test_connections_cut_off_under_writers_lose_and_double_nothing(
    server: PostgresqlServer, store: SqlIncidentStore
) -> None:
    def cuts(acknowledged: Callable[[], int]) -> None:
        for _ in range(20):
            more(acknowledged, by=3)
            run(server, _CUT_OFF)
        more(acknowledged)

    writers = while_written(server, cuts)

    assert any(writer.troubles for writer in writers)
    everything_is_there_once(store, writers)


def test_server_that_hangs_for_a_while_loses_and_doubles_nothing(
    server: PostgresqlServer, store: SqlIncidentStore
) -> None:
    def hangs(acknowledged: Callable[[], int]) -> None:
        more(acknowledged)
        server.pause()
        SystemClock().sleep(3 * SECOND)
        server.resume()
        more(acknowledged)

    writers = while_written(server, hangs)

    everything_is_there_once(store, writers)


def test_connections_cut_off_while_nobody_writes_are_not_noticed(
    server: PostgresqlServer, store: SqlIncidentStore
) -> None:
    before = store.find(IncidentQuery())

    run(server, _CUT_OFF)

    assert store.find(IncidentQuery()) == before
    store.save([a_change(incident=before[0], events=(an_event(),))])
    assert store.get(SHARED).version == 2


def test_cut_off_in_the_middle_of_a_writing_leaves_nothing_of_it_and_the_next_holds(
    server: PostgresqlServer, store: SqlIncidentStore
) -> None:
    database = Database(server.url)

    def write() -> None:
        with database.writing() as connection:
            connection.execute(text("update incident set state = 'half written'"))
            run(server, _CUT_OFF)
            connection.execute(text("update incident set version = 7"))

    with pytest.raises(StoreError, match=r"^cannot write postgresql\+psycopg://huiying@127\.0\.0\.1"):
        write()

    assert (store.get(SHARED).version, store.get(SHARED).state) == (1, an_incident().state)
    with database.writing() as connection:
        assert connection.execute(text("select state, version from incident")).one() == (an_incident().state, 1)
    database.close()


def test_writer_that_stands_still_in_the_middle_holds_the_others_up_for_seconds_only(
    server: PostgresqlServer, store: SqlIncidentStore
) -> None:
    sleeper = Database(server.url)

    def write() -> None:
        with sleeper.writing() as connection:
            connection.execute(text("select 1 from office for update"))
            store.save([a_change(incident=store.get(SHARED), events=(an_event(),))])
            connection.execute(text("update office set log_seq = 0"))

    with pytest.raises(StoreError, match="idle-in-transaction timeout"):
        write()

    assert store.get(SHARED).version == 2
    sleeper.close()


def test_parts_outlive_a_server_that_is_away_and_each_says_so_once(
    server: PostgresqlServer, store: SqlIncidentStore, tmp_path: Path
) -> None:
    office = Office(tmp_path, {"HUIYING_DATABASE_URL": server.url, "HUIYING_WEBHOOK_SECRET": "a-secret-of-the-tests"})
    parts = office.start("place", "watch", "notify")
    seconds_until(lambda: office.last_said("place-watch-notify") == AT_WORK, at_most=30)
    office.flag(flagged_posts(300))
    seconds_until(lambda: office.placed(flagged_posts(300)) > 0, at_most=30)

    server.kill()
    seconds_until(lambda: office.events("place-watch-notify").count("cannot work, tries again") == 3, at_most=10)
    SystemClock().sleep(3 * SECOND)
    server.start()

    seconds_until(lambda: office.placed(flagged_posts(300)) == 300, at_most=30)
    seconds_until(lambda: office.events("place-watch-notify").count("works again") == 3, at_most=10)
    assert office.events("place-watch-notify").count("cannot work, tries again") == 3
    assert stop(parts) == [0]
