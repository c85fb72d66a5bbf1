"""`huiying run` without `--only`: the whole desk under one supervisor (DESIGN §4.2)."""

import argparse
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast

import msgspec

from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.settings import Settings
from backends.telemetry import start_log, stop_log
from backends.wiring import open_backends
from console.health import forget
from console.parts import Absent, Part, child_environment, parts_of_desk
from console.readiness import Readiness, listens
from console.wiring import policy_from, settings_from
from desk.errors import AlreadyRunning, BadSettings

PART = "run"
_LOOK_EVERY = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where a running desk is found; the note stays when the desk has stopped, and means nothing then."""

    process: int
    since: datetime
    board: str | None
    prefect: str


class _Reactor(Protocol):
    """What is asked of Twisted's reactor (its interfaces are not made for mypy)."""

    def addSystemEventTrigger(self, phase: str, event: str, call: Callable[[], object]) -> object: ...  # noqa: N802
    def callFromThread(self, call: Callable[[], object]) -> None: ...  # noqa: N802
    def run(self) -> None: ...
    def stop(self) -> None: ...


def run_desk(chosen: argparse.Namespace) -> int:
    """Runs the desk until SIGTERM or Ctrl-C.

    Raises AlreadyRunning, saying where, beside another one, and BadSettings or BadPolicy; then nothing was started.
    """
    settings = settings_from(chosen)
    policy_from(settings)
    folder = DeskFolder(settings.data, "desk")
    with _alone(folder):
        prefect_port = _free_port(settings.prefect_port)
        parts, absent = parts_of_desk(settings, prefect_port)
        running = _running(settings, parts, prefect_port)
        _make_stores(folder, settings)
        for part in absent:
            forget(folder, part.name)
        _note(folder).write_bytes(msgspec.json.encode(running))
        _greet(folder, running, absent)
        environment = child_environment(os.environ, chosen, settings, prefect_port)
        _supervise(folder, settings, parts, environment, running)
    _say(f"{folder.path}: stopped; `huiying run` goes on where it was")
    return 0


def running_desk(folder: DeskFolder) -> Running | None:
    """Where the desk of this folder is, or last was, found; None when it never ran."""
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(_note(folder).read_bytes(), type=Running)
    return None


@contextmanager
def _alone(folder: DeskFolder) -> Iterator[None]:
    """Holds the desk; whoever holds it already is told of with its addresses."""
    with ExitStack() as stack:
        try:
            stack.enter_context(folder.lock(PART, now=SystemClock().now()))
        except AlreadyRunning as error:
            other = running_desk(folder)
            found = f"; look at {other.board or other.prefect}" if other else ""
            raise AlreadyRunning(f"{error}{found}") from None
        yield


def _running(settings: Settings, parts: Sequence[Part], prefect_port: int) -> Running:
    board = None
    if any(part.name == "web" for part in parts):
        if listens(settings.web_port):
            taken = f"{settings.web_port} (web_port) is taken by another program"
            raise BadSettings([f"port {taken}: stop that one or choose another with --web-port"])
        board = f"http://127.0.0.1:{settings.web_port}"
    prefect = f"http://127.0.0.1:{prefect_port}"
    return Running(process=os.getpid(), since=SystemClock().now(), board=board, prefect=prefect)


def _make_stores(folder: DeskFolder, settings: Settings) -> None:
    # Only the supervisor migrates, and it makes what is missing: children that did so together would meet in it.
    with open_backends(folder, settings, migrate=True):
        (settings.data / "prefect").mkdir(exist_ok=True)


def _supervise(
    folder: DeskFolder, settings: Settings, parts: Sequence[Part], environment: Mapping[str, str], running: Running
) -> None:
    # Twisted makes its reactor when it is imported: only who runs one may import it.
    from twisted.internet import reactor as made
    from twisted.internet.defer import ensureDeferred
    from twisted.internet.task import LoopingCall

    from console.monitor import Monitor

    reactor = cast("_Reactor", made)
    logger = start_log(folder.log, part=PART, level=settings.log_level)
    monitor = Monitor(parts, environment, logger)
    readiness = Readiness(folder, parts, monitor.process, logger)
    reactor.addSystemEventTrigger("before", "shutdown", lambda: ensureDeferred(monitor.stop_in_order()))
    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(reactor.stop))
    monitor.startService()
    LoopingCall(lambda: _tell(readiness.look(), running)).start(_LOOK_EVERY)
    reactor.run()
    stop_log()


def _greet(folder: DeskFolder, running: Running, absent: Sequence[Absent]) -> None:
    _say(f"Huiying starts in {folder.path}. Ctrl-C, or kill {running.process}, stops it.")
    for each in absent:
        _say(f"  without {each.name}: {each.why}")


def _tell(begun: Sequence[Part], running: Running) -> None:
    for part in begun:
        if part.name == "web":
            _say(f"The board is at {running.board}")
        if part.name == "prefect":
            _say(f"Prefect shows the flows at {running.prefect} (this machine only)")


def _say(line: str) -> None:
    # The terminal may be gone, and the desk goes on.
    with suppress(OSError):
        print(line, flush=True)


def _free_port(wanted: int) -> int:
    """The wanted port, or any other that is free."""
    if not listens(wanted):
        return wanted
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def _note(folder: DeskFolder) -> Path:
    return folder.path / "run.json"
