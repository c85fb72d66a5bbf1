"""What a list says: the articles of a feed, or of a page of links, newest as the site has them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import unescape
from io import BytesIO
from urllib.parse import urldefrag, urljoin

import feedparser  # type: ignore[import-untyped]  # feedparser ships no types
from parsel import Selector

from spiders.door import RawItem
from spiders.page_tree import page_tree, without_no_characters
from spiders.written_time import WrittenTime, read_marked_time

MOST_ENTRIES = 500
LONGEST_ADDRESS = 2_000
_TAG = re.compile(r"<[^<>]{0,2000}>")
_SPACES = re.compile(r"\s+")
_LONGEST_SUMMARY = 20_000
_STUMBLES = (ValueError, TypeError, AttributeError, LookupError, AssertionError, RecursionError)
"""What the feed library raises on damage that its own loose reading does not survive."""


class NotAList(ValueError):
    """Raised for what claims to be a feed or a page of links and is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article as its list names it; it has no field for who wrote it.

    `found` is the whole item where the list says all there is: then no page of it is asked for.
    """

    address: str
    title: str = ""
    summary: str = ""
    published: WrittenTime | None = None
    replies: int | None = None
    changed: datetime | None = None
    found: RawItem | None = None

    @property
    def mark(self) -> str:
        """By which it is known again: a digest, so that what is remembered names nobody."""
        return sha256(self.address.encode(errors="replace")).hexdigest()[:16]


def read_feed(text: str, address: str) -> list[Entry]:
    """The entries of an RSS or Atom feed, in its order, each address once. Raises NotAList."""
    # Given as UTF-8 bytes and declared so: a feed's own claim about its charset has been seen through already, and
    # a plain string might be taken for an address to fetch.
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": address}
    body = BytesIO(without_no_characters(text).encode(errors="replace"))
    try:
        feed = feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except _STUMBLES as error:
        raise NotAList(f"no feed that can be read: {error}") from None
    if not feed.get("version") and not feed.entries:
        raise NotAList("no feed")
    return entries_once(_entry(each, address) for each in feed.entries)


def read_links(html: str, address: str, links: re.Pattern[str]) -> list[Entry]:
    """The links of a page whose whole address matches, in its order, each once. Raises NotAList for an empty page."""
    if not html.strip():
        raise NotAList("no page")
    page = page_tree(html)
    found = (_link(each, address) for each in page.xpath("//a[@href]"))
    return entries_once(each for each in found if each is not None and links.fullmatch(each.address))


def entries_once(entries: Iterator[Entry | None]) -> list[Entry]:
    """Each address once, in order, up to a bound."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        if entry is not None:
            kept.setdefault(entry.address, entry)
        if len(kept) == MOST_ENTRIES:
            break
    return list(kept.values())


def _entry(found: feedparser.FeedParserDict, base: str) -> Entry | None:
    address = absolute(base, str(found.get("link", "")))
    if address is None:
        return None
    written = str(found.get("published", "") or found.get("updated", ""))
    return Entry(
        address=address,
        title=_plain(str(found.get("title", ""))),
        summary=_plain(str(found.get("summary", ""))[:_LONGEST_SUMMARY]),
        published=read_marked_time(written) if written else None,
    )


def _link(found: Selector, base: str) -> Entry | None:
    address = absolute(base, found.root.get("href", ""))
    return None if address is None else Entry(address=address)


def absolute(base: str, link: str) -> str | None:
    """The whole web address of a link without its fragment, or None where it is none."""
    try:
        address = urldefrag(urljoin(base, link.strip())).url
    except ValueError:
        return None
    usable = address.startswith(("http://", "https://")) and len(address) <= LONGEST_ADDRESS and bool(link.strip())
    return address if usable else None


def _plain(html: str) -> str:
    """Text without tags: a feed's titles and summaries are HTML in XML, or plain, and do not say which."""
    return _SPACES.sub(" ", unescape(_TAG.sub(" ", html))).strip()
