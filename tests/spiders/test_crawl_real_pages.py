"""Real pages of Chinese news sites, served here and read by the real crawl onto the bus."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from desk.moments import Precision
from desk.post import Post
from spiders.written_time import BEIJING
from tests.spiders.crawl_run import crawl, delivered, ends, source, write_sources
from tests.spiders.crawl_site import Reply, Site

pytestmark = [pytest.mark.archive, pytest.mark.process]
THREE = ("163_6.html.gz", "sina_2.html.gz", "thepaper_1.html.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    title: str
    published: list[str]


def minute(post: Post) -> str:
    return post.published_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def test_three_real_pages_come_onto_the_bus_with_title_and_minute(archives: Path, tmp_path: Path) -> None:
    folder, data = archives / "news_pages", tmp_path / "var"
    read_by_hand = {
        each["file"]: Gold(title=each["title"], published=each["published"])
        for each in json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    }
    with Site(51) as site:
        for name in THREE:
            body = gzip.decompress((folder / name).read_bytes())
            site.put(f"/{name}.html", Reply(body=body, kind="text/html"))
        site.feed(*(f"/{name}.html" for name in THREE))
        write_sources(data, source("real", site.url("/rss.xml")))

        crawl(data)

        assert site.paths() == ["/robots.txt", "/rss.xml", *(f"/{name}.html" for name in THREE)]
    assert ends(data) == {"read": 1, "delivered": 3}
    posts = delivered(data)
    assert [post.title for post in posts] == [read_by_hand[name].title for name in THREE]
    assert all(minute(post) in read_by_hand[name].published for post, name in zip(posts, THREE, strict=True))
    assert {post.precision for post in posts} <= {Precision.SECOND, Precision.MINUTE}
    assert all(len(post.text) > 150 for post in posts)
