"""One article out of its page: title, text, time of publication, and nothing about who wrote it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from parsel import Selector

from desk.text import normalise
from spiders.article_text import article_text
from spiders.article_time import published_time
from spiders.bylines import without_bylines
from spiders.written_time import WrittenTime

_SHORTEST_TITLE = 4
_LONGEST_TITLE = 200
_SITE_NAME = re.compile(r"(?s)(.{8,})(?:_|\||｜|--|——| [-–—] |-)\s*[^_|｜]{1,25}$")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page says; empty or None where it says nothing."""

    title: str
    text: str
    published: WrittenTime | None


def read_article(html: str, now: datetime) -> Article:
    """The article of a page collected `now`; broken pages are read as far as they go."""
    # An empty document has no root element to look into.
    # Without `huge_tree` libxml2 bounds how deep a page may be nested: what is read here is walked up again.
    page = Selector(text=html if html.strip() else "<html></html>", type="html", huge_tree=False)
    title = _title(page)
    return Article(title=without_bylines(title), text=article_text(page), published=published_time(page, title, now))


def _title(page: Selector) -> str:
    """The heading that the page's own title begins with; else the title without the site's name."""
    whole = next(iter(_texts(page, "//head/title")), "") or next(iter(_texts(page, "//title")), "")
    told = [_plain(each) for each in page.xpath("//meta[@property='og:title']/@content").getall()]
    headings = [each for each in _texts(page, "//h1|//h2|//h3|//h4") if len(each) >= _SHORTEST_TITLE]
    wanted = normalise(" ".join((whole, *told)))
    confirmed = [each for each in headings if normalise(each) in wanted]
    if confirmed:
        return max(confirmed, key=len)
    first = next(iter(_texts(page, "//h1")), "")
    return _without_site(next(iter(told), "") or whole or first)


def _texts(page: Selector, where: str) -> Iterator[str]:
    for each in page.xpath(where):
        text = _plain("".join(each.xpath(".//text()[not(parent::script or parent::style)]").getall()))
        if 0 < len(text) <= _LONGEST_TITLE:
            yield text


def _without_site(title: str) -> str:
    shorter = _SITE_NAME.match(title)
    while shorter is not None:
        title = shorter[1].rstrip()
        shorter = _SITE_NAME.match(title)
    return title


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip()[:_LONGEST_TITLE]
