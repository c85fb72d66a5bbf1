"""How far a source has been read, and when it may be asked again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from desk.source import Cursor
from spiders.feed import Entry
from spiders.outcomes import ASK_LATER, MAY_PASS, PageOutcome
from spiders.sources import Source

MOST_REMEMBERED = 2_000
MOST_TRIES = 3
SLOWEST = timedelta(hours=6)
"""A source in trouble is tried at least this often, unless it asks for a longer silence."""

LONGEST_SILENCE = timedelta(days=30)
_DONE = 0


class Progress(msgspec.Struct):
    """What a cursor's position holds: the articles dealt with, and how often in a row the source was in trouble.

    `seen` has an article's mark with how often it was tried in vain, 0 once it is dealt with.
    """

    modified: str | None = None
    failures: int = 0
    seen: dict[str, int] = {}  # msgspec copies it for each

    def new(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries that are not dealt with yet."""
        return [entry for entry in entries if self.seen.get(entry.mark) != _DONE]

    def note(self, entry: Entry, outcome: PageOutcome) -> None:
        """Remembers how an article ended."""
        if outcome in ASK_LATER:
            return
        tries = self.seen.get(entry.mark, 0) + 1
        self.seen[entry.mark] = tries if outcome in MAY_PASS and tries < MOST_TRIES else _DONE

    def forget_but(self, listed: Sequence[Entry]) -> None:
        """Keeps what the list names now and the newest of the rest: memory stays bounded."""
        marks = {entry.mark for entry in listed}
        others = [mark for mark in self.seen if mark not in marks]
        for mark in others[: max(0, len(self.seen) - MOST_REMEMBERED)]:
            del self.seen[mark]


def progress_of(cursor: Cursor) -> Progress:
    """The progress in the cursor; a fresh one where there is none that can be read."""
    try:
        return msgspec.json.decode(cursor.position or "{}", type=Progress)
    except (msgspec.DecodeError, ValueError):
        return Progress()


@dataclass(slots=True, kw_only=True)
class Round:
    """One reading of a source: its list, then its new articles, one at a time."""

    source: Source
    cursor: Cursor
    progress: Progress
    etag: str | None = None
    modified: str | None = None
    listed: list[Entry] = field(default_factory=list)
    waiting: list[Entry] = field(default_factory=list)
    unfinished: bool = False
    trouble: PageOutcome | None = None
    retry_at: datetime | None = None

    def read(self, entries: Sequence[Entry], most: int) -> None:
        """Takes what the list named; what is over `most` waits for the next round."""
        self.listed = list(entries)
        new = self.progress.new(entries)
        self.waiting = new[:most][::-1]
        self.unfinished = len(new) > most

    def unchanged(self) -> None:
        """The site says that its list is as it was when all of it was dealt with."""
        self.etag, self.modified = self.cursor.etag, self.progress.modified

    def stop(self, trouble: PageOutcome, retry_at: datetime | None = None) -> None:
        """Ends it before its articles are all read: the source is in trouble."""
        self.trouble, self.retry_at = trouble, retry_at
        self.waiting.clear()

    def finished(self, now: datetime) -> Cursor:
        """The cursor after it: where the source stands and when it is asked next."""
        self.progress.failures = 0 if self.trouble is None else self.progress.failures + 1
        self.progress.forget_but(self.listed)
        seen_at = now if self.trouble is None else self.cursor.last_seen_at
        return replace(self.standing(), last_seen_at=seen_at, next_poll_at=self._next_poll(now))

    def standing(self) -> Cursor:
        """The cursor with what has been read so far: a round that was cut short goes on from it."""
        # Only once all its articles are dealt with may the site answer that nothing changed.
        whole = not self.unfinished and self.trouble is None and not self.progress.new(self.listed)
        self.progress.modified = self.modified if whole else None
        position = msgspec.json.encode(self.progress).decode()
        return replace(self.cursor, position=position, etag=self.etag if whole else None)

    def _next_poll(self, now: datetime) -> datetime:
        pause = self.source.schedule
        if self.trouble is not None:
            slower = self.source.schedule * 2 ** min(self.progress.failures, 12)
            pause = max(self.source.schedule, min(slower, SLOWEST))
        return max(now + pause, self.retry_at or now)


def retry_at(header: str | None, now: datetime) -> datetime | None:
    """The moment a Retry-After header names, or None where it names none; at most a month from now."""
    if header is None:
        return None
    written = header.strip()
    if written.isascii() and written.isdigit():
        return now + min(timedelta(seconds=int(written[:9])), LONGEST_SILENCE)
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError):
        return None
    at = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(at, now), now + LONGEST_SILENCE)
