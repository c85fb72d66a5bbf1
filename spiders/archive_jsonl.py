"""Posts from a JSON Lines archive (docs/archive-format.md), one line at a time."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from desk.errors import BadPost
from desk.moments import Precision, as_utc
from desk.post import Observation, Post
from spiders.address import canonical_address
from spiders.archive_file import Line, lines, place_of
from spiders.arrival import Arrival, Refused
from spiders.door import RawItem, admit, seen
from spiders.masking import mask

_KEPT_CHARACTERS = 10_000

_NAMES_A_PERSON = re.compile(
    r"(?i)author|user|uid|nick|avatar|screen|name|account|gender|sex|follow|fans|verified|location|region|phone|mobile"
    r"|tel|mail|profile|portrait|\bip\b|ip_|_ip|作者|用户|昵称|网名|姓名|博主|楼主|头像|粉丝|关注|账号|帐号|性别|属地|手机|电话|邮箱"
)
_TIME_OF_DAY = re.compile(r"[Tt ](\d\d)(?::?(\d\d)(?::?(\d\d))?)?")


class _Fields(msgspec.Struct):
    """The fields of a line that a post may have."""

    published_at: str
    title: str | None = None
    text: str | None = None
    id: str | int | None = None
    source: str | None = None
    url: str | None = None
    precision: Precision | None = None
    collected_at: str | None = None
    jurisdiction: str | None = None
    official: bool | None = None
    channel: str | None = None
    capture: str | None = None
    captured_at: str | None = None
    rank: Annotated[int, msgspec.Meta(ge=1)] | None = None
    heat: Annotated[int, msgspec.Meta(ge=0)] | None = None


_KNOWN = frozenset(_Fields.__struct_fields__)
_COUNTS = frozenset({"rank", "heat"})
_FIELDS = msgspec.json.Decoder(_Fields)
_NAMES = msgspec.json.Decoder(dict[str, msgspec.Raw])
_Line = TypeVar("_Line")


@dataclass(slots=True, kw_only=True)
class JsonLines:
    """One reading of one file; `dropped` counts the fields left behind."""

    path: Path
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    dropped: Counter[str] = field(default_factory=Counter)
    _latest: datetime | None = None
    _positions: Iterator[int] = field(default_factory=count)

    def arrivals(self) -> Iterator[Arrival | Refused]:
        """Every line as a post, with an observation where it has a rank or a heat, or as refused.

        A line dated before an earlier one arrives at the earlier one's time: event time never goes back.
        """
        for line in lines(self.path):
            if line.flaw is not None:
                yield self._refused(line, line.flaw, place_of(line))
                continue
            try:
                found = self._found(line)
            except BadPost as problem:
                yield self._refused(line, str(problem), _keepable(line))
                continue
            for at, item in found:
                yield Arrival(at=at, item=item, position=next(self._positions), read_bytes=line.read_bytes)

    def _found(self, line: Line) -> list[tuple[datetime, Post | Observation]]:
        fields = self._fields(line)
        published_at, collected_at = _times(fields)
        if self.until is not None and collected_at >= self.until:
            return []
        at = collected_at if self._latest is None else max(self._latest, collected_at)
        # Admitted at its own time, so that its dates are held against each other and not against its neighbours'.
        post = replace(admit(_raw_item(fields, published_at, self.source), collected_at), collected_at=at)
        self._latest = at
        if self.since is not None and at < self.since:
            return []
        seen_too = _observation(fields, post, at)
        return [(at, post)] if seen_too is None else [(at, post), (at, seen_too)]

    def _fields(self, line: Line) -> _Fields:
        fields = _decoded(_FIELDS, line.content)
        unknown = _decoded(_NAMES, line.content).keys() - _KNOWN
        self.dropped.update("author" if _NAMES_A_PERSON.search(name) else "other" for name in unknown)
        return fields

    def _refused(self, line: Line, reason: str, kept: bytes) -> Refused:
        return Refused(
            where=f"{self.path}:{line.number}",
            reason=reason,
            kept=kept,
            position=next(self._positions),
            read_bytes=line.read_bytes,
        )


def admit_line(line: bytes) -> Post:
    """The post of one line once more at the door, as quarantine kept it. Raises BadPost naming what is still wrong."""
    fields = _decoded(_FIELDS, line)
    published_at, collected_at = _times(fields)
    return admit(_raw_item(fields, published_at, None), collected_at)


def _decoded(decoder: msgspec.json.Decoder[_Line], content: bytes) -> _Line:
    try:
        return decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadPost(f"the line cannot be read: {error}") from None
    except RecursionError:
        raise BadPost("the line cannot be read: its values are nested too deeply") from None


def _times(fields: _Fields) -> tuple[datetime, datetime]:
    """When it was published and when collected: where the line does not say, at once."""
    published_at = _moment(fields.published_at, "published_at")
    return published_at, published_at if fields.collected_at is None else _moment(fields.collected_at, "collected_at")


def _raw_item(fields: _Fields, published_at: datetime, source: str | None) -> RawItem:
    return RawItem(
        source=fields.source or source or "",
        title=fields.title or "",
        text=fields.text or "",
        published_at=published_at,
        precision=fields.precision or _precision(fields.published_at),
        address=fields.url,
        given_id=None if fields.id is None else str(fields.id),
        jurisdiction=fields.jurisdiction,
        official=bool(fields.official),
        channel=fields.channel,
        capture=fields.capture,
        captured_at=None if fields.captured_at is None else _moment(fields.captured_at, "captured_at"),
    )


def _observation(fields: _Fields, post: Post, at: datetime) -> Observation | None:
    if fields.rank is None and fields.heat is None:
        return None
    return Observation(post_id=post.id, source=post.source, seen_at=at, rank=fields.rank, heat=fields.heat)


def _moment(written: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        raise BadPost(f"{name} is no ISO 8601 time: write it like 2026-06-10T08:12:00+08:00") from None
    try:
        return as_utc(moment)
    except ValueError:
        raise BadPost(f"{name} has no zone: write +08:00 behind it, like 2026-06-10T08:12:00+08:00") from None
    except OverflowError:
        raise BadPost(f"{name} is out of the calendar: write it like 2026-06-10T08:12:00+08:00") from None


def _precision(written: str) -> Precision:
    """How exact a time is by how far it is written out."""
    match = _TIME_OF_DAY.search(written)
    if match is None:
        return Precision.DAY
    if match[3]:
        return Precision.SECOND
    return Precision.MINUTE if match[2] else Precision.HOUR


def _keepable(line: Line) -> bytes:
    """The known fields of a refused line, masked; its place where it is no JSON object or too long to be kept."""
    try:
        found = msgspec.json.decode(line.content, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return place_of(line)
    known = {name: value for name, value in found.items() if name in _KNOWN}
    # Never cut: replayed from quarantine, a cut text would pass for the whole.
    if any(isinstance(value, str) and len(value) > _KEPT_CHARACTERS for value in known.values()):
        return place_of(line)
    return msgspec.json.encode({name: _kept(name, value) for name, value in known.items()})


def _kept(name: str, value: object) -> str | int | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and name in _COUNTS:
        return value
    if not isinstance(value, str | int | float):
        return None
    return canonical_address(str(value)) if name == "url" else mask(seen(str(value)))
