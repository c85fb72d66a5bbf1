"""Mail: what arrives, which answers are final, how the connection is protected, and what an error never says."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from backends.clock import ManualClock
from backends.notify_mail import MailNotifier, MailServer, Transport
from desk.errors import NotifyError
from tests.build import NOON
from tests.build_incidents import a_notice
from tests.mail_server import PASSWORD, SENDER, USER, Certificate, MailBox, mail_server, make_certificate

WANG = "wang@yunzhou.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def box() -> MailBox:
    return MailBox()


@pytest.fixture
def server(box: MailBox) -> Iterator[MailServer]:
    with mail_server(box) as server:
        yield server


def mail(server: MailServer, to: str = WANG) -> MailNotifier:
    return MailNotifier(to, server, clock=ManualClock(NOON), patience=timedelta(seconds=2))


def failure_of(notifier: MailNotifier) -> NotifyError:
    with pytest.raises(NotifyError) as failure:
        notifier.notify(a_notice())
    return failure.value


def test_a_notice_arrives_as_plain_text_with_its_title_as_subject(server: MailServer, box: MailBox) -> None:
    mail(server).notify(a_notice(title="【演练】疑似事件待确认", text="青石桥垮塌。\n请认领：http://127.0.0.1/"))

    (message,) = box.messages()
    assert (message.headers["Subject"], message.headers["To"], message.headers["From"]) == (
        "【演练】疑似事件待确认",
        WANG,
        SENDER,
    )
    assert message.text.splitlines() == ["青石桥垮塌。", "请认领：http://127.0.0.1/"]
    assert (message.kind, message.headers["Content-Type"]) == ("text/plain", 'text/plain; charset="utf-8"')
    assert message.headers["Auto-Submitted"] == "auto-generated"


def test_a_repeat_carries_the_same_message_id_and_another_notice_another(server: MailServer, box: MailBox) -> None:
    later = MailNotifier(WANG, server, clock=ManualClock(NOON + timedelta(hours=1)))

    mail(server).notify(a_notice(key="a"))
    later.notify(a_notice(key="a"))
    mail(server).notify(a_notice(key="b"))

    first, again, other = (message.headers["Message-ID"] for message in box.messages())
    assert first == again
    assert other != first
    assert first.endswith("@yunzhou.example>")


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "permanent"), [("450 later", False), ("550 never", True), ("599 never", True)])
def test_the_servers_answer_says_whether_to_try_again(
    server: MailServer, box: MailBox, step: str, answer: str, *, permanent: bool
) -> None:
    box.answers[step] = answer

    failure = failure_of(mail(server))

    assert (failure.permanent, box.kept) == (permanent, [])
    assert f"answered {answer[:3]} to notice" in str(failure)


def test_a_server_that_takes_leave_rudely_still_has_the_notice(server: MailServer, box: MailBox) -> None:
    box.answers["QUIT"] = "500 what"

    mail(server).notify(a_notice())

    assert len(box.messages()) == 1


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = MailServer(host="127.0.0.1", port=taken.getsockname()[1], sender=SENDER, transport=Transport.PLAIN)

        failure = failure_of(mail(gone))

    assert not failure.permanent
    assert "did not reach mail server 127.0.0.1:" in str(failure)


def test_a_server_that_says_nothing_is_given_up_for_now() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        mute = MailServer(host="127.0.0.1", port=port, sender=SENDER, transport=Transport.PLAIN)
        impatient = MailNotifier(WANG, mute, clock=ManualClock(NOON), patience=timedelta(milliseconds=50))

        failure = failure_of(impatient)

    assert not failure.permanent


@pytest.mark.parametrize("transport", [Transport.STARTTLS, Transport.TLS])
def test_a_protected_connection_carries_the_notice_and_the_password(
    box: MailBox, certificate: Certificate, transport: Transport
) -> None:
    with mail_server(box, transport, certificate) as server:
        mail(replace(server, user=USER, password=PASSWORD)).notify(a_notice())

    assert (len(box.messages()), box.signed_in) == (1, 1)


@pytest.mark.parametrize("transport", [Transport.STARTTLS, Transport.TLS])
def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_said(
    box: MailBox, certificate: Certificate, transport: Transport
) -> None:
    with mail_server(box, transport, certificate) as server:
        failure = failure_of(mail(replace(server, context=None, user=USER, password=PASSWORD)))

    assert (box.kept, box.signed_in) == ([], 0)
    assert "SSLCertVerificationError" in str(failure)


def test_a_server_without_the_protection_asked_for_gets_nothing(server: MailServer, box: MailBox) -> None:
    asking = replace(server, transport=Transport.STARTTLS, user=USER, password=PASSWORD)

    failure = failure_of(mail(asking))

    assert (failure.permanent, box.kept, box.signed_in) == (True, [], 0)


def test_a_wrong_password_is_final_and_stands_in_no_error(server: MailServer, box: MailBox) -> None:
    box.answers["AUTH"] = "535 no such password as battery staple"

    failure = failure_of(mail(replace(server, user=USER, password="battery staple")))

    assert (failure.permanent, box.kept) == (True, [])
    assert "answered 535 to notice" in str(failure)
    assert "battery" not in str(failure)
    assert "battery" not in repr(server)


def test_a_password_that_cannot_be_sent_is_final_and_stands_in_no_error(server: MailServer) -> None:
    failure = failure_of(mail(replace(server, user=USER, password="密码密码")))

    assert failure.permanent
    assert "密码" not in str(failure)


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_what_the_server_says_and_whom_it_is_for_stand_in_no_error(server: MailServer, box: MailBox, step: str) -> None:
    box.answers[step] = f"550 <{WANG}> unknown"

    assert "wang" not in str(failure_of(mail(server)))


@pytest.mark.parametrize("address", ["", "wang", "wang@", "a@b@c", "wang@yunzhou.example\nBcc: x@y", "<a@b>", "a b@c"])
def test_an_address_that_is_none_is_refused_at_once(server: MailServer, address: str) -> None:
    with pytest.raises(NotifyError, match="write NAME@DOMAIN") as failure:
        mail(server, address)

    assert failure.value.permanent


def test_a_title_of_two_lines_is_a_subject_of_one(server: MailServer, box: MailBox) -> None:
    mail(server).notify(a_notice(title="请认领\nBcc: everybody@yunzhou.example"))

    (message,) = box.messages()
    assert (message.headers["Subject"], "Bcc" in message.headers) == ("请认领 Bcc: everybody@yunzhou.example", False)


def test_a_long_chinese_title_arrives_whole(server: MailServer, box: MailBox) -> None:
    mail(server).notify(a_notice(title="首次权威发布临近时限" * 30))

    (message,) = box.messages()
    assert message.headers["Subject"] == "首次权威发布临近时限" * 30
