from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from backends.bus_local import LocalBus
from backends.clock import ManualClock
from backends.heartbeat import Pace
from backends.incidents_memory import MemoryIncidentStore
from backends.posts_memory import MemoryPostStore
from desk.incident import Incident, State
from desk.travel import DEAD, FLAGGED, POSTS, Outgoing
from flows.prune import Retention, prune_posts, trim_bus
from tests.build import DAY, MICROSECOND, NOON, an_id
from tests.build import a_post as built_post
from tests.build import a_screened_post as screened
from tests.build_incidents import a_change, a_placement, an_incident

RETENTION = Retention(unneeded=30 * DAY, after_closing=90 * DAY)
OLD = NOON - 200 * DAY


def stored(*posts: tuple[int, datetime]) -> MemoryPostStore:
    store = MemoryPostStore()
    store.put([screened(post=built_post(id=an_id(number), collected_at=at)) for number, at in posts])
    return store


def with_posts(incident: Incident, *numbers: int) -> MemoryIncidentStore:
    store = MemoryIncidentStore()
    placements = tuple(a_placement(post_id=an_id(number), incident_id=incident.id) for number in numbers)
    store.save([a_change(incident=incident, placements=placements)])
    return store


def closed(days_ago: int) -> Incident:
    return an_incident(state=State.CONCLUDED, closed_at=NOON - days_ago * DAY)


def test_a_post_goes_once_it_is_older_than_its_days_and_not_before() -> None:
    posts = stored((1, NOON - 30 * DAY - MICROSECOND), (2, NOON - 30 * DAY))

    pruned = prune_posts(posts, MemoryIncidentStore(), RETENTION, NOON)

    assert pruned == 1
    assert set(posts.get([an_id(1), an_id(2)])) == {an_id(2)}


@pytest.mark.parametrize("state", [State.REGISTERED, State.UPDATING, State.REOPENED])
def test_posts_of_an_open_incident_stay_however_old_they_are(state: State) -> None:
    posts = stored((1, OLD), (2, OLD), (3, OLD))
    incidents = with_posts(an_incident(state=state, closed_at=OLD), 1, 2)

    pruned = prune_posts(posts, incidents, RETENTION, NOON)

    assert pruned == 1
    assert set(posts.get([an_id(1), an_id(2), an_id(3)])) == {an_id(1), an_id(2)}


@pytest.mark.parametrize(("days", "left"), [(90, 1), (91, 0)])
def test_posts_of_a_closed_incident_stay_for_its_days(days: int, left: int) -> None:
    posts = stored((1, OLD))

    prune_posts(posts, with_posts(closed(days), 1), RETENTION, NOON)

    assert len(posts.get([an_id(1)])) == left


def test_posts_of_an_incident_closed_at_an_unknown_moment_stay() -> None:
    posts = stored((1, OLD))

    pruned = prune_posts(posts, with_posts(an_incident(state=State.DISMISSED, closed_at=None), 1), RETENTION, NOON)

    assert pruned == 0


def test_the_incident_its_log_and_its_placements_are_left_as_they_were() -> None:
    posts, incidents = stored((1, OLD)), with_posts(closed(91), 1)
    before = (incidents.get(an_incident().id), incidents.posts(an_incident().id))

    prune_posts(posts, incidents, RETENTION, NOON)

    assert (incidents.get(an_incident().id), incidents.posts(an_incident().id)) == before


def test_pruning_looks_at_every_incident_however_many_there_are() -> None:
    many = 1_050
    posts, incidents = stored(*[(number, OLD) for number in range(many)]), MemoryIncidentStore()
    incidents.save(
        [
            a_change(
                incident=an_incident(id=an_id(number)),
                placements=(a_placement(post_id=an_id(number), incident_id=an_id(number)),),
            )
            for number in range(many)
        ]
    )

    assert prune_posts(posts, incidents, RETENTION, NOON) == 0


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[LocalBus]:
    bus = LocalBus(tmp_path / "bus.db", pace=Pace(clock=ManualClock(NOON)))
    bus.publish([Outgoing(topic=topic, key="k", value=b"v") for topic in (POSTS, POSTS, FLAGGED, DEAD, DEAD)])
    bus.flush()
    yield bus
    bus.close()


def test_trimming_leaves_what_a_reader_has_still_to_take(bus: LocalBus) -> None:
    with bus.subscribe(POSTS, group="screen") as reader:
        reader.poll(limit=1, timeout=MICROSECOND)
        reader.commit()

        trimmed = trim_bus(bus, RETENTION, NOON)

    assert trimmed == 1
    assert [bus.lag(topic, group="another") for topic in (POSTS, FLAGGED, DEAD)] == [1, 1, 2]


def test_quarantine_keeps_what_was_not_replayed(bus: LocalBus) -> None:
    with bus.subscribe(DEAD, group="quarantine") as replaying:
        replaying.poll(limit=1, timeout=MICROSECOND)
        replaying.commit()

        trimmed = trim_bus(bus, RETENTION, NOON)

        assert (trimmed, replaying.lag()) == (1, 1)


def test_quarantine_is_kept_no_longer_than_a_post(bus: LocalBus) -> None:
    in_time = trim_bus(bus, RETENTION, NOON + 30 * DAY)
    too_old = trim_bus(bus, RETENTION, NOON + 30 * DAY + MICROSECOND)

    assert (in_time, too_old) == (0, 2)
    assert [bus.lag(topic, group="screen") for topic in (POSTS, FLAGGED, DEAD)] == [2, 1, 0]
