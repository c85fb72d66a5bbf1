"""How far a source has been read, and when it may be asked again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from desk.source import Cursor
from spiders.feed import Entry
from spiders.list_page import Listing
from spiders.outcomes import ASK_LATER, MAY_PASS, PageOutcome
from spiders.sources import Source, SourceKind
from spiders.track import Track

MOST_REMEMBERED = 2_000
MOST_TRIES = 3
SLOWEST = timedelta(hours=6)
"""A source in trouble is tried at least this often, unless it asks for a longer silence."""

LONGEST_SILENCE = timedelta(days=30)
_DONE = 0
_QUIET_ROUNDS = 3
"""After so many rounds without anything new a source is asked half as often, down to its slowest."""


class Progress(msgspec.Struct):
    """What a cursor's position holds: the articles dealt with, and how often in a row the source was in trouble.

    `seen` has an article's mark with how often it was tried in vain, 0 once it is dealt with. `quiet` counts the
    rounds in a row that brought nothing new. While it is `open` something listed is not dealt with: then every page
    of the list is read again, whatever stands on the first. `posts` and `replies` have, by mark, the post of a thread
    and how many replies were last told of it. `since` is the number of the newest post on
    Weibo up to which all is dealt with. A source whose token was refused is asked at the next start at once.
    """

    modified: str | None = None
    failures: int = 0
    quiet: int = 0
    open: bool = False
    seen: dict[str, int] = {}  # msgspec copies it for each
    posts: dict[str, str] = {}
    replies: dict[str, int] = {}
    since: int = 0
    track: Track = msgspec.field(default_factory=Track)
    unauthorised: bool = False

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
            self.posts.pop(mark, None)
            self.replies.pop(mark, None)


def progress_of(cursor: Cursor) -> Progress:
    """The progress in the cursor; a fresh one where there is none that can be read."""
    try:
        return msgspec.json.decode(cursor.position or "{}", type=Progress)
    except (msgspec.DecodeError, ValueError):
        return Progress()


@dataclass(slots=True, kw_only=True)
class Round:
    """One reading of a source: its list, page by page, then its new articles, one at a time."""

    source: Source
    cursor: Cursor
    progress: Progress
    etag: str | None = None
    modified: str | None = None
    listed: list[Entry] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    lists_read: int = 0
    waiting: list[Entry] = field(default_factory=list)
    unfinished: bool = False
    newest: int = 0
    cut_off: bool = False
    is_index: bool = False
    found_new: bool = False
    trouble: PageOutcome | None = None
    suspicion: str = ""
    retry_at: datetime | None = None

    def read(self, listing: Listing, most: int) -> None:
        """Takes what a page of the list named; what is over `most` waits for the next round.

        Its next page is read while this one named something new; the pages of an index are read newest first.
        """
        self.lists_read += 1
        self.listed += listing.entries
        new = self.progress.new(listing.entries)
        if new or not listing.entries or self.progress.open:
            self.lists += [each for each in listing.more if each not in self.lists]
        left = max(0, self.source.rows.pages - self.lists_read)
        # Of Weibo nobody comes back for what lies beyond the last page. Before the first reading nothing was owed, and
        # the public timeline is a sample.
        owes_all = self.source.kind is SourceKind.WEIBO and bool(self.source.official or self.source.query)
        seen = self.cursor.last_seen_at is not None
        self.cut_off = self.cut_off or (owes_all and seen and len(self.lists) > left)
        del self.lists[left:]
        known = {each.mark for each in self.waiting}
        self.found_new = self.found_new or bool(new)
        self.is_index = self.is_index or (bool(listing.more) and not listing.entries)
        self.waiting = [each for each in new if each.mark not in known][::-1] + self.waiting
        # The newest stand last: they are taken first, and what is over waits.
        self.unfinished = self.unfinished or len(self.waiting) > most
        self.waiting = self.waiting[max(0, len(self.waiting) - most) :]

    def reached(self, newest: int) -> None:
        """Notes the number of the newest post seen: once all is dealt with, the next reading begins behind it."""
        self.newest = max(self.newest, newest)

    def note(self, entry: Entry, outcome: PageOutcome, now: datetime) -> None:
        """Remembers how an article ended."""
        self.progress.note(entry, outcome)
        if self.cursor.last_seen_at is not None:
            self.progress.track.note(outcome, now)

    def unchanged(self) -> None:
        """The site says that its list is as it was when all of it was dealt with."""
        self.etag, self.modified = self.cursor.etag, self.progress.modified

    def stop(self, trouble: PageOutcome, retry_at: datetime | None = None) -> None:
        """Ends it before its articles are all read: the source is in trouble."""
        self.trouble, self.retry_at = trouble, retry_at
        self.waiting.clear()
        self.lists.clear()

    def finished(self, now: datetime) -> Cursor:
        """The cursor after it: where the source stands and when it is asked next."""
        if self.trouble is not PageOutcome.SWITCHED_OFF:
            self.progress.failures = 0 if self.trouble is None else self.progress.failures + 1
            self.progress.unauthorised = self.trouble is PageOutcome.UNAUTHORISED
        if self.trouble is None:
            self.progress.track.begin(now)
            self.suspicion = self.progress.track.suspicion(now)
        self.progress.track.forget(now)
        self.progress.forget_but(self.listed)
        self.progress.quiet = 0 if self.found_new or self.unfinished else self.progress.quiet + 1
        seen_at = now if self.trouble is None else self.cursor.last_seen_at
        return replace(self.standing(), last_seen_at=seen_at, next_poll_at=self._next_poll(now))

    def standing(self) -> Cursor:
        """The cursor with what has been read so far: a round that was cut short goes on from it."""
        # Only once all its articles are dealt with may the site answer that nothing changed.
        # What an index does not show is whether a sitemap below it has changed.
        whole = not self.unfinished and self.trouble is None and not self.progress.new(self.listed)
        self.progress.open = bool(not whole or self.lists)
        self.progress.since = max(self.newest, self.progress.since) if whole else self.progress.since
        whole = whole and not self.is_index
        self.progress.modified = self.modified if whole else None
        position = msgspec.json.encode(self.progress).decode()
        return replace(self.cursor, position=position, etag=self.etag if whole else None)

    def _next_poll(self, now: datetime) -> datetime:
        pause = min(self.source.schedule * (1 << min(self.progress.quiet // _QUIET_ROUNDS, 12)), self._slowest)
        if self.trouble is not None:
            slower = self.source.schedule * (1 << min(self.progress.failures, 12))
            pause = max(self.source.schedule, min(slower, SLOWEST))
        return max(now + pause, self.retry_at or now)

    @property
    def _slowest(self) -> timedelta:
        return max(self.source.slowest, self.source.schedule)


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
