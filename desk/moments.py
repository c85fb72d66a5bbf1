"""Moments in time as the law needs them: how exact, from what evidence, in whole seconds."""

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
