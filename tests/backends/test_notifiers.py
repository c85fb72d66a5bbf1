"""The channels of the real desk: which settings open them, and what a contact may be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from backends.clock import ManualClock
from backends.local_receiver import LocalReceiver
from backends.notifiers import RealChannels, can_reach, contact_problem, mail_server, shown_contact
from backends.notify_mail import Transport
from backends.settings import Settings, load_settings
from desk.errors import NotifyError
from tests import mail_server as mail_on_this_machine
from tests.build import NOON
from tests.build_incidents import a_notice

SECRET = "correct-horse-battery"
SMTP = {"smtp_host": "mail.yunzhou.example", "smtp_from": "desk@yunzhou.example"}


def settings(**given: str) -> Settings:
    return load_settings({**given}, {}, Path("/nowhere"))


@contextmanager
def channels(of: Settings) -> Iterator[RealChannels]:
    opened = RealChannels(of, ManualClock(NOON))
    yield opened
    opened.close()


def refusal(of: Settings, channel: str, address: str) -> NotifyError:
    with channels(of) as opened, pytest.raises(NotifyError) as refused:
        opened.notifier(channel, address)
    return refused.value


def test_a_webhook_contact_is_posted_to_with_the_desks_own_signature(tmp_path: Path) -> None:
    of = replace(settings(), webhook_secret=SECRET)

    with LocalReceiver(tmp_path, SECRET) as receiver, channels(of) as opened:
        opened.notifier("webhook", receiver.url).notify(a_notice())
        opened.notifier("webhook", receiver.url).notify(a_notice())
        received = [each.notice for each in receiver.received()]
        repeats = receiver.repeats

    assert (received, repeats) == ([a_notice()], 1)


def test_a_mail_contact_is_mailed_through_the_offices_server() -> None:
    box = mail_on_this_machine.MailBox()
    with mail_on_this_machine.mail_server(box) as server:
        of = settings(smtp_host="127.0.0.1", smtp_port=str(server.port), smtp_from=server.sender, smtp_starttls="no")
        with channels(of) as opened:
            opened.notifier("mail", "wang@yunzhou.example").notify(a_notice())

    assert [mail.headers["Subject"] for mail in box.messages()] == [a_notice().title]


def test_without_a_mail_server_a_mail_contact_can_never_work() -> None:
    refused = refusal(settings(), "mail", "wang@yunzhou.example")

    assert (refused.permanent, str(refused)) == (True, "smtp_host is not set: no mail can be sent")


def test_without_a_secret_a_webhook_contact_can_never_work() -> None:
    refused = refusal(settings(), "webhook", "https://desk.example/hook?token=hunter2")

    assert refused.permanent
    assert "no secret to sign with" in str(refused)
    assert "hunter2" not in str(refused)


def test_a_channel_nobody_built_can_never_work() -> None:
    refused = refusal(settings(), "pigeon", "north tower")

    assert refused.permanent
    assert str(refused) == "no channel pigeon: there are webhook, mail, wecom, dingtalk, feishu, sms, apprise"


def test_the_desks_own_webhook_is_the_last_resort_where_it_is_set(tmp_path: Path) -> None:
    with LocalReceiver(tmp_path, SECRET) as receiver:
        of = replace(settings(), webhook_url=receiver.url, webhook_secret=SECRET)
        with channels(of) as opened, channels(settings()) as unset:
            default, nothing = opened.default(), unset.default()
            assert default is not None
            default.notify(a_notice())

        assert (len(receiver.received()), nothing) == (1, None)


@pytest.mark.parametrize(
    ("given", "transport"),
    [
        ({}, Transport.STARTTLS),
        ({"smtp_starttls": "no"}, Transport.PLAIN),
        ({"smtp_port": "465"}, Transport.TLS),
        ({"smtp_port": "465", "smtp_starttls": "no"}, Transport.TLS),
    ],
)
def test_mail_is_protected_unless_the_office_says_no(given: dict[str, str], transport: Transport) -> None:
    server = mail_server(settings(**SMTP, **given))

    assert server is not None
    assert server.transport is transport


def test_nothing_can_be_reached_before_a_channel_is_set_up() -> None:
    secret_only = replace(settings(), webhook_secret=SECRET)
    opened = (settings(), secret_only, settings(**SMTP), settings(outside_channels="yes"))

    assert [can_reach(each) for each in opened] == [False, True, True, True]


@pytest.mark.parametrize(
    ("channel", "address", "says"),
    [
        ("webhook", "https://desk.example/hook", None),
        ("webhook", "desk.example", "write webhook=https://"),
        ("mail", "wang@yunzhou.example", None),
        ("mail", "wang", "write mail=NAME@DOMAIN"),
        ("pigeon", "1001", "no channel pigeon: use webhook or mail or wecom or dingtalk or feishu or sms or apprise"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2", None),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2#SEC", "wecom robots have no secret"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=hunter2#SEC", None),
        ("dingtalk", "http://oapi.dingtalk.com/robot/send?access_token=hunter2", "a dingtalk contact is no https"),
        ("feishu", "hunter2", "a feishu contact is no https address"),
        ("sms", "forms://desk:hunter2@sms.example/send?:mobile=13800000000", None),
        ("sms", "1001", "a contact is no address that apprise knows"),
        ("apprise", "dingtalk://hunter2", "hides refusals"),
    ],
)
def test_a_contact_is_looked_at_before_it_is_needed(channel: str, address: str, says: str | None) -> None:
    problem = contact_problem(channel, address)

    assert (problem is None) == (says is None)
    assert (says or "") in (problem or "")
    assert "hunter2" not in (problem or "")


@pytest.mark.parametrize(
    ("channel", "address", "shown"),
    [
        ("mail", "wang@yunzhou.example", "mail=wang@yunzhou.example"),
        ("webhook", "https://desk.example/hook", "webhook=https://desk.example/hook"),
        ("webhook", "https://desk.example/hook?token=hunter2", "webhook=https://desk.example/hook?…"),
        ("wecom", "https://qyapi.weixin.qq.com/send?key=hunter2", "wecom=https://qyapi.weixin.qq.com/…"),
        ("dingtalk", "https://oapi.dingtalk.com?access_token=hunter2#SEC", "dingtalk=https://oapi.dingtalk.com/…"),
        ("feishu", "https://desk:hunter2@open.feishu.cn/hook/hunter2#SEC", "feishu=https://open.feishu.cn/…"),
        ("sms", "forms://desk:hunter2@sms.example/send?:mobile=13800000000", "sms=forms://…"),
        ("apprise", "wxpusher://hunter2", "apprise=wxpusher://…"),
    ],
)
def test_what_is_shown_of_a_contact_is_no_password(channel: str, address: str, shown: str) -> None:
    assert shown_contact(channel, address) == shown


@pytest.mark.parametrize("channel", ["wecom", "dingtalk", "feishu", "sms", "apprise"])
def test_nothing_goes_out_by_others_servers_unless_the_office_says_so(channel: str) -> None:
    refused = refusal(settings(), channel, "https://robot.example/")

    assert refused.permanent
    assert str(refused) == f"outside_channels is not set: nothing goes out by {channel}"
