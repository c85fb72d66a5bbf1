"""A whole desk as the real processes of `huiying run`, for tests that watch it from outside."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

import httpx
import msgspec

from backends.clock import Stopwatch, SystemClock
from backends.codec import JsonCodec
from backends.desk_folder import DeskFolder
from backends.settings import load_settings
from backends.wiring import open_backends
from desk.moments import Precision
from desk.travel import POSTS, Outgoing
from spiders.door import RawItem, admit

SECRET = "a-secret-of-the-tests"
_A_MOMENT = timedelta(milliseconds=50)


class LogLine(msgspec.Struct):
    """What the tests read of a line of the supervisor's log."""

    event: str
    name: str = ""
    process: int | None = None
    after: float | None = None


@dataclass
class RunningDesk:
    """One `huiying run` on a data folder."""

    data: Path
    webhook: str
    web_port: int
    prefect_port: int
    more: tuple[str, ...] = ()

    def start(self) -> None:
        with (self.data / "said").open("ab") as said:
            self._start(said)

    def start_without_terminal(self) -> None:
        """Starts it with nobody left to read what it says."""
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as gone:
            self._start(gone)

    def _start(self, said: IO[bytes]) -> None:
        environ = {**os.environ, "HUIYING_WEBHOOK_SECRET": SECRET}
        self.started = Stopwatch()
        self.process = subprocess.Popen(self.command(), stdout=said, stderr=said, env=environ, cwd=self.data)

    def command(self) -> list[str]:
        ports = ["--web-port", str(self.web_port), "--prefect-port", str(self.prefect_port)]
        office = ["--jurisdiction", "990100", "--webhook-url", self.webhook]
        return [sys.executable, "-m", "console.main", "run", "--data", str(self.data), *ports, *office, *self.more]

    def said(self) -> str:
        return (self.data / "said").read_text(encoding="utf-8")

    def log(self) -> list[LogLine]:
        log = self.folder.log / "run.jsonl"
        lines = log.read_bytes().splitlines() if log.exists() else []
        return [msgspec.json.decode(line, type=LogLine) for line in lines]

    def parts(self) -> dict[str, int]:
        """The newest process of each part."""
        started = [line for line in self.log() if line.event == "part started" and line.process is not None]
        return {line.name: line.process or 0 for line in started}

    def at_work(self, *names: str) -> bool:
        """Whether the newest processes of these parts do their work."""
        working = {(line.name, line.process) for line in self.log() if line.event == "part at work"}
        return all((name, self.parts().get(name)) in working for name in names)

    def kill(self, part: str) -> int:
        """Kills a part with -9; says which process that was."""
        process = self.parts()[part]
        os.kill(process, signal.SIGKILL)
        return process

    def stop(self) -> float:
        """Asks it to stop; says how many seconds that took."""
        watch = Stopwatch()
        self.process.terminate()
        self.process.wait(timeout=30)
        return watch.elapsed()

    def shown_runs(self, name: str) -> int:
        """How many runs of a flow Prefect shows as completed."""
        asked = {"flows": {"name": {"any_": [name]}}, "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
        answer = httpx.post(f"{self.prefect}/flow_runs/count", json=asked, trust_env=False)
        return int(answer.raise_for_status().text)

    def asked_for(self, duty: str) -> bool:
        """Asks for a run of a duty now; says whether Prefect serves that duty already."""
        served = httpx.get(f"{self.prefect}/deployments/name/{duty}/{duty}", trust_env=False)
        if not served.is_success:
            return False
        run = f"{self.prefect}/deployments/{served.json()['id']}/create_flow_run"
        return httpx.post(run, json={"state": {"type": "SCHEDULED"}}, trust_env=False).is_success

    def post(self, title: str, *, ago: timedelta) -> None:
        """Puts a post on the bus that was public so long ago."""
        now = SystemClock().now()
        raw = RawItem(source="yunzhou-news", title=title, published_at=now - ago, precision=Precision.SECOND)
        post = admit(raw, now=now)
        settings = load_settings({"data": str(self.data)}, {}, self.data)
        with open_backends(self.folder, settings) as backends:
            backends.bus.publish([Outgoing(topic=POSTS, key=post.id, value=JsonCodec().encode(post))])
            backends.bus.flush()

    @property
    def prefect(self) -> str:
        return f"http://127.0.0.1:{self.prefect_port}/api"

    @property
    def folder(self) -> DeskFolder:
        return DeskFolder(self.data, "desk")


def seconds_until(condition: Callable[[], bool], *, at_most: float) -> float:
    """Waits until it holds and says how long that took. Raises AssertionError when it did not come to hold."""
    watch, clock = Stopwatch(), SystemClock()
    while not condition():
        assert watch.elapsed() < at_most, f"did not come to hold within {at_most} s"
        clock.sleep(_A_MOMENT)
    return watch.elapsed()


def alive(process: int) -> bool:
    """Whether the process runs; one that ended and was not asked for its exit code does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def a_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
