"""The resident crawl over time: throttled, stopped, without a bus, asked whether anything changed."""

import re
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from backends.archive_warc import WarcArchive
from backends.clock import Stopwatch, SystemClock, attempts
from backends.desk_folder import DeskFolder
from console.health import beats
from desk.archive import Capture
from spiders.outflow import BUS_AWAY
from tests.spiders.crawl_run import crawl, cursor, dead, delivered, ends, gaps, set_cursor, source, start, write_sources
from tests.spiders.crawl_site import PAGES, Asked, Reply, Site, article

pytestmark = pytest.mark.process
PATIENCE = timedelta(seconds=30)
PLANTED = (
    *("9876543210123", "13912345678", "１３９１２３４５６７８", "13987654321", "110101199003070134"),
    *("6222021234567890128", "planted@mail.example", "京A12345", "vx-planted99", "卜氏名", "卜识明", "PLANTED"),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "var"


def wait_for(happened: Callable[[], bool]) -> None:
    assert any(happened() for _ in attempts(SystemClock(), PATIENCE)), "did not happen in time"


def stop(process: "subprocess.Popen[str]") -> tuple[float, str, str]:
    """How many seconds it took to stop, and what was said."""
    watch = Stopwatch()
    process.terminate()
    out, err = process.communicate(timeout=30)
    return watch.elapsed(), out, err


def make_due(data: Path) -> None:
    set_cursor(data, replace(cursor(data, "daily"), next_poll_at=None))


def logged(data: Path) -> str:
    return (data / "desk" / "log" / "crawl.jsonl").read_text(encoding="utf-8")


def test_a_429_silences_the_source_for_as_long_as_it_asks(data: Path) -> None:
    with Site(31) as site:
        site.feed("/1.html", "/2.html", "/3.html")
        site.put("/1.html", article(title="江口大桥封闭"))
        site.put("/2.html", Reply(status=429, headers={"Retry-After": "7200"}))
        write_sources(data, source("daily", site.url("/rss.xml")), source("other", site.url("/other.xml")))

        before = SystemClock().now()
        crawl(data, "daily")
        asked = site.paths()
        again = crawl(data, "daily")

        assert asked == ["/robots.txt", "/rss.xml", "/1.html", "/2.html"]
        assert site.paths() == asked
    assert "source left alone" in again.stderr
    stands = cursor(data, "daily")
    assert stands.next_poll_at is not None
    assert before + timedelta(hours=2) <= stands.next_poll_at < before + timedelta(hours=2, minutes=1)
    assert ends(data) == {"read": 1, "delivered": 1, "throttled": 1}
    assert [(gap.source, gap.reason, gap.until) for gap in gaps(data)] == [("daily", "throttled", None)]


def test_a_gap_closes_and_nothing_put_off_is_lost_when_the_host_answers_again(data: Path) -> None:
    with Site(32) as site:
        site.feed("/1.html", "/2.html")
        site.put("/1.html", article(title="江口大桥封闭"))
        site.put("/2.html", Reply(status=503, headers={"Retry-After": "3600"}))
        write_sources(data, source("daily", site.url("/rss.xml")))
        crawl(data)
        site.put("/2.html", article(title="江口区停水"))
        set_cursor(data, replace(cursor(data, "daily"), next_poll_at=SystemClock().now()))

        crawl(data)

        assert site.paths().count("/1.html") == 1
    assert sorted(post.title for post in delivered(data)) == ["江口区停水", "江口大桥封闭"]
    (gap,) = gaps(data)
    assert gap.until is not None


def test_a_robots_txt_that_cannot_be_had_means_that_nothing_is_asked(data: Path) -> None:
    with Site(33) as site:
        site.put("/robots.txt", Reply(status=500))
        site.feed("/1.html")
        write_sources(data, source("daily", site.url("/rss.xml")))

        crawl(data)

        assert site.paths() == ["/robots.txt"]
    assert ends(data) == {"http_error": 1}


def test_an_unchanged_feed_is_asked_for_conditionally_and_not_sent_again(data: Path) -> None:
    def feed(asked: Asked) -> Reply:
        known = asked.headers.get("if-none-match") == '"v1"'
        return {True: Reply(status=304, headers={"ETag": '"v1"'}), False: replace(whole, headers={"ETag": '"v1"'})}[
            known
        ]

    with Site(34) as site:
        item = f"<item><link>{site.url('/1.html')}</link></item>"
        whole = Reply(body=f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), kind="text/xml")
        site.put("/rss.xml", feed)
        site.put("/1.html", article())
        write_sources(data, source("daily", site.url("/rss.xml")))

        crawl(data)
        crawl(data)
        crawl(data)

        assert site.paths().count("/1.html") == 1
    assert ends(data) == {"read": 1, "delivered": 1, "unchanged": 2}


def test_an_endless_page_does_not_keep_the_crawl_from_stopping(data: Path) -> None:
    with Site(35) as site:
        site.feed("/drip")
        site.put("/drip", Reply(body=b"drop", endless=True))
        write_sources(data, source("daily", site.url("/rss.xml")))
        process = start(data, "crawl")
        wait_for(lambda: "/drip" in site.paths())

        second = start(data, "crawl", "--once")
        _, refused = second.communicate(timeout=30)
        seconds, out, _ = stop(process)

    assert second.returncode == 2
    assert f"is run by process {process.pid}" in refused
    assert (process.returncode, seconds < 5) == (0, True)
    assert out == "crawl: read 1, interrupted 1\n"
    assert cursor(data, "daily").next_poll_at is None


def test_a_resident_crawl_asks_again_by_itself_when_a_source_is_due(data: Path) -> None:
    with Site(36) as site:
        site.feed("/1.html")
        site.put("/1.html", article())
        write_sources(data, source("daily", site.url("/rss.xml")))
        crawl(data)
        set_cursor(data, replace(cursor(data, "daily"), next_poll_at=SystemClock().now() + timedelta(seconds=3)))
        site.feed("/1.html", "/2.html")
        site.put("/2.html", article(title="江口区停水"))

        process = start(data, "crawl")
        wait_for(lambda: "/2.html" in site.paths())
        wait_for(lambda: ends(data)["delivered"] == 2)
        seconds, _, _ = stop(process)

        assert site.paths().count("/1.html") == 1
    assert seconds < 5
    assert len(delivered(data)) == 2


def test_while_the_bus_is_away_the_crawl_goes_on_says_so_and_loses_nothing(data: Path) -> None:
    with Site(37) as site:
        site.feed("/1.html", "/2.html")
        site.put("/1.html", article(title="江口大桥封闭"))
        site.put("/2.html", article(title="江口区停水"))
        write_sources(data, source("daily", site.url("/rss.xml")))
        crawl(data, "daily")
        make_due(data)
        site.feed("/3.html", "/4.html")
        site.put("/3.html", article(title="青石桥限行"))
        site.put("/4.html", article(title="江口小学停课"))
        with closing(sqlite3.connect(data / "desk" / "bus.db", isolation_level=None)) as other:
            other.execute("begin exclusive")
            process = start(data, "crawl")
            wait_for(lambda: ends(data)["spooled"] == 2)
            wait_for(lambda: beats(DeskFolder(data, "desk"))["crawl"].trouble == BUS_AWAY)
            other.execute("rollback")
            wait_for(lambda: "spool empty" in logged(data))
        wait_for(lambda: beats(DeskFolder(data, "desk"))["crawl"].trouble == "")
        stop(process)

    assert logged(data).index(BUS_AWAY) < logged(data).index("bus back")
    assert Counter(post.title for post in delivered(data)) == Counter(
        ["江口大桥封闭", "江口区停水", "青石桥限行", "江口小学停课"]
    )


def test_what_is_in_the_spool_of_a_killed_crawl_is_delivered_by_the_next_one(data: Path) -> None:
    with Site(57) as site:
        site.feed()
        write_sources(data, source("daily", site.url("/rss.xml")))
        crawl(data)
        make_due(data)
        site.feed("/1.html", "/2.html")
        site.put("/1.html", article(title="青石桥限行"))
        site.put("/2.html", article(title="江口小学停课"))
        with closing(sqlite3.connect(data / "desk" / "bus.db", isolation_level=None)) as other:
            other.execute("begin exclusive")
            process = start(data, "crawl")
            wait_for(lambda: ends(data)["spooled"] == 2)
            process.kill()
            process.communicate(timeout=30)
            other.execute("rollback")

        crawl(data)

    assert sorted(post.title for post in delivered(data)) == ["江口小学停课", "青石桥限行"]
    assert ends(data)["spooled"] == 2


def test_an_official_page_is_captured_at_first_sight_byte_for_byte(data: Path) -> None:
    with Site(38) as site:
        html = f'<a href="{site.url("/tongbao/1.html")}">通报</a><a href="/about.html">关于</a>'
        site.put("/tongbao/", Reply(body=html.encode()))
        site.put("/tongbao/1.html", article(title="情况通报"))
        links = re.escape(site.url("/tongbao/")) + r"\d+\.html"
        pages: dict[str, str | bool] = {"kind": "pages", "links": links, "jurisdiction": "990100"}
        official: dict[str, str | bool] = {"official": True, "channel": "云州发布"}
        write_sources(data, source("office", site.url("/tongbao/"), **pages, **official))

        crawl(data)

        assert site.paths() == ["/robots.txt", "/tongbao/", "/tongbao/1.html"]
        address = site.url("/tongbao/1.html")
    (post,) = delivered(data)
    body = article(title="情况通报").body
    assert (post.official, post.channel, post.jurisdiction) == (True, "云州发布", "990100")
    assert post.capture == sha256(body).hexdigest()
    assert post.captured_at is not None
    (record,) = (data / "desk" / "archive").iterdir()
    kept = Capture(url=address, captured_at=post.captured_at, sha256=post.capture, record=record.name)
    assert WarcArchive(data / "desk" / "archive").read(kept) == body


def test_planted_identities_of_feed_and_page_are_in_no_byte_that_is_left(data: Path) -> None:
    with Site(39) as site:
        planted = (PAGES / "planted.xml").read_text(encoding="utf-8").replace("SITE", site.url())
        site.put("/rss.xml", Reply(body=planted.encode(), kind="application/rss+xml"))
        shell = Reply(body="<html><head><title>云州论坛</title></head><body></body></html>".encode())
        site.put("/thread-1.html?uid=9876543210123", Reply(body=(PAGES / "planted.html").read_bytes()))
        site.put("/thread-2.html", shell)
        site.put("/thread-3.html?author=PLANTED-query", shell)
        write_sources(data, source("forum", site.url("/rss.xml")))

        done = crawl(data)

    assert ends(data) == {"read": 1, "delivered": 2, "quarantined": 1}
    assert "现场有浓烟" in delivered(data)[0].text
    assert "江口大桥封闭" in delivered(data)[1].text
    assert ["江口区停水" in record.value.decode() for record in dead(data)] == [True]
    written = {path.name: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    written["said"] = (done.stdout + done.stderr).encode()
    assert {"bus.db", "incidents.db", "posts.db", "crawl.jsonl", "said"} <= set(written)
    assert [
        (planted, name) for planted in PLANTED for name, content in written.items() if planted.encode() in content
    ] == []


def test_sources_check_explains_each_source_and_keeps_nothing(data: Path) -> None:
    with Site(40) as site, Site(41) as refusing:
        site.feed("/1.html", "/2.html")
        site.put("/1.html", article())
        refusing.put("/robots.txt", Reply(body=b"User-agent: *\nDisallow: /\n", kind="text/plain"))
        write_sources(data, source("daily", site.url("/rss.xml")), source("closed", refusing.url("/rss.xml")))

        process = start(data, "sources", "check")
        out, _ = process.communicate(timeout=60)

        assert "/2.html" not in site.paths()
    assert process.returncode == 1
    assert "列表：列表已读取，列出 2 篇" in out
    assert "标题：江口区化工厂起火" in out
    assert "发布时间：2026-06-10 08:12:00" in out
    assert "robots.txt 不允许采集" in out
    assert [path.name for path in data.iterdir()] == ["sources.toml"]


def test_a_sources_file_with_mistakes_is_refused_before_anything_is_asked(data: Path) -> None:
    write_sources(data, '[[source]]\nkey = "daily"\nkind = "feed"\n')

    process = start(data, "crawl", "--once")
    _, err = process.communicate(timeout=30)

    assert process.returncode == 2
    assert "sources.source[0].address: missing" in err
    assert "sources.source[0].lawful_basis: missing" in err
    assert not (data / "desk").exists()


@pytest.mark.soak
def test_a_page_that_drips_without_end_is_given_up(data: Path) -> None:
    with Site(42) as site:
        site.feed("/drip")
        site.put("/drip", Reply(body=b"drop", endless=True))
        write_sources(data, source("daily", site.url("/rss.xml")))

        crawl(data)

    assert ends(data) == {"read": 1, "timed_out": 1}
