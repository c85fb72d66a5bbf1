"""The reading of a sources file: every line checked, every problem told at once."""

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from parsel import Selector

from desk.errors import BadSettings
from desk.policy_reading import Reader
from spiders.article_rules import NO_RULES, RULE_NAMES, ArticleRules, read_rules
from spiders.list_page import FIRST_POST, THREAD_ROWS, ListRules
from spiders.sources import Source, SourceKind, Sources
from spiders.weibo import METHODS, OWN, SEARCH

SHORTEST_SCHEDULE, LONGEST_SCHEDULE = 60, 86_400
LONGEST_DELAY = 120
MOST_PAGES = 20
COLUMNS = ("title", "text", "published", "id", "address")
_CONTACT = re.compile(r"(?:mailto:)?[^\s@<>]{1,64}@[^\s@<>]{3,255}|https?://\S{4,200}", re.ASCII)
_KEY = re.compile(r"[^\W_][\w\-]{0,39}")
_DIVISION = re.compile(r"\d{6}", re.ASCII)
_HOST = re.compile(r"[a-z0-9.\-]{1,253}")
_OF_ALL = frozenset({"key", "kind", "lawful_basis", "jurisdiction", "official", "channel", "off"})
_ASKED = _OF_ALL | {"address", "schedule", "slowest", "delay", "hosts", "article"}
_LINES = {
    SourceKind.FEED: _ASKED,
    SourceKind.PAGES: _ASKED | {"links", "item", "next", "pages"},
    SourceKind.SITEMAP: _ASKED | {"links", "pages"},
    SourceKind.FORUM: _ASKED | {"links", "item", "next", "pages", "replies"},
    SourceKind.WEIBO: (_ASKED - {"hosts", "article"}) | {"query", "pages"},
    SourceKind.TABLE: _OF_ALL | {"columns"},
}
_MANY_PAGES = (SourceKind.SITEMAP, SourceKind.WEIBO)
_FIELDS = frozenset().union(*_LINES.values())


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
    kind = reader.choice("kind", SourceKind)
    for name in sorted(_FIELDS - _LINES[kind]):
        if reader.has(name):
            reader.problem(name, f"a source of kind {kind.value!r} has none: leave it out")
    is_asked = kind is not SourceKind.TABLE
    address = _address(reader) if is_asked else ""
    schedule = _seconds(reader, "schedule", SHORTEST_SCHEDULE, LONGEST_SCHEDULE) if is_asked else timedelta()
    official = reader.flag("official") if reader.has("official") else False
    return Source(
        key=_matching(reader, "key", _KEY, "1 to 40 letters, digits, '-' or '_'"),
        kind=kind,
        address=address,
        lawful_basis=reader.text("lawful_basis"),
        schedule=schedule,
        delay=_seconds(reader, "delay", 1, LONGEST_DELAY) if is_asked else timedelta(),
        hosts=_hosts(reader, address) if is_asked else (),
        links=_links(reader, kind),
        jurisdiction=_division(reader),
        official=official,
        channel=_channel(reader, official=official),
        slowest=_slowest(reader, schedule),
        rows=_rows(reader, kind),
        article=_article(reader, kind),
        columns=_columns(reader) if not is_asked else {},
        off=reader.flag("off") if reader.has("off") else False,
        query=_query(reader, kind, address, official=official),
    )


def _query(reader: Reader, kind: SourceKind, address: str, *, official: bool) -> str:
    """What a search looks for. Notes a method of Weibo that is not read, and one that this source must not read."""
    if kind is not SourceKind.WEIBO or not address:
        return ""
    parts = urlsplit(address)
    if parts.path not in METHODS or parts.query:
        reader.problem("address", f"no method that is read: use one of https://api.weibo.com with {', '.join(METHODS)}")
    if parts.scheme != "https" and not _is_this_machine(parts.hostname or ""):
        reader.problem("address", "the token must not travel unprotected: write https")
    if official != (parts.path in OWN):
        reader.problem("official", "the account's own timeline is official = true, and nothing else of Weibo is")
    if parts.path in SEARCH:
        return reader.text("query")
    if reader.has("query"):
        reader.problem("query", "only a search has one: leave it out")
    return ""


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _slowest(reader: Reader, schedule: timedelta) -> timedelta:
    if not reader.has("slowest"):
        return schedule
    slowest = _seconds(reader, "slowest", SHORTEST_SCHEDULE, LONGEST_SCHEDULE)
    if slowest < schedule:
        reader.problem("slowest", "shorter than schedule: write as many seconds or more, or leave it out")
    return max(slowest, schedule)


def _rows(reader: Reader, kind: SourceKind) -> ListRules:
    usual = THREAD_ROWS if kind is SourceKind.FORUM else ListRules(pages=5 if kind in _MANY_PAGES else 1)
    found = {name: _selector(reader, name) for name in ("item", "next", "replies") if reader.has(name)}
    pages = reader.count("pages") if reader.has("pages") else usual.pages
    if pages > MOST_PAGES:
        reader.problem("pages", f"{pages} cannot be used: write a number from 1 to {MOST_PAGES}")
    return ListRules(
        item=found.get("item", usual.item),
        next=found.get("next", usual.next),
        replies=found.get("replies", usual.replies),
        pages=pages,
    )


def _selector(reader: Reader, name: str) -> str:
    selector = reader.text(name)
    try:
        Selector(text="<html></html>").css(selector)
    except (ValueError, SyntaxError):
        reader.problem(name, f"{selector!r} is no CSS selector")
    return selector


def _article(reader: Reader, kind: SourceKind) -> ArticleRules:
    if reader.has("article"):
        table = reader.table("article")
        table.only(RULE_NAMES)
        return read_rules(table)
    return FIRST_POST if kind is SourceKind.FORUM else NO_RULES


def _columns(reader: Reader) -> Mapping[str, str]:
    table = reader.table("columns")
    table.only(frozenset(COLUMNS))
    if reader.has("columns") and not (table.has("title") or table.has("text")):
        table.problem("text", "missing: name the column of the text, or of the title")
    return {name: table.text(name) for name in COLUMNS if table.has(name) or name == "published"}


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
    """Needed where nothing else tells an article's link from any other."""
    needed = kind is SourceKind.PAGES and not reader.has("item")
    if not needed and ("links" not in _LINES[kind] or not reader.has("links")):
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
