"""Readers of a group on Kafka that are killed, frozen or hang: another takes over in time and nothing is lost."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeAlias

import pytest

from backends.bus_kafka import KafkaBus
from backends.clock import Stopwatch
from backends.kafka_cluster import KafkaCluster
from backends.kafka_reader import KafkaPace
from desk.errors import BusError
from desk.ports import Subscription
from desk.travel import FLAGGED, POSTS, Outgoing
from tests.buses import AT_ONCE, KafkaOfOneTest, poll, publish

pytestmark = pytest.mark.engine

Wire: TypeAlias = "Connection[object, object]"

SPAWN = multiprocessing.get_context("spawn")
LONG_ENOUGH = timedelta(seconds=30)
TAKE_OVER_SECONDS = 8.0
AS_THE_DESK_RUNS = KafkaPace()
PARTITIONS, EACH = 4, 100


@pytest.fixture
def kafka() -> Iterator[KafkaOfOneTest]:
    kafka = KafkaOfOneTest()
    yield kafka
    kafka.clear()


@pytest.fixture
def bus(kafka: KafkaOfOneTest) -> Iterator[KafkaBus]:
    bus = kafka.open(partitions=PARTITIONS, pace=AS_THE_DESK_RUNS)
    yield bus
    bus.close()


def poll_then_commit_when_told(cluster: KafkaCluster, topic: str, wire: Wire) -> None:
    """Says what it polled; once told to, commits and says how that went."""
    bus = KafkaBus(cluster)
    with bus.subscribe(topic, group="desk") as reader:
        wire.send(poll(reader, limit=2))
        wire.recv()
        try:
            reader.commit()
        except BusError as refusal:
            wire.send(str(refusal))
        else:
            wire.send("committed")


@contextmanager
def reading_process(cluster: KafkaCluster, topic: str) -> Iterator[tuple[BaseProcess, Wire]]:
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=poll_then_commit_when_told, args=(cluster, topic, theirs), daemon=True)
    process.start()
    yield process, ours
    process.kill()
    process.join()


def taken_over(reader: Subscription) -> tuple[list[bytes], float]:
    """The first records it gets, and after how many seconds."""
    waited = Stopwatch()
    while not (values := poll(reader, timeout=timedelta(milliseconds=100))):
        assert waited.elapsed() < LONG_ENOUGH.total_seconds()
    return values, waited.elapsed()


def test_reader_takes_over_from_a_killed_one_in_time_where_the_commits_stand(
    kafka: KafkaOfOneTest, bus: KafkaBus
) -> None:
    publish(bus, b"1", b"2", b"3", topic=FLAGGED)
    with reading_process(kafka.cluster, FLAGGED) as (process, wire):
        polled = wire.recv()
        with bus.subscribe(FLAGGED, group="desk") as waiting:
            process.kill()
            values, seconds = taken_over(waiting)

    assert polled == [b"1", b"2"]
    assert values == [b"1", b"2", b"3"]
    assert seconds <= TAKE_OVER_SECONDS


def test_reader_that_joins_after_a_kill_takes_over_in_time(kafka: KafkaOfOneTest, bus: KafkaBus) -> None:
    publish(bus, b"1", topic=FLAGGED)
    with reading_process(kafka.cluster, FLAGGED) as (process, wire):
        wire.recv()
        process.kill()
        waited = Stopwatch()
        with bus.subscribe(FLAGGED, group="desk") as successor:
            values, _ = taken_over(successor)

    assert values == [b"1"]
    assert waited.elapsed() <= TAKE_OVER_SECONDS


def test_reader_frozen_and_woken_again_is_refused_its_commit(kafka: KafkaOfOneTest, bus: KafkaBus) -> None:
    publish(bus, b"1", b"2", b"3", topic=FLAGGED)
    with reading_process(kafka.cluster, FLAGGED) as (process, wire):
        wire.recv()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        with bus.subscribe(FLAGGED, group="desk") as successor:
            values, seconds = taken_over(successor)
            os.kill(process.pid, signal.SIGCONT)
            wire.send("commit")
            answer = wire.recv()
            successor.commit()
            lag = successor.lag()

    assert values == [b"1", b"2", b"3"]
    assert seconds <= TAKE_OVER_SECONDS
    assert "seat of group desk on flagged was taken over by another reader" in str(answer)
    assert lag == 0


def test_screener_killed_in_mid_batch_has_its_records_read_by_the_others(kafka: KafkaOfOneTest, bus: KafkaBus) -> None:
    bus.publish(Outgoing(topic=POSTS, key=f"{number}", value=b"%d" % number) for number in range(PARTITIONS * EACH))
    bus.flush()
    read: set[bytes] = set()
    with reading_process(kafka.cluster, POSTS) as (process, wire):
        wire.recv()
        with bus.subscribe(POSTS, group="desk") as other:
            process.kill()
            waited = Stopwatch()
            while other.lag():
                assert waited.elapsed() < LONG_ENOUGH.total_seconds()
                read.update(poll(other, timeout=timedelta(milliseconds=100)))
                other.commit()

    assert read == {b"%d" % number for number in range(PARTITIONS * EACH)}
    assert waited.elapsed() <= TAKE_OVER_SECONDS


def test_reader_that_hangs_in_a_batch_loses_its_partitions_in_the_end(kafka: KafkaOfOneTest, bus: KafkaBus) -> None:
    publish(bus, b"1", topic=FLAGGED)
    impatient = kafka.open(pace=KafkaPace(longest_batch=AT_ONCE))
    hung = impatient.subscribe(FLAGGED, group="desk")
    poll(hung)

    with bus.subscribe(FLAGGED, group="desk") as successor:
        values, _ = taken_over(successor)
        with pytest.raises(BusError, match="taken over"):
            hung.commit()

    assert values == [b"1"]
    impatient.close()
