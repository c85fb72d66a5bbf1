"""Moments in time as the law needs them: how exact, from what evidence, in whole seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Precision(StrEnum):
    """How exact a recorded time is (DESIGN §4.1.13)."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


class Basis(StrEnum):
    """What a clock may start from (起算, policy §5.3)."""

    OCCURRED = "occurred"
    FIRST_PUBLIC = "first_public"
    AWARE = "aware"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    LAST_RELEASE = "last_release"
    DECIDED = "decided"
    RESOLVED = "resolved"
    FOUND_UNLAWFUL = "found_unlawful"
    SOURCE_PUBLISHED = "source_published"
    FORMED = "formed"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencedTime:
    """A time with what it rests on.

    `at` is aware UTC; `until` is the end of an interval when only an interval is known; `entered_at` shows
    back-dating; `source` names the evidence (a post id, 12345, a superior's call), never a member of the public.
    """

    at: datetime
    precision: Precision
    source: str
    entered_at: datetime
    until: datetime | None = None


SPANS: Mapping[Precision, timedelta] = {
    Precision.SECOND: timedelta(0),
    Precision.MINUTE: timedelta(minutes=1),
    Precision.HOUR: timedelta(hours=1),
    Precision.DAY: timedelta(days=1),
}
"""How long the moment may have been after the time that was written, by its precision."""


def latest_moment(known: EvidencedTime) -> datetime:
    """The last whole second at which it may have been, as exactly as it is known."""
    span = SPANS[known.precision]
    return whole_seconds(known.until or (known.at + span - timedelta(seconds=1) if span else known.at))


def interval_end(known: EvidencedTime) -> datetime | None:
    """Where only an interval is known, its end: written as one, or known to the hour or the day only."""
    coarse = known.precision in (Precision.HOUR, Precision.DAY)
    return latest_moment(known) if coarse or known.until is not None else None


def whole_seconds(moment: datetime) -> datetime:
    """The moment truncated to the whole second legal arithmetic runs on (DESIGN §4.1.13)."""
    return moment.replace(microsecond=0)


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"time without a zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def earliest(*times: EvidencedTime | None) -> EvidencedTime | None:
    """The earliest of the evidenced times, or None where there is none."""
    known = [time for time in times if time is not None]
    return min(known, key=lambda time: time.at) if known else None


def to_microseconds(moment: datetime) -> int:
    """Whole microseconds UTC since 1970, the form every engine stores (DESIGN §4.1.13).

    Raises ValueError for a time without a zone.
    """
    return (as_utc(moment) - _EPOCH) // _MICROSECOND


def from_microseconds(stored: int) -> datetime:
    """The aware UTC moment of a stored count of microseconds."""
    return _EPOCH + timedelta(microseconds=stored)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
