"""A line that cannot be a post comes out with its place and reason, and without personal data; nothing is lost."""

import gzip
import json
import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import BadPost
from spiders.archive_file import LONGEST_LINE
from spiders.archive_jsonl import admit_line
from spiders.archives import read_archive
from spiders.arrival import Refused, UnreadableArchive
from tests.spiders.archive_lines import (
    Json,
    a_line,
    as_bytes,
    posts_of,
    refused_of,
    written,
)

SECRETS = ["13812345678", "110101199003078515", "abc_def123", "云州小李", "京A12345", "小明同学"]
PERSONAL = "电话13812345678 身份证110101199003078515 微信号abc_def123 @云州小李 京A12345 昵称：小明同学"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "posts.jsonl"


@pytest.mark.parametrize("secret", SECRETS)
def test_personal_data_planted_in_a_good_or_a_bad_line_never_comes_out(archive: Path, secret: str) -> None:
    fields: dict[str, Json] = dict.fromkeys(("id", "source", "title", "text", "author", "user", "备注"), PERSONAL)
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


def test_a_text_of_ten_megabytes_is_refused_and_kept_as_its_place(archive: Path) -> None:
    written(archive, [a_line(text="水" * 10_000_000), a_line()])

    (refused,) = refused_of(read_archive(archive, "jsonl"))

    assert "text has 10000000 characters, the limit is 1000000" in refused.reason
    assert json.loads(refused.kept).keys() == {"line", "bytes", "sha256"}


def test_what_quarantine_kept_goes_through_the_door_once_it_fits(archive: Path) -> None:
    written(archive, [a_line(published_at="2026-06-10T18:20:00", rank=3, official=False)])
    (refused,) = refused_of(read_archive(archive, "jsonl"))

    with pytest.raises(BadPost, match="published_at has no zone"):
        admit_line(refused.kept)
    post = admit_line(refused.kept.replace(b"18:20:00", b"18:20:00+08:00"))

    (same,) = posts_of(read_archive(written(archive, [a_line()]), "jsonl"))
    assert post == same


def test_the_place_of_a_line_is_no_post() -> None:
    with pytest.raises(BadPost, match="missing required field `published_at`"):
        admit_line(b'{"line": 2, "bytes": 7, "sha256": "00"}')


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
