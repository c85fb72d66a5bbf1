"""The title of an article: the heading that the page's own title confirms, not the site's name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsel import Selector

from desk.text import normalise
from spiders.bylines import without_bylines

_SHORTEST, _LONGEST = 4, 200
_MOST_HEADINGS = 200
_SEPARATOR = re.compile(r"\s*(?:_|\||｜|--|——|\s[-–—]\s|-)\s*")
_SITE_NAME = re.compile(r"(?s)(.{8,})(?:_|\||｜|--|——| [-–—] |-)\s*[^_|｜]{1,25}$")
_NAMES_A_SITE = re.compile(
    r"[^，。！？：“”\d]{2,20}(?:网站?|门户|政府|日报|晚报|新闻|频道|客户端|官网|论坛|在线|人民政府|委员会|管理局|厅|首页|公众号|融媒体?|发布)"
)
_SPACES = re.compile(r"\s+")
_CUT = re.compile(r"(?:\.{2,}|…+)$")
_TOLD = (
    ("meta ArticleTitle", "//meta[translate(@name,'ARTICLETITLE','articletitle')='articletitle']/@content"),
    ("meta og:title", "//meta[@property='og:title' or @name='og:title']/@content"),
    ("meta twitter:title", "//meta[@name='twitter:title' or @property='twitter:title']/@content"),
)
_HEADINGS = "//h1|//h2|//h3|//h4"
_NAMED = (
    "//*[self::div or self::p or self::span or self::td or self::strong]"
    "[contains(translate(concat(@class,' ',@id),'TILE','tile'),'title') or contains(@class,'biaoti')]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTitle:
    """The title, and what says it."""

    text: str
    why: str


def article_title(page: Selector) -> FoundTitle:
    """The title without the site's name and without bylines; empty where the page has none."""
    found = _title(page)
    return FoundTitle(text=without_bylines(found.text), why=found.why)


def _title(page: Selector) -> FoundTitle:
    whole = next(iter(_texts(page, "//head/title")), "") or next(iter(_texts(page, "//title")), "")
    told = [FoundTitle(text=_plain(text), why=why) for why, where in _TOLD for text in page.xpath(where).getall()[:1]]
    told = [each for each in told if each.text and not _site_only(each.text)]
    headings = [each for each in _texts(page, _HEADINGS) if len(each) >= _SHORTEST]
    confirmed = _confirmed(headings, whole, told) or _confirmed(list(_texts(page, _NAMED)), whole, told)
    if confirmed and not _only_a_piece(confirmed, whole, told):
        return FoundTitle(text=confirmed, why="heading that the page's title names")
    if told:
        return FoundTitle(text=_without_site(told[0].text), why=told[0].why)
    if whole and not _site_only(whole):
        return FoundTitle(text=_without_site(whole), why="page title")
    first = next((each for each in (*_texts(page, "//h1"), *_texts(page, _NAMED)) if not _site_only(each)), "")
    return FoundTitle(text=first or whole, why="first heading")


def _confirmed(headings: list[str], whole: str, told: list[FoundTitle]) -> str:
    """The longest heading that the page's own titles hold, and that is not only the site's part of them."""
    wanted = [normalise(each) for each in (whole, *(each.text for each in told)) if each]
    sites = {normalise(part) for part in _SEPARATOR.split(whole)[1:] if _site_only(part)}
    cut = [_CUT.sub("", each) for each in wanted if _CUT.search(each)]
    found = [
        each
        for each in headings[:_MOST_HEADINGS]
        if normalise(each) not in sites
        and not _site_only(each)
        and (
            any(normalise(each) in one for one in wanted)
            or any(len(one) >= 2 * _SHORTEST and normalise(each).startswith(one) for one in cut)
        )
    ]
    return max(found, key=len, default="")


def _only_a_piece(heading: str, whole: str, told: list[FoundTitle]) -> bool:
    """Whether the heading is some words from the middle of the titles: a subheading, or a link that says the same."""
    titles = [normalise(each) for each in (whole, *(one.text for one in told)) if each]
    begins = any(each.startswith(normalise(heading)) or normalise(heading).startswith(each[:8]) for each in titles)
    parts = [normalise(part) for part in _SEPARATOR.split(whole)]
    return not begins and normalise(heading) not in parts and 2 * len(heading) < max(map(len, titles), default=0)


def _site_only(text: str) -> bool:
    return _NAMES_A_SITE.fullmatch(text.strip()) is not None


def _texts(page: Selector, where: str) -> Iterator[str]:
    for each in page.xpath(where)[:_MOST_HEADINGS]:
        text = _plain("".join(each.xpath(".//text()[not(parent::script or parent::style)]").getall()))
        if 0 < len(text) <= _LONGEST:
            yield text


def _without_site(title: str) -> str:
    shorter = _SITE_NAME.match(title)
    while shorter is not None:
        title = shorter[1].rstrip()
        shorter = _SITE_NAME.match(title)
    return title


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip()[:_LONGEST]
