"""What a site offers to be collected from: its feeds and sitemaps, else the links of the page itself."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from parsel import Selector

from spiders.asking import AskedPage, Asking, PageNotRead
from spiders.charset import readable
from spiders.feed import NotAList, absolute, read_feed
from spiders.list_page import THREAD_ROWS, read_board
from spiders.page_tree import page_tree
from spiders.sitemap import read_sitemap, unpacked
from spiders.sources import SourceKind

_MOST_TRIED = 6
_FEWEST_LINKS = 5
_LONGEST_DELAY, _USUAL_DELAY, _USUAL_SCHEDULE = 120, 5, 600
_FEEDS = "//link[contains(concat(' ',@rel,' '),' alternate ')][contains(@type,'rss') or contains(@type,'atom')]/@href"
_TITLE = 8
_NO_KEY = re.compile(r"[^\w\-]+")
BASIS_TO_WRITE = "待填写：依据什么采集这个来源"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something a site can be collected from; `listed` is how many articles it names now."""

    kind: SourceKind
    address: str
    listed: int
    delay: int
    links: str = ""

    def as_toml(self, taken: frozenset[str] = frozenset()) -> str:
        """The entry for the sources file. It stays switched off until a person writes its lawful basis."""
        lines: dict[str, str | int] = {"key": self._key(taken), "kind": self.kind.value, "address": self.address}
        if self.links:
            lines["links"] = self.links
        lines |= {"lawful_basis": BASIS_TO_WRITE, "schedule": _USUAL_SCHEDULE, "delay": self.delay}
        written = "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in lines.items())
        return f"[[source]]\n{written}off = true\n"

    def _key(self, taken: frozenset[str]) -> str:
        host = (urlsplit(self.address).hostname or "").removeprefix("www.")
        base = _NO_KEY.sub("-", f"{host}-{self.kind.value}").strip("-")[-36:].strip("-")
        keys = (base, *(f"{base}-{number}" for number in range(2, 1_000)))
        return next(key for key in keys if key not in taken)


def offers_of(address: str, asking: Asking) -> list[Offer]:
    """What the page at the address, and the site it stands on, can be collected from. Raises PageNotRead."""
    page = asking.page(address)
    delay = _delay(asking, page.address)
    itself = _as_list(page, delay)
    if itself is not None:
        return [itself]
    html = readable(page.body, page.content_type)
    found = [offer for each in _candidates(page, html, asking) if (offer := _tried(each, asking, delay)) is not None]
    board = _as_board(page, html, delay)
    links = _as_links(page.address, page_tree(html), delay)
    return [*found, *(each for each in (board, None if board else links) if each is not None)]


def _candidates(page: AskedPage, html: str, asking: Asking) -> list[str]:
    feeds = (absolute(page.address, each) for each in page_tree(html).xpath(_FEEDS).getall())
    sitemaps: list[str | None] = [*asking.robots(page.address).sitemaps]
    sitemaps = sitemaps or [absolute(page.address, "/sitemap.xml")]
    site = urlsplit(page.address).hostname
    found = dict.fromkeys(each for each in (*feeds, *sitemaps) if each is not None)
    return [each for each in found if urlsplit(each).hostname == site][:_MOST_TRIED]


def _tried(address: str, asking: Asking, delay: int) -> Offer | None:
    try:
        return _as_list(asking.page(address), delay)
    except PageNotRead:
        return None


def _as_list(page: AskedPage, delay: int) -> Offer | None:
    for kind, count in ((SourceKind.SITEMAP, _in_sitemap), (SourceKind.FEED, _in_feed)):
        try:
            return Offer(kind=kind, address=page.address, listed=count(page), delay=delay)
        except NotAList:
            continue
    return None


def _in_sitemap(page: AskedPage) -> int:
    found = read_sitemap(readable(unpacked(page.body), page.content_type), page.address)
    return len(found.entries) or len(found.more)


def _in_feed(page: AskedPage) -> int:
    return len(read_feed(readable(page.body, page.content_type), page.address))


def _as_board(page: AskedPage, html: str, delay: int) -> Offer | None:
    try:
        listed = len(read_board(html, page.address, THREAD_ROWS).entries)
    except NotAList:
        return None
    return Offer(kind=SourceKind.FORUM, address=page.address, listed=listed, delay=delay)


def _as_links(address: str, page: Selector, delay: int) -> Offer | None:
    """The form of address that most links with a title-like text share, figures aside."""
    forms = Counter(_form(each) for each in set(_titled(address, page)))
    form, listed = next(iter(forms.most_common(1)), ("", 0))
    if listed < _FEWEST_LINKS:
        return None
    return Offer(kind=SourceKind.PAGES, address=address, listed=listed, delay=delay, links=form)


def _titled(base: str, page: Selector) -> Iterator[str]:
    site = urlsplit(base).netloc
    for link in page.xpath("//a[@href]"):
        address = absolute(base, link.root.get("href", ""))
        text = "".join(link.xpath(".//text()").getall()).strip()
        if address is not None and len(text) >= _TITLE and urlsplit(address).netloc == site:
            yield address


def _form(address: str) -> str:
    """A regular expression for the address: its figures may be any, its last name too where it holds one."""
    parts = urlsplit(address)
    start = re.escape(f"{parts.scheme}://{parts.netloc}")
    *folders, name = parts.path.split("/")
    path = "/".join(re.sub(r"\d+", r"\\d+", re.escape(each)) for each in folders)
    last = re.sub(r"[^.]*\d[^.]*", r"[\\w-]+", name, count=1) if re.search(r"\d", name) else re.escape(name)
    last = last.replace(".", r"\.") if "[" in last else last
    return f"{start}{path}/{last}" + (r"\?.*" if parts.query else "")


def _delay(asking: Asking, address: str) -> int:
    asked = asking.robots(address).crawl_delay("Huiying") or 0
    return min(_LONGEST_DELAY, max(_USUAL_DELAY, int(asked + 0.999)))
