"""Where a known site keeps the parts of an article: selectors as data, which go before looking."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from parsel import Selector

from desk.errors import BadSettings
from desk.policy_reading import Reader
from spiders.article_title import FoundTitle
from spiders.bylines import without_bylines
from spiders.found_time import FoundTime, Place
from spiders.written_time import read_marked_time

_LONGEST_TITLE = 200
_SAYS_WHOLE = ("datetime", "content", "title")
"""Attributes that hold the whole time where 昨天 08:12 is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRules:
    """CSS selectors for the parts of an article; an empty one says nothing."""

    title: str = ""
    published: str = ""
    text: str = ""


NO_RULES = ArticleRules()
RULE_NAMES = frozenset({"title", "published", "text"})


def read_rules(reader: Reader) -> ArticleRules:
    """The rules of a table; a selector that is none is noted as a problem."""
    return ArticleRules(**{name: _selector(reader, name) for name in sorted(RULE_NAMES) if reader.has(name)})


def rules_of(page: Selector, address: str) -> ArticleRules:
    """The shipped rules for the page's site, by its address or what it says of it."""
    told = page.xpath("//link[@rel='canonical']/@href|//meta[@property='og:url']/@content").getall()
    for each in (address, *told):
        host = _host(each)
        for site, rules in _shipped().items():
            if host == site or host.endswith(f".{site}"):
                return rules
    return NO_RULES


def ruled_title(page: Selector, rules: ArticleRules) -> FoundTitle | None:
    """The title where the rules say, or None."""
    text = " ".join("".join(page.css(rules.title).xpath(".//text()").getall()).split()) if rules.title else ""
    return FoundTitle(text=without_bylines(text), why="rule") if 0 < len(text) <= _LONGEST_TITLE else None


def ruled_time(page: Selector, rules: ArticleRules, now: datetime) -> FoundTime | None:
    """The time where the rules say, or None; one that has not come yet is none."""
    for each in page.css(rules.published) if rules.published else ():
        for text in (*(each.root.get(name, "") for name in _SAYS_WHOLE), each.xpath("string()").get("")):
            written = read_marked_time(text)
            if written is not None and written.at <= now:
                return FoundTime(written=written, place=Place.RULE, why="rule")
    return None


def _selector(reader: Reader, name: str) -> str:
    selector = reader.text(name)
    try:
        Selector(text="<html></html>").css(selector)
    except (ValueError, SyntaxError):
        reader.problem(name, f"{selector!r} is no CSS selector")
        return ""
    return selector


@cache
def _shipped() -> Mapping[str, ArticleRules]:
    table = tomllib.loads(files("spiders").joinpath("site_rules.toml").read_text(encoding="utf-8"))
    reader = Reader("site_rules", table)
    found: dict[str, ArticleRules] = {}
    for each in reader.tables("site"):
        each.only(RULE_NAMES | {"host"})
        found[each.text("host")] = read_rules(each)
    if reader.problems:
        raise BadSettings(reader.problems)
    return found


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
