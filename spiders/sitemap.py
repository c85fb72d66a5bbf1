"""What a sitemap names: articles, newest first, and for an index the sitemaps below it."""

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

from parsel import Selector

from spiders.feed import MOST_ENTRIES, Entry, NotAList, absolute, entries_once
from spiders.list_page import Listing
from spiders.page_tree import without_no_characters
from spiders.written_time import read_marked_time

LARGEST_UNPACKED = 20_000_000
_GZIP = b"\x1f\x8b"
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def unpacked(body: bytes) -> bytes:
    """The body, unpacked where it is packed. Raises NotAList where it is damaged or grows over the bound."""
    if not body.startswith(_GZIP):
        return body
    try:
        with gzip.GzipFile(fileobj=BytesIO(body)) as packed:
            found = packed.read(LARGEST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NotAList(f"a packed sitemap that is damaged: {error}") from None
    if len(found) > LARGEST_UNPACKED:
        raise NotAList(f"a packed sitemap of more than {LARGEST_UNPACKED} bytes")
    return found


def read_sitemap(text: str, address: str) -> Listing:
    """The newest articles of a sitemap, or the sitemaps of an index, newest first. Raises NotAList."""
    if not text.strip():
        raise NotAList("no sitemap")
    page = Selector(text=without_no_characters(text), type="xml", huge_tree=False)
    page.remove_namespaces()
    if page.root is None or page.root.tag not in ("urlset", "sitemapindex"):
        raise NotAList("no sitemap")
    places = [_place(each, address) for each in page.xpath("/*/url|/*/sitemap")]
    newest = sorted((each for each in places if each is not None), key=_changed, reverse=True)
    if page.root.tag == "sitemapindex":
        return Listing(entries=[], more=tuple(dict.fromkeys(each.address for each in newest)))
    return Listing(entries=entries_once(iter(newest[: 2 * MOST_ENTRIES])))


def _place(found: Selector, base: str) -> Entry | None:
    address = absolute(base, _said(found, "./loc"))
    if address is None:
        return None
    # A news sitemap says when an article was published; `lastmod` only orders the rest.
    written = _said(found, "./news/publication_date")
    changed = read_marked_time(_said(found, "./lastmod"))
    return Entry(
        address=address,
        title=_said(found, "./news/title")[:200],
        published=read_marked_time(written) if written else None,
        changed=None if changed is None else changed.at,
    )


def _changed(entry: Entry) -> datetime:
    published = None if entry.published is None else entry.published.at
    return published or entry.changed or _EARLIEST


def _said(found: Selector, where: str) -> str:
    return next(_texts(found, where), "")


def _texts(found: Selector, where: str) -> Iterator[str]:
    yield from (text.strip() for text in found.xpath(f"{where}/text()").getall() if text.strip())
