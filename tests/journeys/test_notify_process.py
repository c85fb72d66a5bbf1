"""The notifying part as its own process: a page to whoever is on duty, promptly, and a clean end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from backends.clock import Stopwatch, SystemClock, attempts
from backends.desk_folder import DeskFolder
from backends.local_receiver import LocalReceiver
from backends.settings import Settings, load_settings
from backends.wiring import Backends, open_backends
from desk.change import NoticeState
from desk.people import Person, Shift
from tests.build import HOUR, an_id
from tests.build_incidents import a_change, a_notice, an_incident

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
SECRET = "correct-horse-battery"
PATIENCE = timedelta(seconds=20)
CLOCK = SystemClock()


def settings_in(data: Path) -> Settings:
    return load_settings({"data": str(data)}, {"HUIYING_WEBHOOK_SECRET": SECRET}, data)


@contextmanager
def notifying(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "console.main", "run", "--only", "notify", "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "HUIYING_WEBHOOK_SECRET": SECRET}) as process:
        try:
            yield process
        finally:
            process.kill()


def on_duty(backends: Backends, url: str) -> None:
    now = CLOCK.now()
    backends.people.save_person(Person(id="p-wang", name="王值班", role="值班员", contacts=(("webhook", url),)))
    backends.people.save_shift(Shift(person_id="p-wang", role="值班员", since=now - HOUR, until=now + HOUR))


def owe(backends: Backends, number: int) -> None:
    notice = a_notice(key=f"n-{number}", incident_id=an_id(number), person="值班员", owed_at=CLOCK.now())
    backends.incidents.save([a_change(incident=an_incident(id=an_id(number)), notices=(notice,))])


def wait_for(receiver: LocalReceiver, count: int) -> float:
    """Seconds until the receiver has so many."""
    watch = Stopwatch()
    _ = next(None for _ in attempts(CLOCK, PATIENCE) if len(receiver.received()) == count)
    return watch.elapsed()


def test_a_running_notifier_pages_within_a_second_and_ends_on_sigterm(tmp_path: Path) -> None:
    with (
        LocalReceiver(tmp_path / "received", SECRET) as receiver,
        open_backends(DeskFolder(tmp_path, "desk"), settings_in(tmp_path), migrate=True) as backends,
    ):
        on_duty(backends, receiver.url)
        owe(backends, 1)
        with notifying(tmp_path) as process:
            wait_for(receiver, 1)
            owe(backends, 2)
            waited = wait_for(receiver, 2)
            process.send_signal(signal.SIGTERM)
            ended = process.wait(timeout=PATIENCE.total_seconds())

        assert (waited < 1.0, ended) == (True, 0)
        assert {row.state for row in backends.incidents.notices()} == {NoticeState.SENT}


def test_a_killed_notifier_loses_no_page(tmp_path: Path) -> None:
    with (
        LocalReceiver(tmp_path / "received", SECRET) as receiver,
        open_backends(DeskFolder(tmp_path, "desk"), settings_in(tmp_path), migrate=True) as backends,
    ):
        on_duty(backends, receiver.url)
        owe(backends, 1)
        with notifying(tmp_path) as process:
            wait_for(receiver, 1)
            process.kill()
            process.wait(timeout=PATIENCE.total_seconds())
        owe(backends, 2)

        with notifying(tmp_path):
            wait_for(receiver, 2)

        assert [each.notice.key for each in receiver.received()] == ["n-1", "n-2"]
