"""Opens the bus under test, of every kind there is, beside a clock moved by hand; says and hears bytes only."""

from datetime import timedelta
from pathlib import Path

from backends.bus_local import LocalBus
from backends.bus_memory import MemoryBus
from backends.bus_seat import SEAT_TABLE
from backends.clock import ManualClock
from backends.heartbeat import Pace
from backends.sqlite import Schema
from desk.ports import Bus, Subscription
from desk.travel import POSTS, Outgoing

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

KINDS = ("memory", "local")
AT_ONCE = timedelta()


def open_bus(kind: str, folder: Path, clock: ManualClock) -> Bus:
    """A bus of that kind without a record."""
    pace = Pace(clock=clock, monotonic=clock.elapsed)
    return MemoryBus(pace=pace) if kind == "memory" else LocalBus(folder / "bus.db", pace=pace)


def publish(bus: Bus, *values: bytes, topic: str = POSTS) -> None:
    """Publishes the values, each as one record, and flushes."""
    bus.publish(Outgoing(topic=topic, key="k", value=value) for value in values)
    bus.flush()


def poll(reader: Subscription, limit: int = 100_000) -> list[bytes]:
    """The values of the next records, without waiting for any."""
    return [record.value for record in reader.poll(limit=limit, timeout=AT_ONCE)]


def leave(reader: Subscription) -> None:
    """Gives the topic up for another reader."""
    with reader:
        pass
