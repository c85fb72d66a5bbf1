"""The public archives: known incidents arrive when the list first showed them."""

from datetime import datetime
from pathlib import Path

import pytest

from desk.post import Observation, Post
from spiders.archives import read_archive
from tests.spiders.archive_lines import arrivals_of, posts_of

pytestmark = pytest.mark.archive
CHINA = datetime.fromisoformat("2022-01-01T00:00:00+08:00").tzinfo


def first_with(posts: list[Post], *words: str) -> Post:
    return next(post for post in posts if all(word in post.title for word in words))


def china(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=CHINA)


def test_the_crash_at_tengxian_arrives_with_its_first_topic(archives: Path) -> None:
    reading = read_archive(
        archives / "weibo_hot", "weibo_hot", china("2022-03-21T00:00:00"), china("2022-03-22T00:00:00")
    )

    post = first_with(posts_of(reading), "藤县")

    assert post.published_at == china("2022-03-21T16:21:26")


def test_the_earthquake_in_gansu_arrives_after_midnight(archives: Path) -> None:
    reading = read_archive(
        archives / "weibo_hot", "weibo_hot", china("2023-12-18T12:00:00"), china("2023-12-20T00:00:00")
    )

    post = first_with(posts_of(reading), "甘肃", "地震")

    assert post.published_at == china("2023-12-19T00:18:07")


def test_a_month_reads_in_order_without_a_refused_line(archives: Path) -> None:
    arrivals = arrivals_of(read_archive(archives / "weibo_hot" / "rank-2024-06.jsonl.xz", "weibo_hot"))

    posts = [arrival.item for arrival in arrivals if isinstance(arrival.item, Post)]
    assert len({post.id for post in posts}) == len(posts) > 5_000
    assert [arrival.at for arrival in arrivals] == sorted(arrival.at for arrival in arrivals)


def test_the_heat_list_gives_rank_and_heat(archives: Path) -> None:
    path = archives / "weibo_heat" / "heat-2024-06.jsonl.xz"
    reading = read_archive(path, "weibo_heat", until=china("2024-06-01T01:00:00"))

    post, seen = [arrival.item for arrival in arrivals_of(reading)][:2]

    assert isinstance(post, Post)
    assert isinstance(seen, Observation)
    assert (seen.post_id, seen.rank, seen.heat) == (post.id, 1, 1_666_554)
