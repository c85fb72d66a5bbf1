"""Straight onto the bus, into the spool while it is away, and from there in order: time moves by hand."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from backends.clock import ManualClock
from backends.telemetry import log
from desk.travel import POSTS, Outgoing
from spiders.outflow import BUS_AWAY, FIRST_PAUSE, LONGEST_PAUSE, SPOOL_FULL, Outflow, Taken
from spiders.spool import Spool
from tests.build import NOON
from tests.spiders.stoppable_bus import StoppableBus

VALUE = json.dumps("江口区停水").encode()
SIZE = len(VALUE) + 32


class Scene:
    """A bus, a spool with room for `room` records, and what leaves by it."""

    def __init__(self, path: Path, *, room: int = 10_000) -> None:
        self.bus = StoppableBus()
        self.spool = Spool(path, most_bytes=room * SIZE)
        self.clock = ManualClock(NOON)
        self.outflow = Outflow(self.bus, self.spool, self.clock, log("test"))

    def offer(self, *numbers: int) -> list[Taken | None]:
        return [self.outflow.offer([record(number)]) for number in numbers]

    def came(self) -> list[int]:
        return list(self.bus.came)


def record(number: int) -> Outgoing:
    return Outgoing(topic=POSTS, key=f"{number:016x}{0:016x}", value=VALUE)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path / "bus.db")
    yield scene
    scene.spool.close()


def test_with_the_bus_there_nothing_is_ever_spooled(scene: Scene) -> None:
    assert scene.offer(1, 2) == [Taken.ON_BUS, Taken.ON_BUS]
    assert (scene.came(), scene.outflow.waiting, scene.outflow.trouble) == ([1, 2], 0, "")


def test_while_the_bus_is_away_all_is_spooled_and_the_state_says_so(scene: Scene) -> None:
    scene.bus.away = True

    taken = scene.offer(1, 2, 3)

    assert taken == [Taken.IN_SPOOL] * 3
    assert (scene.came(), scene.outflow.waiting, scene.outflow.trouble) == ([], 3, BUS_AWAY)


def test_once_the_bus_is_back_all_flows_in_order_and_nothing_is_doubled(scene: Scene) -> None:
    scene.offer(1)
    scene.bus.away = True
    scene.offer(2, 3, 4)
    scene.bus.away = False
    scene.clock.advance(LONGEST_PAUSE)

    taken = scene.offer(5)

    assert taken == [Taken.ON_BUS]
    assert (scene.came(), scene.outflow.waiting, scene.outflow.trouble) == ([1, 2, 3, 4, 5], 0, "")


def test_a_bus_that_goes_again_in_the_middle_doubles_nothing(scene: Scene) -> None:
    for number in range(0, 30, 3):
        scene.bus.away = True
        scene.offer(number, number + 1)
        scene.clock.advance(LONGEST_PAUSE)
        scene.outflow.drain()
        scene.bus.away = False
        scene.clock.advance(LONGEST_PAUSE)
        scene.offer(number + 2)

    assert scene.came() == list(range(30))


def test_a_bus_that_is_away_is_asked_ever_more_seldom(scene: Scene) -> None:
    scene.bus.away = True
    scene.offer(1)

    for _ in range(600):
        scene.clock.advance(FIRST_PAUSE)
        scene.outflow.drain()

    assert 10 < scene.bus.asked < 20


def test_a_full_spool_refuses_says_so_and_takes_again_when_something_has_left(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "bus.db", room=2)
    scene.bus.away = True

    refused = scene.offer(1, 2, 3)
    full, trouble = scene.outflow.full, scene.outflow.trouble
    scene.bus.away = False
    scene.clock.advance(LONGEST_PAUSE)
    again = scene.offer(3)

    assert refused == [Taken.IN_SPOOL, Taken.IN_SPOOL, None]
    assert (full, trouble) == (True, SPOOL_FULL)
    assert again == [Taken.ON_BUS]
    assert (scene.came(), scene.outflow.full, scene.outflow.trouble) == ([1, 2, 3], False, "")


def test_what_waited_when_the_crawl_was_killed_leaves_at_its_next_start(tmp_path: Path) -> None:
    killed = Scene(tmp_path / "bus.db")
    killed.bus.away = True
    killed.offer(1, 2)
    killed.spool.close()

    started = Scene(tmp_path / "bus.db")
    started.outflow.drain()

    assert (started.came(), started.outflow.waiting) == ([1, 2], 0)


def test_a_spool_that_cannot_be_written_loses_nothing(scene: Scene, tmp_path: Path) -> None:
    scene.bus.away = True
    scene.spool._connection.execute("pragma busy_timeout = 1")
    with closing(sqlite3.connect(tmp_path / "bus.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        refused = scene.offer(1)
        other.execute("rollback")

    taken = scene.offer(1)

    assert (refused, taken) == ([None], [Taken.IN_SPOOL])
    assert scene.outflow.trouble == BUS_AWAY
