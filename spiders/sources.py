"""The sources an office collects from: data that people write, read whole before anything is asked for."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from desk.errors import BadSettings
from desk.policy_reading import Reader

SHORTEST_SCHEDULE, LONGEST_SCHEDULE = 60, 86_400
LONGEST_DELAY = 120
_CONTACT = re.compile(r"(?:mailto:)?[^\s@<>]{1,64}@[^\s@<>]{3,255}|https?://\S{4,200}", re.ASCII)
_KEY = re.compile(r"[^\W_][\w\-]{0,39}")
_DIVISION = re.compile(r"\d{6}", re.ASCII)
_HOST = re.compile(r"[a-z0-9.\-]{1,253}")
_FIELDS = frozenset(
    {"key", "kind", "address", "lawful_basis", "schedule", "delay", "links", "hosts", "jurisdiction", "official"}
    | {"channel"}
)


class SourceKind(StrEnum):
    """How a source lists its articles."""

    FEED = "feed"
    PAGES = "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place articles are listed at, and the ground on which they may be read.

    `hosts` are the only hosts asked for its sake. `links` (of kind "pages") matches the whole address of an article.
    """

    key: str
    kind: SourceKind
    address: str
    lawful_basis: str
    schedule: timedelta
    delay: timedelta
    hosts: tuple[str, ...]
    links: re.Pattern[str] | None = None
    jurisdiction: str | None = None
    official: bool = False
    channel: str | None = None

    @property
    def host(self) -> str:
        """The host of its list."""
        return urlsplit(self.address).hostname or ""

    def covers(self, address: str) -> bool:
        """Whether the address lies on one of its hosts or below."""
        host = urlsplit(address).hostname or ""
        return any(host == own or host.endswith(f".{own}") for own in self.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All sources, and whom a site's keeper can turn to."""

    contact: str
    sources: tuple[Source, ...]

    def named(self, key: str | None) -> "Sources":
        """Only the source with this key, or all. Raises BadSettings, listing the keys, for one that is not there."""
        if key is None:
            return self
        found = tuple(source for source in self.sources if source.key == key)
        if not found:
            keys = ", ".join(source.key for source in self.sources) or "none"
            raise BadSettings([f"no source {key!r} in the sources file: there is {keys}"])
        return Sources(contact=self.contact, sources=found)


def load_sources(path: Path) -> Sources:
    """The sources in this file. Raises BadSettings naming the file and every problem in it."""
    try:
        mapping = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BadSettings([f"{path}: no such file, copy sources.example.toml there and name your sources"]) from None
    except OSError as error:
        raise BadSettings([f"{path}: cannot be read: {(error.strerror or str(error)).lower()}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings([f"{path}: not a TOML file: {error}"]) from None
    try:
        return read_sources(mapping)
    except BadSettings as error:
        raise BadSettings([f"{path}: {problem}" for problem in error.problems]) from None


def read_sources(mapping: Mapping[str, object]) -> Sources:
    """The sources of a parsed file. Raises BadSettings with every problem and its path."""
    reader = Reader("sources", mapping)
    reader.only({"contact", "source"})
    contact = reader.text("contact")
    if contact and not _CONTACT.fullmatch(contact):
        reader.problem("contact", "write a mail address or web page where a site's keeper reaches you")
    sources = tuple(_source(each) for each in reader.tables("source"))
    for key in sorted({source.key for source in sources if source.key}):
        if sum(source.key == key for source in sources) > 1:
            reader.problem("source", f"{key!r} stands there twice: give each source its own key")
    if reader.problems:
        raise BadSettings(reader.problems)
    return Sources(contact=contact, sources=sources)


def _source(reader: Reader) -> Source:
    reader.only(_FIELDS)
    kind, address = reader.choice("kind", SourceKind), _address(reader)
    official = reader.flag("official") if reader.has("official") else False
    return Source(
        key=_matching(reader, "key", _KEY, "1 to 40 letters, digits, '-' or '_'"),
        kind=kind,
        address=address,
        lawful_basis=reader.text("lawful_basis"),
        schedule=_seconds(reader, "schedule", SHORTEST_SCHEDULE, LONGEST_SCHEDULE),
        delay=_seconds(reader, "delay", 1, LONGEST_DELAY),
        hosts=_hosts(reader, address),
        links=_links(reader, kind),
        jurisdiction=_division(reader),
        official=official,
        channel=_channel(reader, official=official),
    )


def _matching(reader: Reader, key: str, pattern: re.Pattern[str], wanted: str) -> str:
    found = reader.text(key)
    if found and not pattern.fullmatch(found):
        reader.problem(key, f"{found!r} cannot be used: write {wanted}")
    return found


def _address(reader: Reader) -> str:
    found = reader.text("address")
    try:
        parts = urlsplit(found)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        usable = usable and parts.username is None and found.isprintable() and " " not in found and len(found) < 2000
    except ValueError:
        usable = False
    if found and not usable:
        reader.problem("address", "write an http or https address without user name and password")
        return ""
    return found


def _seconds(reader: Reader, key: str, least: int, most: int) -> timedelta:
    seconds = reader.count(key)
    if not least <= seconds <= most and reader.has(key):
        reader.problem(key, f"{seconds} cannot be used: write seconds from {least} to {most}")
    return timedelta(seconds=seconds)


def _hosts(reader: Reader, address: str) -> tuple[str, ...]:
    own = (urlsplit(address).hostname or "").removeprefix("www.")
    named = reader.texts("hosts") if reader.has("hosts") else ()
    for host in named:
        if not _HOST.fullmatch(host):
            reader.problem("hosts", f'{host!r} is no host: write names like "news.example.cn"')
    return tuple(dict.fromkeys((own, *named)))


def _links(reader: Reader, kind: SourceKind) -> re.Pattern[str] | None:
    if kind is SourceKind.FEED:
        if reader.has("links"):
            reader.problem("links", "a feed names its articles itself: leave it out")
        return None
    try:
        return re.compile(reader.text("links"))
    except re.error as error:
        reader.problem("links", f"no regular expression: {error}")
        return None


def _division(reader: Reader) -> str | None:
    return (
        _matching(reader, "jurisdiction", _DIVISION, "a division code of six digits")
        if reader.has("jurisdiction")
        else None
    )


def _channel(reader: Reader, *, official: bool) -> str | None:
    if official:
        return reader.text("channel")
    if reader.has("channel"):
        reader.problem("channel", "only a source with official = true has a channel")
    return None
