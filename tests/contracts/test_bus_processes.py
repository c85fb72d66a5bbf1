"""The bus file under real processes: several write at once, some are killed or frozen, nothing is lost or doubled."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TypeAlias

import pytest

from backends.bus_local import LocalBus
from backends.heartbeat import Pace
from desk.errors import BusError
from desk.ports import Subscription
from desk.travel import POSTS, Outgoing

pytestmark = pytest.mark.process

Wire: TypeAlias = "Connection[object, object]"

FORK = multiprocessing.get_context("fork")
AT_ONCE = timedelta()
SOON = timedelta(milliseconds=200)
LONG_ENOUGH = timedelta(seconds=30)
WRITERS, FLUSHES, BATCH = 4, 25, 20
OPENERS = 6


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bus.db"


def opened(path: Path) -> LocalBus:
    return LocalBus(path, pace=Pace(patience=SOON))


def batch(writer: int, number: int) -> list[Outgoing]:
    return [Outgoing(topic=POSTS, key=f"{writer}", value=b"%d" % (number * BATCH + place)) for place in range(BATCH)]


def write_some(path: Path, writer: int, together: Barrier) -> None:
    together.wait()
    bus = LocalBus(path)
    for number in range(FLUSHES):
        bus.publish(batch(writer, number))
        bus.flush()
    bus.close()


def write_without_end(path: Path) -> None:
    bus = LocalBus(path)
    number = 0
    while True:
        bus.publish(batch(0, number))
        bus.flush()
        number += 1


def open_only(path: Path, together: Barrier) -> None:
    together.wait()
    LocalBus(path).close()


def poll_then_commit_when_told(path: Path, wire: Wire) -> None:
    """Says what it polled; once told to, commits and says how that went."""
    with opened(path).subscribe(POSTS, group="screen") as reader:
        wire.send(values(reader, limit=2))
        wire.recv()
        try:
            reader.commit()
        except BusError as refusal:
            wire.send(str(refusal))
        else:
            wire.send("committed")


def values(reader: Subscription, *, limit: int = 100_000, timeout: timedelta = AT_ONCE) -> list[bytes]:
    return [record.value for record in reader.poll(limit=limit, timeout=timeout)]


def read_all(path: Path, key: str) -> list[int]:
    """Everything one writer wrote, in the order of the bus."""
    bus = opened(path)
    with bus.subscribe(POSTS, group=f"reader of {key}") as reader:
        records = reader.poll(limit=1_000_000, timeout=AT_ONCE)
    bus.close()
    return [int(record.value) for record in records if record.key == key]


@contextmanager
def reading_process(path: Path) -> Iterator[tuple[BaseProcess, Wire]]:
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=poll_then_commit_when_told, args=(path, theirs), daemon=True)
    process.start()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join()


def test_four_writers_at_once_lose_nothing_double_nothing_and_keep_their_order(path: Path) -> None:
    together = FORK.Barrier(WRITERS)
    writers = [FORK.Process(target=write_some, args=(path, writer, together)) for writer in range(WRITERS)]

    for process in writers:
        process.start()
    for process in writers:
        process.join()

    assert [process.exitcode for process in writers] == [0] * WRITERS
    assert [read_all(path, f"{writer}") for writer in range(WRITERS)] == [list(range(FLUSHES * BATCH))] * WRITERS


@pytest.mark.parametrize("seen", [1, 50, 500])
def test_writer_killed_in_mid_flush_leaves_whole_batches_only(path: Path, seen: int) -> None:
    bus = opened(path)
    writer = FORK.Process(target=write_without_end, args=(path,), daemon=True)
    writer.start()
    with bus.subscribe(POSTS, group="witness") as witness:
        polled = [bool(witness.poll(limit=1, timeout=LONG_ENOUGH)) for _ in range(seen)]
    writer.kill()
    writer.join()

    left = read_all(path, "0")

    assert all(polled)
    assert left == list(range(len(left)))
    assert len(left) % BATCH == 0
    bus.close()


def test_bus_goes_on_after_a_killed_writer(path: Path) -> None:
    bus = opened(path)
    writer = FORK.Process(target=write_without_end, args=(path,), daemon=True)
    writer.start()
    with bus.subscribe(POSTS, group="witness") as witness:
        witness.poll(limit=1, timeout=LONG_ENOUGH)
    writer.kill()
    writer.join()

    bus.publish(batch(7, 0))
    bus.flush()

    assert read_all(path, "7") == list(range(BATCH))
    bus.close()


def test_reader_takes_over_where_a_killed_one_had_committed(path: Path) -> None:
    bus = opened(path)
    bus.publish(batch(0, 0))
    bus.flush()
    with reading_process(path) as (process, wire):
        polled = wire.recv()
        with bus.subscribe(POSTS, group="screen") as waiting:
            process.kill()
            taken_over = values(waiting, timeout=LONG_ENOUGH)

    assert polled == [b"0", b"1"]
    assert taken_over == [b"%d" % number for number in range(BATCH)]
    bus.close()


def test_reader_frozen_and_woken_again_is_refused_its_commit(path: Path) -> None:
    bus = opened(path)
    bus.publish(batch(0, 0))
    bus.flush()
    with reading_process(path) as (process, wire):
        wire.recv()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        with bus.subscribe(POSTS, group="screen") as successor:
            taken_over = values(successor, limit=1, timeout=LONG_ENOUGH)
            os.kill(process.pid, signal.SIGCONT)
            wire.send("commit")
            answer = wire.recv()
            successor.commit()
            lag = successor.lag()

    assert taken_over == [b"0"]
    assert "taken over by another reader" in str(answer)
    assert lag == BATCH - 1
    bus.close()


@pytest.mark.parametrize("round_", range(20))
def test_processes_that_open_a_new_bus_together_all_get_it(path: Path, round_: int) -> None:
    together = FORK.Barrier(OPENERS)
    openers = [FORK.Process(target=open_only, args=(path, together)) for _ in range(OPENERS)]

    for process in openers:
        process.start()
    for process in openers:
        process.join()

    assert [process.exitcode for process in openers] == [0] * OPENERS
