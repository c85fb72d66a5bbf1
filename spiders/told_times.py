"""The times that a page tells machines: in JSON-LD, meta elements, attributes and scripts."""

import re
from collections.abc import Iterator

import msgspec
from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml ships no types
from parsel import Selector

from desk.text import normalise
from spiders.found_time import FoundTime, Place
from spiders.written_time import read_marked_time

_META = (
    "articlepublishedtime", "ogpublishedtime", "ogarticlepublishedtime", "ogtime", "ogreleasedate", "articlecreateat",
    "weiboarticlecreateat", "apubtime", "pubdate", "pubtime", "publishdate", "publicationdate", "publishedtime",
    "publisheddate", "publishtime", "datepublished", "datepublish", "firstpublishedtime", "originalpublicationdate",
    "releasedate", "releasetime", "issuedate", "dcdate", "dcdateissued", "dcdatecreated", "dctermsissued",
    "dctermscreated", "sailthrudate", "parselypubdate", "bytedancepublishedtime", "createdate", "createtime",
    "articledateoriginal", "date",
)  # fmt: skip
_META_CHANGED = ("dateupdate", "articlemodifiedtime", "ogupdatedtime", "bytedanceupdatedtime", "lastmodified")
_NOT_LETTERS = re.compile(r"[^a-z]")
_LD_PUBLISHED = {
    "datePublished": Place.JSON_LD,
    "dateCreated": Place.JSON_LD,
    "uploadDate": Place.JSON_LD,
    # A search engine's own field: when the page was pushed to it, minutes after people could read it.
    "pubDate": Place.LABELLED_ELSEWHERE,
}
_LD_NAMED = re.compile(rf"\"({'|'.join(_LD_PUBLISHED)})\"\s{{0,5}}:\s{{0,5}}\"([^\"]{{8,40}})\"")
_LD_TITLES = ("headline", "title", "name")
_LD_OTHERS = frozenset(
    {"website", "organization", "person", "breadcrumblist", "itemlist", "comment", "review", "imageobject"}
)
_LD_DEEPEST, _LD_WIDEST = 4, 50
_WITH_ATTRIBUTES = "//*[@*[starts-with(name(),'data-') and (contains(name(),'time') or contains(name(),'date'))]]"
_TIMELY = re.compile(r"data-[a-z_\-]{0,30}(?:time|date)[a-z_\-]{0,10}")
_MOST_ATTRIBUTES = 20
_OF_OTHERS = frozenset({"li", "aside", "ul", "video", "audio"})
_HELD = "//*[contains(@class,'time') or contains(@id,'time')][not(*)][string-length(normalize-space()) < 20]"
_ONLY_FIGURES = re.compile(r"\s*1\d{9}(?:\d{3})?\s*")
_IN_SCRIPT = re.compile(
    r"(?i)(?<![a-z0-9_])(?P<key>[a-z_]{0,20}?(?:publish(?:ed)?_?(?:time|date|at|on)|pub_?(?:time|date)|p_?time"
    r"|date_?publish(?:ed)?|(?:post|news|release|issue|display|show|input|add|create)(?:d)?_?(?:time|date|at)|c_?time)"
    r"|ct|time)\\{0,3}[\"']?\s{0,5}[:=]\s{0,5}(?:new Date\()?\\{0,3}[\"']?(?P<value>[^\"',;}<\\)]{8,40})"
)
_ANOTHER_KEY = re.compile(r"(?i)upd|modif|last|expire|end|start|server|now|current|login|regist|comment|reply")
_UNSURE_KEY = "time"
_LONGEST_SCRIPT = 300_000
_MOST_IN_SCRIPTS = 200


def told_times(page: Selector, title: str) -> Iterator[FoundTime]:
    """The times in JSON-LD, then in meta elements, then marked in the body."""
    yield from _json_ld(page, normalise(title))
    yield from _metas(page)
    yield from _marked(page)


def script_times(page: Selector, title: str) -> Iterator[FoundTime]:
    """The times under telling names in scripts; where the title stands in the script, the nearest to it first."""
    for whole in page.xpath("//script[not(@src)]/text()").getall():
        script = whole[:_LONGEST_SCRIPT]
        found = list(_in_script(script))
        named = script.find(title) if title else -1
        if named >= 0:
            found.sort(key=lambda each: abs(each[1] - named))
        yield from (each for each, _ in found)


def _in_script(script: str) -> Iterator[tuple[FoundTime, int]]:
    for match, _ in zip(_IN_SCRIPT.finditer(script), range(_MOST_IN_SCRIPTS), strict=False):
        written = None if _ANOTHER_KEY.search(match["key"]) else read_marked_time(match["value"])
        if written is not None and written.to_the_minute:
            place = Place.UNSURE if match["key"].lower() == _UNSURE_KEY else Place.SCRIPT
            yield FoundTime(written=written, place=place, why=f"script {match['key']}"), match.start()


def _marked_time(text: str, place: Place, why: str) -> Iterator[FoundTime]:
    written = read_marked_time(text)
    if written is not None:
        yield FoundTime(written=written, place=place, why=why)


def _metas(page: Selector) -> Iterator[FoundTime]:
    named = list(_named_metas(page))
    for wanted, place in (*((each, Place.META) for each in _META), *((each, Place.CHANGED) for each in _META_CHANGED)):
        for name, written_name, content in named:
            if name == wanted:
                yield from _marked_time(content, place, f"meta {written_name}")


def _named_metas(page: Selector) -> Iterator[tuple[str, str, str]]:
    for meta in page.xpath("//meta[@content]"):
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            written = meta.root.get(attribute, "")[:60]
            name = _NOT_LETTERS.sub("", written.lower())
            if name:
                yield name, written, meta.root.get("content", "")


def _marked(page: Selector) -> Iterator[FoundTime]:
    for each in page.xpath("//*[@itemprop='datePublished' or @itemprop='datePublish']")[:2]:
        text = each.root.get("datetime") or each.root.get("content") or each.xpath("string()").get("")
        yield from _marked_time(text, Place.MARKED, "itemprop datePublished")
    # Those of a list of other articles are times too: only the first may be this one's.
    for text in page.xpath("//time[not(ancestor::li or ancestor::aside)]/@datetime").getall()[:1]:
        yield from _marked_time(text, Place.MARKED, "time element")
    for each in page.xpath(_WITH_ATTRIBUTES)[:_MOST_ATTRIBUTES]:
        if not any(around.tag in _OF_OTHERS for around in (each.root, *each.root.iterancestors())):
            yield from _in_attributes(each.root)
    # Some pages carry their parts unseen and let a script set them out: 1781050200000 in an element named for the time.
    for text in page.xpath(_HELD).xpath("string()").getall()[:_MOST_ATTRIBUTES]:
        if _ONLY_FIGURES.fullmatch(text):
            yield from _marked_time(text, Place.BESIDE_TITLE, "element named for the time")


def _in_attributes(element: HtmlElement) -> Iterator[FoundTime]:
    for name in element.keys():  # noqa: SIM118  # an element is no mapping: it yields its children
        if _TIMELY.fullmatch(name) and not _ANOTHER_KEY.search(name):
            yield from _marked_time(element.get(name, ""), Place.BESIDE_TITLE, f"attribute {name}")


def _json_ld(page: Selector, title: str) -> Iterator[FoundTime]:
    for script in page.xpath("//script[contains(@type, 'ld+json')]/text()").getall():
        try:
            told = list(_things(msgspec.json.decode(script.strip()), depth=0))
        except (msgspec.DecodeError, RecursionError, ValueError):
            # Broken JSON is common: the date within it can mostly be read all the same.
            yield from _in_broken_json_ld(script[:_LONGEST_SCRIPT])
            continue
        for thing in sorted(told, key=lambda each: not _is_about(each, title)):
            for name, place in _LD_PUBLISHED.items():
                value = thing.get(name)
                if isinstance(value, str):
                    yield from _marked_time(value, place, f"json-ld {name}")


def _in_broken_json_ld(script: str) -> Iterator[FoundTime]:
    for match in _LD_NAMED.finditer(script):
        yield from _marked_time(match[2], _LD_PUBLISHED[match[1]], f"json-ld {match[1]}")


def _things(value: object, depth: int) -> Iterator[dict[str, object]]:
    if depth > _LD_DEEPEST:
        return
    if isinstance(value, list):
        for each in value[:_LD_WIDEST]:
            yield from _things(each, depth + 1)
    elif isinstance(value, dict):
        if not _kinds(value) & _LD_OTHERS:
            yield value
        yield from _things(value.get("@graph"), depth + 1)
        yield from _things(value.get("mainEntity"), depth + 1)


def _kinds(thing: dict[str, object]) -> set[str]:
    kind = thing.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return {each.lower() for each in kinds if isinstance(each, str)}


def _is_about(thing: dict[str, object], title: str) -> bool:
    said = [thing.get(name) for name in _LD_TITLES]
    return bool(title) and any(isinstance(each, str) and normalise(each).startswith(title[:20]) for each in said)
