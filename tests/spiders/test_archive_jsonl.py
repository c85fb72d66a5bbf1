"""A JSON Lines archive gives posts in event time; a bad line comes out with its place and reason, nothing is lost."""

import gzip
import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.moments import Precision
from desk.post import Observation, Post
from spiders.archive_file import LONGEST_LINE
from spiders.archives import estimate_total, read_archive
from spiders.arrival import Refused, UnreadableArchive
from tests.spiders.archive_lines import (
    Json,
    a_line,
    arrivals_of,
    as_bytes,
    observations_of,
    posts_of,
    refused_of,
    titles_of,
    written,
)

EVENING = datetime(2026, 6, 10, 10, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECRETS = ["13812345678", "110101199003078515", "abc_def123", "云州小李", "京A12345", "小明同学"]
PERSONAL = "电话13812345678 身份证110101199003078515 微信号abc_def123 @云州小李 京A12345 昵称：小明同学"


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


@pytest.mark.parametrize("secret", SECRETS)
def test_personal_data_planted_in_a_good_or_a_bad_line_never_comes_out(archive: Path, secret: str) -> None:
    fields = dict.fromkeys(("id", "source", "title", "text", "author", "user", "备注"), PERSONAL)
    url = "https://weibo.com/13812345678/NabCdEf?uid=abc_def123&q=110101199003078515"
    good: dict[str, Json] = {"published_at": "2026-06-10T18:20:00+08:00", "url": url} | fields
    bad: list[dict[str, Json]] = [
        good | {"published_at": "2026-06-10"},
        good | {"published_at": PERSONAL},
        good | {"title": 7, "jurisdiction": PERSONAL, "capture": PERSONAL},
        good | {"text": {"user": PERSONAL}, "id": 13812345678},
    ]
    written(archive, [good, *bad, as_bytes(good)[:-1] + b"\n"])

    given = list(read_archive(archive, "jsonl"))

    assert [isinstance(item, Refused) for item in given] == [False, True, True, True, True, True]
    assert not [item for item in given if secret in repr(item) or secret in _kept(item)]


def _kept(item: object) -> str:
    return item.kept.decode() if isinstance(item, Refused) else ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (a_line(published_at="2026-06-10T18:20:00"), "published_at has no zone: write +08:00 behind it"),
        (a_line(published_at="2026-06-10"), "published_at has no zone: write +08:00 behind it"),
        (a_line(published_at="yesterday"), "published_at is no ISO 8601 time"),
        (a_line(published_at=1_781_000_000), "Expected `str`, got `int`"),
        (a_line(collected_at="soon"), "collected_at is no ISO 8601 time"),
        (a_line(collected_at="2026-06-01T00:00:00+08:00"), "more than a day after collection"),
        (a_line(title="", text=""), "title and text are both empty"),
        (a_line(source=""), "source is empty"),
        (a_line(rank=0), "Expected `int` >= 1"),
        (a_line(heat=-1), "Expected `int` >= 0"),
        (a_line(precision="year"), "Invalid enum value"),
        ({"title": "停水"}, "missing required field `published_at`"),
        (b"[1, 2]\n", "Expected `object`, got `array`"),
        (b'{"title": "\xff"}\n', "the line cannot be read"),
        (b'{"published_at": "x", "title": "\\ud800"}\n', "the line cannot be read"),
        (b'{"a":' * 5_000 + b"\n", "the line cannot be read"),
        (b"{broken\n", "the line cannot be read"),
    ],
)
def test_a_bad_line_is_refused_with_its_place_and_the_next_goes_on(
    archive: Path, line: dict[str, str] | bytes, reason: str
) -> None:
    written(archive, [a_line(title="停水"), line, a_line(title="停电")])

    first, refused, last = list(read_archive(archive, "jsonl"))

    assert isinstance(refused, Refused)
    assert reason in refused.reason
    assert refused.where == f"{archive}:2"
    assert [item.position for item in (first, refused, last)] == [0, 1, 2]


def test_a_refused_line_keeps_its_known_fields_masked(archive: Path) -> None:
    written(archive, [a_line(published_at="昨天", text="电话13812345678", author="小明")])

    (refused,) = refused_of(read_archive(archive, "jsonl"))

    kept = json.loads(refused.kept)
    assert kept == {"source": "云州论坛", "title": "桐山县自来水发黄", "published_at": "昨天", "text": "电话<电话>"}


def test_an_unreadable_line_is_kept_as_its_place_and_digest(archive: Path) -> None:
    broken = b'{"author": "\xe5\xb0\x8f\xe6\x98\x8e"'
    written(archive, [a_line(), broken + b"\n"])

    (refused,) = refused_of(read_archive(archive, "jsonl"))

    assert json.loads(refused.kept) == {"line": 2, "bytes": len(broken) + 1, "sha256": sha256(broken).hexdigest()}


def test_a_text_of_ten_megabytes_is_refused_and_kept_short(archive: Path) -> None:
    written(archive, [a_line(text="水" * 10_000_000), a_line()])

    (refused,) = refused_of(read_archive(archive, "jsonl"))

    assert "text has 10000000 characters, the limit is 1000000" in refused.reason
    assert len(refused.kept) < 10_000


def test_an_endless_line_is_passed_over_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl.gz"
    length = 4 * LONGEST_LINE
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(as_bytes(a_line(title="停水")) + b"\n{")
        for _ in range(length // 2**20):
            file.write(b"1" * 2**20)
        file.write(b"\n" + as_bytes(a_line(title="停电")) + b"\n")
    tracemalloc.start()

    first, refused, last = list(read_archive(path, "jsonl"))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(refused, Refused)
    assert f"the line has {length + 2} bytes, the limit is {LONGEST_LINE}" in refused.reason
    assert not isinstance(first, Refused)
    assert not isinstance(last, Refused)
    assert peak < 3 * LONGEST_LINE


def test_a_damaged_packed_file_gives_what_can_be_read_and_says_where_it_ends(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.jsonl.xz", [a_line(text=f"{number:09}" * 3_000) for number in range(50)])
    path.write_bytes(path.read_bytes()[:-200])

    *given, last = list(read_archive(path, "jsonl"))

    assert isinstance(last, Refused)
    assert "damaged from here on" in last.reason
    assert [item.position for item in given] == list(range(len(given)))


def test_a_line_without_a_source_takes_the_one_given(archive: Path) -> None:
    written(archive, [a_line(source=None), a_line(source="云州晚报")])

    posts = posts_of(read_archive(archive, "jsonl", source="存档"))

    assert [post.source for post in posts] == ["存档", "云州晚报"]


def test_a_byte_order_mark_and_empty_lines_are_no_lines(archive: Path) -> None:
    written(archive, [b"\xef\xbb\xbf" + as_bytes(a_line(title="停水")) + b"\r\n", b"  \n", a_line(title="停电")])

    assert titles_of(read_archive(archive, "jsonl")) == ["停水", "停电"]


def test_an_empty_archive_gives_nothing(archive: Path) -> None:
    assert list(read_archive(written(archive, []), "jsonl")) == []


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\n{", "no line of its opening begins with {"),
        (bytes(range(256)) * 300, "no line of its opening begins with {"),
        (b'[{"title": "x"}]', "it is one JSON array"),
        (b"title,text\n1,2\n", "no line of its opening begins with {"),
        (b"\x1f\x8bnot gzip", "cannot read archive"),
    ],
)
def test_what_is_no_json_lines_file_is_one_error_before_anything(archive: Path, content: bytes, hint: str) -> None:
    archive.write_bytes(content)

    with pytest.raises(UnreadableArchive, match=hint):
        read_archive(archive, "jsonl")


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_whatever_a_file_holds_every_line_comes_out_once(
    tmp_path_factory: pytest.TempPathFactory, raw: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("any") / "posts.jsonl"
    lines = [line.replace(b"\n", b"") + b"\n" for line in raw]
    path.write_bytes(as_bytes(a_line()) + b"\n" + b"".join(lines))

    given_back = list(read_archive(path, "jsonl"))

    assert len(given_back) == 1 + sum(bool(line.strip()) for line in lines)


def test_every_observation_names_the_post_before_it(archive: Path) -> None:
    written(archive, [a_line(rank=1), a_line(title="停电", heat=0)])

    posts, seen = posts_of(read_archive(archive, "jsonl")), observations_of(read_archive(archive, "jsonl"))

    assert [observation.post_id for observation in seen] == [post.id for post in posts]
