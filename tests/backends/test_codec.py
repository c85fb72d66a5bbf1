"""What travels comes back as it was, and what cannot be read is refused with what is wrong and where."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TypeAlias, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.codec import CURRENT_VERSION, MAX_RECORD_BYTES, JsonCodec, encode_value
from desk.errors import BadPost
from desk.post import Observation, Post
from desk.travel import DeadRecord, FlaggedPost, Travelling
from tests.any_values import ZONES, values_of
from tests.build import NOON, a_post, a_verdict, an_observation

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

CODEC = JsonCodec()
NAIVE = NOON.replace(tzinfo=None)
FLAGGED = FlaggedPost(post=a_post(), verdict=a_verdict())
DEAD = DeadRecord(topic="posts", offset=7, key="k", value=b"\xff\x00{", reason="record is no envelope")
ONE_OF_EACH = [a_post(), an_observation(), FLAGGED, DEAD]

POSTS = values_of(Post)
TRAVELLING = POSTS | values_of(Observation) | values_of(FlaggedPost) | values_of(DeadRecord)


def rewritten(travelling: Travelling, **changes: Json) -> bytes:
    """The travelling's record with parts of its envelope replaced."""
    return json.dumps(json.loads(CODEC.encode(travelling)) | changes).encode()


def body_of(travelling: Travelling) -> dict[str, Json]:
    body = json.loads(CODEC.encode(travelling))["body"]
    assert isinstance(body, dict)
    return body


def offsets_of(value: object) -> set[timedelta | None]:
    hints = get_type_hints(type(value))
    times = [getattr(value, name) for name, hint in hints.items() if hint in (datetime, datetime | None)]
    return {time.utcoffset() for time in times if time is not None}


@given(TRAVELLING)
def test_what_travels_comes_back_as_it_was(travelling: Travelling) -> None:
    assert CODEC.decode(CODEC.encode(travelling)) == travelling


@given(POSTS)
def test_times_come_back_in_utc(post: Post) -> None:
    assert offsets_of(CODEC.decode(CODEC.encode(post))) == {timedelta()}


@given(POSTS, ZONES)
def test_equal_posts_give_equal_bytes_whatever_the_zone_of_their_times(post: Post, zone: timezone) -> None:
    elsewhere = replace(post, published_at=post.published_at.astimezone(zone))

    assert CODEC.encode(elsewhere) == CODEC.encode(post)
    assert encode_value(elsewhere) == encode_value(post)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_refused_as_a_bad_post_on_one_line(junk: bytes) -> None:
    with pytest.raises(BadPost) as refusal:
        CODEC.decode(junk)

    assert "\n" not in str(refusal.value)


@given(st.sampled_from(ONE_OF_EACH), st.integers(0), st.binary(max_size=3), st.integers(0, 3))
def test_damaged_records_are_read_or_refused_and_nothing_else(
    travelling: Travelling, start: int, junk: bytes, cut: int
) -> None:
    record = CODEC.encode(travelling)
    start %= len(record)
    damaged = record[:start] + junk + record[start + cut :]

    try:
        read = CODEC.decode(damaged)
    except BadPost:
        return

    assert CODEC.decode(CODEC.encode(read)) == read


def test_record_names_its_version_and_kind() -> None:
    envelope = json.loads(CODEC.encode(a_post()))

    assert (envelope["v"], envelope["kind"]) == (1, "post")
    assert envelope["body"]["published_at"] == "2026-06-03T11:50:00Z"


def test_times_keep_their_microseconds() -> None:
    post = a_post(published_at=NOON + timedelta(microseconds=1))

    assert body_of(post)["published_at"] == "2026-06-03T12:00:00.000001Z"


@pytest.mark.parametrize("version", [CURRENT_VERSION - 1, CURRENT_VERSION])
@pytest.mark.parametrize("travelling", ONE_OF_EACH)
def test_records_of_the_last_two_versions_are_read(travelling: Travelling, version: int) -> None:
    assert CODEC.decode(rewritten(travelling, v=version)) == travelling


@pytest.mark.parametrize("version", [CURRENT_VERSION - 2, CURRENT_VERSION + 1])
def test_records_of_other_versions_are_refused(version: int) -> None:
    with pytest.raises(BadPost, match=rf"^record is of version {version}, this program reads 0 to 1$"):
        CODEC.decode(rewritten(a_post(), v=version))


def test_version_is_looked_at_before_anything_else_of_a_record() -> None:
    with pytest.raises(BadPost, match="version 2"):
        CODEC.decode(rewritten(a_post(), v=2, kind="unheard of", body=None))


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"", "record is no envelope: input data was truncated"),
        (b"nonsense", "record is no envelope: JSON is malformed: invalid character (byte 4)"),
        (b"[]", "record is no envelope: expected `object`, got `array`"),
        (b"{}", "record is no envelope: object missing required field `v`"),
        (b"[" * 100_000, "record is no envelope: expected `object`, got `array`"),
        (b'{"v":' + b"[" * 100_000, "record is no envelope: expected `int`, got `array` - at `$.v`"),
        (b'{"body":' + b"[" * 100_000, "record is no envelope: nested too deeply"),
        (b'{"v":1,"kind":"person","body":{}}', "record is of the unknown kind 'person', known are post, observation"),
        (b'{"v":1,"kind":"post","body":{}}', "post cannot be read: object missing required field `id`"),
        (b'{"v":1,"kind":"post","body":{"id":"\xff"}}', "post cannot be read: 'utf-8' codec can't decode byte 0xff"),
    ],
)
def test_refusals_say_what_is_wrong_and_where(record: bytes, reason: str) -> None:
    with pytest.raises(BadPost) as refusal:
        CODEC.decode(record)

    assert str(refusal.value).startswith(reason)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("published_at", "2026-06-03T12:00:00", "post has a time without a zone at $.published_at"),
        ("captured_at", "2026-06-03T12:00:00", "post has a time without a zone at $.captured_at"),
        ("published_at", "0001-01-01T00:00:00+08:00", "post has a time out of range at $.published_at"),
        ("published_at", "yesterday", "post cannot be read: invalid RFC3339 encoded datetime - at `$.published_at`"),
        ("precision", "century", "post cannot be read: invalid enum value 'century' - at `$.precision`"),
        ("title", 5, "post cannot be read: expected `str`, got `int` - at `$.title`"),
        ("author", "someone", "post has the unknown field '$.author'"),
        ("author", None, "post has the unknown field '$.author'"),
    ],
)
def test_refusals_name_the_field_of_a_post(field: str, value: Json, reason: str) -> None:
    record = rewritten(a_post(), body=body_of(a_post()) | {field: value})

    with pytest.raises(BadPost) as refusal:
        CODEC.decode(record)

    assert str(refusal.value).startswith(reason)


def test_unknown_field_is_found_however_deep_it_hides() -> None:
    smuggling = CODEC.encode(FLAGGED).replace(b'"codes":', b'"resident":"someone","codes":')

    with pytest.raises(BadPost, match=r"^flagged has the unknown field '\$\.verdict\.places\[0\]\.resident'$"):
        CODEC.decode(smuggling)


def test_unknown_field_beside_the_body_is_refused() -> None:
    with pytest.raises(BadPost, match="unknown field `author`"):
        CODEC.decode(rewritten(a_post(), author="someone"))


@pytest.mark.parametrize("travelling", ONE_OF_EACH)
def test_record_spelled_otherwise_means_the_same(travelling: Travelling) -> None:
    spaced = json.dumps(json.loads(CODEC.encode(travelling)), indent=1).encode()

    assert CODEC.decode(spaced) == travelling


def test_time_of_another_zone_is_read_as_utc() -> None:
    record = rewritten(a_post(), body=body_of(a_post()) | {"published_at": "2026-06-03T20:00:00+08:00"})

    read = CODEC.decode(record)

    assert read == a_post(published_at=NOON)
    assert offsets_of(read) == {timedelta()}


@pytest.mark.parametrize(
    ("post", "field"),
    [
        (a_post(published_at=NAIVE), "published_at"),
        (a_post(collected_at=NAIVE), "collected_at"),
        (a_post(captured_at=NAIVE), "captured_at"),
    ],
)
def test_time_without_a_zone_is_not_written(post: Post, field: str) -> None:
    with pytest.raises(BadPost, match=rf"^post has a time without a zone at \$\.{field}: "):
        CODEC.encode(post)


def test_half_a_surrogate_pair_is_not_written() -> None:
    with pytest.raises(BadPost, match="post cannot be written"):
        CODEC.encode(replace(a_post(), text="\ud800"))


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_verdict_that_is_no_number_is_not_written(number: float) -> None:
    flagged = FlaggedPost(post=a_post(), verdict=a_verdict(incident=number))

    with pytest.raises(BadPost, match=r"^flagged has no number at \$\.verdict\.incident"):
        CODEC.encode(flagged)


def test_record_of_the_largest_size_travels_and_one_byte_more_does_not() -> None:
    room = MAX_RECORD_BYTES - len(CODEC.encode(replace(a_post(), text="")))
    largest, too_large = replace(a_post(), text="x" * room), replace(a_post(), text="x" * (room + 1))

    record = CODEC.encode(largest)

    assert CODEC.decode(record) == largest
    with pytest.raises(BadPost, match="post has 10000001 bytes, at most 10000000 are taken"):
        CODEC.encode(too_large)
    with pytest.raises(BadPost, match="post has 10000001 bytes, at most 10000000 are taken"):
        CODEC.decode(record.replace(b'"text":"', b'"text":"x'))


def test_record_refused_for_its_size_still_fits_into_a_dead_record() -> None:
    dead = replace(DEAD, value=b"x" * (MAX_RECORD_BYTES + 1))

    assert CODEC.decode(CODEC.encode(dead)) == dead
