"""What travels over the bus: records, the topics they go by, and a flagged post on its way to an incident."""

from dataclasses import dataclass

from desk.post import Observation, Post, Verdict

POSTS = "posts"
FLAGGED = "flagged"
DEAD = "posts.dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlaggedPost:
    """A flagged or official post with its verdict, on its way to being placed."""

    post: Post
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRecord:
    """A record that could not become a post: its bytes untouched, where it stood, and why; replayable."""

    topic: str
    offset: int
    key: str
    value: bytes
    reason: str


Travelling = Post | Observation | FlaggedPost | DeadRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record read from the bus; `offset` grows within one partition of a topic."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A record to publish; records of one key keep their order."""

    topic: str
    key: str
    value: bytes
