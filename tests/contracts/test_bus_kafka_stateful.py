"""The bus on Kafka and the memory bus do the same for a group's one reader, whatever is done in whatever order."""

from datetime import timedelta
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backends.bus_memory import MemoryBus
from desk.ports import Subscription
from desk.travel import POSTS, Outgoing
from tests.buses import AT_ONCE, KafkaOfOneTest, leave

pytestmark = pytest.mark.engine

GROUPS = st.sampled_from(["screen", "count"])
VALUES = st.lists(st.binary(max_size=3), min_size=1, max_size=4)
LIMITS = st.integers(1, 5)

Readers: TypeAlias = tuple[Subscription, Subscription]


class KafkaBesideMemory(RuleBasedStateMachine):
    """Everything is done to both; what one answers the other answers."""

    def __init__(self) -> None:
        super().__init__()
        self.test = KafkaOfOneTest()
        self.kafka = self.test.open()
        self.memory = MemoryBus()
        self.published = 0
        self.readers: dict[str, Readers] = {}

    def join(self, group: str) -> None:
        self.readers[group] = self.memory.subscribe(POSTS, group=group), self.kafka.subscribe(POSTS, group=group)

    @initialize()
    def start(self) -> None:
        self.join("screen")
        self.join("count")

    @rule(values=VALUES)
    def publish(self, values: list[bytes]) -> None:
        for value in values:
            self.published += 1
            record = Outgoing(topic=POSTS, key=f"{self.published % 3}", value=value)
            self.memory.publish([record])
            self.kafka.publish([record])

    @rule()
    def flush(self) -> None:
        self.memory.flush()
        self.kafka.flush()

    @rule(group=GROUPS, limit=LIMITS)
    def poll(self, group: str, limit: int) -> None:
        expected, found = (reader.poll(limit=limit, timeout=AT_ONCE) for reader in self.readers[group])
        assert [(each.key, each.value) for each in found] == [(each.key, each.value) for each in expected]

    @rule(group=GROUPS)
    def commit(self, group: str) -> None:
        for reader in self.readers[group]:
            reader.commit()

    @rule(group=GROUPS)
    def make_room_for_a_successor(self, group: str) -> None:
        for reader in self.readers[group]:
            leave(reader)
        self.join(group)

    @rule()
    def start_anew(self) -> None:
        """Kafka's bus goes down and up again; the memory bus only loses its readers."""
        self.flush()
        for memory, _ in self.readers.values():
            leave(memory)
        self.kafka.close()
        self.kafka = self.test.open()
        self.start()

    @invariant()
    def lag_is_the_same(self) -> None:
        for memory, kafka in self.readers.values():
            assert kafka.lag() == memory.lag()

    def teardown(self) -> None:
        self.kafka.close()
        self.memory.close()
        self.test.clear()


KafkaBesideMemory.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=20,
    deadline=timedelta(minutes=1),
    suppress_health_check=[HealthCheck.too_slow],
)
TestKafkaBesideMemory = KafkaBesideMemory.TestCase
