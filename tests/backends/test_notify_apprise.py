"""SMS gateways and the long tail through apprise: handed over, or raised; nothing of the address is shown."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from backends.notify_apprise import LONGEST_SMS, AppriseNotifier
from backends.notify_text import mark_of
from desk.change import Notice
from desk.errors import NotifyError
from desk.notices import linked
from tests.build_incidents import a_notice
from tests.robots.sms_gateway import MOBILE, PASSWORD, USER, gateway

LINK = "https://board.yunzhou.example/incidents/2026-0042/acknowledge"


def page(text: str = "青石桥垮塌，请认领并定级。") -> Notice:
    return linked(a_notice(title="疑似事件待确认", text=text), "云州-2026-0042", LINK)


def test_an_sms_gateway_gets_the_number_and_the_page() -> None:
    with gateway() as at_work:
        AppriseNotifier(at_work.contact, longest=LONGEST_SMS).notify(page())

    head = f"疑似事件待确认〔通知号 {mark_of(page().key)}〕"
    assert at_work.taken == [(MOBILE, f"{head}\n青石桥垮塌，请认领并定级。编号云州-2026-0042，查看并认领：{LINK}")]


def test_a_long_page_is_cut_to_an_sms_and_keeps_its_link() -> None:
    with gateway() as at_work:
        AppriseNotifier(at_work.contact, longest=LONGEST_SMS).notify(page("桥" * 1000 + "。"))

    ((_, content),) = at_work.taken
    assert len(content) == LONGEST_SMS
    assert content.endswith(f"…编号云州-2026-0042，查看并认领：{LINK}")


def test_a_gateway_that_refuses_is_tried_again_and_shows_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with gateway() as at_work, pytest.raises(NotifyError) as failed:
        AppriseNotifier(at_work.contact.replace(USER, "stranger")).notify(page())

    said = str(failed.value) + caplog.text
    assert (failed.value.permanent, failed.value.doubtful, at_work.taken) == (False, True, [])
    assert not [each for each in (PASSWORD, MOBILE, "stranger") if each in said]


def test_whoever_notifies_loads_apprise_only_when_somebody_has_such_a_contact() -> None:
    asks = "import sys, backends.notifiers, flows.notify, flows.reaching; sys.exit('apprise' in sys.modules)"

    ended = subprocess.run([sys.executable, "-c", asks], cwd=Path(__file__).resolve().parents[2], check=False)

    assert ended.returncode == 0


def test_a_gateway_that_is_away_is_tried_again() -> None:
    with pytest.raises(NotifyError) as failed:
        AppriseNotifier("form://127.0.0.1:9/send").notify(page())

    assert not failed.value.permanent


@pytest.mark.parametrize("address", ["", "1001", "pigeon://north-tower/hunter2", "mailto://", "https://"])
def test_what_apprise_does_not_know_can_never_work(address: str) -> None:
    with pytest.raises(NotifyError) as refused:
        AppriseNotifier(address)

    assert refused.value.permanent
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["dingtalk", "feishu", "lark", "wecombot", "DingTalk"])
def test_the_robots_go_by_their_own_channels_only(scheme: str) -> None:
    with pytest.raises(NotifyError, match="hides refusals") as refused:
        AppriseNotifier(f"{scheme}://hunter2")

    assert refused.value.permanent
