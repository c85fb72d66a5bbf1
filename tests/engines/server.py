"""One real server on loopback with throw-away files: started, paused, killed and started again by the tests."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM, Signals
from typing import Protocol

from backends.clock import SystemClock, attempts

START_LIMIT = timedelta(seconds=90)
STOP_SECONDS = 20.0


class ServerMissing(Exception):
    """The server cannot be started here; the message says what to install."""


class Server(Protocol):
    """A server that the tests own."""

    @property
    def settings(self) -> dict[str, str]:
        """The settings that point the desk at it, by their names in the environment."""

    def start(self) -> None:
        """Starts it on its files and returns once it answers. Raises ServerMissing, or RuntimeError with its log."""

    def kill(self) -> None:
        """Ends it at once, without a word to its clients (SIGKILL)."""

    def pause(self) -> None:
        """Lets it hang: connections stay, answers do not come (SIGSTOP)."""

    def resume(self) -> None:
        """Lets it go on after a pause."""

    def stop(self) -> None:
        """Ends it in order."""

    def cpu_seconds(self) -> float:
        """CPU time that it and its own children have used so far."""


class OneProgram:
    """The process of one server; it dies with the process that started it."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, command: Sequence[str], *, answers: Callable[[], bool], user: str | None = None) -> None:
        """Starts the command and waits until it answers. Raises RuntimeError with the end of its log."""
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                [*_dying_with_us(user), *command],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self._log.parent,
            )
        for _ in attempts(SystemClock(), START_LIMIT):
            if answers():
                return
            if self._running.poll() is not None:
                break
        self.send(SIGKILL)
        raise RuntimeError(f"{self.name} did not start; the end of its log:\n{_tail(self._log)}")

    def send(self, which: Signals) -> None:
        """Sends a signal; SIGKILL also waits for the end."""
        if self._running is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._running.send_signal(which)
        if which is SIGKILL:
            self._running.wait()
            self._running = None

    def stop(self, by: Signals = SIGTERM) -> None:
        """Asks it to end, and ends it when it does not."""
        if self._running is None:
            return
        self.send(SIGCONT)
        self.send(by)
        try:
            self._running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.send(SIGKILL)
        self._running = None

    def cpu_seconds(self) -> float:
        """CPU time of the process and of the children it has now, in seconds."""
        if self._running is None:
            return 0.0
        return sum(_ticks(process) for process in _family(self._running.pid)) / os.sysconf("SC_CLK_TCK")


class ServerOfOneProgram:
    """What every server of one program does alike."""

    def __init__(self, name: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._program = OneProgram(name, folder / "server.log")

    def kill(self) -> None:
        """Ends it at once; what it started itself ends with it."""
        self._program.send(SIGKILL)

    def pause(self) -> None:
        """Lets it hang."""
        self._program.send(SIGSTOP)

    def resume(self) -> None:
        """Lets it go on."""
        self._program.send(SIGCONT)

    def stop(self) -> None:
        """Ends it in order."""
        self._program.stop()

    def cpu_seconds(self) -> float:
        """CPU time it has used so far."""
        return self._program.cpu_seconds()


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def is_listening(port: int) -> bool:
    """Whether somebody takes connections on that port of loopback."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _dying_with_us(user: str | None) -> list[str]:
    # setpriv turns itself into the command: the process we signal is the server itself.
    as_user = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user and os.geteuid() == 0 else []
    return ["setpriv", *as_user, "--pdeathsig", "KILL", "--"]


def _family(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return [process, *(member for child in children for member in _family(int(child)))]


def _ticks(process: int) -> int:
    # Fields 14 to 17 of proc(5): its own time in user and kernel mode, and that of children that have ended.
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15])


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]) or "(empty)"
