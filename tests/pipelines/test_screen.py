from collections.abc import Sequence

import pytest

from backends.posts_memory import MemoryPostStore
from desk.errors import StoreError
from desk.post import Observation, Outcome, PostQuery, ScreenedPost
from desk.travel import DEAD, FLAGGED, POSTS, DeadRecord, FlaggedPost, Outgoing, Travelling
from pipelines.screen import replayed
from tests.build import a_post, an_observation
from tests.pipelines.line import NOW, LineOfTests

EXPLOSION = a_post(title="江口区一化工厂发生爆炸", text="")
CHATTER = a_post(title="今天的江口区阳光真好", text="")


class FullOnce(MemoryPostStore):
    """A post store whose disk is full the first time."""

    full = True

    def put(self, posts: Sequence[ScreenedPost], observations: Sequence[Observation] = ()) -> None:
        if self.full:
            self.full = False
            raise StoreError("cannot write posts.db: database or disk is full")
        super().put(posts, observations)


def on_topic(line: LineOfTests, topic: str) -> list[Travelling]:
    with line.bus.subscribe(topic, group="looking") as subscription:
        return [line.codec.decode(record.value) for record in subscription.poll(limit=100, timeout=NOW)]


def test_every_post_is_stored_with_its_one_outcome() -> None:
    line = LineOfTests()
    line.deliver([EXPLOSION, CHATTER])

    line.screen()

    stored = line.posts.get([EXPLOSION.id, CHATTER.id])
    assert stored[EXPLOSION.id].outcome is Outcome.PASSED_ON
    assert stored[CHATTER.id].outcome is Outcome.ORDINARY


def test_only_flagged_and_official_posts_travel_on() -> None:
    official = a_post(title="云州市今日天气", text="", official=True, channel="云州发布")
    line = LineOfTests()
    line.deliver([CHATTER, EXPLOSION, official])

    line.screen()

    travelling = [each.post for each in on_topic(line, FLAGGED) if isinstance(each, FlaggedPost)]
    assert travelling == [EXPLOSION, official]


def test_what_the_store_refused_comes_again_and_is_passed_on_once_more_never_lost() -> None:
    line = LineOfTests(posts=FullOnce())
    line.deliver([EXPLOSION])
    with pytest.raises(StoreError, match="disk is full"):
        line.screen()
    assert line.posts.counts().posts == 0

    line.screen()

    assert line.posts.counts().posts == 1
    assert len(on_topic(line, FLAGGED)) == 2


def test_a_post_delivered_twice_is_stored_once() -> None:
    line = LineOfTests()
    line.deliver([CHATTER, CHATTER])

    line.screen()
    line.deliver([CHATTER])
    line.screen()

    assert line.posts.counts().posts == 1


def test_a_poisoned_record_goes_to_quarantine_with_its_reason_and_its_bytes() -> None:
    line = LineOfTests()
    line.bus.publish([Outgoing(topic=POSTS, key="k", value=b"\xff not a record")])
    line.deliver([CHATTER])

    line.screen()

    (dead,) = on_topic(line, DEAD)
    assert isinstance(dead, DeadRecord)
    assert dead.value == b"\xff not a record"
    assert dead.reason
    assert line.posts.counts().posts == 1


def test_a_quarantined_record_is_replayed_as_it_was() -> None:
    line = LineOfTests()
    line.bus.publish([Outgoing(topic=POSTS, key="k", value=b"{}")])
    line.bus.flush()
    line.screen()
    (dead,) = on_topic(line, DEAD)
    assert isinstance(dead, DeadRecord)

    again = replayed(dead)

    assert again == Outgoing(topic=POSTS, key="k", value=b"{}")


def test_a_line_refused_at_the_door_goes_to_quarantine_as_the_door_said() -> None:
    refused = DeadRecord(topic=POSTS, offset=-1, key="line 3", value=b"{}", reason="no time")
    line = LineOfTests()
    line.bus.publish([Outgoing(topic=POSTS, key="line 3", value=line.codec.encode(refused))])
    line.bus.flush()

    line.screen()

    assert on_topic(line, DEAD) == [refused]


def test_a_sight_of_a_known_title_is_an_observation_and_no_post() -> None:
    seen = an_observation(post_id=CHATTER.id)
    line = LineOfTests()
    line.deliver([CHATTER, seen, seen])

    line.screen()

    assert line.posts.observations(CHATTER.id) == [seen]
    assert len(line.posts.search(PostQuery())) == 1
