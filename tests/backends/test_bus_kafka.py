"""Readers of the bus on a real Kafka: they share partitions, come, go and are thrown out."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from backends.bus_kafka import KafkaBus
from backends.kafka_reader import KafkaPace, KafkaSubscription
from desk.errors import BusError
from desk.travel import POSTS, Outgoing, Record
from tests.buses import AT_ONCE, QUICK, SOON_ENOUGH, KafkaOfOneTest, leave, poll, publish

pytestmark = pytest.mark.engine

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
