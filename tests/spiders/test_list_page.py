"""What list pages, boards and sitemaps name."""

import gzip
import re
from datetime import UTC, datetime

import pytest

from spiders.feed import NotAList
from spiders.list_page import THREAD_ROWS, ListRules, read_board, read_list_page, thread_address
from spiders.sitemap import LARGEST_UNPACKED, read_sitemap, unpacked
from tests.spiders.crawl_site import PAGES

SITE = "https://bbs.yunzhou.example/"
BOARD = (PAGES / "board.html").read_text(encoding="utf-8")
NEWS = (PAGES / "news-sitemap.xml").read_text(encoding="utf-8")


def test_the_rows_of_a_list_give_address_title_and_day_and_the_next_page() -> None:
    html = (
        "<ul class=list><li><span>[2026-06-10 08:10]</span>"
        '<a href="t/1.html" title="江口大桥封闭检修的通告">江口大桥…</a></li>'
        '<li><a href="t/2.html">江口区停水</a><span>2026-06-09</span></li></ul>'
        '<a class=next href="index_2.html">下一页</a>'
    )

    listing = read_list_page(html, f"{SITE}index.html", ListRules(item=".list li", next="a.next", pages=2))

    assert [each.address for each in listing.entries] == [f"{SITE}t/1.html", f"{SITE}t/2.html"]
    assert listing.entries[0].title == "江口大桥封闭检修的通告"
    assert listing.entries[0].published is not None
    assert listing.entries[0].published.at == datetime(2026, 6, 10, 0, 10, tzinfo=UTC)
    assert listing.more == (f"{SITE}index_2.html",)


def test_links_narrow_what_the_selector_finds() -> None:
    html = '<p class=i><a href="/t/1.html">通报</a></p><p class=i><a href="/ad/1.html">广告</a></p>'

    listing = read_list_page(html, SITE, ListRules(item=".i"), re.compile(rf"{re.escape(SITE)}t/.*"))

    assert [each.address for each in listing.entries] == [f"{SITE}t/1.html"]


def test_a_list_whose_layout_changed_is_told_apart_from_an_empty_one() -> None:
    with pytest.raises(NotAList, match="no row"):
        read_list_page("<div class=new-layout><a href=/1.html>通报</a></div>", SITE, ListRules(item=".list li"))


def test_a_board_gives_its_threads_with_their_replies_and_no_account() -> None:
    listing = read_board(BOARD, f"{SITE}forum-2-1.html", THREAD_ROWS)

    assert [(each.address, each.title, each.replies) for each in listing.entries] == [
        (f"{SITE}thread-101-1-1.html", "江口区化工厂附近有刺鼻气味", 12),
        (f"{SITE}thread-102-1-1.html", "青石桥什么时候能通车", 0),
    ]
    assert listing.more == (f"{SITE}forum-2-2.html",)
    assert "PLANTED" not in repr(listing)


@pytest.mark.parametrize(
    ("seen", "one"),
    [
        ("thread-101-3-2.html", "thread-101-1-1.html"),
        ("forum.php?mod=viewthread&tid=101&extra=page%3D2", "forum.php?mod=viewthread&tid=101"),
        ("forum.php?authorid=9&tid=101&page=4&mod=viewthread", "forum.php?mod=viewthread&tid=101"),
        ("forum.php?mod=forumdisplay&fid=2", "forum.php?mod=forumdisplay&fid=2"),
        ("news/1.html?page=2", "news/1.html?page=2"),
    ],
)
def test_a_thread_has_one_address_wherever_it_was_seen(seen: str, one: str) -> None:
    assert thread_address(SITE + seen) == SITE + one


def test_a_news_sitemap_gives_titles_and_minutes_newest_first() -> None:
    listing = read_sitemap(NEWS, f"{SITE}news.xml")

    assert [each.address for each in listing.entries] == [f"{SITE}2.html", f"{SITE}1.html", f"{SITE}3.html"]
    assert listing.entries[0].title == "江口大桥封闭"
    assert listing.entries[0].published is not None
    assert listing.entries[0].published.at == datetime(2026, 6, 10, 0, 12, tzinfo=UTC)
    assert listing.entries[1].published is None


def test_an_index_of_sitemaps_names_those_below_it_newest_first() -> None:
    children = "".join(
        f"<sitemap><loc>/{month}.xml.gz</loc><lastmod>2026-{month}-01</lastmod></sitemap>"
        for month in ("04", "06", "05")
    )

    listing = read_sitemap(f"<sitemapindex>{children}</sitemapindex>", SITE)

    assert listing.entries == []
    assert listing.more == (f"{SITE}06.xml.gz", f"{SITE}05.xml.gz", f"{SITE}04.xml.gz")


def test_a_packed_sitemap_is_unpacked_up_to_a_bound() -> None:
    fits = gzip.compress(b"x" * LARGEST_UNPACKED)
    over = gzip.compress(b"x" * (LARGEST_UNPACKED + 1))

    assert len(unpacked(fits)) == LARGEST_UNPACKED
    with pytest.raises(NotAList, match="more than"):
        unpacked(over)
    with pytest.raises(NotAList, match="damaged"):
        unpacked(fits[:-100])


@pytest.mark.parametrize("text", ["", "<html><body>404</body></html>", "<rss></rss>", "SITE IS DOWN"])
def test_what_is_no_sitemap_is_refused(text: str) -> None:
    with pytest.raises(NotAList):
        read_sitemap(text, SITE)


def test_entities_of_a_sitemap_are_not_followed_nor_multiplied() -> None:
    bomb = "".join(f'<!ENTITY e{number + 1} "{f"&e{number};" * 10}">' for number in range(9))
    text = (
        f'<!DOCTYPE urlset [<!ENTITY e0 "x"><!ENTITY f SYSTEM "file:///etc/passwd">{bomb}]>'
        "<urlset><url><loc>/1.html</loc><lastmod>&f;</lastmod></url><url><loc>/&e9;</loc></url></urlset>"
    )

    listing = read_sitemap(text, SITE)

    assert all(len(each.address) < 100 and "root:" not in each.address for each in listing.entries)
