"""A hot list's archive: a title's first sight is a post, every sight an observation, hour by hour."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.moments import Precision
from desk.post import Observation, Post
from spiders.archives import estimate_total, read_archive
from spiders.arrival import Refused, UnreadableArchive
from tests.spiders.archive_lines import Json, arrivals_of, observations_of, posts_of, refused_of, titles_of, written

FIRST = datetime(2026, 6, 10, 0, 12, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def a_snapshot(after: timedelta, *titles: Json, **more: Json) -> dict[str, Json]:
    """A snapshot that long after the first one, as the archive writes it."""
    t = (FIRST + after).astimezone(datetime.fromisoformat("2026-06-10T00:00:00+08:00").tzinfo)
    return {"t": t.isoformat(), "list": titles, **more}


def ranks(tmp_path: Path, *snapshots: dict[str, Json] | bytes) -> Path:
    return written(tmp_path / "rank-2026-06.jsonl.xz", snapshots)


def test_the_first_sight_is_a_post_and_every_sight_an_observation(tmp_path: Path) -> None:
    ranks(tmp_path, a_snapshot(0 * HOUR, "停水", "停电"), a_snapshot(HOUR, "停电", "停水"))

    items = [arrival.item for arrival in arrivals_of(read_archive(tmp_path, "weibo_hot"))]

    water, _, power, _, *later = items
    assert isinstance(water, Post)
    assert isinstance(power, Post)
    assert (water.title, water.source, water.text) == ("停水", "weibo_hot", "")
    assert (water.published_at, water.precision, water.collected_at) == (FIRST, Precision.HOUR, FIRST)
    assert later == [
        Observation(post_id=power.id, source="weibo_hot", seen_at=FIRST + HOUR, rank=1),
        Observation(post_id=water.id, source="weibo_hot", seen_at=FIRST + HOUR, rank=2),
    ]


def test_arrivals_are_in_event_time_with_positions_in_a_row(tmp_path: Path) -> None:
    ranks(tmp_path, *(a_snapshot(hour * HOUR, "停水", f"第{hour}个") for hour in range(4)))

    arrivals = arrivals_of(read_archive(tmp_path, "weibo_hot"))

    assert [arrival.at for arrival in arrivals] == sorted(arrival.at for arrival in arrivals)
    assert [arrival.position for arrival in arrivals] == list(range(len(arrivals)))
    assert arrivals == arrivals_of(read_archive(tmp_path, "weibo_hot"))
    assert arrivals[-1].read_bytes == estimate_total(tmp_path, "weibo_hot")


def test_a_title_back_after_seven_days_is_the_same_matter_and_a_second_later_a_new_one(tmp_path: Path) -> None:
    back = 7 * DAY
    same = ranks(tmp_path, a_snapshot(0 * HOUR, "四川地震"), a_snapshot(back, "四川地震"))
    new = written(tmp_path / "new.jsonl", [a_snapshot(0 * HOUR, "四川地震"), a_snapshot(back + SECOND, "四川地震")])

    assert titles_of(read_archive(same, "weibo_hot")) == ["四川地震"]
    first, second = posts_of(read_archive(new, "weibo_hot"))
    assert first.id != second.id


def test_a_title_stays_one_matter_while_it_is_seen_within_seven_days(tmp_path: Path) -> None:
    path = ranks(tmp_path, *(a_snapshot(days * DAY, "停水", *_fillers(days)) for days in range(0, 40, 6)))

    titles = titles_of(read_archive(path, "weibo_hot"))

    assert titles.count("停水") == 1


def _fillers(day: int) -> list[Json]:
    """Enough new titles for the reader to let old ones go."""
    return [f"第{day}日第{number}个" for number in range(600)]


def test_the_post_id_rests_on_the_list_and_the_day_of_first_sight(tmp_path: Path) -> None:
    path = ranks(tmp_path, a_snapshot(0 * HOUR, "停水"), a_snapshot(HOUR, "停水"))

    (whole,) = posts_of(read_archive(path, "weibo_hot"))
    (from_second,) = posts_of(read_archive(path, "weibo_hot", FIRST + HOUR))
    (elsewhere,) = posts_of(read_archive(path, "weibo_hot", source="另一榜单"))

    assert whole.id == from_second.id
    assert elsewhere.id != whole.id


def test_what_stood_on_the_list_before_since_counts_as_first_seen_then(tmp_path: Path) -> None:
    ranks(tmp_path, a_snapshot(0 * HOUR, "停水"), a_snapshot(HOUR, "停水", "停电"), a_snapshot(2 * HOUR, "停水"))

    posts = posts_of(read_archive(tmp_path, "weibo_hot", FIRST + SECOND))

    assert [(post.title, post.published_at) for post in posts] == [("停水", FIRST + HOUR), ("停电", FIRST + HOUR)]


def test_since_is_included_and_until_is_not(tmp_path: Path) -> None:
    ranks(tmp_path, *(a_snapshot(hour * HOUR, f"第{hour}个") for hour in range(4)))

    assert titles_of(read_archive(tmp_path, "weibo_hot", FIRST + HOUR, FIRST + 3 * HOUR)) == ["第1个", "第2个"]


def test_advertisements_pinned_places_and_titles_of_digits_are_left_out(tmp_path: Path) -> None:
    ranks(tmp_path, a_snapshot(0 * HOUR, "618", "停水", "停电", pinned=["置顶"], ads=["广告"]))

    reading = arrivals_of(read_archive(tmp_path, "weibo_hot"))

    posts = [arrival.item.title for arrival in reading if isinstance(arrival.item, Post)]
    seen = [arrival.item.rank for arrival in reading if isinstance(arrival.item, Observation)]
    assert (posts, seen) == (["停水", "停电"], [1, 2])


def test_a_title_twice_in_a_snapshot_counts_at_its_better_place(tmp_path: Path) -> None:
    ranks(tmp_path, a_snapshot(0 * HOUR, "停水", "停电", "停水 ", "停气"))

    seen = observations_of(read_archive(tmp_path, "weibo_hot"))

    assert [observation.rank for observation in seen] == [1, 2, 4]


def test_the_heat_of_a_title_is_observed(tmp_path: Path) -> None:
    written(tmp_path / "heat-2026-06.jsonl.xz", [a_snapshot(0 * HOUR, ["停水", 9_000, 1, 2], ["618", 800, None, None])])

    seen = observations_of(read_archive(tmp_path, "weibo_heat"))

    assert [(observation.rank, observation.heat) for observation in seen] == [(1, 9_000), (2, 800)]


def test_descriptions_written_later_are_not_read(tmp_path: Path) -> None:
    written(tmp_path / "heat-2026-06.jsonl.xz", [a_snapshot(0 * HOUR, ["停水", 9_000, 1, 2])])
    written(tmp_path / "topics-2026-06.jsonl.xz", [{"title": "停水", "description": "致三人腹泻"}])

    (post,) = posts_of(read_archive(tmp_path, "weibo_heat"))

    assert (post.title, post.text) == ("停水", "")


def test_months_follow_each_other_and_those_outside_the_bounds_are_not_opened(tmp_path: Path) -> None:
    written(tmp_path / "rank-2026-07.jsonl.xz", [a_snapshot(22 * DAY, "七月")])
    written(tmp_path / "rank-2026-06.jsonl.xz", [a_snapshot(0 * HOUR, "六月")])
    (tmp_path / "rank-2026-08.jsonl.xz").write_bytes(b"not an archive")

    titles = titles_of(read_archive(tmp_path, "weibo_hot", until=datetime(2026, 7, 31, 16, tzinfo=UTC)))

    assert titles == ["六月", "七月"]


def test_personal_data_in_a_title_is_masked(tmp_path: Path) -> None:
    ranks(tmp_path, a_snapshot(0 * HOUR, "寻人电话13812345678", "@云州小李 道歉"))

    assert titles_of(read_archive(tmp_path, "weibo_hot")) == ["寻人电话<电话>", "@用户 道歉"]


def test_a_snapshot_without_a_zone_is_in_the_lists_own(tmp_path: Path) -> None:
    path = written(tmp_path / "rank.jsonl", [{"t": "2026-06-10T08:12:05", "list": ["停水"]}])

    (post,) = posts_of(read_archive(path, "weibo_hot"))

    assert post.published_at == FIRST


@pytest.mark.parametrize(
    "bad",
    [
        b"{broken\n",
        b'{"t": "soon", "list": []}\n',
        b'{"list": ["x"]}\n',
        b'{"t": "2026-06-10T08:12:05Z", "list": [1]}\n',
    ],
)
def test_a_bad_snapshot_is_refused_with_its_place_and_the_next_goes_on(tmp_path: Path, bad: bytes) -> None:
    path = ranks(tmp_path, a_snapshot(0 * HOUR, "停水"), bad, a_snapshot(HOUR, "停水"))

    given = list(read_archive(path, "weibo_hot"))

    refused = given[2]
    assert isinstance(refused, Refused)
    assert (refused.where, refused.position) == (f"{path}:2", 2)
    assert "the line is no snapshot" in refused.reason
    assert len(given) == 4


def test_a_title_that_cannot_be_a_post_is_refused_once(tmp_path: Path) -> None:
    path = ranks(tmp_path, a_snapshot(0 * HOUR, "\u200b", "停水"), a_snapshot(HOUR, "\u200b", "停水"))

    (refused,) = refused_of(read_archive(path, "weibo_hot"))

    assert "title and text are both empty" in refused.reason
    assert "place 1 of the list" in refused.reason


@pytest.mark.parametrize(
    ("name", "hint"), [("heat-2026-06.jsonl", "holds no rank-"), ("rank-2026-06.jsonl", "no snapshot of a list")]
)
def test_what_is_no_hot_list_is_one_error_before_anything(tmp_path: Path, name: str, hint: str) -> None:
    written(tmp_path / name, [{"published_at": "2026-06-10T08:12:05Z", "title": "停水"}])

    with pytest.raises(UnreadableArchive, match=hint):
        read_archive(tmp_path, "weibo_hot")
