"""The robots: what their platforms get, what their answers mean, and that a page too many waits and is not lost."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from backends.clock import ManualClock
from backends.notifiers import RealChannels
from backends.notify_text import mark_of
from backends.robots import dingtalk_signature, feishu_signature
from backends.settings import load_settings
from desk.change import Notice
from desk.errors import NotifyError
from desk.notices import linked
from tests.build import NOON
from tests.build_incidents import a_notice
from tests.robots.servers import KINDS, SECRET, TOKEN, Robot, running

LINK = "https://board.yunzhou.example/incidents/%E4%BA%91%E5%B7%9E-2026-0042/acknowledge"
CHANNELS = list(KINDS)
SIGNED = ["dingtalk", "feishu"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def channels(clock: ManualClock) -> Iterator[RealChannels]:
    settings = replace(load_settings({}, {}, Path("/nowhere")), outside_channels=True)
    opened = RealChannels(settings, clock, elapsed=clock.elapsed)
    yield opened
    opened.close()


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def robot(channel: str, clock: ManualClock) -> Iterator[Robot]:
    with running(channel, clock) as at_work:
        yield at_work


def page(number: int = 1, text: str = "青石桥垮塌，请认领并定级。") -> Notice:
    return linked(a_notice(key=f"i-1·-·{number}·值班员·1", title="疑似事件待确认", text=text), "云州-2026-0042", LINK)


def failure(channels: RealChannels, channel: str, contact: str, notice: Notice) -> NotifyError:
    with pytest.raises(NotifyError) as failed:
        channels.notifier(channel, contact).notify(notice)
    return failed.value


def test_a_page_says_what_to_do_with_a_link_and_its_mark(channels: RealChannels, channel: str, robot: Robot) -> None:
    channels.notifier(channel, robot.contact).notify(page())

    mark = mark_of(page().key)
    assert robot.texts == [
        f"疑似事件待确认〔通知号 {mark}〕\n青石桥垮塌，请认领并定级。编号云州-2026-0042，查看并认领：{LINK}"
    ]


def test_a_page_sent_again_carries_the_same_mark(channels: RealChannels, channel: str, robot: Robot) -> None:
    channels.notifier(channel, robot.contact).notify(page())
    channels.notifier(channel, robot.contact).notify(page())

    first, again = robot.texts
    assert first == again


def test_the_signatures_are_those_that_openssl_makes() -> None:
    # dgst -sha256 -mac HMAC, in base64.
    assert dingtalk_signature("1763870400000", "this is secret") == "+5DSyQ87goejrZDrXnLkwAo02DJ7L4lRhioglV+5Zdw="
    assert feishu_signature("1599360473", "demo") == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


@pytest.mark.parametrize("channel", SIGNED, indirect=True)
def test_a_wrong_secret_can_never_work(channels: RealChannels, channel: str, robot: Robot) -> None:
    failed = failure(channels, channel, robot.contact.replace(SECRET, "SECanother"), page())

    assert (failed.permanent, robot.texts) == (True, [])
    assert "signature" in str(failed)


@pytest.mark.parametrize("channel", SIGNED, indirect=True)
@pytest.mark.parametrize(("late", "taken"), [(timedelta(hours=1), 1), (timedelta(hours=1, seconds=1), 0)])
def test_a_clock_an_hour_off_is_refused(
    channels: RealChannels, channel: str, robot: Robot, late: timedelta, taken: int
) -> None:
    robot.clock = ManualClock(NOON + late)

    failures = []
    try:
        channels.notifier(channel, robot.contact).notify(page())
    except NotifyError as failed:
        failures.append(failed.permanent)

    assert (len(robot.texts), failures) == (taken, [True] * (1 - taken))


def test_a_robot_that_is_not_there_any_more_can_never_work(channels: RealChannels, channel: str, robot: Robot) -> None:
    failed = failure(channels, channel, robot.contact.replace(TOKEN, "gone"), page())

    assert (failed.permanent, failed.doubtful, robot.texts) == (True, False, [])


@pytest.mark.parametrize(
    ("channel", "code", "permanent"),
    [
        ("wecom", 93000, True),
        ("wecom", 45002, True),
        ("wecom", 45009, False),
        ("wecom", -1, False),
        ("wecom", 99999, False),
        ("dingtalk", 310000, True),
        ("dingtalk", 400102, True),
        ("dingtalk", 130101, False),
        ("dingtalk", -1, False),
        ("dingtalk", 99999, False),
        ("feishu", 19021, True),
        ("feishu", 19024, True),
        ("feishu", 9499, False),
        ("feishu", 11232, False),
        ("feishu", 99999, False),
    ],
    indirect=["channel"],
)
@pytest.mark.parametrize("status", [200, 400])
def test_an_error_within_http_200_is_an_error(
    channels: RealChannels, channel: str, robot: Robot, code: int, status: int, *, permanent: bool
) -> None:
    robot.forced, robot.status = code, status

    failed = failure(channels, channel, robot.contact, page())

    assert (failed.permanent, failed.doubtful) == (permanent, False)
    assert f"code {code} (HTTP {status})" in str(failed)


@pytest.mark.parametrize(
    ("status", "raw", "permanent"),
    [
        (200, b"<html>sign in to the proxy</html>", False),
        (200, b"{}", False),
        (200, b"[0]", False),
        (500, b"", False),
        (429, b"", False),
        (404, b"", True),
        (302, b"", True),
    ],
)
def test_an_answer_without_a_code_is_no_success(
    channels: RealChannels, channel: str, robot: Robot, status: int, raw: bytes, *, permanent: bool
) -> None:
    robot.status, robot.raw = status, raw

    failed = failure(channels, channel, robot.contact, page())

    assert failed.permanent is permanent
    assert f"HTTP {status} without a code" in str(failed)


@pytest.mark.parametrize("channel", ["feishu"], indirect=True)
@pytest.mark.parametrize("raw", [{"code": 19024, "StatusCode": 0}, {"StatusCode": 19024}, {"code": "19024"}])
def test_every_code_of_an_answer_counts(
    channels: RealChannels, channel: str, robot: Robot, raw: dict[str, object]
) -> None:
    robot.raw = json.dumps(raw).encode()

    assert failure(channels, channel, robot.contact, page()).permanent


def test_an_answer_that_is_lost_leaves_a_doubt(channels: RealChannels, channel: str, robot: Robot) -> None:
    robot.lost_answer = True

    failed = failure(channels, channel, robot.contact, page())

    assert (failed.permanent, failed.doubtful, len(robot.texts)) == (False, True, 1)
    assert "which may have arrived" in str(failed)


def test_a_robot_that_cannot_be_reached_leaves_no_doubt(channels: RealChannels, channel: str, robot: Robot) -> None:
    nobody = robot.contact.replace(str(robot.server_port), "9")

    failed = failure(channels, channel, nobody, page())

    assert (failed.permanent, failed.doubtful) == (False, False)


@pytest.mark.parametrize("text", ["桥" * 30_000, "b" * 30_000, '"\n' * 30_000, "🌉" * 9000])
def test_a_page_too_long_is_cut_and_keeps_its_link(
    channels: RealChannels, channel: str, robot: Robot, text: str
) -> None:
    channels.notifier(channel, robot.contact).notify(page(text=f"{text}。"))

    (taken,) = robot.texts
    assert taken.startswith("疑似事件待确认〔通知号 ")
    assert taken.endswith(f"…编号云州-2026-0042，查看并认领：{LINK}")


def test_what_exceeds_the_rate_waits_and_is_not_lost(
    channels: RealChannels, channel: str, robot: Robot, clock: ManualClock
) -> None:
    notifier = channels.notifier(channel, robot.contact)
    for number in range(robot.per_minute):
        notifier.notify(page(number))
        clock.advance(timedelta(seconds=0.5))

    failed = failure(channels, channel, robot.contact, page(100))
    asked_before = robot.asked
    clock.advance(timedelta(seconds=61))
    notifier.notify(page(100))

    assert (failed.permanent, failed.doubtful, asked_before) == (False, False, robot.per_minute)
    assert "notice i-1·-·100·值班员·1 waits" in str(failed)
    assert len(robot.texts) == robot.per_minute + 1


@pytest.mark.parametrize(("channel", "rest"), [("wecom", 61), ("dingtalk", 610), ("feishu", 61)], indirect=["channel"])
def test_a_robot_that_was_asked_too_often_is_left_alone_for_a_while(
    channels: RealChannels, channel: str, robot: Robot, clock: ManualClock, rest: int
) -> None:
    robot.forced = robot.too_often
    failure(channels, channel, robot.contact, page())
    robot.forced = None

    clock.advance(timedelta(seconds=rest - 1))
    failure(channels, channel, robot.contact, page())
    asked_meanwhile = robot.asked
    clock.advance(timedelta(seconds=1))
    channels.notifier(channel, robot.contact).notify(page())

    assert (asked_meanwhile, len(robot.texts)) == (1, 1)


@pytest.mark.parametrize("channel", ["dingtalk"], indirect=True)
def test_two_contacts_of_one_robot_share_its_rate(channels: RealChannels, channel: str, robot: Robot) -> None:
    for number in range(20):
        channels.notifier(channel, robot.contact).notify(page(number))

    failed = failure(channels, channel, robot.contact.replace(SECRET, "SECold"), page(20))

    assert (failed.permanent, robot.asked) == (False, 20)


@pytest.mark.parametrize("channel", ["feishu"], indirect=True)
def test_a_title_from_the_public_calls_nobody(channels: RealChannels, channel: str, robot: Robot) -> None:
    channels.notifier(channel, robot.contact).notify(page(text='<at user_id="all">所有人</at>。'))

    assert "<" not in robot.texts[0]


def test_neither_token_nor_secret_nor_words_of_the_robot_stand_in_errors_or_logs(
    channels: RealChannels, channel: str, robot: Robot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    notifier = channels.notifier(channel, robot.contact)
    notifier.notify(page())
    robot.forced = -1

    said = str(failure(channels, channel, robot.contact, page())) + caplog.text + repr(notifier)

    assert not [each for each in (TOKEN, SECRET, "said by the robot") if each in said]


@pytest.mark.parametrize(
    "contact",
    [
        "oapi.dingtalk.example/robot",
        "ftp://oapi.dingtalk.example/",
        "http://oapi.dingtalk.example/robot?access_token=hunter2",
        "http://127.0.0.1.dingtalk.example/?access_token=hunter2",
        "https://?access_token=hunter2",
        "https://oapi.dingtalk.example:x/?access_token=hunter2",
    ],
)
def test_an_address_that_would_show_its_token_to_others_is_refused(
    channels: RealChannels, channel: str, contact: str
) -> None:
    with pytest.raises(NotifyError) as refused:
        channels.notifier(channel, contact)

    assert refused.value.permanent
    assert "hunter2" not in str(refused.value)
