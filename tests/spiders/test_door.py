"""What comes through the door is a post without personal data; what cannot be one is refused with its reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import BadPost
from desk.moments import Precision
from spiders.door import CLOCKS_MAY_DIFFER, LONGEST_NAME, LONGEST_TEXT, RawItem, admit

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FOUND = RawItem(
    source="云州论坛",
    title="桐山县自来水发黄",
    text="城南多个小区自来水浑浊",
    published_at=NOON,
    precision=Precision.MINUTE,
    address="https://bbs.yunzhou.example/thread-12-1-1.html",
)
CAPTURE = "a" * 64
PERSONAL = (
    "电话13812345678 身份证110101199003078515 微信号abc_def123 @云州小李 车牌京A12345 a.b@qq.com 6222021234567890123"
)
SECRETS = ["13812345678", "110101199003078515", "abc_def123", "云州小李", "A12345", "a.b", "6222021234567890123"]


def test_an_item_becomes_a_post_collected_now() -> None:
    post = admit(FOUND, NOON + SECOND)

    assert (post.source, post.title, post.text) == ("云州论坛", "桐山县自来水发黄", "城南多个小区自来水浑浊")
    assert (post.published_at, post.precision, post.collected_at) == (NOON, Precision.MINUTE, NOON + SECOND)
    assert post.address == "https://bbs.yunzhou.example/thread-12-1-1.html"


def test_times_are_brought_to_utc() -> None:
    in_china = NOON.astimezone(timezone(timedelta(hours=8)))

    post = admit(replace(FOUND, published_at=in_china), in_china)

    assert post.published_at.tzinfo is UTC
    assert (post.published_at, post.collected_at) == (NOON, NOON)


def test_collected_twice_is_one_post() -> None:
    first = admit(FOUND, NOON)
    shouted = replace(
        FOUND, title=" 桐山县自来水\u200b发黄 ", address="http://BBS.yunzhou.example/thread-12-1-1.html?from=app"
    )

    again = admit(shouted, NOON + timedelta(days=1))

    assert again.id == first.id


def test_another_page_or_other_words_are_another_post() -> None:
    posts = [
        admit(FOUND, NOON),
        admit(replace(FOUND, address=None), NOON),
        admit(replace(FOUND, address=None, origin="云州论坛/2026-06-03"), NOON),
        admit(replace(FOUND, address=None, source="云州晚报"), NOON),
        admit(replace(FOUND, text="城北多个小区自来水浑浊"), NOON),
    ]

    assert len({post.id for post in posts}) == len(posts)


def test_one_post_told_with_two_telephones_is_one_post() -> None:
    one = admit(replace(FOUND, text="请打13812345678"), NOON)
    other = admit(replace(FOUND, text="请打13987654321"), NOON)

    assert one.id == other.id


@pytest.mark.parametrize("secret", SECRETS)
def test_personal_data_planted_in_every_field_comes_out_in_none(secret: str) -> None:
    planted = replace(
        FOUND,
        source=PERSONAL,
        title=PERSONAL,
        text=PERSONAL,
        address=f"https://bbs.yunzhou.example/t?q={PERSONAL.replace(' ', '+').replace('@', '%40')}",
        given_id=PERSONAL,
        official=True,
        channel=PERSONAL,
    )

    post = admit(planted, NOON)

    assert secret not in repr(post)


@pytest.mark.parametrize("given_id", ["uid_99001", "user-zhang", "@zhang", "author=7", "space/uid/12"])
def test_an_id_that_carries_an_account_is_not_kept(given_id: str) -> None:
    assert admit(replace(FOUND, given_id=given_id), NOON).given_id is None


def test_an_id_of_the_post_is_kept() -> None:
    assert admit(replace(FOUND, given_id="thread-12"), NOON).given_id == "thread-12"


def test_signs_nobody_sees_are_gone() -> None:
    post = admit(replace(FOUND, title="桐山\x00县\u202e停\ud800水\ufeff", text="一行\r\n二行\t\x07"), NOON)

    assert (post.title, post.text) == ("桐山县停水", "一行\n二行")


@given(st.text(alphabet=st.characters(), max_size=60))
def test_whatever_comes_in_can_be_written_out(text: str) -> None:
    post = admit(replace(FOUND, text=text), NOON)

    assert post.text.encode().decode() == post.text
    assert "\x00" not in post.text


def test_a_text_is_taken_up_to_its_limit() -> None:
    at_limit = admit(replace(FOUND, text="水" * LONGEST_TEXT), NOON)

    assert len(at_limit.text) == LONGEST_TEXT
    with pytest.raises(BadPost, match=f"text has {LONGEST_TEXT + 1} characters, the limit is {LONGEST_TEXT}"):
        admit(replace(FOUND, text="水" * (LONGEST_TEXT + 1)), NOON)


def test_a_text_of_ten_megabytes_is_refused_with_its_size() -> None:
    with pytest.raises(BadPost, match="text has 10000000 characters"):
        admit(replace(FOUND, text="1" * 10_000_000), NOON)


def test_a_post_may_be_a_day_ahead_of_its_collection_and_no_second_more() -> None:
    latest = NOON + CLOCKS_MAY_DIFFER

    assert admit(replace(FOUND, published_at=latest), NOON).published_at == latest
    with pytest.raises(BadPost, match="more than a day after collection"):
        admit(replace(FOUND, published_at=latest + SECOND), NOON)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (replace(FOUND, title=" \u200b", text="\x00"), "title and text are both empty"),
        (replace(FOUND, source=" "), "source is empty"),
        (replace(FOUND, source="源" * (LONGEST_NAME + 1)), "source has 201 characters"),
        (replace(FOUND, published_at=NOON.replace(tzinfo=None)), "published_at has no zone"),
        (replace(FOUND, jurisdiction="云州"), "jurisdiction is no division code of six digits"),
        (replace(FOUND, jurisdiction="990100000000"), "jurisdiction is no division code of six digits"),
        (replace(FOUND, official=True), "official is true without a channel"),
        (replace(FOUND, channel="云州发布"), "channel is given but official is not true"),
        (replace(FOUND, official=True, channel="云州发布", capture="abc"), "capture is no SHA-256"),
        (replace(FOUND, captured_at=NOON), "captured_at is given without capture"),
    ],
)
def test_what_cannot_be_a_post_is_refused_with_its_reason(bad: RawItem, reason: str) -> None:
    with pytest.raises(BadPost, match=reason):
        admit(bad, NOON)


def test_the_offices_own_post_keeps_its_proof() -> None:
    own = replace(
        FOUND, official=True, channel="云州发布", capture=CAPTURE, captured_at=NOON, jurisdiction="990100", address=None
    )

    post = admit(own, NOON)

    assert (post.official, post.channel, post.capture, post.captured_at) == (True, "云州发布", CAPTURE, NOON)
    assert post.jurisdiction == "990100"
