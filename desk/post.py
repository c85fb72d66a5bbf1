"""A public utterance as it travels: the post, what was seen of it again, and what the classifier thinks of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from desk.moments import Precision


class EventKind(StrEnum):
    """The four kinds of emergency (突发事件应对法 art. 2)."""

    NATURAL = "natural"
    ACCIDENT = "accident"
    PUBLIC_HEALTH = "public_health"
    SOCIAL_SAFETY = "social_safety"


class AnswerKind(StrEnum):
    """What makes an answer owed: the five kinds of 国办发〔2016〕61号 and 社会热点 as a sixth (DESIGN §4.1.3)."""

    POLICY_MISREAD = "policy_misread"
    PUBLIC_INTEREST = "public_interest"
    MORAL_BASELINE = "moral_baseline"
    EMERGENCY = "emergency"
    ORDERED = "ordered"
    HOT_TOPIC = "hot_topic"


class Outcome(StrEnum):
    """The one counted end of every post; a post row or its placement row carries it."""

    ORDINARY = "ordinary"  # screened: nothing to place; stored and searchable
    PASSED_ON = "passed_on"  # screened: flagged or official; its placement row has the final outcome
    OPENED = "opened"  # placed: opened an incident
    JOINED = "joined"  # placed: joined an incident
    MATCHED = "matched"  # placed: an official post proposed as a release of an incident
    OFFICIAL = "official"  # placed: an official post that belongs to no open incident
    ELSEWHERE = "elsewhere"  # placed: outside the jurisdiction
    UNPLACED = "unplaced"  # placed: nobody can tell where; listed for a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public utterance (舆情信息), without any trace of who wrote it.

    `id` is 32 hex digits (`post_id`). `source` is the source's key; `address` its canonical address without
    account parts; `given_id` the id an archive gave. Times are aware UTC; `collected_at` is stamped once, at the
    door. `jurisdiction` is the division code of a local source. `official` marks the office's own channels;
    `channel` is then the registered channel's key and `capture` the hash of the page captured at first sight.
    """

    id: str
    source: str
    title: str
    text: str
    published_at: datetime
    precision: Precision
    collected_at: datetime
    address: str | None = None
    given_id: str | None = None
    jurisdiction: str | None = None
    official: bool = False
    channel: str | None = None
    capture: str | None = None
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A hot-list title or a counter seen at a moment: not a new post, but a trace of how far it spread."""

    post_id: str
    source: str
    seen_at: datetime
    rank: int | None = None
    heat: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place name in a text and the division codes (6 digits) it may mean; `ABROAD` for other countries."""

    name: str
    codes: tuple[str, ...]


ABROAD = "abroad"
NATIONWIDE = "000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the classifier proposes about one post; a person signs whatever follows from it.

    `incident` is a probability in [0, 1]; `flagged` says it reached the artefact's threshold; `why` names the
    words that moved it, strongest first. `terms` are the words that tell one matter from another, `places` the
    places named (both filled for flagged and official posts only); `fingerprint` is a 64-bit SimHash as 16 hex
    digits; `model` the artefact's version.
    """

    incident: float
    flagged: bool
    event_kind: EventKind | None
    why: tuple[str, ...]
    terms: tuple[str, ...]
    places: tuple[Place, ...]
    fingerprint: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenedPost:
    """A post with its verdict and the outcome of screening: what the post store keeps."""

    post: Post
    verdict: Verdict
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PostQuery:
    """A search: every term is a phrase (characters and Latin/digit runs in a row) and all must occur.

    Times bound `published_at`: `since` included, `until` excluded. Results come newest first, then by id;
    `after` continues behind the (published_at, id) of the last one seen.
    """

    terms: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    outcome: Outcome | None = None
    limit: int = 50
    after: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCounts:
    """How many posts a store holds, by outcome, and how many observations."""

    posts: int
    observations: int
    by_outcome: Mapping[Outcome, int]


def post_id(origin: str, normalised_text: str) -> str:
    """The identity of a post: 32 hex digits over its canonical address or source key and its normalised text.

    Collected twice is therefore once (DESIGN §4.2). `origin` must already be free of account parts.
    """
    return sha256(f"{origin}\n{normalised_text}".encode()).hexdigest()[:32]
