"""What a reader of an archive gives: arrivals in event time, and lines that could not become posts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from desk.errors import HuiyingError
from desk.post import Observation, Post


class UnreadableArchive(HuiyingError):
    """Raised before anything is read when a path is not an archive of the named format; says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A post or an observation at the moment it came in.

    `at` never goes back. `position` counts what the reader gave, from 0: the same path and bounds give the same
    positions, so a stopped replay goes on by skipping. `read_bytes` is how much of the archive's files was read by
    then, of `estimate_total`.
    """

    at: datetime
    item: Post | Observation
    position: int
    read_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line that could not become a post: where it stands, why, and what may be kept of it.

    The line itself stays in its archive. `kept` is what quarantine may hold: the line's known fields, masked, or for
    a line that cannot be read or is very long its place, length and SHA-256. No field that could name an author.
    """

    where: str
    reason: str
    kept: bytes
    position: int
    read_bytes: int


@dataclass(slots=True)
class Reading:
    """One pass over an archive, and how many fields it left behind.

    `dropped` counts fields of a line that no post has: `author` those that could name a person, `other` the rest.
    """

    arrivals: Iterator[Arrival | Refused]
    dropped: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Arrival | Refused]:
        """The arrivals and refused lines, in event time."""
        return self.arrivals
