"""Damaged pages of every make: each ends in exactly one counted outcome, and none makes collection stumble."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import HtmlResponse

from desk.errors import BadPost
from spiders.collecting import Page
from spiders.door import RawItem, admit
from spiders.feed import Entry, NotAList, read_feed
from spiders.loader import item_of
from spiders.outcomes import PageOutcome
from spiders.sources import Source, SourceKind
from tests.spiders.crawl_site import PAGES
from tests.spiders.varied_pages import PAGES as VARIED
from tests.spiders.varied_pages import html_of

NOW = datetime(2026, 6, 11, 4, tzinfo=UTC)
ADDRESS = "https://www.yunzhou.example/news/1.html"
SOURCE = Source(
    key="daily",
    kind=SourceKind.FEED,
    address="https://www.yunzhou.example/rss.xml",
    lawful_basis="公开新闻",
    schedule=timedelta(minutes=5),
    delay=timedelta(seconds=1),
    hosts=("yunzhou.example",),
)
SPLICES = (
    *(
        b"<",
        b">",
        b"</div>",
        b"</html>",
        b"<!--",
        b"]]>",
        b"<script>",
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"&#0;",
        b"&#x110000;",
    ),
    *(
        b"<div class=comment>" * 300,
        b"<table><tr><td>" * 60,
        b"9" * 400,
        b"2026-02-30 25:61",
        b"{" * 300,
        b'{"@graph":' * 200,
    ),
    *(
        "发布时间：9999-12-31 23:59".encode(),
        b"1" * 13,
        b"' or 1=1",
        b"<base href='http://['>",
        b"<meta content=x name=PubDate>",
    ),
)
ENDS = frozenset(
    {"delivered", "quarantined"}
    | {each.value for each in (PageOutcome.NO_TIME, PageOutcome.NO_TEXT, PageOutcome.NOT_HTML, PageOutcome.BROKEN)}
)


def whole_pages() -> list[bytes]:
    pages = [html_of(name).encode() for name in VARIED]
    return [*pages, *(page.decode().encode("gb18030") for page in pages[:5]), (PAGES / "planted.html").read_bytes()]


def damaged(page: bytes, dice: random.Random) -> bytes:
    """The page after one to five accidents."""
    body = bytearray(page)
    for _ in range(dice.randint(1, 5)):
        first, second = sorted((dice.randrange(len(body) + 1), dice.randrange(len(body) + 1)))
        accident = dice.randrange(6)
        piece = bytes(body[first:second])
        body[first:second] = (
            dice.choice(SPLICES) + piece,  # something lands in it
            b"",  # a stretch is gone
            piece * 2,  # a stretch comes twice
            piece[::-1],
            bytes(each ^ (dice.random() < 0.02) * dice.randrange(256) for each in piece),  # noise
            bytes(dice.choice(SPLICES)),
        )[accident]
        body = body[:400_000] or bytearray(b" ")
    return bytes(body)


def end_of(body: bytes, dice: random.Random) -> str:
    """How the page ends, as the crawl counts it."""
    kind = dice.choice(["text/html", "text/html; charset=utf-8", "text/html; charset=gbk", "", "application/pdf"])
    response = HtmlResponse(ADDRESS, body=body, headers={"Content-Type": kind})
    found = item_of(response, Page(source=SOURCE, address=ADDRESS, entry=Entry(address=ADDRESS)), NOW)
    if isinstance(found, PageOutcome):
        return found.value
    return admitted(found)


def admitted(found: RawItem) -> str:
    try:
        admit(found, NOW)
    except BadPost:
        return "quarantined"
    return "delivered"


def ends_of(count: int) -> Counter[str]:
    dice, pages = random.Random(20260610), whole_pages()
    return Counter(end_of(damaged(dice.choice(pages), dice), dice) for _ in range(count))


def test_a_thousand_damaged_pages_end_once_each_in_a_counted_way() -> None:
    ends = ends_of(1_000)

    assert ends.total() == 1_000
    assert set(ends) <= ENDS
    assert ends["delivered"] > 300
    assert ends["no_time"] > 0


@pytest.mark.soak
def test_ten_thousand_damaged_pages_end_once_each_in_a_counted_way() -> None:
    ends = ends_of(10_000)

    assert ends.total() == 10_000
    assert set(ends) <= ENDS


def test_damaged_lists_are_read_or_refused() -> None:
    dice, feed = random.Random(7), (PAGES / "planted.xml").read_bytes()
    ends: Counter[str] = Counter()

    for _ in range(300):
        text = damaged(feed, dice).decode(errors="replace")
        try:
            found = read_feed(text, ADDRESS)
        except NotAList:
            ends["refused"] += 1
        else:
            ends["read"] += 1
            assert all(entry.address.startswith("http") for entry in found)

    assert ends.total() == 300
    assert min(ends["refused"], ends["read"]) > 0
