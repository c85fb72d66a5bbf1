"""Our topics on a real Kafka: how they are made, which are refused, and how large a record may be."""

import random
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from kafka.admin import (  # type: ignore[import-untyped]  # it ships no types
    ConfigResource,
    ConfigResourceType,
    NewPartitions,
)

from backends.bus_kafka import KafkaBus
from backends.clock import SystemClock
from backends.kafka_cluster import KafkaCluster
from backends.kafka_reader import KafkaPace
from desk.errors import BusError
from desk.travel import DEAD, FLAGGED, POSTS, Outgoing
from tests.buses import KafkaOfOneTest, admin, poll, publish
from tests.engines.server import free_ports

pytestmark = pytest.mark.engine

ALL = (POSTS, FLAGGED, DEAD)
LARGE = random.Random(5).randbytes(5_000)


@pytest.fixture
def kafka() -> Iterator[KafkaOfOneTest]:
    kafka = KafkaOfOneTest()
    yield kafka
    kafka.clear()


@pytest.fixture
def bus(kafka: KafkaOfOneTest) -> Iterator[KafkaBus]:
    bus = kafka.open()
    yield bus
    bus.close()


@pytest.fixture
def wide(kafka: KafkaOfOneTest) -> Iterator[KafkaBus]:
    bus = kafka.open(partitions=4)
    yield bus
    bus.close()


def set_largest(kafka: KafkaOfOneTest, size: int) -> None:
    named = kafka.cluster.topic(POSTS)
    admin().alter_configs([ConfigResource(ConfigResourceType.TOPIC, named, configs={"max.message.bytes": str(size)})])


def setting(kafka: KafkaOfOneTest, topic: str, name: str) -> str:
    named = kafka.cluster.topic(topic)
    described = admin().describe_configs([ConfigResource(ConfigResourceType.TOPIC, named)], config_filter="all")
    return str(described["topic"][named][name]["value"])


def test_topics_are_made_with_their_partitions_and_retention(kafka: KafkaOfOneTest, wide: KafkaBus) -> None:
    described = {each["name"]: each for each in admin().describe_topics([kafka.cluster.topic(t) for t in ALL])}

    assert [len(described[kafka.cluster.topic(topic)]["partitions"]) for topic in ALL] == [4, 1, 1]
    assert [int(setting(kafka, topic, "retention.ms")) // 86_400_000 for topic in ALL] == [7, 30, 90]


def test_topics_with_their_records_are_found_again(kafka: KafkaOfOneTest, wide: KafkaBus) -> None:
    publish(wide, b"1")

    again = kafka.open(partitions=2)

    with again.subscribe(POSTS, group="screen") as reader:
        assert poll(reader) == [b"1"]
        assert len(reader._consumer.assignment()) == 4
    again.close()


def test_processes_that_open_a_new_cluster_together_all_get_it(kafka: KafkaOfOneTest) -> None:
    together = Barrier(3)

    def opened() -> None:
        together.wait()
        kafka.open().close()

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(opened) for _ in range(3)]:
            future.result()

    assert sorted(each for each in admin().list_topics() if each.startswith(kafka.cluster.prefix)) == sorted(
        kafka.cluster.topic(topic) for topic in ALL
    )


def test_flagged_topic_with_several_partitions_is_refused(kafka: KafkaOfOneTest, bus: KafkaBus) -> None:
    admin().create_partitions({kafka.cluster.topic(FLAGGED): NewPartitions(3)})

    with pytest.raises(BusError, match=r"kafka topic .*\.flagged has 3 partitions: it must have one"):
        kafka.open()


def test_topic_that_takes_small_records_only_is_refused(kafka: KafkaOfOneTest) -> None:
    admin().create_topics({kafka.cluster.topic(POSTS): {"num_partitions": 1, "replication_factor": 1}})

    with pytest.raises(BusError, match=r"kafka topic .*\.posts takes records of \d+ bytes at most: set its max"):
        kafka.open()


def test_what_the_cluster_refuses_is_kept_and_comes_in_order_once_it_is_taken(
    kafka: KafkaOfOneTest, bus: KafkaBus
) -> None:
    set_largest(kafka, 2_000)
    bus.publish(Outgoing(topic=POSTS, key=key, value=value) for key, value in (("a", b"1"), ("a", LARGE), ("b", b"2")))
    bus.publish([Outgoing(topic=POSTS, key="a", value=b"3")])
    with bus.subscribe(POSTS, group="screen") as reader:
        with pytest.raises(BusError, match=r"cannot write to kafka at .*MessageSizeTooLarge"):
            bus.flush()
        meanwhile = poll(reader)
        set_largest(kafka, 12 << 20)
        bus.flush()
        after = poll(reader)

    assert LARGE not in meanwhile
    assert {*meanwhile, *after} == {b"1", LARGE, b"2", b"3"}
    assert after.index(LARGE) < after.index(b"3")


def test_record_too_large_for_kafka_is_named_and_refused_and_the_rest_goes_on(bus: KafkaBus) -> None:
    bus.publish([Outgoing(topic=POSTS, key="before", value=b"1")])

    with pytest.raises(BusError, match=r"record giant for posts has \d+ bytes, kafka takes \d+"):
        bus.publish(
            [Outgoing(topic=POSTS, key=key, value=b"x" * size) for key, size in (("a", 1), ("giant", 13 << 20))]
        )
    publish(bus, b"2")

    with bus.subscribe(POSTS, group="screen") as reader:
        assert poll(reader) == [b"1", b"2"]


def test_largest_post_and_its_quarantined_copy_go_through(bus: KafkaBus) -> None:
    largest = bytes(range(256)) * (40 * 1024)
    quarantined = b64encode(largest)

    publish(bus, largest)
    publish(bus, quarantined, topic=DEAD)

    with bus.subscribe(POSTS, group="screen") as posts, bus.subscribe(DEAD, group="quarantine") as dead:
        assert poll(posts) == [largest]
        assert poll(dead) == [quarantined]


@pytest.mark.parametrize("patience", [timedelta(milliseconds=500)])
def test_cluster_that_cannot_be_reached_is_one_clear_line(patience: timedelta) -> None:
    (port,) = free_ports(1)

    with pytest.raises(BusError, match=rf"^cannot reach kafka at 127\.0\.0\.1:{port}: .+$") as refusal:
        KafkaBus(KafkaCluster(servers=(f"127.0.0.1:{port}",)), pace=KafkaPace(patience=patience))

    assert "\n" not in str(refusal.value)


def test_what_was_published_before_a_moment_is_forgotten_in_every_partition(wide: KafkaBus) -> None:
    wide.publish(Outgoing(topic=POSTS, key=str(number), value=b"old") for number in range(20))
    wide.publish([Outgoing(topic=DEAD, key="k", value=b"another topic")])
    wide.flush()
    between = _the_next_millisecond()
    publish(wide, b"new")

    too_early, forgotten = wide.forget(POSTS, between - timedelta(hours=1)), wide.forget(POSTS, between)

    assert (too_early, forgotten) == (0, 20)
    assert (wide.lag(POSTS, group="screen"), wide.lag(DEAD, group="screen")) == (1, 1)


def test_forgetting_everything_leaves_nothing_to_wait_for(wide: KafkaBus) -> None:
    publish(wide, b"1", b"2")

    forgotten = wide.forget(POSTS, _the_next_millisecond())

    assert forgotten == 2
    assert wide.lag(POSTS, group="screen") == 0
    assert wide.forget(POSTS, _the_next_millisecond()) == 0


def _the_next_millisecond() -> datetime:
    # Kafka stamps records by the millisecond: what follows is of a later one.
    clock = SystemClock()
    clock.sleep(timedelta(milliseconds=2))
    now = clock.now()
    clock.sleep(timedelta(milliseconds=2))
    return now
