"""From an answer to what it says: the entries of a list, or the item of an article."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from scrapy.http import Response

from backends.official_page import Answer
from backends.telemetry import Logger, measure
from desk.archive import Capture
from desk.errors import CaptureError
from desk.ports import Archive
from spiders.address import canonical_address
from spiders.article import RULED, Article, read_article
from spiders.article_time import best_time
from spiders.charset import readable
from spiders.collecting import Page
from spiders.door import RawItem
from spiders.feed import Entry, read_feed, read_links
from spiders.list_page import Listing, read_board, read_list_page
from spiders.outcomes import PageOutcome
from spiders.sitemap import read_sitemap, unpacked
from spiders.sources import SourceKind

_TEXTS = ("html", "text/plain", "xml")


def listing_of(response: Response, page: Page) -> Listing:
    """The articles that a list names, and its further pages. Raises NotAList."""
    source, kind = page.source, _content_type(response)
    text = readable(unpacked(response.body) if source.kind is SourceKind.SITEMAP else response.body, kind)
    if source.kind is SourceKind.FEED:
        return Listing(entries=read_feed(text, response.url))
    if source.kind is SourceKind.SITEMAP:
        found = read_sitemap(text, response.url)
        wanted = [each for each in found.entries if source.links is None or source.links.fullmatch(each.address)]
        return Listing(entries=wanted, more=found.more)
    if source.kind is SourceKind.FORUM:
        return read_board(text, response.url, source.rows)
    if source.rows.item:
        return read_list_page(text, response.url, source.rows, source.links)
    assert source.links is not None, "a source of kind pages has links or item"
    return Listing(entries=read_links(text, response.url, source.links))


def item_of(response: Response, page: Page, now: datetime) -> RawItem | PageOutcome:
    """The item of an article, or why there is none.

    What the page does not say is taken from its list. Who wrote it is neither looked for nor kept.
    """
    kind = _content_type(response)
    if kind and not any(each in kind.lower() for each in _TEXTS):
        return PageOutcome.NOT_HTML
    if b"\0" in response.body[:1_000] and not response.body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return PageOutcome.BROKEN
    entry = page.entry or Entry(address=page.address)
    article = read_article(readable(response.body, kind), now, address=response.url, rules=page.source.article)
    if page.source.kind is SourceKind.FORUM and article.why.text != RULED:
        return PageOutcome.NO_TEXT  # only the first post is read, never what others answered
    return _item(article, entry, response.url, page)


def _item(article: Article, entry: Entry, address: str, page: Page) -> RawItem | PageOutcome:
    title, text = article.title or entry.title, article.text or entry.summary
    if not text or not title:
        return PageOutcome.NO_TEXT
    published = best_time(article.published, entry.published)
    if published is None:
        return PageOutcome.NO_TIME
    return RawItem(
        source=page.source.key,
        title=title,
        text=text,
        published_at=published.at,
        precision=published.precision,
        address=address,
        jurisdiction=page.source.jurisdiction,
        official=page.source.official,
        channel=page.source.channel,
    )


def captured(response: Response, archive: Callable[[Answer], Archive], logger: Logger, now: datetime) -> Capture | None:
    """The capture of an official page, from the very bytes that were read; None, said aloud, when it cannot be kept."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    answer = Answer(
        url=response.url,
        status=response.status,
        reason=HTTPStatus(response.status).phrase,
        headers=headers,
        body=response.body,
    )
    try:
        return archive(answer).capture(response.url, now=now)
    except CaptureError as error:
        logger.warning("official page not captured", address=canonical_address(response.url), reason=str(error))
        measure(logger, "captures_failed_total", 1, reason="store")
        return None


def _content_type(response: Response) -> str:
    return (response.headers.get("Content-Type") or b"").decode("latin-1")
