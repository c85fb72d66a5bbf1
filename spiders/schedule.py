"""Which source is asked when: the cursors and coverage gaps of all sources, kept in the source store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from desk.coverage import LAYOUT_CHANGED, MUTED
from desk.errors import StoreError
from desk.source import Cursor
from spiders.collecting import Collecting
from spiders.outcomes import PageOutcome
from spiders.progress import Round, progress_of
from spiders.sources import Source

NOBODY_ASKED = "not_running"
"""The reason of a gap in which the crawl itself did not run; any other reason is how the page ended."""

SPOOL_FULL = "spool_full"
"""The reason of a gap in which nothing was asked because there was no room left for what would be found."""

NOT_SET_UP = "not_set_up"
"""The reason of a gap in which Weibo was not asked for want of the office's token."""

TOO_MANY = "too_many"
"""The reason of a gap in which more was published than the pages of one reading hold."""

_SHORTEST_ABSENCE = timedelta(minutes=10)


class Schedule:
    """When each source is due, and the rounds under way: at most one for a host."""

    def __init__(self, collecting: Collecting) -> None:
        self._collecting = collecting
        self._cursors = {source.key: collecting.store.cursor(source.key) for source in collecting.sources}
        self._rounds: dict[str, Round] = {}
        self._asked: set[str] = set()
        self._noted: set[str] = set()
        self._suspected = self._open_suspicions()

    @property
    def under_way(self) -> tuple[Round, ...]:
        """The rounds that have begun and not ended."""
        return tuple(self._rounds.values())

    def note_absence(self) -> None:
        """Opens a gap for every source that should have been asked while nobody did."""
        now = self._now()
        for source in self._collecting.sources:
            expected = self._cursors[source.key].next_poll_at
            if expected is not None and now - expected > max(source.schedule, _SHORTEST_ABSENCE):
                self._keep_gap(source.key, expected, NOBODY_ASKED)

    def due(self, off: frozenset[str] = frozenset()) -> list[Source]:
        """The sources to ask now, one for each host that is free, longest due first, none that is switched off."""
        now, busy, found = self._now(), {each.source.host for each in self._rounds.values()}, []
        for source in sorted(self._collecting.sources, key=self._due_at):
            if source.key in off:
                self._leave_out(source, now)
            elif source.host not in busy and self._is_due(source, now):
                busy.add(source.host)
                found.append(source)
        return found

    def _leave_out(self, source: Source, now: datetime) -> None:
        self._asked.add(source.key)
        if source.key not in self._noted:
            self._noted.add(source.key)
            self._keep_gap(source.key, now, PageOutcome.SWITCHED_OFF.value)

    def put_off(self, due: Sequence[Source], reason: str) -> None:
        """Opens a gap for sources that are due and not asked; it closes when they are read."""
        for source in due:
            if source.key not in self._noted:
                self._noted.add(source.key)
                self._keep_gap(source.key, self._now(), reason)

    def silent(self) -> list[tuple[Source, datetime]]:
        """With `once`: the sources in trouble or silence, which are not asked, and until when."""
        now = self._now()
        waiting = ((source, self._silent_until(source)) for source in self._collecting.sources)
        return [(source, until) for source, until in waiting if until is not None and until > now]

    @property
    def all_asked(self) -> bool:
        """With `once`: whether nothing is left to ask."""
        quiet = {source.key for source, _ in self.silent()}
        return not self._rounds and all(source.key in self._asked | quiet for source in self._collecting.sources)

    def begin(self, source: Source) -> Round:
        """Begins a round of the source."""
        cursor = self._cursors[source.key]
        begun = Round(source=source, cursor=cursor, progress=progress_of(cursor))
        self._rounds[source.key] = begun
        self._asked.add(source.key)
        self._noted.discard(source.key)
        return begun

    def round_of(self, source: Source) -> Round:
        """The round of the source that is under way."""
        return self._rounds[source.key]

    def finish(self, ended: Round) -> None:
        """Ends a round: the cursor moves on, the gap opens or closes, a silence holds for the whole host."""
        now, key = self._now(), ended.source.key
        del self._rounds[key]
        self._keep(ended.finished(now))
        if ended.trouble is None:
            self._weigh(ended, now)
            if ended.cut_off and ended.cursor.last_seen_at is not None:
                self._keep_gap(key, ended.cursor.last_seen_at, TOO_MANY)
                self._close_gap(key, now)
        else:
            self._open_trouble(ended, now)
        if ended.trouble is PageOutcome.THROTTLED:
            self._silence_neighbours(ended.source)

    def _open_trouble(self, ended: Round, now: datetime) -> None:
        assert ended.trouble is not None
        if self._suspected.pop(ended.source.key, None):
            self._close_gap(ended.source.key, now)  # what is known now says more than the suspicion did
        self._keep_gap(ended.source.key, now, ended.trouble.value)

    def _weigh(self, ended: Round, now: datetime) -> None:
        """The source was read: its gap closes, unless what came of it is suspicious."""
        key, reason = ended.source.key, ended.suspicion
        if reason and self._suspected.get(key) == reason:
            return
        self._close_gap(key, now)
        self._suspected.pop(key, None)
        if reason:
            self._keep_gap(key, ended.progress.track.since(reason, now), reason)
            self._suspected[key] = reason
            self._collecting.logger.warning("source suspicious", source=key, reason=reason)

    def cut_short(self) -> None:
        """Keeps how far the rounds under way have come: they go on from there at the next start."""
        for begun in self.under_way:
            self._keep(begun.standing())
        self._rounds.clear()

    def _is_due(self, source: Source, now: datetime) -> bool:
        if self._collecting.once:
            until = self._silent_until(source)
            return source.key not in self._asked and (until is None or until <= now)
        if source.key not in self._asked and progress_of(self._cursors[source.key]).unauthorised:
            return True  # a start may have brought a new token
        due_at = self._cursors[source.key].next_poll_at
        return due_at is None or due_at <= now

    def _silent_until(self, source: Source) -> datetime | None:
        """Until when the source is left alone even by somebody who asks at once."""
        cursor = self._cursors[source.key]
        if cursor.next_poll_at is None or source.key in self._asked:
            return None
        if progress_of(cursor).unauthorised:
            return None
        in_trouble = progress_of(cursor).failures > 0
        later_than_usual = cursor.next_poll_at > self._now() + source.schedule
        return cursor.next_poll_at if in_trouble or later_than_usual else None

    def _due_at(self, source: Source) -> tuple[bool, float]:
        due_at = self._cursors[source.key].next_poll_at
        return (due_at is not None, 0.0 if due_at is None else due_at.timestamp())

    def _silence_neighbours(self, source: Source) -> None:
        until = self._cursors[source.key].next_poll_at
        for other in self._collecting.sources:
            cursor = self._cursors[other.key]
            if other.host == source.host and other.key != source.key and until is not None:
                self._keep(replace(cursor, next_poll_at=max(cursor.next_poll_at or until, until)))

    def _keep(self, cursor: Cursor) -> None:
        self._cursors[cursor.source] = cursor
        try:
            self._collecting.store.save_cursor(cursor)
        except StoreError as error:
            # Read again after a restart, which doubles nothing: a post is known by its id.
            self._collecting.logger.warning("progress not kept", source=cursor.source, reason=str(error))

    def _keep_gap(self, key: str, since: datetime, reason: str) -> None:
        try:
            self._collecting.store.open_gap(key, since, reason)
        except StoreError as error:
            self._collecting.logger.warning("gap not kept", source=key, reason=str(error))

    def _open_suspicions(self) -> dict[str, str]:
        """What stood open when the last crawl ended: it is not to be opened a second time."""
        now = self._now()
        found = self._collecting.store.gaps(now - timedelta(seconds=1), now)
        return {gap.source: gap.reason for gap in found if gap.until is None and gap.reason in (MUTED, LAYOUT_CHANGED)}

    def _close_gap(self, key: str, until: datetime) -> None:
        try:
            self._collecting.store.close_gap(key, until)
        except StoreError as error:
            self._collecting.logger.warning("gap not closed", source=key, reason=str(error))

    def _now(self) -> datetime:
        return self._collecting.clock.now()
