"""The bus on a real Kafka: its topics, its partitions, and what happens to readers that come, go and are thrown out."""

import random
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from threading import Barrier

import pytest
from kafka.admin import (  # type: ignore[import-untyped]  # it ships no types
    ConfigResource,
    ConfigResourceType,
    NewPartitions,
)

from backends.bus_kafka import KafkaBus
from backends.kafka_cluster import KafkaCluster
from backends.kafka_reader import KafkaPace, KafkaSubscription
from desk.errors import BusError
from desk.travel import DEAD, FLAGGED, POSTS, Outgoing, Record
from tests.buses import AT_ONCE, QUICK, SOON_ENOUGH, KafkaOfOneTest, admin, leave, poll, publish
from tests.engines.server import free_ports

pytestmark = pytest.mark.engine

ALL = (POSTS, FLAGGED, DEAD)
LARGE = random.Random(5).randbytes(5_000)
KEYS, EACH = 40, 5


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


def publish_many(bus: KafkaBus) -> None:
    bus.publish(
        Outgoing(topic=POSTS, key=f"{key}", value=b"%d" % number) for number in range(EACH) for key in range(KEYS)
    )
    bus.flush()


def both_have_places(first: KafkaSubscription, second: KafkaSubscription) -> None:
    """Polls both, to no avail, until each has half of the partitions."""
    for _ in range(200):
        polled = first.poll(limit=1, timeout=AT_ONCE), second.poll(limit=1, timeout=timedelta(milliseconds=50))
        assert polled == ([], [])
        if len(first._consumer.assignment()) == len(second._consumer.assignment()) == 2:
            return
    raise AssertionError("the partitions were not shared out")


def drained(*readers: KafkaSubscription) -> list[list[Record]]:
    """What each gets in turns until nothing is left."""
    polled: list[list[Record]] = [[] for _ in readers]
    while readers[0].lag():
        for mine, reader in zip(polled, readers, strict=True):
            mine.extend(reader.poll(limit=30, timeout=AT_ONCE))
            reader.commit()
    return polled


def set_largest(kafka: KafkaOfOneTest, size: int) -> None:
    named = kafka.cluster.topic(POSTS)
    admin().alter_configs([ConfigResource(ConfigResourceType.TOPIC, named, configs={"max.message.bytes": str(size)})])


def setting(kafka: KafkaOfOneTest, topic: str, name: str) -> str:
    named = kafka.cluster.topic(topic)
    described = admin().describe_configs([ConfigResource(ConfigResourceType.TOPIC, named)], config_filter="all")
    return str(described["topic"][named][name]["value"])


def test_two_readers_of_a_group_share_the_partitions(wide: KafkaBus) -> None:
    with wide.subscribe(POSTS, group="screen") as first, wide.subscribe(POSTS, group="screen") as second:
        both_have_places(first, second)
        publish_many(wide)

        ones, others = drained(first, second)

    assert {record.partition for record in ones} & {record.partition for record in others} == set()
    assert len({record.partition for record in [*ones, *others]}) == 4
    assert len(ones) + len(others) == KEYS * EACH


def test_records_of_one_key_keep_their_order_across_partitions(wide: KafkaBus) -> None:
    publish_many(wide)

    with wide.subscribe(POSTS, group="screen") as reader:
        (records,) = drained(reader)

    by_key = {key: [record.value for record in records if record.key == key] for key in {r.key for r in records}}
    assert by_key == {f"{key}": [b"%d" % number for number in range(EACH)] for key in range(KEYS)}


def test_reader_that_leaves_hands_its_partitions_to_the_others(wide: KafkaBus) -> None:
    with wide.subscribe(POSTS, group="screen") as first:
        second = wide.subscribe(POSTS, group="screen")
        both_have_places(first, second)
        publish_many(wide)
        leave(second)

        (records,) = drained(first)

    assert len(records) == KEYS * EACH


def test_reader_that_joins_does_not_wait_for_a_batch_under_way(wide: KafkaBus) -> None:
    publish_many(wide)
    with wide.subscribe(POSTS, group="screen") as busy:
        first_batch = busy.poll(limit=1, timeout=AT_ONCE)
        with wide.subscribe(POSTS, group="screen") as joined:
            others = joined.poll(limit=KEYS * EACH, timeout=SOON_ENOUGH)

    assert len(first_batch) == 1
    assert others != []


def test_commit_of_a_batch_whose_partition_moved_on_is_refused_and_marks_nothing(wide: KafkaBus) -> None:
    publish_many(wide)
    with wide.subscribe(POSTS, group="screen") as busy:
        all_of_it = [busy.poll(limit=KEYS * EACH, timeout=AT_ONCE) for _ in range(4)]
        with wide.subscribe(POSTS, group="screen") as joined:
            joined.poll(limit=1, timeout=SOON_ENOUGH)

            with pytest.raises(BusError, match="seat of group screen on posts was taken over"):
                busy.commit()

            assert joined.lag() == KEYS * EACH == sum(map(len, all_of_it))


def test_what_was_polled_of_kept_partitions_is_marked_by_the_commit_after_a_refused_one(wide: KafkaBus) -> None:
    publish_many(wide)
    with wide.subscribe(POSTS, group="screen") as busy:
        [busy.poll(limit=KEYS * EACH, timeout=AT_ONCE) for _ in range(4)]
        with wide.subscribe(POSTS, group="screen") as joined:
            joined.poll(limit=1, timeout=SOON_ENOUGH)
            with pytest.raises(BusError, match="taken over"):
                busy.commit()

            busy.commit()
            (others,) = drained(joined)

    assert 0 < len(others) < KEYS * EACH


def test_commit_of_a_reader_thrown_out_is_refused_and_marks_nothing(kafka: KafkaOfOneTest, bus: KafkaBus) -> None:
    publish(bus, b"1", b"2")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader)
        kafka.evict(POSTS, "screen")

        with pytest.raises(BusError, match="seat of group screen on posts was taken over by another reader"):
            reader.commit()

        assert reader.lag() == 2
        assert poll(reader, timeout=SOON_ENOUGH) == [b"1", b"2"]
        reader.commit()
        assert reader.lag() == 0


def test_poll_of_a_reader_thrown_out_is_refused_once_and_then_waits_its_turn(
    kafka: KafkaOfOneTest, bus: KafkaBus
) -> None:
    publish(bus, b"1", b"2")
    with bus.subscribe(POSTS, group="screen") as paused:
        poll(paused, limit=1)
        kafka.evict(POSTS, "screen")
        with bus.subscribe(POSTS, group="screen") as successor:
            with pytest.raises(BusError, match="taken over"):
                poll(paused, timeout=SOON_ENOUGH)
            taken_over = poll(successor, timeout=timedelta(seconds=1))
            again = poll(paused, timeout=timedelta(seconds=1))

    assert sorted([taken_over, again]) == [[], [b"1", b"2"]]


def test_reader_that_took_nothing_from_what_it_lost_is_not_refused(kafka: KafkaOfOneTest, bus: KafkaBus) -> None:
    with bus.subscribe(POSTS, group="screen") as reader:
        kafka.evict(POSTS, "screen")
        publish(bus, b"1")

        assert poll(reader, timeout=SOON_ENOUGH) == [b"1"]


def test_closing_the_bus_frees_the_places_of_its_readers_at_once(kafka: KafkaOfOneTest, bus: KafkaBus) -> None:
    publish(bus, b"1")
    other = kafka.open()
    poll(other.subscribe(POSTS, group="screen"))

    other.close()

    with bus.subscribe(POSTS, group="screen") as successor:
        assert poll(successor, timeout=timedelta(seconds=2)) == [b"1"]


def test_session_shorter_than_the_broker_allows_is_refused(kafka: KafkaOfOneTest, bus: KafkaBus) -> None:
    hasty = kafka.open(pace=KafkaPace(session=timedelta(seconds=1), heartbeat=timedelta(milliseconds=100)))

    with pytest.raises(BusError, match=r"cannot join a group of kafka at .*InvalidSessionTimeout"):
        hasty.subscribe(POSTS, group="screen")

    hasty.close()


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


def test_commits_outlive_the_bus(kafka: KafkaOfOneTest, bus: KafkaBus) -> None:
    publish(bus, b"1", b"2")
    with ExitStack() as stack:
        other = stack.enter_context(bus.subscribe(POSTS, group="screen"))
        poll(other, limit=1)
        other.commit()

    again = kafka.open(pace=QUICK)

    with again.subscribe(POSTS, group="screen") as reader:
        assert poll(reader) == [b"2"]
    again.close()
