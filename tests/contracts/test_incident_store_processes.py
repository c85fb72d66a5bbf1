"""Several processes or threads on one incident database: nothing lost, nothing twice, an old placer fenced off."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from backends.database import Database
from backends.incidents_sql import SqlIncidentStore
from desk.caselog import verify, verify_office
from desk.change import IncidentQuery
from tests.build import an_id
from tests.build_incidents import a_change, a_notice, an_event, an_incident
from tests.incident_stores import KINDS, SQL_KINDS, HandClock, Office, an_empty_database, everything
from tests.incident_writers import SHARED, claim_everything, join_posts, place_after_a_pause, write_at_once

pytestmark = pytest.mark.process

SPAWN = multiprocessing.get_context("spawn")
WRITERS = 4
SAVES = 25
PATIENCE = timedelta(seconds=30)
TIMEOUT = 120


@pytest.fixture(params=SQL_KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return an_empty_database(request.param, tmp_path)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(url: str, clock: HandClock) -> Iterator[SqlIncidentStore]:
    store = SqlIncidentStore(Database(url), monotonic=clock)
    yield store
    store.close()


@pytest.fixture
def old_placer(url: str) -> Iterator["tuple[SpawnProcess, Connection[object, object]]"]:
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=place_after_a_pause, args=(url, theirs))
    process.start()
    yield process, ours
    process.kill()


def run_all(processes: list[SpawnProcess]) -> list[int | None]:
    for process in processes:
        process.start()
    for process in processes:
        process.join(TIMEOUT)
    return [process.exitcode for process in processes]


def test_four_processes_lose_no_update_and_break_no_chain(store: SqlIncidentStore, url: str) -> None:
    store.save([a_change()])

    exits = run_all([SPAWN.Process(target=write_at_once, args=(url, writer, SAVES)) for writer in range(WRITERS)])

    assert exits == [0] * WRITERS
    shared = store.get(SHARED)
    assert (shared.post_count, shared.version) == (WRITERS * SAVES, WRITERS * SAVES + 1)
    assert len({placement.post_id for placement in store.posts(SHARED)}) == WRITERS * SAVES
    assert [line.seq for line in store.timeline(SHARED)] == list(range(1, WRITERS * SAVES + 1))
    incidents = store.find(IncidentQuery(limit=1_000))
    assert {incident.number for incident in incidents} == {f"云州-2026-{n:04d}" for n in range(1, 102)}
    chains = {incident.id: store.case_log(incident.id) for incident in incidents}
    assert [verify(chain) for chain in chains.values()] == [None] * len(incidents)
    assert verify_office(store.office_chain(), chains) is None
    assert len(store.office_chain()) == 2 * WRITERS * SAVES


def test_placer_paused_and_continued_is_fenced_and_writes_nothing(
    store: SqlIncidentStore, old_placer: "tuple[SpawnProcess, Connection[object, object]]", clock: HandClock
) -> None:
    process, line = old_placer
    assert line.poll(TIMEOUT)
    assert line.recv() == 1
    os.waitid(os.P_PID, process.pid or 0, os.WSTOPPED | os.WNOWAIT)
    first_look = store.acquire_lease("placer", "new", patience=PATIENCE)
    clock.seconds += PATIENCE.total_seconds()
    epoch = store.acquire_lease("placer", "new", patience=PATIENCE)
    store.save([a_change(incident=an_incident(id=an_id(2)), events=(an_event(by="new"),))], epoch=epoch)
    before = everything(store)

    os.kill(process.pid or 0, signal.SIGCONT)

    assert line.poll(TIMEOUT)
    assert (first_look, epoch, line.recv()) == (None, 2, "Fenced")
    assert everything(store) == before


def test_notice_is_claimed_by_one_process_only(store: SqlIncidentStore, url: str) -> None:
    keys = [f"notice {number}" for number in range(40)]
    store.save([a_change(notices=tuple(replace(a_notice(), key=key) for key in keys))])
    lines = [SPAWN.Pipe() for _ in range(3)]

    exits = run_all([SPAWN.Process(target=claim_everything, args=(url, theirs)) for _, theirs in lines])

    assert exits == [0, 0, 0]
    claimed = [key for ours, _ in lines for key in ours.recv()]
    assert sorted(claimed) == sorted(keys)


@pytest.mark.parametrize("kind", KINDS)
def test_threads_that_share_a_store_lose_no_update(kind: str, tmp_path: Path) -> None:
    office = Office(kind, tmp_path)
    shared = office.open()
    shared.save([a_change()])

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(lambda writer: join_posts(shared, writer, 10), range(8)))

    assert (shared.get(SHARED).post_count, len(shared.posts(SHARED))) == (80, 80)
    assert verify(shared.case_log(SHARED)) is None
    office.close()
