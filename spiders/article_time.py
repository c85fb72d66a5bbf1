"""When an article says it was published: in what it tells machines first, then in what people see."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
from parsel import Selector

from desk.moments import Precision
from spiders.article_text import block_texts
from spiders.written_time import WrittenTime, read_marked_time, read_time

_CLOCKS_MAY_DIFFER = timedelta(days=1)
_META = (
    "articlepublishedtime", "ogpublishedtime", "ogarticlepublishedtime", "ogtime", "ogreleasedate", "articlecreateat",
    "weiboarticlecreateat", "apubtime", "pubdate", "publishdate", "publicationdate", "publishedtime", "publishtime",
    "datepublished", "firstpublishedtime", "originalpublicationdate", "releasedate", "dcdate", "dcdateissued",
    "dctermsissued", "dctermscreated", "sailthrudate", "parselypubdate", "date", "articledateoriginal",
)  # fmt: skip
_LESS_SURE = ("dateupdate", "articlemodifiedtime", "lastmodified")
_NOT_LETTERS = re.compile(r"[^a-z]")
_IN_SCRIPT = re.compile(
    r"(?i)[\"']?\b(?:publish_?(?:time|date|at)|pub_?(?:time|date)|date_?published|news_?time|create_?time|ct)[\"']?"
    r"\s*[:=]\s*[\"']?([^\"',;}<]{8,40})"
)
_NAMED_TIME = re.compile(r"(?i)time|date|pub|post|source|info|meta|laiyuan|shijian|fabu")
_SAYS_PUBLISHED = re.compile(r"发布|发表|时间|日期|来源")
_SAYS_CHANGED = re.compile(r"更新|修改|编辑于|截至")
_LONGEST_NOTE = 80
"""A longer block is running text: a time in it is when something happened, not when it was published."""

_SHIFT = timedelta(hours=8)


def published_time(page: Selector, title: str, now: datetime) -> WrittenTime | None:
    """When the article was published, by the first place that says it to the minute; else to the day; else None."""
    seen = list(_visible(page, title))
    day: WrittenTime | None = None
    for found in (*_machine_readable(page), *seen, *_in_scripts(page)):
        if found.at > now + _CLOCKS_MAY_DIFFER:
            continue
        if found.to_the_minute:
            return _as_seen(found, seen)
        day = day or found
    return day


def best_time(of_page: WrittenTime | None, of_list: WrittenTime | None) -> WrittenTime | None:
    """The page's own time, unless the list is exact about the same day and the page is not."""
    if of_page is None or of_list is None:
        return of_page or of_list
    exact = of_list.to_the_minute and not of_page.to_the_minute
    same_day = timedelta() <= of_list.at - of_page.at < timedelta(days=1)
    return of_list if exact and same_day else of_page


def _as_seen(found: WrittenTime, seen: list[WrittenTime]) -> WrittenTime:
    """The time, unless people are shown the same figures as Beijing's: then its zone is a system's mistake."""
    shifted = found.at - _SHIFT
    same_figures = any(each.to_the_minute and _minute(each.at) == _minute(shifted) for each in seen)
    as_read = any(each.to_the_minute and _minute(each.at) == _minute(found.at) for each in seen)
    return WrittenTime(at=shifted, precision=found.precision) if same_figures and not as_read else found


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _machine_readable(page: Selector) -> Iterator[WrittenTime]:
    metas = list(_metas(page))
    marked = [
        *_json_ld(page),
        *(content for wanted in _META for name, content in metas if name == wanted),
        *page.xpath("//*[@itemprop='datePublished' or @itemprop='datePublish']/@datetime").getall(),
        *page.xpath("//time/@datetime").getall()[:1],
        *(content for wanted in _LESS_SURE for name, content in metas if name == wanted),
    ]
    for text in marked:
        found = read_marked_time(text)
        if found is not None:
            yield found


def _metas(page: Selector) -> Iterator[tuple[str, str]]:
    for meta in page.xpath("//meta[@content]"):
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = _NOT_LETTERS.sub("", meta.attrib.get(attribute, "").lower())
            if name:
                yield name, meta.attrib["content"]


def _json_ld(page: Selector) -> Iterator[str]:
    for script in page.xpath("//script[contains(@type, 'ld+json')]/text()").getall():
        try:
            yield from _dates(msgspec.json.decode(script), depth=0)
        except (msgspec.DecodeError, RecursionError, ValueError):
            # Broken JSON is common: the date within it can mostly be read all the same.
            yield from _IN_SCRIPT.findall(script)[:1]


def _dates(value: object, depth: int) -> Iterator[str]:
    if depth > 4:
        return
    if isinstance(value, list):
        for each in value[:50]:
            yield from _dates(each, depth + 1)
    elif isinstance(value, dict):
        for name in ("datePublished", "dateCreated"):
            if isinstance(value.get(name), str):
                yield value[name]
        yield from _dates(value.get("@graph"), depth + 1)


def _visible(page: Selector, title: str) -> Iterator[WrittenTime]:
    """Times in short notes: those marked as a time behind the title first, then any behind it, then any."""
    longest = max(_LONGEST_NOTE, len(title) + 2)
    blocks = ((text, named) for text, named in block_texts(page) if len(text) <= longest)
    notes = [(text, named) for text, named in blocks if not _SAYS_CHANGED.search(text)]
    start = next((index for index, (text, _) in enumerate(notes) if title and text.strip() == title), 0)
    behind, before = notes[start:], notes[:start]
    marked = [note for note in behind if _NAMED_TIME.search(note[1]) or _SAYS_PUBLISHED.search(note[0])]
    for text, _ in (*marked, *behind, *before):
        found = read_time(text)
        if found is not None:
            yield found


def _in_scripts(page: Selector) -> Iterator[WrittenTime]:
    for script in page.xpath("//script[not(@src)]/text()").getall():
        for text in _IN_SCRIPT.findall(script[:200_000]):
            found = read_marked_time(text)
            if found is not None and found.precision is not Precision.DAY:
                yield found
