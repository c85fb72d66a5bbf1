"""A JSON Lines archive gives posts in event time, the same at every reading."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.moments import Precision
from desk.post import Observation, Post
from spiders.archives import estimate_total, read_archive
from tests.spiders.archive_lines import (
    Json,
    a_line,
    arrivals_of,
    as_bytes,
    observations_of,
    posts_of,
    titles_of,
    written,
)

EVENING = datetime(2026, 6, 10, 10, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "posts.jsonl"


def test_a_line_becomes_a_post_at_its_own_time(archive: Path) -> None:
    line = a_line(id=17, text="浑浊", url="http://bbs.yunzhou.example/t/17", jurisdiction="990121", author=None)
    written(archive, [line])

    (arrival,) = arrivals_of(read_archive(archive, "jsonl"))

    assert isinstance(arrival.item, Post)
    assert (arrival.at, arrival.position) == (EVENING, 0)
    assert (arrival.item.title, arrival.item.text, arrival.item.given_id) == ("桐山县自来水发黄", "浑浊", "17")
    assert (arrival.item.address, arrival.item.jurisdiction) == ("https://bbs.yunzhou.example/t/17", "990121")
    assert (arrival.item.published_at, arrival.item.collected_at) == (EVENING, EVENING)


@pytest.mark.parametrize("name", ["posts.jsonl.gz", "posts.jsonl.xz", "posts.jsonl"])
def test_packed_files_read_the_same(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, [a_line(title="停水"), b"\n", a_line(title="停电")])

    arrivals = arrivals_of(read_archive(path, "jsonl"))

    assert [arrival.position for arrival in arrivals] == [0, 1]
    assert arrivals[-1].read_bytes == estimate_total(path, "jsonl") == path.stat().st_size


@pytest.mark.parametrize(
    ("published_at", "precision"),
    [
        ("2026-06-10T18:20:00+08:00", Precision.SECOND),
        ("2026-06-10T18:20+08:00", Precision.MINUTE),
        ("2026-06-10T18+08:00", Precision.HOUR),
        ("20260610T1820+0800", Precision.MINUTE),
        ("2026-06-10T10:20:00Z", Precision.SECOND),
    ],
)
def test_precision_is_how_far_the_time_is_written_out(archive: Path, published_at: str, precision: Precision) -> None:
    written(archive, [a_line(published_at=published_at)])

    (post,) = posts_of(read_archive(archive, "jsonl"))

    assert post.precision is precision


def test_a_line_may_say_its_precision(archive: Path) -> None:
    written(archive, [a_line(precision="day")])

    (post,) = posts_of(read_archive(archive, "jsonl"))

    assert post.precision is Precision.DAY


def test_rank_and_heat_bring_an_observation_behind_the_post(archive: Path) -> None:
    later = a_line(rank=1, heat=9_000, collected_at="2026-06-10T19:20:00+08:00")
    written(archive, [a_line(rank=3, heat=500), later])

    arrivals = arrivals_of(read_archive(archive, "jsonl"))

    first, seen, again, seen_again = [arrival.item for arrival in arrivals]
    assert isinstance(first, Post)
    assert isinstance(again, Post)
    assert first.id == again.id
    assert isinstance(seen, Observation)
    assert isinstance(seen_again, Observation)
    assert (seen.post_id, seen.rank, seen.heat, seen.seen_at) == (seen_again.post_id, 3, 500, EVENING)
    assert (seen_again.rank, seen_again.heat, seen_again.seen_at) == (1, 9_000, EVENING + 60 * MINUTE)


def test_a_line_that_goes_back_in_time_arrives_at_the_latest_time_so_far(archive: Path) -> None:
    written(archive, [a_line(title="停水"), a_line(title="停电", published_at="2026-06-10T18:00:00+08:00")])

    _, late = arrivals_of(read_archive(archive, "jsonl"))

    assert late.at == EVENING
    assert isinstance(late.item, Post)
    assert (late.item.published_at, late.item.collected_at) == (EVENING - 20 * MINUTE, EVENING)


def test_since_is_included_and_until_is_not(archive: Path) -> None:
    times = ["18:19:59", "18:20:00", "18:29:59", "18:30:00"]
    written(archive, [a_line(title=time, published_at=f"2026-06-10T{time}+08:00") for time in times])

    assert titles_of(read_archive(archive, "jsonl", EVENING, EVENING + 10 * MINUTE)) == ["18:20:00", "18:29:59"]


def test_a_date_far_ahead_holds_up_nothing_beyond_until(archive: Path) -> None:
    written(archive, [a_line(title="错", published_at="2999-01-01T00:00:00+08:00"), a_line(title="停水")])

    (arrival,) = arrivals_of(read_archive(archive, "jsonl", until=EVENING + MINUTE))

    assert arrival.at == EVENING


def test_a_second_reading_gives_the_same_at_the_same_positions(archive: Path) -> None:
    lines = [a_line(title=f"第{number}条", rank=number or None) for number in range(5)]
    written(archive, [*lines, b"{broken\n"])

    first, second = list(read_archive(archive, "jsonl")), list(read_archive(archive, "jsonl"))

    assert first == second
    assert [item.position for item in first] == list(range(10))


def test_author_fields_are_left_behind_and_counted_and_others_too(archive: Path) -> None:
    authors: dict[str, Json] = {
        "author": "小明",
        "uid": 99,
        "nickname": "小明",
        "avatar": "x",
        "用户": "小明",
        "screen_name": "小明",
        "ip": "1.2.3.4",
    }
    written(archive, [a_line(**authors, comments=[{"user": "小红"}], likes=3)])
    reading = read_archive(archive, "jsonl")

    (post,) = posts_of(reading)

    assert "小明" not in repr(post)
    assert reading.dropped == {"author": 7, "other": 2}


def test_a_line_without_a_source_takes_the_one_given(archive: Path) -> None:
    written(archive, [a_line(source=None), a_line(source="云州晚报")])

    posts = posts_of(read_archive(archive, "jsonl", source="存档"))

    assert [post.source for post in posts] == ["存档", "云州晚报"]


def test_a_byte_order_mark_and_empty_lines_are_no_lines(archive: Path) -> None:
    written(archive, [b"\xef\xbb\xbf" + as_bytes(a_line(title="停水")) + b"\r\n", b"  \n", a_line(title="停电")])

    assert titles_of(read_archive(archive, "jsonl")) == ["停水", "停电"]


def test_an_empty_archive_gives_nothing(archive: Path) -> None:
    assert list(read_archive(written(archive, []), "jsonl")) == []


def test_every_observation_names_the_post_before_it(archive: Path) -> None:
    written(archive, [a_line(rank=1), a_line(title="停电", heat=0)])

    posts, seen = posts_of(read_archive(archive, "jsonl")), observations_of(read_archive(archive, "jsonl"))

    assert [observation.post_id for observation in seen] == [post.id for post in posts]
