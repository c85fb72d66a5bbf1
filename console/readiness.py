"""From started to at work: which parts of a running desk do their work already, and what people are told of it."""

from collections.abc import Callable, Sequence, Set
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from backends.clock import Stopwatch
from backends.desk_folder import DeskFolder
from backends.telemetry import Logger
from console.health import every_beat
from console.parts import Part

_PATIENCE = timedelta(seconds=45)
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENING = "0A"
_ANSWERED_WITHIN = 0.5


class Readiness:
    """Looks now and then whether each part works, and says so once for every process of it."""

    def __init__(
        self, folder: DeskFolder, parts: Sequence[Part], process_of: Callable[[str], int | None], logger: Logger
    ) -> None:
        self._folder = folder
        self._parts = parts
        self._process_of = process_of
        self._logger = logger
        self._seen: dict[str, tuple[int, Stopwatch]] = {}
        self._at_work: set[tuple[str, int]] = set()
        self._waited = Stopwatch()
        self._told_late = False

    def look(self) -> list[Part]:
        """Looks once, logs what is new, and returns the parts that have just begun to work."""
        begun = []
        said = {(beat.part, beat.process) for beat in every_beat(self._folder)}
        for part in self._parts:
            process = self._process_of(part.name)
            if process is None:
                continue
            if part.name not in self._seen or self._seen[part.name][0] != process:
                self._seen[part.name] = (process, Stopwatch())
            if (part.name, process) not in self._at_work and _works(part, process, said):
                self._at_work.add((part.name, process))
                after = round(self._seen[part.name][1].elapsed(), 1)
                self._logger.info("part at work", name=part.name, process=process, after=after)
                begun.append(part)
        self._tell_late()
        return begun

    def _tell_late(self) -> None:
        if self._told_late or self._waited.elapsed() < _PATIENCE.total_seconds():
            return
        self._told_late = True
        working = {name for name, _ in self._at_work}
        for part in self._parts:
            if part.name not in working and (part.beats or part.port):
                self._logger.warning("part not at work yet", name=part.name, waited=round(self._waited.elapsed()))


def listens(port: int) -> bool:
    """Whether somebody on this machine takes connections on the port.

    The kernel is asked, not the port: who knocks at a free port can be given that very port to knock from, and then
    holds it while its owner wants it.
    """
    lines = [line.split() for table in _TABLES if table.exists() for line in table.read_text("ascii").splitlines()[1:]]
    return any(line[3] == _LISTENING and int(line[1].rpartition(":")[2], 16) == port for line in lines)


def _answers(port: int, page: str) -> bool:
    """Whether the page is answered at all, red or green."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWERED_WITHIN)
    try:
        connection.request("GET", page)
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _works(part: Part, process: int, said: Set[tuple[str, int]]) -> bool:
    if part.port is not None:
        return listens(part.port) and (part.page is None or _answers(part.port, part.page))
    return all((beat, process) in said for beat in part.beats)
