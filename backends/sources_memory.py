"""Where collection of each source stands and what it could not see, in memory."""

from dataclasses import replace
from datetime import datetime

from desk.source import CoverageGap, Cursor


class MemorySourceStore:
    """Cursors and coverage gaps; `desk.ports.SourceStore`."""

    def __init__(self) -> None:
        self._cursors: dict[str, Cursor] = {}
        self._closed: list[CoverageGap] = []
        self._open: dict[str, CoverageGap] = {}

    def cursor(self, source: str) -> Cursor:
        """The source's cursor; a fresh one for a source never seen."""
        return self._cursors.get(source, Cursor(source=source))

    def save_cursor(self, cursor: Cursor) -> None:
        """Replaces the source's cursor."""
        self._cursors[cursor.source] = cursor

    def cursors(self) -> list[Cursor]:
        """All cursors, by source key."""
        return sorted(self._cursors.values(), key=lambda cursor: cursor.source)

    def open_gap(self, source: str, since: datetime, reason: str) -> None:
        """Notes that the source cannot be seen; no effect while a gap of it is open."""
        self._open.setdefault(source, CoverageGap(source=source, since=since, until=None, reason=reason))

    def close_gap(self, source: str, until: datetime) -> None:
        """Notes that it can be seen again; no effect without an open gap."""
        gap = self._open.pop(source, None)
        if gap is not None:
            self._closed.append(replace(gap, until=until))

    def gaps(self, since: datetime, until: datetime) -> list[CoverageGap]:
        """Gaps that touch the period from `since` (included) until `until` (excluded), by start then source."""
        gaps = [gap for gap in (*self._closed, *self._open.values()) if _touches(gap, since, until)]
        return sorted(gaps, key=lambda gap: (gap.since, gap.source))

    def close(self) -> None:
        """Nothing to let go of."""


def _touches(gap: CoverageGap, since: datetime, until: datetime) -> bool:
    return gap.since < until and (gap.until is None or gap.until > since)
