"""Every page the real crawl asks for ends in one counted outcome; what was asked is read from the sites' own logs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest

from desk.post import Post
from spiders.settings import MOST_REDIRECTS
from tests.spiders.crawl_run import CONTACT, crawl, delivered, ends, source, write_sources
from tests.spiders.crawl_site import PAGES, Reply, Site, article

pytestmark = pytest.mark.process
ROBOTS = Reply(body=b"User-agent: *\nDisallow: /private/\n", kind="text/plain")
GB_TEXT = "云州市江口区自来水厂通报，今日停水检修，预计晚间恢复供水。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    first: Site
    second: Site
    refusing: Site
    ends: Counter[str]
    posts: list[Post]
    said: str


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    data = tmp_path_factory.mktemp("ends") / "var"
    with Site(21) as first, Site(22) as second, Site(23) as refusing:
        first.put("/robots.txt", ROBOTS)
        first.feed("/fire.html", "/private/a.html", "/loop", "/broken.html", "/cut", "/gb.html")
        first.put("/fire.html", article())
        first.put("/private/a.html", article())
        first.put("/loop", Reply(status=302, headers={"Location": "/loop"}))
        first.put("/broken.html", Reply(body=(PAGES / "broken.html").read_bytes()))
        first.put("/cut", Reply(body=b"<html><p>cut", cut=True))
        gb = article(GB_TEXT, title="江口区停水").body.replace(b"<meta charset=utf-8>", b"").decode().encode("gb18030")
        first.put("/gb.html", Reply(body=gb, kind="text/html; charset=utf-8"))
        second.feed("/endless", "/timeless.html", "/photo.jpg", "/gone.html", "/empty.html")
        second.put("/endless", Reply(body=b"x" * 65_536, endless=True))
        second.put("/timeless.html", article(written=""))
        second.put("/photo.jpg", Reply(body=b"\xff\xd8", kind="image/jpeg"))
        second.put("/empty.html", Reply())
        elsewhere = f"<rss version='2.0'><channel><item><link>{first.url('/fire.html')}</link></item></channel></rss>"
        second.put("/elsewhere.xml", Reply(body=elsewhere.encode(), kind="text/xml"))
        refusing.put("/robots.txt", Reply(body=b"User-agent: Huiying\nDisallow: /\n", kind="text/plain"))
        refusing.feed("/fire.html")
        write_sources(
            data,
            source("first", first.url("/rss.xml")),
            source("second", second.url("/rss.xml")),
            source("elsewhere", second.url("/elsewhere.xml")),
            source("refusing", refusing.url("/rss.xml")),
        )
        done = crawl(data)
        yield Crawled(
            first=first, second=second, refusing=refusing, ends=ends(data), posts=delivered(data), said=done.stdout
        )


def test_each_page_ended_once_and_the_command_says_how_many_how(crawled: Crawled) -> None:
    expected = {
        "read": 3,
        "delivered": 3,
        "robots_refused": 2,
        "redirect_loop": 1,
        "broken": 1,
        "too_large": 1,
        "no_time": 1,
        "not_html": 1,
        "http_error": 1,
        "no_text": 1,
        "other_host": 1,
    }

    assert crawled.ends == Counter(expected)
    assert crawled.said.startswith("crawl: read 3, delivered 3, ")


def test_what_robots_txt_forbids_was_never_asked_for(crawled: Crawled) -> None:
    assert "/private/a.html" not in crawled.first.paths()
    assert crawled.refusing.paths() == ["/robots.txt"]
    assert crawled.first.paths()[0] == "/robots.txt"


def test_a_redirect_loop_is_left_after_a_few_rounds(crawled: Crawled) -> None:
    assert crawled.first.paths().count("/loop") == MOST_REDIRECTS + 1


def test_a_link_to_a_host_the_source_does_not_name_is_not_followed(crawled: Crawled) -> None:
    assert crawled.first.paths().count("/fire.html") == 1


def test_one_question_at_a_time_with_the_pause_between(crawled: Crawled) -> None:
    times = [asked.at for asked in crawled.first.asked]

    assert min(later - earlier for earlier, later in pairwise(times)) > 0.9


def test_every_question_says_who_asks_and_how_to_reach_them(crawled: Crawled) -> None:
    agents = {asked.agent for site in (crawled.first, crawled.second, crawled.refusing) for asked in site.asked}

    assert agents == {f"Huiying/0.1 (response desk of a government press office; +{CONTACT})"}
    assert not any("cookie" in asked.headers or "referer" in asked.headers for asked in crawled.first.asked)


def test_broken_html_and_a_wrong_charset_come_out_as_text(crawled: Crawled) -> None:
    texts = {post.title: post.text for post in crawled.posts}

    assert texts["江口区停水"] == f"{GB_TEXT}\n{GB_TEXT}"
    assert "预计两日后恢复通行，过往车辆请绕行青石桥。" in texts["江口大桥封闭检修"]
    assert "江口区化工厂起火" in texts
