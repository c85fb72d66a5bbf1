"""Children under watch: started, started again with growing pauses, stopped stage by stage, none left behind."""

import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol, cast

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessTerminated
from twisted.internet.task import deferLater
from twisted.logger import ILogObserver, LogEvent, Logger
from twisted.python.failure import Failure
from twisted.runner.procmon import ProcessMonitor

from backends.clock import Stopwatch
from backends.telemetry import Logger as Log
from console.parts import Part

_ROUTINE = re.compile(r"\d\d:\d\d:\d\d (?:debug|info) .*|.*; Ctrl-C stops|\s*")
"""Lines of a part's log that only its own file needs (`backends.telemetry`), and how it greets when started alone."""

_LOOK_EVERY = 0.05


class _Later(Protocol):
    """A call that is to come (Twisted's interfaces are not made for mypy)."""

    def active(self) -> bool: ...
    def cancel(self) -> None: ...
    def getTime(self) -> float: ...  # noqa: N802


class _Time(Protocol):
    """The reactor's own time."""

    def seconds(self) -> float: ...


class Monitor(ProcessMonitor):
    """The children of one supervisor. They end with it, however it ends (`console.child`)."""

    # Whoever ends within `threshold` seconds of its start waits before the next one, twice as long each time.
    threshold = 5
    minRestartDelay = 1  # noqa: N815  # Twisted's name
    maxRestartDelay = 30  # noqa: N815  # Twisted's name
    # Four stages of two seconds each: the desk is down within ten.
    killTime = 2  # noqa: N815  # Twisted's name

    def __init__(self, parts: Sequence[Part], environment: Mapping[str, str], logger: Log) -> None:
        super().__init__()
        self.log = Logger(namespace="huiying", observer=cast("ILogObserver", self._pass_on))
        self.times_restarted = dict.fromkeys((part.name for part in parts), 0)
        self._parts = {part.name: part for part in parts}
        self._logger = logger
        self._last_line: dict[str, str] = {}
        for part in parts:
            command = [sys.executable, "-P", "-m", "console.child", str(os.getpid()), *part.command]
            self.addProcess(part.name, command, env={**environment, **part.environment})

    def process(self, name: str) -> int | None:
        """The process id of a part that is running, else None."""
        protocol = self.protocols.get(name)
        return None if protocol is None or protocol.transport is None else protocol.transport.pid

    def startProcess(self, name: str) -> None:  # noqa: N802  # Twisted's name
        """Starts a part and says so."""
        super().startProcess(name)
        self._last_line.pop(name, None)
        self._logger.info("part started", name=name, process=self.process(name))

    async def stop_in_order(self) -> None:
        """Stops the parts stage by stage; a part that does not end in its stage's time is killed."""
        self.running = False
        for name in self.restart:
            if self._again(name).active():
                self._again(name).cancel()
        for stage in sorted({part.stage for part in self._parts.values()}):
            names = [name for name, part in self._parts.items() if part.stage == stage]
            for name in names:
                self.stopProcess(name)
            waited = Stopwatch()
            while any(name in self.protocols for name in names) and waited.elapsed() < self.killTime + 0.5:
                await _moment()

    def _monitoredProcessExited(self, name: str, reason: Failure | None = None) -> None:  # noqa: N802
        """Twisted's one place that hears of every end; it starts the part again unless the supervisor stops."""
        process = self.process(name)
        super()._monitoredProcessExited(name, reason)
        if process is not None:
            # Whatever the part had started itself goes with it: its group is its own.
            with suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)
        if not self.running:
            self._logger.info("part stopped", name=name, why=_ending(reason))
            return
        self.times_restarted[name] += 1
        waits = self._again(name).getTime() - cast("_Time", self._clock).seconds()
        told = self._last_line.get(name, "")
        self._logger.warning("part ended", name=name, why=_ending(reason), again_in=round(max(waits, 0)), told=told)

    def _again(self, name: str) -> _Later:
        return cast("_Later", self.restart[name])

    def _pass_on(self, event: LogEvent) -> None:
        """A child's line to the terminal: what it says to people as it is, of its log what is no routine."""
        if "line" not in event:
            return
        name, line = str(event["tag"]), str(event["line"])
        told = sys.stdout if event["stream"] == "stdout" else sys.stderr
        if _ROUTINE.fullmatch(line):
            return
        if told is sys.stderr:
            self._last_line[name] = line
        if not self._parts[name].quiet:
            # The terminal may be gone, and the desk goes on.
            with suppress(OSError):
                print(line, file=told, flush=True)


def _ending(reason: Failure | None) -> str:
    if reason is None or not isinstance(reason.value, ProcessTerminated):
        return "ended"
    ended = reason.value
    return f"signal {ended.signal}" if ended.signal is not None else f"exit code {ended.exitCode}"


def _moment() -> Deferred[None]:
    return deferLater(reactor, _LOOK_EVERY)
