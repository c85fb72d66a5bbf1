"""The resident loop on a real database and a real web server: prompt, not held up by one that hangs, and stoppable."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from backends.clock import Stopwatch, SystemClock, attempts
from backends.database import Database
from backends.incidents_sql import SqlIncidentStore
from backends.local_receiver import LocalReceiver
from backends.telemetry import log
from desk.change import Notice, NoticeState
from desk.errors import NotifyError, StoreError
from flows.notify import Arrival, Courier, ToOne, notify_loop
from tests.build import NOON, an_id
from tests.build_incidents import a_change, a_notice, an_incident
from tests.incident_stores import an_empty_database

SECRET = "correct-horse-battery"
PATIENCE = timedelta(seconds=5)
CLOCK = SystemClock()


@pytest.fixture
def incidents(tmp_path: Path) -> Iterator[SqlIncidentStore]:
    store = SqlIncidentStore(Database(an_empty_database("sqlite", tmp_path)))
    yield store
    store.close()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[LocalReceiver]:
    with LocalReceiver(tmp_path / "spool", SECRET) as receiver:
        yield receiver


class Running:
    """The loop in a thread of its own, and the word that stops it."""

    def __init__(self, incidents: SqlIncidentStore, courier: Courier, pool: ThreadPoolExecutor) -> None:
        self.stop = threading.Event()
        self.ended: Future[None] = pool.submit(
            notify_loop,
            incidents,
            courier,
            CLOCK,
            board="http://127.0.0.1:8765",
            stopped=self.stop.is_set,
            logger=log("notify"),
        )


@contextmanager
def running(incidents: SqlIncidentStore, courier: Courier) -> Iterator[Running]:
    with ThreadPoolExecutor(max_workers=1) as pool:
        loop = Running(incidents, courier, pool)
        try:
            yield loop
        finally:
            loop.stop.set()
        loop.ended.result(timeout=PATIENCE.total_seconds())


class Hanging:
    """A courier whose receiver keeps `hung` waiting until it is let go, and takes everything else at once."""

    def __init__(self, hung: str) -> None:
        self.let_go = threading.Event()
        self.entered = threading.Event()
        self.took: list[str] = []
        self._hung = hung

    def deliver(self, notice: Notice, now: datetime) -> Arrival:
        del now
        if notice.key == self._hung:
            self.entered.set()
            self.let_go.wait(PATIENCE.total_seconds())
        self.took.append(notice.key)
        return Arrival(reached=())


class Answering:
    """A courier that fails with its error, or delivers with its remark."""

    def __init__(self, *, remark: str | None = None, error: Exception | None = None) -> None:
        self._remark = remark
        self._error = error

    def deliver(self, notice: Notice, now: datetime) -> Arrival:
        del notice, now
        if self._error is not None:
            raise self._error
        return Arrival(reached=(), remark=self._remark)


def owe(incidents: SqlIncidentStore, number: int) -> Notice:
    notice = a_notice(key=f"n-{number}", incident_id=an_id(number), owed_at=NOON)
    incidents.save([a_change(incident=an_incident(id=an_id(number)), notices=(notice,))])
    return notice


def seconds_until_received(incidents: SqlIncidentStore, receiver: LocalReceiver, number: int) -> float:
    watch = Stopwatch()
    owe(incidents, number)
    _ = next(None for _ in attempts(CLOCK, PATIENCE) if len(receiver.received()) == number)
    return watch.elapsed()


def test_what_is_saved_is_received_within_a_second(incidents: SqlIncidentStore, receiver: LocalReceiver) -> None:
    with running(incidents, ToOne(receiver.notifier(CLOCK))):
        waited = sorted(seconds_until_received(incidents, receiver, number) for number in range(1, 21))

    assert waited[18] < 1.0
    assert {row.state for row in incidents.notices()} == {NoticeState.SENT}


def test_a_receiver_that_hangs_does_not_hold_up_the_others(incidents: SqlIncidentStore) -> None:
    courier = Hanging("n-1")
    owe(incidents, 1)

    with running(incidents, courier):
        assert courier.entered.wait(PATIENCE.total_seconds())
        owe(incidents, 2)
        others = next(list(courier.took) for _ in attempts(CLOCK, PATIENCE) if courier.took)
        courier.let_go.set()

    assert others == ["n-2"]
    assert {row.state for row in incidents.notices()} == {NoticeState.SENT}


def test_a_loop_that_is_stopped_finishes_what_is_on_its_way(incidents: SqlIncidentStore) -> None:
    courier = Hanging("n-1")
    owe(incidents, 1)

    with running(incidents, courier) as loop:
        assert courier.entered.wait(PATIENCE.total_seconds())
        loop.stop.set()
        owe(incidents, 2)
        courier.let_go.set()

    assert courier.took == ["n-1"]
    assert [row.state for row in incidents.notices()] == [NoticeState.SENT, NoticeState.WAITING]


def test_a_failure_waits_for_its_time_and_says_why(incidents: SqlIncidentStore) -> None:
    owe(incidents, 1)

    with running(incidents, Answering(error=NotifyError("nobody answers"))):
        row = next(row for _ in attempts(CLOCK, PATIENCE) for row in incidents.notices() if row.last_error)

    assert (row.state, row.attempts, row.last_error) == (NoticeState.WAITING, 1, "nobody answers")


def test_what_the_rota_lacks_stands_beside_a_delivered_notice(incidents: SqlIncidentStore) -> None:
    owe(incidents, 1)

    with running(incidents, Answering(remark="nobody is on duty as 值班员")):
        row = next(row for _ in attempts(CLOCK, PATIENCE) for row in incidents.notices() if row.sent_at)

    assert (row.state, row.last_error) == (NoticeState.SENT, "nobody is on duty as 值班员")


def test_an_error_of_the_store_ends_the_loop_instead_of_being_swallowed(incidents: SqlIncidentStore) -> None:
    owe(incidents, 1)

    with ThreadPoolExecutor(max_workers=1) as pool:
        loop = Running(incidents, Answering(error=StoreError("the disk is full")), pool)
        with pytest.raises(StoreError, match="the disk is full"):
            loop.ended.result(timeout=PATIENCE.total_seconds())
