"""Opens the bus under test, of every kind there is; says and hears bytes only."""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient  # type: ignore[import-untyped]  # it ships no types
from kafka.admin import MemberToRemove  # type: ignore[import-untyped]  # as above

from backends.bus_kafka import KafkaBus
from backends.bus_local import LocalBus
from backends.bus_memory import MemoryBus
from backends.bus_seat import SEAT_TABLE
from backends.clock import ManualClock
from backends.heartbeat import Pace
from backends.kafka_cluster import KafkaCluster
from backends.kafka_reader import KafkaPace
from backends.sqlite import Schema
from desk.ports import Bus, Subscription
from desk.travel import POSTS, Outgoing, Record
from tests.engines import started

HAND_KINDS = ("memory", "local")
"""Those whose patience with a silent reader runs on a clock moved by hand."""
KINDS = (*HAND_KINDS, pytest.param("kafka", marks=pytest.mark.engine))

OLDER = Schema(
    kind="bus",
    version=1,
    statements=(
        """create table record (
            offset integer primary key autoincrement, topic text not null, key text not null, value blob not null
        )""",
        SEAT_TABLE,
        "insert into record (topic, key, value) values ('posts', 'k', 'kept')",
    ),
)
"""The file of a program before bus version 2, with one record in it."""

AT_ONCE = timedelta()
SOON_ENOUGH = timedelta(seconds=10)
"""How long a reader may be waited for that another has made room for."""
QUICK = KafkaPace(heartbeat=timedelta(milliseconds=100))
"""Kafka's readers learn of each other by their heartbeat: a fast one keeps the tests short."""


class KafkaOfOneTest:
    """Topics of one test on the shared cluster, deleted at its end."""

    def __init__(self) -> None:
        self.cluster = KafkaCluster(servers=(started.kafka(),), prefix=f"test-{uuid4().hex[:12]}")

    def open(self, *, partitions: int = 1, pace: KafkaPace = QUICK) -> KafkaBus:
        """The bus; the first makes the topics."""
        return KafkaBus(self.cluster, partitions=partitions, pace=pace)

    def evict(self, topic: str, group: str) -> None:
        """Throws all readers of a group out, as the cluster does with silent ones."""
        named = self.cluster.group(group, topic)
        members = admin().describe_groups([named])[named]["members"]
        admin().remove_group_members(named, [MemberToRemove(member_id=each["member_id"]) for each in members])

    def clear(self) -> None:
        """Deletes the topics."""
        admin().delete_topics([topic for topic in admin().list_topics() if topic.startswith(self.cluster.prefix)])


class _BusOfOneTest(KafkaBus):
    """A bus that takes its topics along when it is closed."""

    def __init__(self) -> None:
        self._test = KafkaOfOneTest()
        super().__init__(self._test.cluster, partitions=1, pace=QUICK)

    def close(self) -> None:
        super().close()
        self._test.clear()


def open_bus(kind: str, folder: Path, clock: ManualClock) -> Bus:
    """A bus of that kind without a record; on Kafka, where no clock can be moved, with one partition."""
    pace = Pace(clock=clock, monotonic=clock.elapsed)
    match kind:
        case "memory":
            return MemoryBus(pace=pace)
        case "local":
            return LocalBus(folder / "bus.db", pace=pace)
    return _BusOfOneTest()


def publish(bus: Bus, *values: bytes, topic: str = POSTS) -> None:
    """Publishes the values, each as one record, and flushes."""
    bus.publish(Outgoing(topic=topic, key="k", value=value) for value in values)
    bus.flush()


def poll(reader: Subscription, limit: int = 100_000, timeout: timedelta = AT_ONCE) -> list[bytes]:
    """The values of the next records, without waiting for any."""
    return values_of(reader.poll(limit=limit, timeout=timeout))


def values_of(records: Iterable[Record]) -> list[bytes]:
    """What the records say."""
    return [record.value for record in records]


def leave(reader: Subscription) -> None:
    """Gives the topic up for another reader."""
    with reader:
        pass


@cache
def admin() -> KafkaAdminClient:
    """One connection for all that tests look at and clear away."""
    return KafkaAdminClient(bootstrap_servers=started.kafka())
