"""Several screeners of one desk as real processes on one Kafka group: they share the posts and lose none of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.codec import JsonCodec
from desk.travel import FLAGGED, POSTS, FlaggedPost, Outgoing
from tests.build import SECOND
from tests.chaos.placers import Office, stop
from tests.engines import started
from tests.engines.own_names import own_prefix
from tests.incident_stores import an_empty_database
from tests.journeys.running import seconds_until
from tests.journeys.stream import posts

pytestmark = [pytest.mark.engine, pytest.mark.process]

SCREENERS = 3
SEATS = ("screen", "screen-2", "screen-3")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with own_prefix() as prefix:
        yield Office(
            tmp_path,
            {
                "HUIYING_DATABASE_URL": an_empty_database("postgresql", tmp_path),
                "HUIYING_KAFKA_SERVERS": started.kafka(),
                "HUIYING_ELASTICSEARCH_URL": started.elasticsearch(),
                "HUIYING_ENGINE_PREFIX": prefix,
            },
        )


def deliver(office: Office, count: int) -> None:
    codec = JsonCodec()
    with office.opened() as backends:
        backends.bus.publish([Outgoing(topic=POSTS, key=each.id, value=codec.encode(each)) for each in posts(count)])
        backends.bus.flush()


def stored(office: Office) -> int:
    with office.opened() as backends:
        return backends.posts.counts().posts


def passed_on(office: Office) -> set[str]:
    codec, found = JsonCodec(), set()
    with office.opened() as backends, backends.bus.subscribe(FLAGGED, group="test") as subscription:
        while records := subscription.poll(limit=1_000, timeout=10 * SECOND):
            travelling = [codec.decode(record.value) for record in records]
            found |= {each.post.id for each in travelling if isinstance(each, FlaggedPost)}
    return found


def test_screeners_share_the_posts_and_one_killed_in_its_batch_loses_none(office: Office) -> None:
    running = [office.start("screen") for _ in range(SCREENERS)]
    deliver(office, 2_000)
    seconds_until(lambda: all("screened" in office.events(seat) for seat in SEATS), at_most=90)

    running[1].kill()
    deliver(office, 4_000)

    seconds_until(lambda: stored(office) == 4_000, at_most=90)
    assert stop(running[0], running[2]) == [0, 0]
    assert {each.id for each in posts(4_000)[::20]} <= passed_on(office) <= {each.id for each in posts(4_000)}
    assert stored(office) == 4_000
