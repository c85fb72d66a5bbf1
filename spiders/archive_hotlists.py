"""Hot lists as archived hour by hour: a title's first sight is a post, every sight an observation.

A list entry has no author and no text of its own. The advertisements and the pinned places (which the platform
gives away, not the public's interest) are left out. A topic's later description is left out too: it was written
after the title was first seen, and a replay must not know what comes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import msgspec

from desk.errors import BadPost
from desk.moments import Precision
from desk.post import Observation, Post
from desk.text import normalise
from spiders.archive_file import Line, lines, place_of, require_json_lines
from spiders.arrival import Arrival, Refused, UnreadableArchive
from spiders.door import RawItem, admit
from spiders.masking import mask

FORGOTTEN_AFTER = timedelta(days=7)
"""A title back on the list after longer than this is a new matter under an old name."""

LIST_ZONE = timezone(timedelta(hours=8))
_FEW = 1_000
_MONTH_IN_NAME = re.compile(r"-(\d{4})-(\d\d)\.")
_ONLY_DIGITS = re.compile(r"\s*\d+\s*")


class _RankedTitles(msgspec.Struct):
    t: datetime
    titles: list[str] = msgspec.field(name="list")

    def rows(self) -> list[tuple[str, int | None]]:
        # The source sorts titles of digits first, wherever they stood: they are no places on the list.
        return [(title, None) for title in self.titles if not _ONLY_DIGITS.fullmatch(title)]


class _HeatedTitles(msgspec.Struct):
    t: datetime
    titles: list[tuple[str, int | None, int | None, int | None]] = msgspec.field(name="list")

    def rows(self) -> list[tuple[str, int | None]]:
        return [(title, heat) for title, heat, _, _ in self.titles]


@dataclass(frozen=True, slots=True, kw_only=True)
class HotListFormat:
    """How one archive of a hot list is laid out; `name` is also the source's key."""

    name: str
    files: str
    decoder: msgspec.json.Decoder[_RankedTitles] | msgspec.json.Decoder[_HeatedTitles]


WEIBO_HOT = HotListFormat(name="weibo_hot", files="rank-*.jsonl*", decoder=msgspec.json.Decoder(_RankedTitles))
WEIBO_HEAT = HotListFormat(name="weibo_heat", files="heat-*.jsonl*", decoder=msgspec.json.Decoder(_HeatedTitles))


def hot_list_files(path: Path, layout: HotListFormat, since: datetime | None, until: datetime | None) -> list[Path]:
    """The archive's files that may hold snapshots between the bounds, oldest first.

    Raises UnreadableArchive where the path holds none of this layout.
    """
    found = sorted(path.glob(layout.files)) if path.is_dir() else [path]
    if not found:
        raise UnreadableArchive(f"{path} holds no {layout.files}: point to the folder of a {layout.name} archive")
    if b'"list"' not in require_json_lines(found[0]):
        raise UnreadableArchive(f"{found[0]} is no {layout.name} archive: its opening holds no snapshot of a list")
    return [file for file in found if _within(file, since, until)]


@dataclass(slots=True)
class _Sighting:
    post_id: str | None
    last_seen: datetime


@dataclass(slots=True, kw_only=True)
class HotList:
    """One reading of a hot list's archive."""

    files: list[Path]
    layout: HotListFormat
    source: str
    since: datetime | None = None
    until: datetime | None = None
    _on_list: dict[str, _Sighting] = field(default_factory=dict)
    _latest: datetime | None = None
    _read_before: int = 0
    _remembered: int = _FEW
    _positions: Iterator[int] = field(default_factory=count)

    def arrivals(self) -> Iterator[Arrival | Refused]:
        """For each snapshot in turn and each title by rank: the post at first sight, then the observation.

        What stood on the list before `since` counts as first seen at the first snapshot within the bounds.
        """
        for file in self.files:
            for line in lines(file):
                if line.flaw is not None:
                    yield self._refused(file, line, line.flaw, place_of(line))
                else:
                    yield from self._from_line(file, line)
            self._read_before += file.stat().st_size

    def _from_line(self, file: Path, line: Line) -> Iterator[Arrival | Refused]:
        try:
            snapshot = self.layout.decoder.decode(line.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield self._refused(file, line, f"the line is no snapshot: {error}", place_of(line))
            return
        at = self._event_time(snapshot.t)
        if at is None:
            return
        ranked = dict[str, tuple[str, int, int | None]]()
        for rank, (title, heat) in enumerate(snapshot.rows(), start=1):
            ranked.setdefault(normalise(title), (title, rank, heat))
        for key, (title, rank, heat) in ranked.items():
            yield from self._sight(file, line, at, key, title, rank, heat)
        self._forget(at)

    def _event_time(self, written: datetime) -> datetime | None:
        moment = (written if written.tzinfo else written.replace(tzinfo=LIST_ZONE)).astimezone(UTC)
        if (self.since is not None and moment < self.since) or (self.until is not None and moment >= self.until):
            return None
        self._latest = moment if self._latest is None else max(self._latest, moment)
        return self._latest

    def _sight(
        self, file: Path, line: Line, at: datetime, key: str, title: str, rank: int, heat: int | None
    ) -> Iterator[Arrival | Refused]:
        known = self._on_list.get(key)
        if known is None or at - known.last_seen > FORGOTTEN_AFTER:
            try:
                post = self._first_sight(title, at)
            except BadPost as problem:
                self._on_list[key] = _Sighting(None, at)
                yield self._refused(file, line, f"{problem} (place {rank} of the list)", _masked_title(title))
                return
            known = self._on_list[key] = _Sighting(post.id, at)
            yield self._arrival(at, post, line)
        known.last_seen = at
        if known.post_id is not None:
            seen = Observation(post_id=known.post_id, source=self.source, seen_at=at, rank=rank, heat=heat)
            yield self._arrival(at, seen, line)

    def _first_sight(self, title: str, at: datetime) -> Post:
        origin = f"{self.source}/{at.astimezone(LIST_ZONE).date().isoformat()}"
        found = RawItem(source=self.source, title=title, published_at=at, precision=Precision.HOUR, origin=origin)
        return admit(found, at)

    def _forget(self, at: datetime) -> None:
        """Lets go of what has left the list, whenever twice as much as before has come together."""
        if len(self._on_list) > 2 * self._remembered:
            kept = {key: seen for key, seen in self._on_list.items() if at - seen.last_seen <= FORGOTTEN_AFTER}
            self._on_list = kept
            self._remembered = max(len(kept), _FEW)

    def _arrival(self, at: datetime, item: Post | Observation, line: Line) -> Arrival:
        read_bytes = self._read_before + line.read_bytes
        return Arrival(at=at, item=item, position=next(self._positions), read_bytes=read_bytes)

    def _refused(self, file: Path, line: Line, reason: str, kept: bytes) -> Refused:
        return Refused(
            where=f"{file}:{line.number}",
            reason=reason,
            kept=kept,
            position=next(self._positions),
            read_bytes=self._read_before + line.read_bytes,
        )


def _masked_title(title: str) -> bytes:
    return msgspec.json.encode({"title": mask(title[:_FEW])[:_FEW]})


def _within(file: Path, since: datetime | None, until: datetime | None) -> bool:
    """Whether a month's file may hold anything between the bounds; a file without a month may hold anything."""
    month = _MONTH_IN_NAME.search(file.name)
    if month is None or not 1 <= int(month[2]) <= 12:
        return True
    start = datetime(int(month[1]), int(month[2]), 1, tzinfo=LIST_ZONE)
    end = (start + timedelta(days=31)).replace(day=1)
    return (since is None or end > since) and (until is None or start < until)
