"""`huiying sources add`: what a site offers is found, proposed, and collected only once a person says why it may be."""

import tomllib
from pathlib import Path

import pytest

from console.main import main
from spiders.discovery import BASIS_TO_WRITE
from spiders.sources import SourceKind, load_sources
from tests.spiders.crawl_run import CONTACT, source, write_sources
from tests.spiders.crawl_site import PAGES, Reply, Site

TABLE = """[[source]]
key = "mailbox"
kind = "table"
lawful_basis = "按月移交"
columns = { text = "内容", published = "时间" }
"""


def proposed(capsys: pytest.CaptureFixture[str], data: Path, *arguments: str) -> list[dict[str, str | int]]:
    main(["sources", "add", *arguments, "--data", str(data)])
    found: list[dict[str, str | int]] = tomllib.loads(capsys.readouterr().out).get("source", [])
    return found


def test_feeds_and_sitemaps_of_a_site_are_found_from_its_home_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Site(91) as site:
        named = '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
        site.put("/", Reply(body=f"<html><head>{named}</head><body>云州日报</body></html>".encode()))
        site.put(
            "/robots.txt", Reply(body=f"Crawl-delay: 7\nSitemap: {site.url('/map.xml')}\n".encode(), kind="text/plain")
        )
        site.feed("/1.html", "/2.html")
        site.put("/map.xml", Reply(body=b"<urlset><url><loc>/1.html</loc></url></urlset>", kind="text/xml"))

        found = proposed(capsys, tmp_path, site.url("/"))

        assert [(each["kind"], each["address"]) for each in found] == [
            ("feed", site.url("/rss.xml")),
            ("sitemap", site.url("/map.xml")),
        ]
        assert site.paths() == ["/robots.txt", "/", "/rss.xml", "/map.xml"]
        assert site.asked[3].at - site.asked[2].at > 0.9


def test_a_page_without_feeds_is_proposed_by_the_form_its_articles_links_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    links = "".join(
        f'<a href="/tongbao/202606/t{number}.html">江口区第{number}号情况通报</a>' for number in range(10, 16)
    )
    with Site(92) as site:
        site.put("/tongbao/", Reply(body=f'{links}<a href="/about.html">关于我们网站的说明</a>'.encode()))

        write_sources(tmp_path, TABLE)

        proposed(capsys, tmp_path, site.url("/tongbao/"), "--write")

        _, found = load_sources(tmp_path / "sources.toml").sources
        assert found.kind is SourceKind.PAGES
        assert found.links is not None
        assert found.links.fullmatch(site.url("/tongbao/202607/t99.html"))
        assert not found.links.fullmatch(site.url("/about.html"))


def test_a_board_is_known_as_a_forum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Site(93) as site:
        site.put("/forum-2-1.html", Reply(body=(PAGES / "board.html").read_bytes()))

        (found,) = proposed(capsys, tmp_path, site.url("/forum-2-1.html"))

    assert (found["kind"], found["off"]) == ("forum", True)


def test_what_is_written_is_off_until_its_basis_stands_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Site(94) as site:
        site.feed("/1.html")
        write_sources(tmp_path, TABLE)

        proposed(capsys, tmp_path, site.url("/rss.xml"), "--write")
        proposed(capsys, tmp_path, site.url("/rss.xml"), "--write")

        assert {each.agent.split("; ")[1] for each in site.asked} == {f"+{CONTACT})"}
    _, first, second = load_sources(tmp_path / "sources.toml").sources
    assert (first.off, first.lawful_basis) == (True, BASIS_TO_WRITE)
    assert second.key == f"{first.key}-2"


def test_nothing_found_is_said_and_nothing_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Site(95) as site:
        site.put("/", Reply(body=b"<p>hello</p>"))
        write_sources(tmp_path, TABLE)
        before = (tmp_path / "sources.toml").read_bytes()

        code = main(["sources", "add", site.url("/"), "--write", "--data", str(tmp_path)])

    assert code == 1
    assert "没有找到" in capsys.readouterr().err
    assert (tmp_path / "sources.toml").read_bytes() == before


def test_a_site_that_refuses_is_not_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Site(96) as site:
        site.put("/robots.txt", Reply(body=b"User-agent: *\nDisallow: /\n", kind="text/plain"))

        code = main(["sources", "add", site.url("/"), "--data", str(tmp_path)])

        assert (code, site.paths()) == (2, ["/robots.txt"])
    assert "robots.txt asks not to" in capsys.readouterr().err


def test_check_says_of_a_table_and_of_what_is_off_why_it_was_not_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Site(97) as site:
        write_sources(tmp_path, TABLE, source("daily", site.url("/rss.xml"), off=True))

        code = main(["sources", "check", "--data", str(tmp_path)])

        assert (code, site.asked) == (0, [])
    said = capsys.readouterr().out
    assert "huiying sources load mailbox" in said
    assert "已停用（off = true）" in said
