"""Many items through delivery while the bus is stopped twice: none lost, none doubled, and memory stays flat."""

import asyncio
import resource
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from backends.clock import Stopwatch, SystemClock
from backends.codec import JsonCodec
from backends.telemetry import log
from desk.moments import Precision
from spiders.delivery import Delivering
from spiders.door import RawItem
from spiders.outcomes import PageOutcome
from spiders.outflow import Outflow
from spiders.spool import Spool
from tests.build import NOON
from tests.spiders.stoppable_bus import StoppableBus

MEGABYTE = 1_000_000
FLAT = 60 * MEGABYTE
"""Far less than the items themselves: a million take some 600 MB."""


def item(number: int) -> RawItem:
    return RawItem(
        source="daily",
        published_at=NOON,
        precision=Precision.MINUTE,
        title=f"江口区通报第{number}号",
        text="云州市江口区自来水厂通报，今日停水检修，预计晚间恢复供水。" * 3,
        address=f"https://yunzhou.example/{number}.html",
    )


async def never_stopped(pause: timedelta) -> bool:
    await asyncio.sleep(pause.total_seconds())
    return False


def memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def run(items: int, seconds: float, path: Path) -> tuple[StoppableBus, Counter[PageOutcome], int]:
    """Delivers them with two stops of so many seconds; how they ended, and how memory grew."""
    bus, spool, clock = StoppableBus(), Spool(path), SystemClock()
    outflow = Outflow(bus, spool, clock, log("soak"))
    delivering = Delivering(outflow, JsonCodec(), clock, never_stopped)
    stops, ends, before = [items // 3, 2 * items // 3], Counter[PageOutcome](), 0
    stopped: Stopwatch | None = None
    for number in range(items):
        if number in stops:
            bus.away, stopped = True, Stopwatch()
        if stopped is not None and stopped.elapsed() > seconds:
            bus.away, stopped = False, None
        if number == items // 10:
            before = memory()
        ends[await delivering.deliver(item(number))] += 1
    bus.away = False
    while outflow.waiting:
        outflow.drain(at_once=True)
    spool.close()
    return bus, ends, memory() - before


def assert_once_each(items: int, seconds: float, path: Path) -> None:
    bus, ends, grown = asyncio.run(run(items, seconds, path))

    assert len(bus.came) == items
    assert len(set(bus.came)) == items
    assert set(ends) == {PageOutcome.DELIVERED, PageOutcome.SPOOLED}
    assert min(ends.values()) > 0
    assert grown < FLAT


def test_no_item_is_lost_or_doubled_while_the_bus_is_stopped_twice(tmp_path: Path) -> None:
    assert_once_each(20_000, 2.0, tmp_path / "bus.db")


@pytest.mark.soak
def test_of_a_million_items_none_is_lost_or_doubled_while_the_bus_is_stopped_twice(tmp_path: Path) -> None:
    assert_once_each(1_000_000, 60.0, tmp_path / "bus.db")
