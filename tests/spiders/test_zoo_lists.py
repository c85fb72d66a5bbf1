"""Sitemaps, list pages and forums as real sites on loopback; what was asked is read from the sites' own logs."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.settings import load_settings
from backends.wiring import open_backends
from desk.post import Observation
from desk.travel import POSTS
from tests.spiders.crawl_run import crawl, cursor, delivered, ends, gaps, set_cursor, source, write_sources
from tests.spiders.crawl_site import PAGES, Asked, Reply, Site, article

pytestmark = pytest.mark.process
XML = "application/xml; charset=utf-8"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "var"


def asked_again(data: Path, key: str) -> None:
    set_cursor(data, replace(cursor(data, key), next_poll_at=SystemClock().now()))


def sitemap(site: Site, *paths: str) -> bytes:
    urls = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    return f"<urlset>{urls}</urlset>".encode()


def rows(first: int, last: int, following: str = "") -> Reply:
    listed = "".join(f'<li class=row><a href="/t/{number}.html">通报{number}</a></li>' for number in range(first, last))
    more = f'<a class=next href="{following}">下一页</a>' if following else ""
    return Reply(body=f"<ul>{listed}</ul>{more}".encode())


def thread(number: int, text: str) -> Reply:
    html = (PAGES / "thread.html").read_text(encoding="utf-8")
    return Reply(body=html.replace("THREAD", str(number)).replace("FIRST-POST", text).encode())


def replies_told(data: Path) -> list[int | None]:
    settings = load_settings({"data": str(data)}, {}, data)
    with (
        open_backends(DeskFolder(data, "desk"), settings) as backends,
        backends.bus.subscribe(POSTS, group="replies") as subscription,
    ):
        found = [backends.codec.decode(each.value) for each in subscription.poll(limit=1_000, timeout=timedelta())]
    return [each.heat for each in found if isinstance(each, Observation)]


def test_an_index_of_sitemaps_is_followed_packed_or_not_and_no_article_is_read_twice(data: Path) -> None:
    with Site(71) as site:
        children = (
            f"<sitemap><loc>{site.url('/a.xml.gz')}</loc></sitemap><sitemap><loc>{site.url('/b.xml')}</loc></sitemap>"
        )
        site.put("/sitemap.xml", Reply(body=f"<sitemapindex>{children}</sitemapindex>".encode(), kind=XML))
        site.put("/a.xml.gz", Reply(body=gzip.compress(sitemap(site, "/1.html")), kind="application/gzip"))
        site.put("/b.xml", Reply(body=sitemap(site, "/2.html", "/about"), kind=XML))
        site.put("/1.html", article(title="江口大桥封闭"))
        site.put("/2.html", article(title="江口区停水"))
        links = re.escape(site.url("/")) + r"\d+\.html"
        write_sources(data, source("map", site.url("/sitemap.xml"), kind="sitemap", links=links))

        crawl(data)
        first = site.paths()
        site.put("/b.xml", Reply(body=sitemap(site, "/3.html", "/2.html"), kind=XML))
        site.put("/3.html", article(title="青石桥限行"))
        crawl(data)

        assert sorted(first) == ["/1.html", "/2.html", "/a.xml.gz", "/b.xml", "/robots.txt", "/sitemap.xml"]
        assert site.paths()[len(first) :] == ["/robots.txt", "/sitemap.xml", "/a.xml.gz", "/b.xml", "/3.html"]
    assert ends(data) == {"read": 6, "delivered": 3}


def test_a_packed_sitemap_that_never_ends_is_left_and_said(data: Path) -> None:
    with Site(72) as site:
        site.put("/bomb.xml.gz", Reply(body=gzip.compress(b"<urlset>" + b" " * 300_000_000), kind="application/gzip"))
        write_sources(data, source("map", site.url("/bomb.xml.gz"), kind="sitemap"))

        crawl(data)

    assert ends(data) == {"broken": 1}
    assert [gap.reason for gap in gaps(data)] == ["broken"]


def test_a_page_that_unpacks_without_end_is_left(data: Path) -> None:
    with Site(73) as site:
        site.feed("/bomb")
        bomb = gzip.compress(b"<p>" * 100_000_000)
        site.put("/bomb", Reply(body=bomb, headers={"Content-Encoding": "gzip"}))
        write_sources(data, source("daily", site.url("/rss.xml")))

        crawl(data)

    assert ends(data) == {"read": 1, "too_large": 1}


def test_a_paged_list_is_read_on_while_it_names_something_new_and_no_further(data: Path) -> None:
    with Site(74) as site:
        site.put("/list", rows(3, 5, "/list?page=2"))
        site.put("/list?page=2", rows(1, 3, "/list?page=3"))
        site.put("/list?page=3", rows(0, 1))
        for number in range(6):
            site.put(f"/t/{number}.html", article(title=f"江口区通报{number}"))
        write_sources(data, source("list", site.url("/list"), kind="pages", item="li.row", next="a.next", pages=2))

        crawl(data)
        first = site.paths()
        site.put("/list", rows(4, 6, "/list?page=2"))
        crawl(data)

        assert first[1:] == ["/list", "/list?page=2", "/t/3.html", "/t/4.html", "/t/1.html", "/t/2.html"]
        assert site.paths()[len(first) + 1 :] == ["/list", "/list?page=2", "/t/5.html"]
    assert sorted(post.title for post in delivered(data)) == [f"江口区通报{number}" for number in range(1, 6)]


def test_a_further_page_that_fails_is_read_at_the_next_round_and_leaves_no_gap_in_what_is_collected(data: Path) -> None:
    with Site(75) as site:
        site.put("/list", rows(3, 4, "/list?page=2"))
        site.put("/list?page=2", Reply(status=500))
        site.put("/t/3.html", article(title="江口区通报三"))
        site.put("/t/2.html", article(title="江口区通报二"))
        write_sources(data, source("list", site.url("/list"), kind="pages", item="li.row", next="a.next", pages=2))

        crawl(data)
        site.put("/list?page=2", rows(2, 3))
        crawl(data)

        assert site.paths().count("/t/3.html") == 1
    assert ends(data) == {"read": 3, "http_error": 1, "delivered": 2}


def test_a_forum_gives_first_posts_and_counts_of_replies_and_nobody_s_name(data: Path) -> None:
    def board(replies: int) -> Reply:
        html = (PAGES / "board.html").read_text(encoding="utf-8")
        return Reply(body=html.replace('class="xi2">12<', f'class="xi2">{replies}<').encode())

    with Site(76) as site:
        site.put("/forum-2-1.html", board(12))
        site.put("/forum-2-2.html", Reply(body=b"<p>no thread here</p>"))
        site.put("/thread-101-1-1.html", thread(101, "江口区化工厂附近今晨有刺鼻气味，希望环保部门来看看。"))
        site.put("/thread-102-1-1.html", thread(102, "青石桥施工半年了，什么时候能通车？"))
        write_sources(data, source("forum", site.url("/forum-2-1.html"), kind="forum"))

        crawl(data)
        asked = site.paths()
        site.put("/forum-2-1.html", board(57))
        crawl(data)

        assert asked[1:] == ["/forum-2-1.html", "/forum-2-2.html", "/thread-101-1-1.html", "/thread-102-1-1.html"]
        assert site.paths().count("/thread-101-1-1.html") == 1
    smell, bridge = delivered(data)
    assert smell.text == "江口区化工厂附近今晨有刺鼻气味，希望环保部门来看看。"
    assert (smell.title, smell.published_at.isoformat()) == ("江口区的事101", "2026-06-09T23:58:05+00:00")
    assert "同问" not in bridge.text
    assert replies_told(data) == [12, 0, 57]
    kept = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert [each for each in ("PLANTED", "987654", "卜氏名", "卜识明") if each.encode() in kept] == []


def test_a_list_whose_rows_are_gone_is_a_gap_with_its_reason(data: Path) -> None:
    with Site(77) as site:
        site.put("/list", Reply(body="<div class=new>换了版面</div>".encode()))
        write_sources(data, source("list", site.url("/list"), kind="pages", item="li.row"))

        crawl(data)

    assert ends(data) == {"broken": 1}
    assert [(gap.reason, gap.until) for gap in gaps(data)] == [("broken", None)]


def test_selectors_of_a_source_go_before_what_the_page_seems_to_say(data: Path) -> None:
    page = (
        "<h1>江口区通报</h1><p class=seen>2026-06-10 08:10</p><div class=mine>"
        "<p>江口区通报：今日起青石桥封闭检修，请绕行江口大桥。</p></div><p class=true>2026-06-09 17:25</p>"
    )
    with Site(78) as site:
        site.feed("/1.html")
        site.put("/1.html", Reply(body=page.encode()))
        rules = 'article = { published = ".true", text = ".mine" }\n'
        write_sources(data, source("daily", site.url("/rss.xml")) + rules)

        crawl(data)

    (post,) = delivered(data)
    assert (post.published_at.isoformat(), post.text[:6]) == ("2026-06-09T09:25:00+00:00", "江口区通报：")


def test_a_source_that_did_not_change_is_not_sent_again_by_date_either(data: Path) -> None:
    changed = "Wed, 10 Jun 2026 00:12:00 GMT"

    def listed(asked: Asked) -> Reply:
        known = asked.headers.get("if-modified-since") == changed
        return {True: Reply(status=304), False: replace(rows(1, 2), headers={"Last-Modified": changed})}[known]

    with Site(79) as site:
        site.put("/list", listed)
        site.put("/t/1.html", article())
        write_sources(data, source("list", site.url("/list"), kind="pages", item="li.row"))

        crawl(data)
        crawl(data)

    assert ends(data) == {"read": 1, "delivered": 1, "unchanged": 1}
