"""What collection works with: its ports, and a page from the question to its one end."""

from collections.abc import Callable
from dataclasses import dataclass, field

from backends.official_page import Answer
from backends.telemetry import Logger
from desk.ports import Archive, Bus, Clock, Codec, SourceStore
from spiders.door import RawItem
from spiders.feed import Entry
from spiders.outcomes import PageOutcome
from spiders.sources import Source
from spiders.spool import Spool

MOST_ARTICLES = 100
"""How many new articles of one list are read in one round; the rest waits for the next."""


MOST_POSTS = 4_000
"""How many new posts are taken in one round from a list that says all there is: as many as its pages can have."""


@dataclass(slots=True, eq=False, kw_only=True)
class Page:
    """One page asked for: a source's list, or an article that the list named. It ends exactly once."""

    source: Source
    address: str
    entry: Entry | None = None
    outcome: PageOutcome | None = None
    listed: int = 0
    found: RawItem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """What was found on a page, on its way to the door."""

    page: Page
    raw: RawItem


def _none_off() -> frozenset[str]:
    return frozenset()


def _nobody(page: Page) -> None:
    del page


def _unheard(trouble: str) -> None:
    del trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """The sources and the ports of one crawl.

    `spool` keeps what the bus does not take. `archive` gives the archive that keeps the answer it is given as an
    official page; `told` hears of every page that ended, `looked` of every look at what is due and of what hinders
    delivery; `switched_off` gives the keys of sources that are not to be asked any more. With `once`, each source is
    asked once and the crawl ends.
    """

    sources: tuple[Source, ...]
    bus: Bus
    spool: Spool
    codec: Codec
    store: SourceStore
    clock: Clock
    logger: Logger
    archive: Callable[[Answer], Archive]
    once: bool = False
    most_articles: int = MOST_ARTICLES
    most_posts: int = MOST_POSTS
    weibo_token: str | None = field(default=None, repr=False)
    told: Callable[[Page], None] = _nobody
    looked: Callable[[str], None] = _unheard
    switched_off: Callable[[], frozenset[str]] = _none_off
