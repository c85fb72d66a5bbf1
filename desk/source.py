"""Where collection of a source stands, and the stretches in which it could not be seen."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where collection of a source stands."""

    source: str
    position: str | None = None
    etag: str | None = None
    last_seen_at: datetime | None = None
    next_poll_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """A stretch of time in which a source could not be seen; `until` is None while it lasts."""

    source: str
    since: datetime
    until: datetime | None
    reason: str
