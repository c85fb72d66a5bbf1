"""The real crawl against a double of Weibo's open platform: paging, limits, tokens; read from the double's own log."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from backends.clock import SystemClock
from desk.post import Observation
from tests.build import HOUR, SECOND
from tests.spiders.crawl_run import (
    crawl,
    cursor,
    delivered,
    ends,
    gaps,
    observed,
    set_cursor,
    source,
    start,
    write_sources,
)
from tests.spiders.weibo_double import OWN, PLANTED, SEARCH, TOKEN, WeiboDouble, status

pytestmark = pytest.mark.process


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def token(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    written = data.parent / "token"
    written.write_text(f"{TOKEN}\n", encoding="utf-8")
    monkeypatch.setenv("CRAWL_WEIBO_TOKEN_FILE", str(written))
    return written


def search(double: WeiboDouble, **lines: str | int | bool) -> str:
    return source("weibo", double.url(SEARCH), kind="weibo", query="云州", **lines)


def own(double: WeiboDouble) -> str:
    return source("own", double.url(OWN), kind="weibo", official=True, channel="云州发布")


def make_due(data: Path, key: str) -> None:
    set_cursor(data, replace(cursor(data, key), next_poll_at=None))


def test_posts_of_every_page_come_once_and_the_next_reading_begins_behind_the_newest(data: Path, token: Path) -> None:
    with WeiboDouble(90) as double:
        double.statuses = [status(5000 + number, f"云州通报第{number}号") for number in range(150)]
        write_sources(data, own(double))
        crawl(data)
        double.statuses.append(status(6000, "云州通报新号"))
        make_due(data, "own")

        crawl(data)

        asked = [(each["page"], each.get("since_id")) for each in double.questions()]
    assert asked == [("1", None), ("2", None), ("1", "5149")]
    assert len({post.id for post in delivered(data)}) == len(delivered(data)) == 151
    assert {(post.official, post.channel) for post in delivered(data)} == {(True, "云州发布")}


def test_counts_of_comments_are_told_again_when_they_change(data: Path, token: Path) -> None:
    with WeiboDouble(91) as double:
        double.statuses = [status(5001, "云州江口区停水", comments=3)]
        write_sources(data, search(double))
        crawl(data)
        double.statuses = [status(5001, "云州江口区停水", comments=88)]
        make_due(data, "weibo")

        crawl(data)

    (post,) = delivered(data)
    assert [(each.post_id, each.heat) for each in observed(data)] == [(post.id, 3), (post.id, 88)]
    assert all(isinstance(each, Observation) for each in observed(data))


@pytest.mark.parametrize("code", [10022, 10023, 10024])
def test_a_spent_rate_is_waited_for_until_the_next_hour(data: Path, token: Path, code: int) -> None:
    with WeiboDouble(92) as double:
        double.refusing = code
        write_sources(data, search(double))
        before = SystemClock().now()

        crawl(data)
        crawl(data)

        assert len(double.questions()) == 1
    stands = cursor(data, "weibo").next_poll_at
    following = before.replace(minute=0, second=0, microsecond=0) + HOUR
    assert stands is not None
    assert stands >= min(following, before + 120 * SECOND)
    assert [(gap.reason, gap.until) for gap in gaps(data)] == [("throttled", None)]


def test_an_expired_token_is_a_gap_of_its_own_and_a_new_one_works_at_the_next_start(data: Path, token: Path) -> None:
    with WeiboDouble(93) as double:
        double.refusing = 21327
        double.statuses = [status(5001, "云州江口区停水")]
        write_sources(data, search(double))
        crawl(data)
        expired = [(gap.reason, gap.until) for gap in gaps(data)]
        double.refusing, double.token = 0, "2.00PLANTEDanother1"
        token.write_text(double.token, encoding="utf-8")

        crawl(data)

    assert expired == [("unauthorised", None)]
    assert [gap.until is not None for gap in gaps(data)] == [True]
    assert ends(data) == {"unauthorised": 1, "read": 1, "delivered": 1}


def test_without_a_token_nothing_is_asked_and_a_gap_says_why(data: Path) -> None:
    with WeiboDouble(94) as double:
        write_sources(data, search(double))

        crawl(data)

        assert double.asked == []
    assert [(gap.source, gap.reason) for gap in gaps(data)] == [("weibo", "not_set_up")]


def test_neither_people_nor_the_token_are_in_any_byte_that_is_left(data: Path, token: Path) -> None:
    with WeiboDouble(95) as double:
        double.statuses = [status(5001, "云州江口区停水 //@PLANTED-name:转发微博")]
        write_sources(data, search(double))

        done = crawl(data)

    assert [post.text for post in delivered(data)] == ["云州江口区停水 //@用户:转发微博"]
    written = {path.name: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    written["said"] = (done.stdout + done.stderr).encode()
    forbidden = (*PLANTED, TOKEN)
    assert [(each, name) for each in forbidden for name, held in written.items() if each.encode() in held] == []
    assert os.environ["CRAWL_WEIBO_TOKEN_FILE"]


def test_more_posts_than_the_pages_hold_leave_a_gap_that_says_so(data: Path, token: Path) -> None:
    with WeiboDouble(96) as double:
        double.statuses = [status(5000, "云州通报")]
        write_sources(data, search(double, pages=1))
        crawl(data)
        double.statuses = [status(6000 + number, f"云州通报第{number}号") for number in range(80)]
        make_due(data, "weibo")

        crawl(data)

    assert [(gap.reason, gap.until is not None) for gap in gaps(data)] == [("too_many", True)]
    assert len(delivered(data)) == 51


def test_sources_check_tries_weibo_with_the_token_and_keeps_nothing(data: Path, token: Path) -> None:
    with WeiboDouble(97) as double:
        double.statuses = [status(5001, "云州江口区停水"), status(5002, "云州江口大桥封闭")]
        write_sources(data, search(double))

        process = start(data, "sources", "check")
        out, _ = process.communicate(timeout=60)

    assert process.returncode == 0, out
    assert "列表：列表已读取，列出 2 篇" in out
    assert [path.name for path in data.iterdir()] == ["sources.toml"]
