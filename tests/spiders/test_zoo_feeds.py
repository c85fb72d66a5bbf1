"""Feeds of every age and state, served as real sites serve them and read by the real crawl."""

from dataclasses import replace
from pathlib import Path

import pytest

from backends.clock import SystemClock
from tests.spiders.crawl_run import crawl, cursor, delivered, ends, gaps, set_cursor, source, write_sources
from tests.spiders.crawl_site import Reply, Site, article

pytestmark = pytest.mark.process
SEEN = (
    "<item><title>江口大桥封闭</title><link>SITE/1.html</link><pubDate>Wed, 10 Jun 2026 08:12:00 +0800</pubDate></item>"
)
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
FEEDS: dict[str, bytes] = {
    "RSS 0.91": f'<rss version="0.91"><channel><title>云州</title>{SEEN}</channel></rss>'.encode(),
    "RSS 0.92": f'<rss version="0.92"><channel><title>云州</title>{SEEN}</channel></rss>'.encode(),
    "RSS 0.90": f'<rdf:RDF {RDF} xmlns="http://my.netscape.com/rdf/simple/0.9/">{SEEN}</rdf:RDF>'.encode(),
    "RSS 1.0": f'<rdf:RDF {RDF} xmlns="http://purl.org/rss/1.0/"><channel/>{SEEN}</rdf:RDF>'.encode(),
    "RSS 2.0": f'<rss version="2.0"><channel><title>云州</title>{SEEN}</channel></rss>'.encode(),
    "Atom 0.3": (
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>江口大桥封闭</title>'
        '<link rel="alternate" href="SITE/1.html"/><issued>2026-06-10T08:12:00+08:00</issued></entry></feed>'
    ).encode(),
    "Atom 1.0": (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>江口大桥封闭</title><link href="/1.html"/>'
        "<published>2026-06-10T08:12:00+08:00</published></entry></feed>"
    ).encode(),
    "never closed": f'<rss version="2.0"><channel><title>云州</title>{SEEN}<item><title>半条'.encode(),
    "signs no XML has": (
        f'<rss version="2.0"><channel><title>云&州 &nbsp;\x0b&#x110000;</title>{SEEN}</channel></rss>'.encode()
    ),
    "space before the declaration": (
        f'\n\n<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{SEEN}</channel></rss>'.encode()
    ),
    "GB 18030 that says UTF-8": (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{SEEN}</channel></rss>'.encode("gb18030")
    ),
    "GB 2312": (
        f'<?xml version="1.0" encoding="gb2312"?><rss version="2.0"><channel>{SEEN}</channel></rss>'.encode("gb2312")
    ),
}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What was delivered from each feed, by its source: the title and the moment."""
    data = tmp_path_factory.mktemp("feeds") / "var"
    sites = [Site(100 + number) for number in range(len(FEEDS))]
    try:
        for site, body in zip(sites, FEEDS.values(), strict=True):
            site.__enter__()
            site.put("/rss.xml", Reply(body=body.replace(b"SITE", site.url().encode()), kind="text/xml"))
            site.put("/1.html", article(title="江口大桥封闭", written=""))
        write_sources(data, *(source(f"f{number}", site.url("/rss.xml")) for number, site in enumerate(sites)))
        crawl(data)
    finally:
        for site in sites:
            site.__exit__(None, None, None)
    return {post.source: f"{post.title} {post.published_at.isoformat()}" for post in delivered(data)}


@pytest.mark.parametrize("number", range(len(FEEDS)), ids=list(FEEDS))
def test_an_article_of_a_feed_comes_with_the_feed_s_minute(read: dict[str, str], number: int) -> None:
    assert read[f"f{number}"] == "江口大桥封闭 2026-06-10T00:12:00+00:00"


def test_a_flapping_site_is_left_alone_for_a_while_then_its_gap_closes_and_nothing_is_lost(tmp_path: Path) -> None:
    with Site(121) as site:
        site.put("/rss.xml", Reply(status=500))
        site.put("/1.html", article())
        write_sources(tmp_path, source("daily", site.url("/rss.xml")))

        crawl(tmp_path)
        site.feed("/1.html")
        left_alone = crawl(tmp_path)
        asked = site.paths().count("/rss.xml")
        set_cursor(tmp_path, replace(cursor(tmp_path, "daily"), next_poll_at=SystemClock().now()))
        crawl(tmp_path)

    assert "source left alone" in left_alone.stderr
    assert asked == 1
    assert ends(tmp_path) == {"http_error": 1, "read": 1, "delivered": 1}
    assert [(gap.reason, gap.until is not None) for gap in gaps(tmp_path)] == [("http_error", True)]


def test_what_is_served_as_something_else_is_still_read(tmp_path: Path) -> None:
    with Site(122) as site:
        site.feed("/1.html")
        site.put("/1.html", Reply(body=article().body, kind="application/xhtml+xml; charset=iso-8859-1"))
        write_sources(tmp_path, source("daily", site.url("/rss.xml")))

        crawl(tmp_path)

    assert ends(tmp_path) == {"read": 1, "delivered": 1}
    assert delivered(tmp_path)[0].title == "江口区化工厂起火"
