"""How a running crawl treats sites: pauses, off-switch, refusals; read from the sites' own logs."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from backends.clock import SystemClock, attempts
from tests.spiders.crawl_run import crawl, cursor, ends, gaps, source, start, write_sources
from tests.spiders.crawl_site import Reply, Site, article

pytestmark = pytest.mark.process


def wait_for(happened: Callable[[], bool]) -> None:
    assert any(happened() for _ in attempts(SystemClock(), timedelta(seconds=30))), "did not happen in time"


def test_a_source_switched_off_while_it_is_read_is_not_asked_once_more(tmp_path: Path) -> None:
    with Site(81) as site:
        site.feed(*(f"/{number}.html" for number in range(9)))
        for number in range(9):
            site.put(f"/{number}.html", article(title=f"江口区通报{number}"))
        write_sources(tmp_path, source("daily", site.url("/rss.xml")))
        process = start(tmp_path, "crawl")
        wait_for(lambda: "/1.html" in site.paths())

        write_sources(tmp_path, source("daily", site.url("/rss.xml"), off=True))
        wait_for(lambda: any(gap.reason == "switched_off" for gap in gaps(tmp_path)))
        asked = site.paths()
        process.terminate()
        process.communicate(timeout=30)

    # One question may be under way in the moment of switching.
    assert len(asked) <= 6
    assert "/8.html" not in asked
    assert cursor(tmp_path, "daily").position is not None


def test_a_source_that_is_off_is_never_asked_and_stands_as_a_gap(tmp_path: Path) -> None:
    with Site(82) as site, Site(83) as other:
        site.feed("/1.html")
        other.feed("/1.html")
        other.put("/1.html", article())
        write_sources(tmp_path, source("off", site.url("/rss.xml"), off=True), source("daily", other.url("/rss.xml")))

        crawl(tmp_path)

        assert site.asked == []
    assert ends(tmp_path) == {"read": 1, "delivered": 1}
    assert [(gap.source, gap.reason) for gap in gaps(tmp_path)] == [("off", "switched_off")]


def test_a_source_switched_on_again_goes_on_where_it_stopped_and_its_gap_closes(tmp_path: Path) -> None:
    with Site(84) as site:
        site.feed("/1.html")
        site.put("/1.html", article())
        write_sources(tmp_path, source("daily", site.url("/rss.xml"), off=True))
        crawl(tmp_path)
        write_sources(tmp_path, source("daily", site.url("/rss.xml")))

        crawl(tmp_path)

        assert site.paths() == ["/robots.txt", "/rss.xml", "/1.html"]
    assert [gap.until is not None for gap in gaps(tmp_path)] == [True]


def test_the_crawl_delay_of_robots_txt_stands_between_any_two_questions(tmp_path: Path) -> None:
    with Site(85) as site:
        site.put("/robots.txt", Reply(body=b"User-agent: *\nCrawl-delay: 3\n", kind="text/plain"))
        site.feed("/1.html", "/2.html")
        site.put("/1.html", article())
        site.put("/2.html", article(title="江口区停水"))
        write_sources(tmp_path, source("daily", site.url("/rss.xml")))

        crawl(tmp_path)

        times = [asked.at for asked in site.asked if asked.path not in ("/robots.txt", "/rss.xml")]
        assert min(later - earlier for earlier, later in pairwise(times)) > 2.9


def test_slow_hosts_do_not_hold_up_others(tmp_path: Path) -> None:
    with Site(86) as slow, Site(87) as quick:
        slow.feed("/drip")
        slow.put("/drip", Reply(body=b"drop", endless=True))
        quick.feed("/1.html")
        quick.put("/1.html", article())
        write_sources(tmp_path, source("slow", slow.url("/rss.xml")), source("quick", quick.url("/rss.xml")))
        process = start(tmp_path, "crawl")

        wait_for(lambda: "/drip" in slow.paths() and (tmp_path / "desk" / "log" / "crawl.jsonl").exists())
        wait_for(lambda: ends(tmp_path)["delivered"] == 1)
        still_under_way = ends(tmp_path)["timed_out"] == 0
        process.terminate()
        process.communicate(timeout=30)

    assert still_under_way


def test_a_sources_file_broken_while_running_changes_nothing(tmp_path: Path) -> None:
    with Site(88) as site:
        site.feed(*(f"/{number}.html" for number in range(3)))
        for number in range(3):
            site.put(f"/{number}.html", article(title=f"江口区通报{number}"))
        write_sources(tmp_path, source("daily", site.url("/rss.xml")))
        process = start(tmp_path, "crawl")
        wait_for(lambda: "/0.html" in site.paths())

        (tmp_path / "sources.toml").write_text("broken [", encoding="utf-8")
        wait_for(lambda: ends(tmp_path)["delivered"] == 3)
        process.terminate()
        process.communicate(timeout=30)

    log = (tmp_path / "desk" / "log" / "crawl.jsonl").read_text(encoding="utf-8")
    assert "switches stay as they are" in log
