"""The board as its own process, as `huiying run` starts it."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from backends.clock import Stopwatch, SystemClock, attempts
from tests.build import SECOND

pytestmark = pytest.mark.process

LONG_ENOUGH = "云州的桥 今年全都修好了"


@contextmanager
def running(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "console.main", "web", "--data", str(data), "--web-port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def await_board(port: int) -> httpx.Client:
    any(answers(port) for _ in attempts(SystemClock(), 60 * SECOND))
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)


def test_board_starts_signs_its_first_admin_in_and_stops_cleanly(tmp_path: Path) -> None:
    port = a_free_port()
    with running(tmp_path, port) as process, await_board(port) as browser:
        greeting = process.stdout.readline() if process.stdout else ""
        token = re.findall('name="csrf" value="(.*?)"', browser.get("/sign-in").text)[0]
        form = {"csrf": token, "name": "admin", "password": greeting.split()[8], "next": "/"}

        response = browser.post("/sign-in", data=form)
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=10)

    assert response.status_code == 303
    assert code == 0
    assert not list((tmp_path / "desk").glob("*.db-wal"))


def test_proxy_on_this_machine_is_believed_about_tls_and_shut_out_of_the_metrics(tmp_path: Path) -> None:
    port = a_free_port()
    forwarded = {"x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https"}
    with running(tmp_path, port), await_board(port) as browser:
        direct, by_proxy = browser.get("/sign-in"), browser.get("/sign-in", headers=forwarded)
        metrics = [browser.get("/metrics").status_code, browser.get("/metrics", headers=forwarded).status_code]

    assert "secure" not in direct.headers["set-cookie"].lower()
    assert "secure" in by_proxy.headers["set-cookie"].lower()
    assert metrics == [200, 403]
    assert "server" not in direct.headers


def test_second_start_tells_no_password_and_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    port = a_free_port()
    with running(tmp_path, port) as first, await_board(port):
        with running(tmp_path / "other", port) as second:
            told = second.communicate(timeout=60)
        first.send_signal(signal.SIGTERM)
        first.wait(timeout=10)
    with running(tmp_path, port) as again, await_board(port) as browser:
        health = browser.get("/healthz").status_code
        again.send_signal(signal.SIGTERM)
        greeting = again.communicate(timeout=10)[0]

    assert second.returncode == 2
    assert told[0] == ""
    assert re.fullmatch(rf"huiying: port {port} \(web_port\) cannot be used on 127.0.0.1, .*--web-port\n", told[1])
    assert health == 503
    assert greeting == ""


def admitted(browser: httpx.Client, process: subprocess.Popen[str]) -> None:
    """The first admin, signed in with a password of their own."""
    one_time = process.stdout.readline().split()[8] if process.stdout else ""
    token = re.findall('name="csrf" value="(.*?)"', browser.get("/sign-in").text)[0]
    browser.post("/sign-in", data={"csrf": token, "name": "admin", "password": one_time, "next": "/"})
    token = re.findall('name="csrf" value="(.*?)"', browser.get("/password").text)[0]
    chosen = {"csrf": token, "old": one_time, "new": LONG_ENOUGH, "again": LONG_ENOUGH, "next": "/"}
    assert browser.post("/password", data=chosen).headers["location"] == "/"


def test_board_stops_at_once_while_pages_listen_and_lets_their_streams_end_whole(tmp_path: Path) -> None:
    port = a_free_port()
    with running(tmp_path, port) as process, await_board(port) as browser:
        admitted(browser, process)
        with browser.stream("GET", "/live") as first, browser.stream("GET", "/live") as second:
            heard = [first.iter_text(), second.iter_text()]
            greetings = [next(each) for each in heard]
            watch = Stopwatch()
            process.send_signal(signal.SIGTERM)
            rests = ["".join(each) for each in heard]
            code = process.wait(timeout=10)
            took = watch.elapsed()

    assert all(each.startswith(": here") for each in greetings)
    assert rests == ["", ""]
    assert code == 0
    assert took < 1.0
