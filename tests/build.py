"""Values for tests, about the fictional 云州市: only what matters to a test is written out there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

from desk.moments import Precision
from desk.post import EventKind, Observation, Outcome, Place, Post, ScreenedPost, Verdict, post_id
from desk.text import normalise

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class PostChanges(TypedDict, total=False):
    id: str
    source: str
    title: str
    text: str
    published_at: datetime
    precision: Precision
    collected_at: datetime
    address: str | None
    given_id: str | None
    jurisdiction: str | None
    official: bool
    channel: str | None
    capture: str | None
    captured_at: datetime | None


class VerdictChanges(TypedDict, total=False):
    incident: float
    flagged: bool
    event_kind: EventKind | None
    why: tuple[str, ...]
    terms: tuple[str, ...]
    places: tuple[Place, ...]
    fingerprint: str
    model: str


class ScreenedPostChanges(TypedDict, total=False):
    post: Post
    verdict: Verdict
    outcome: Outcome


class ObservationChanges(TypedDict, total=False):
    post_id: str
    source: str
    seen_at: datetime
    rank: int | None
    heat: int | None


def an_id(number: int) -> str:
    """A post id that sorts by its number."""
    return f"{number:032x}"


def a_post(**changes: Unpack[PostChanges]) -> Post:
    """A post; unless an id is given it follows from source, title and text: the same text is the same post."""
    post = replace(_POST, **changes)
    return post if "id" in changes else replace(post, id=post_id(post.source, normalise(f"{post.title} {post.text}")))


def a_verdict(**changes: Unpack[VerdictChanges]) -> Verdict:
    """The verdict on an incident post."""
    return replace(_VERDICT, **changes)


def a_screened_post(**changes: Unpack[ScreenedPostChanges]) -> ScreenedPost:
    """A post with its verdict, passed on to be placed."""
    return replace(ScreenedPost(post=a_post(), verdict=a_verdict(), outcome=Outcome.PASSED_ON), **changes)


def an_observation(**changes: Unpack[ObservationChanges]) -> Observation:
    """One sight of `a_post()` on a hot list."""
    return replace(_OBSERVATION, **changes)


_POST = Post(
    id="",
    source="yunzhou-forum",
    title="清河桥怎么了",
    text="云州市清河区清河桥今天中午突然垮塌，有车掉进河里，消防已经到了。",
    published_at=NOON - 10 * MINUTE,
    precision=Precision.SECOND,
    collected_at=NOON,
    address="https://forum.yunzhou.example/t/1001",
)
_VERDICT = Verdict(
    incident=0.97,
    flagged=True,
    event_kind=EventKind.ACCIDENT,
    why=("垮塌", "消防"),
    terms=("清河桥", "垮塌"),
    places=(Place(name="清河区", codes=("990102",)),),
    fingerprint="00ff00ff00ff00ff",
    model="test-1",
)
_OBSERVATION = Observation(post_id=a_post().id, source="hot-list", seen_at=NOON, rank=7, heat=120_000)
