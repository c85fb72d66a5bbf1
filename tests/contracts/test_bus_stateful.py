"""The local bus and the memory bus do the same, whatever is done to them in whatever order."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from backends.bus_local import LocalBus
from backends.bus_memory import MemoryBus
from backends.clock import ManualClock
from backends.heartbeat import PATIENCE, Pace
from desk.errors import BusError
from desk.ports import Bus, Subscription
from desk.travel import POSTS, Outgoing
from tests.build import NOON

AT_ONCE = timedelta()
CROWD = 5
GROUPS = st.sampled_from(["screen", "count"])
VALUES = st.lists(st.binary(max_size=3), min_size=1, max_size=4)
LIMITS = st.integers(1, 5)
STEPS = st.sampled_from([PATIENCE / 6, PATIENCE / 3, PATIENCE / 2, PATIENCE])

Readers: TypeAlias = tuple[Subscription, Subscription]
"""The memory bus's and the local bus's subscriber of the same group; kept, and used again long after."""
Seen: TypeAlias = list[tuple[str, bytes]] | int | str | None


def polled(reader: Subscription, limit: int) -> list[tuple[str, bytes]]:
    return [(record.key, record.value) for record in reader.poll(limit=limit, timeout=AT_ONCE)]


def outcome(act: Callable[[Subscription], Seen], reader: Subscription) -> Seen:
    try:
        return act(reader)
    except BusError as refusal:
        return f"refused: {refusal}"


class TwoBuses(RuleBasedStateMachine):
    """Everything is done to both; what one answers the other answers."""

    readers = Bundle("readers")
    gone = Bundle("gone")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = ManualClock(NOON)
        self.pace = Pace(clock=self.clock, monotonic=self.clock.elapsed)
        self.memory: Bus = MemoryBus(pace=self.pace)
        self.local: Bus = self.opened()
        self.joined: list[Readers] = []
        self.published = 0

    def opened(self) -> Bus:
        bus = LocalBus(Path(self.folder.name) / "bus.db", pace=self.pace)
        # Thousands of flushes: waiting for the disk at each would take most of the time and tell nothing more.
        bus._connection.execute("pragma synchronous = off")
        return bus

    def join(self, group: str) -> Readers:
        readers = self.memory.subscribe(POSTS, group=group), self.local.subscribe(POSTS, group=group)
        self.joined.append(readers)
        return readers

    def same(self, readers: Readers, act: Callable[[Subscription], Seen]) -> None:
        memory, local = readers
        assert outcome(act, local) == outcome(act, memory)

    @rule(values=VALUES)
    def publish(self, values: list[bytes]) -> None:
        for value in values:
            self.published += 1
            record = Outgoing(topic=POSTS, key=f"{self.published}", value=value)
            self.memory.publish([record])
            self.local.publish([record])

    @rule(values=VALUES)
    def publish_and_flush(self, values: list[bytes]) -> None:
        self.publish(values)
        self.memory.flush()
        self.local.flush()

    @initialize(target=readers)
    def start(self) -> MultipleResults[Readers]:
        self.publish_and_flush([b"1", b"2", b"3"])
        return multiple(self.join("screen"), self.join("screen"), self.join("count"))

    @precondition(lambda self: len(self.joined) < CROWD)
    @rule(target=readers, group=GROUPS)
    def subscribe(self, group: str) -> Readers:
        return self.join(group)

    @rule(readers=readers, limit=LIMITS)
    def poll(self, readers: Readers, limit: int) -> None:
        self.same(readers, lambda reader: polled(reader, limit))

    @rule(readers=readers)
    def commit(self, readers: Readers) -> None:
        self.same(readers, lambda reader: reader.commit())

    @rule(readers=readers, limit=LIMITS, step=STEPS)
    def work_slowly(self, readers: Readers, limit: int, step: timedelta) -> None:
        self.poll(readers, limit)
        self.clock.advance(step)
        self.commit(readers)

    @rule(step=STEPS)
    def let_time_pass(self, step: timedelta) -> None:
        self.clock.advance(step)

    @rule(target=gone, readers=consumes(readers))
    def leave(self, readers: Readers) -> Readers:
        self.joined.remove(readers)
        self.same(readers, lambda reader: reader.__exit__(None, None, None))
        return readers

    @rule(readers=gone, limit=LIMITS)
    def use_after_leaving(self, readers: Readers, limit: int) -> None:
        self.poll(readers, limit)
        self.commit(readers)

    def restart(self) -> None:
        """The local bus goes down and up again; the memory bus only loses its subscribers."""
        self.publish_and_flush([])
        for memory, local in self.joined:
            with memory, local:
                pass
        self.local.close()
        self.local = self.opened()

    @invariant()
    def lag_is_the_same(self) -> None:
        for readers in self.joined:
            self.same(readers, lambda reader: reader.lag())

    def teardown(self) -> None:
        self.restart()
        for group in ("screen", "count"):
            self.same(self.join(group), lambda reader: polled(reader, self.published + 1))
        self.local.close()
        self.memory.close()
        self.folder.cleanup()


TwoBuses.TestCase.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTwoBuses = TwoBuses.TestCase
