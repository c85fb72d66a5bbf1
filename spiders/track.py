"""What a source has brought so far, kept with its cursor: enough to tell when it falls silent or changes its layout."""

from datetime import UTC, datetime

import msgspec

from desk.coverage import LAYOUT_CHANGED, MUTED
from desk.extraction import Extraction
from desk.silence import WEEK, WEEKS, Volume, hour_of, muted_at, usual_of
from spiders.outcomes import PageOutcome

_NEW = frozenset({PageOutcome.DELIVERED, PageOutcome.SPOOLED})
_READ = _NEW | {PageOutcome.REPEATED, PageOutcome.QUARANTINED}
_UNREAD = frozenset({PageOutcome.NO_TEXT, PageOutcome.NO_TIME})


class Track(msgspec.Struct):
    """New posts by hour since the hour `begun`, when the last came (seconds), and how the newest articles ended.

    `alarm_at` is when silence after that last one is known as such; 0 where never, None while it is not reckoned.
    Once `muted` it stays so until something new comes, however usual the silence becomes.
    """

    begun: int = 0
    volume: dict[int, int] = {}
    last: int = 0
    alarm_at: int | None = None
    muted: bool = False
    earlier: str = ""
    latest: str = ""

    def begin(self, now: datetime) -> None:
        """What the first reading brings is old: counting begins after it."""
        if not self.begun:
            self.begun, self.last, self.volume = hour_of(now) + 1, int(now.timestamp()), {}

    def note(self, outcome: PageOutcome, now: datetime) -> None:
        """Counts the end of an article."""
        if outcome in _READ | _UNREAD:
            grown = self._extraction.after(read=outcome in _READ)
            self.earlier, self.latest = grown.earlier, grown.latest
        if outcome in _NEW:
            hour = hour_of(now)
            self.volume[hour] = self.volume.get(hour, 0) + 1
            self.last, self.alarm_at, self.muted = int(now.timestamp()), None, False

    def suspicion(self, now: datetime) -> str:
        """The reason of the gap that stands although the source could be read; empty where nothing is suspicious."""
        if self._extraction.fallen:
            return LAYOUT_CHANGED
        self.muted = self.muted or self._silent(now)
        return MUTED if self.muted else ""

    def since(self, reason: str, now: datetime) -> datetime:
        """Since when the source may not have been seen."""
        return datetime.fromtimestamp(self.last, UTC) if reason == MUTED else now

    def forget(self, now: datetime) -> None:
        """Drops what lies too far back to be usual."""
        oldest = hour_of(now) - WEEKS * WEEK
        self.volume = {hour: count for hour, count in self.volume.items() if hour >= oldest}
        self.begun = max(self.begun, oldest) if self.begun else 0

    def _silent(self, now: datetime) -> bool:
        if not self.begun:
            return False
        if self.alarm_at is None:
            last = datetime.fromtimestamp(self.last, UTC)
            usual = usual_of(Volume(begun=self.begun, counts=self.volume), last)
            at = None if usual is None else muted_at(usual, last)
            self.alarm_at = 0 if at is None else int(at.timestamp()) + 1
        return 0 < self.alarm_at <= now.timestamp()

    @property
    def _extraction(self) -> Extraction:
        return Extraction(earlier=self.earlier, latest=self.latest)
