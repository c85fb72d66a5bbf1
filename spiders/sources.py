"""The sources an office collects from: data that people write, read whole before anything is asked for."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from desk.errors import BadSettings
from spiders.article_rules import NO_RULES, ArticleRules
from spiders.list_page import ListRules


class SourceKind(StrEnum):
    """How a source lists its articles."""

    FEED = "feed"
    PAGES = "pages"
    SITEMAP = "sitemap"
    FORUM = "forum"
    WEIBO = "weibo"  # a method of the open platform's API
    TABLE = "table"  # not asked for: a file that people bring


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place articles are listed at, and the ground on which they may be read.

    `hosts` are the only hosts asked for its sake. `links` matches the whole address of an article. It is asked every
    `schedule`, and as seldom as every `slowest` while nothing new is there. `columns` (of kind "table") says in which
    column of a file what stands; no other column is read. `query` is what a search of Weibo looks for.
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
    slowest: timedelta = timedelta()
    rows: ListRules = field(default_factory=ListRules)
    article: ArticleRules = NO_RULES
    columns: Mapping[str, str] = field(default_factory=dict)
    off: bool = False
    query: str = ""

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

    @property
    def asked(self) -> "Sources":
        """Only those that a crawl may ask: the others are brought as files."""
        kept = (each for each in self.sources if each.kind is not SourceKind.TABLE)
        return Sources(contact=self.contact, sources=tuple(kept))


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
    from spiders.source_reading import read_sources

    try:
        return read_sources(mapping)
    except BadSettings as error:
        raise BadSettings([f"{path}: {problem}" for problem in error.problems]) from None
