"""A page that lists articles or threads in rows: address, title, day and replies of each, and the page that follows."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from parsel import Selector, SelectorList

from spiders.article_rules import ArticleRules
from spiders.feed import Entry, NotAList, absolute, entries_once
from spiders.page_tree import page_tree
from spiders.written_time import WrittenTime, read_time

_LONGEST_TITLE = 200
_LONGEST_ROW = 2_000
_COUNT = re.compile(r"\s*(\d{1,9})\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """CSS selectors of a list page: `item` of each row or its link, `next` of the link to the page that follows.

    At most `pages` pages are read in one round. `replies` is where a row counts its replies.
    """

    item: str = ""
    next: str = ""
    pages: int = 1
    replies: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one page of a list names: articles in its order, and further pages of the list."""

    entries: list[Entry]
    more: tuple[str, ...] = ()


THREAD_ROWS = ListRules(
    item="tbody[id^='normalthread_']", next=".pg a.nxt, a.nxt", pages=3, replies="td.num a, td.nums a, .num .xi2"
)
"""Where Discuz! keeps a board's threads; pinned ones stand in rows of another name and are notices."""

FIRST_POST = ArticleRules(
    title="#thread_subject",
    published="[id^='authorposton'] span[title], [id^='authorposton']",
    text="[id^='postmessage_']",
)
"""Where Discuz! keeps a thread's first post: what others answered below it is not read."""

_THREAD_LINK = "a.xst, a.s.xst, th a[href*='thread']"
_THREAD = re.compile(r"(.*/|)thread-(\d+)-\d+-\d+(\.html?)")
_OF_A_THREAD = frozenset({"mod", "tid"})


def read_list_page(html: str, address: str, rules: ListRules, links: re.Pattern[str] | None = None) -> Listing:
    """The rows of a list page. Raises NotAList for an empty page, and for one in which the selector finds no row."""
    page = _page(html)
    found = page.css(rules.item)
    if not found:
        raise NotAList("no row of a list")
    rows = (_row(each, "a[href]", address, rules) for each in found)
    return Listing(
        entries=entries_once(each for each in rows if each and (links is None or links.fullmatch(each.address))),
        more=_next(page, rules, address),
    )


def read_board(html: str, address: str, rules: ListRules) -> Listing:
    """The threads of a forum's board, each by the address of its first page."""
    page = _page(html)
    rows = (_row(each, _THREAD_LINK, address, rules) for each in page.css(rules.item))
    entries = entries_once(each for each in rows)
    if not entries:
        raise NotAList("no thread of a board")
    return Listing(entries=entries, more=_next(page, rules, address))


def thread_address(address: str) -> str:
    """The one address of a thread's first page, however its board was paged."""
    named = _THREAD.fullmatch(address)
    if named is not None:
        return f"{named[1]}thread-{named[2]}-1-1{named[3]}"
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    if asked.get("mod") != "viewthread" or "tid" not in asked:
        return address
    return parts._replace(query=urlencode({name: asked[name] for name in sorted(_OF_A_THREAD)})).geturl()


def _page(html: str) -> Selector:
    if not html.strip():
        raise NotAList("no page")
    return page_tree(html)


def _row(row: Selector, link: str, base: str, rules: ListRules) -> Entry | None:
    links = [row] if row.root.tag == "a" else row.css(link)
    titles = [(each, _text(each) or each.root.get("title", "")) for each in links]
    if not titles:
        return None
    chosen, title = max(titles, key=lambda each: len(each[1]))
    address = absolute(base, chosen.root.get("href", ""))
    if address is None:
        return None
    return Entry(
        address=thread_address(address),
        title=(chosen.root.get("title") or title).strip()[:_LONGEST_TITLE],
        published=_time(row),
        replies=_replies(row, rules),
    )


def _time(row: Selector) -> WrittenTime | None:
    text = "".join(row.xpath(".//text()").getall())[:_LONGEST_ROW]
    told = row.xpath(".//span/@title|.//em/@title").getall()[:5]
    found = (read_time(each) for each in (*told, text))
    return next((each for each in found if each is not None), None)


def _replies(row: Selector, rules: ListRules) -> int | None:
    counted = _COUNT.fullmatch(_text(row.css(rules.replies))) if rules.replies else None
    return None if counted is None else int(counted[1])


def _next(page: Selector, rules: ListRules, base: str) -> tuple[str, ...]:
    found = page.css(rules.next)[:1] if rules.next else []
    addresses = (absolute(base, each.root.get("href", "")) for each in found)
    return tuple(each for each in addresses if each is not None and each != base)


def _text(found: "Selector | SelectorList[Selector]") -> str:
    return " ".join("".join(found.xpath(".//text()").getall()).split())
