"""The webhook: what goes over the wire, which answers are final, and who can be reached at all."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from backends.clock import ManualClock
from backends.notify_webhook import WebhookNotifier
from desk.errors import NotifyError
from tests.build import NOON
from tests.build_incidents import a_notice

SECRET = "correct-horse-battery"


class Desk(HTTPServer):
    """A receiver that answers as it is told and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.status = 200
        self.location: str | None = None
        self.asked: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?token=hunter2"


class Answer(BaseHTTPRequestHandler):
    server: Desk

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", self.server.location or "/")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Keeps quiet."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    server = Desk()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def notifier_to(url: str) -> Iterator[WebhookNotifier]:
    notifier = WebhookNotifier(url, SECRET, clock=ManualClock(NOON), allow="loopback")
    yield notifier
    notifier.close()


def test_a_notice_is_one_signed_post(desk: Desk) -> None:
    with notifier_to(desk.url) as notifier:
        notifier.notify(a_notice(key="i-1·C1/1·王值班", text="还剩 2 小时"))

    ((path, headers, body),) = desk.asked
    expected = hmac.new(SECRET.encode(), headers["Huiying-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert path == "/hook?token=hunter2"
    assert json.loads(body)["text"] == "还剩 2 小时"
    assert headers["Huiying-Timestamp"] == str(int(NOON.timestamp()))
    assert headers["Huiying-Signature"] == f"v1={expected.hexdigest()}"
    assert headers["Idempotency-Key"] == "i-1%C2%B7C1%2F1%C2%B7%E7%8E%8B%E5%80%BC%E7%8F%AD"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_delivered(status: int, desk: Desk) -> None:
    desk.status = status

    with notifier_to(desk.url) as notifier:
        notifier.notify(a_notice())

    assert len(desk.asked) == 1


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 599])
def test_these_answers_are_worth_another_try(status: int, desk: Desk) -> None:
    desk.status = status

    with notifier_to(desk.url) as notifier, pytest.raises(NotifyError, match=f"answered {status}") as failure:
        notifier.notify(a_notice())

    assert not failure.value.permanent
    assert len(desk.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422, 499, 600])
def test_these_answers_are_final(status: int, desk: Desk) -> None:
    desk.status = status

    with notifier_to(desk.url) as notifier, pytest.raises(NotifyError, match=f"answered {status}") as failure:
        notifier.notify(a_notice())

    assert failure.value.permanent


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int, desk: Desk) -> None:
    desk.status = status
    desk.location = "/elsewhere"

    with notifier_to(desk.url) as notifier, pytest.raises(NotifyError) as failure:
        notifier.notify(a_notice())

    assert failure.value.permanent
    assert [path for path, _, _ in desk.asked] == ["/hook?token=hunter2"]


def test_a_receiver_that_says_nothing_is_tried_again_later() -> None:
    silent = HTTPServer(("127.0.0.1", 0), Answer)  # listens, and never answers because nothing serves it
    url = f"http://127.0.0.1:{silent.server_port}/"
    notifier = WebhookNotifier(
        url, SECRET, clock=ManualClock(NOON), patience=timedelta(milliseconds=50), allow="loopback"
    )

    with pytest.raises(NotifyError, match="ReadTimeout") as failure:
        notifier.notify(a_notice())

    assert not failure.value.permanent
    notifier.close()
    silent.server_close()


def test_no_secret_stands_in_an_error(desk: Desk) -> None:
    desk.status = 500

    with notifier_to(desk.url) as notifier, pytest.raises(NotifyError) as failure:
        notifier.notify(a_notice())

    assert SECRET not in str(failure.value)
    assert "hunter2" not in str(failure.value)
    assert f"127.0.0.1:{desk.server_port}" in str(failure.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://desk.example/notices",
        "http://localhost:8000/",
        "http://127.0.0.1.desk.example/",
        "http://127.0.0.1@desk.example/",
        "http://2130706433/",
        "http://127.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://192.0.2.7/",
        "http://127。0。0。1.desk.example/",
    ],
)
def test_a_rehearsal_reaches_nothing_beyond_this_machine(url: str) -> None:
    with pytest.raises(NotifyError, match="not on this machine") as refusal:
        WebhookNotifier(url, SECRET, clock=ManualClock(NOON), allow="loopback")

    assert refusal.value.permanent


def test_a_rehearsal_goes_through_no_proxy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    with notifier_to(desk.url) as notifier:
        notifier.notify(a_notice())

    assert len(desk.asked) == 1


@pytest.mark.parametrize("url", ["", "desk.example", "ftp://desk.example/", "https://", "http://desk.example:x/"])
def test_what_is_no_web_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(NotifyError) as refusal:
        WebhookNotifier(url, SECRET, clock=ManualClock(NOON))

    assert refusal.value.permanent


def test_nothing_is_sent_unsigned() -> None:
    with pytest.raises(NotifyError, match="no secret"):
        WebhookNotifier("https://desk.example/", "", clock=ManualClock(NOON))
