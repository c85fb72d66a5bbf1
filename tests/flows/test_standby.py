from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from backends.bus_local import LocalBus
from backends.clock import ManualClock
from backends.codec import JsonCodec
from backends.database import Database
from backends.heartbeat import Pace
from backends.incidents_sql import SqlIncidentStore
from backends.telemetry import log
from desk.errors import AlreadyRunning, StoreError
from desk.ports import Subscription
from desk.travel import FLAGGED, FlaggedPost, Outgoing, Record
from flows.rejoining import Rejoining
from flows.standby import LOOK_SECONDS, StandbyPlacer
from pipelines.placer import Placed, Placer
from tests.build import NOON, SECOND, a_post, a_verdict
from tests.incident_stores import an_empty_file
from tests.pipelines.line import OFFICE, POLICY

AT_ONCE = timedelta()
TITLES = ("云州市江口区化工厂爆炸致3人受伤", "云州市桐山县发生4.1级地震", "云州市江口区自来水浑浊")


class Desk:
    """One desk's files, opened by each placer anew as another process does, and a clock moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOON)
        self._folder = folder
        self._url = an_empty_file(folder / "incidents.db")
        self.buses: list[LocalBus] = []
        self.stores: list[SqlIncidentStore] = []
        self.placers: list[StandbyPlacer] = []

    def placer(self) -> StandbyPlacer:
        placer = Placer(self.bus(), self.store(), JsonCodec(), OFFICE, POLICY, batch=1)
        self.placers.append(StandbyPlacer(placer, log("place"), holder="test", monotonic=self.clock.elapsed))
        return self.placers[-1]

    def store(self) -> SqlIncidentStore:
        self.stores.append(SqlIncidentStore(Database(self._url), monotonic=self.clock.elapsed))
        return self.stores[-1]

    def bus(self) -> LocalBus:
        self.buses.append(LocalBus(self._folder / "bus.db", pace=Pace(clock=self.clock, monotonic=self.clock.elapsed)))
        return self.buses[-1]

    def flag(self) -> None:
        bus, codec = self.bus(), JsonCodec()
        flagged = [FlaggedPost(post=a_post(title=title, text=""), verdict=a_verdict()) for title in TITLES]
        bus.publish([Outgoing(topic=FLAGGED, key="place", value=codec.encode(each)) for each in flagged])
        bus.flush()

    def close(self) -> None:
        with ExitStack() as stack:
            closings = [each.close for each in self.stores] + [each.close for each in self.buses]
            for close in closings + [each.close for each in self.placers]:
                stack.callback(close)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def step(placer: StandbyPlacer) -> Placed:
    return placer.step(timeout=AT_ONCE)


def placed_posts(desk: Desk) -> int:
    return len(desk.stores[0].placements({a_post(title=title, text="").id for title in TITLES}))


def test_second_placer_stands_by_while_the_first_works(desk: Desk) -> None:
    desk.flag()
    first, second = desk.placer(), desk.placer()
    step(first)

    done = step(second)

    assert (first.at_work, second.at_work) == (True, False)
    assert (done, first.unfinished(), second.unfinished()) == (Placed(), 2, 1)


def test_second_placer_goes_on_where_one_that_closed_stood(desk: Desk) -> None:
    desk.flag()
    first, second = desk.placer(), desk.placer()
    step(first)
    step(second)

    first.close()
    desk.clock.sleep(SECOND)
    placed = [step(second).records for _ in range(3)]

    assert placed == [1, 1, 0]
    assert placed_posts(desk) == 3


def test_lease_is_looked_at_now_and_then_only(desk: Desk) -> None:
    first, second = desk.placer(), desk.placer()
    step(first)
    step(second)
    first.close()

    step(second)
    too_early = second.at_work
    desk.clock.sleep(timedelta(seconds=LOOK_SECONDS))
    step(second)

    assert (too_early, second.at_work) == (False, True)


def test_placer_whose_lease_another_took_makes_way_and_takes_its_turn_again(desk: Desk) -> None:
    desk.flag()
    old = desk.placer()
    step(old)
    other = desk.store()
    epoch = other.acquire_lease("placer", "other", patience=AT_ONCE)
    desk.clock.sleep(2 * SECOND)

    made_way = step(old)
    at_work = old.at_work
    other.release_lease("placer", epoch or 0)
    desk.clock.sleep(SECOND)
    placed = [step(old).records for _ in range(2)]

    assert (epoch, made_way, at_work) == (2, Placed(), False)
    assert placed == [1, 1]
    assert placed_posts(desk) == 3


def test_one_that_shall_end_does_not_stand_by_for_ever(desk: Desk) -> None:
    first, second = desk.placer(), desk.placer()
    step(first)
    step(second)
    desk.clock.sleep(7 * SECOND)
    second.require_turn()

    desk.clock.sleep(timedelta(microseconds=1))

    with pytest.raises(AlreadyRunning, match="another placer of this desk is at work"):
        second.require_turn()


def test_batch_in_hand_when_a_store_failed_comes_again_and_its_commit_waits(desk: Desk) -> None:
    desk.flag()
    bus = desk.bus()
    reader = Rejoining(lambda: bus.subscribe(FLAGGED, group="place"))
    seen: list[Record] = []

    def fails(subscription: Subscription) -> None:
        seen.extend(subscription.poll(limit=2, timeout=AT_ONCE))
        raise StoreError("cannot write: the store is away")

    def works(subscription: Subscription) -> list[Record]:
        found = subscription.poll(limit=2, timeout=AT_ONCE)
        subscription.commit()
        return found

    with pytest.raises(StoreError):
        reader.use(fails)

    assert reader.use(works) == seen
    assert reader.use(lambda subscription: subscription.lag()) == 1
    reader.leave()
