"""The desks that stand in the data folder, each opened when somebody first looks at it: a drill may come later."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from types import TracebackType
from urllib.parse import quote

from backends.archive_warc import WarcArchive
from backends.desk_folder import DeskFolder
from backends.official_page import Page
from backends.settings import Settings
from backends.wiring import Backends, open_backends
from console.drill_command import MARK as DRILL_MARK
from console.drill_script import SHIPPED, in_its_office, load_script
from console.replay_command import MARK as REPLAY_MARK
from console.web.site import OpenDesk
from console.wiring import existing_desks, parts_of
from desk.errors import BadSettings, CaptureError
from desk.ports import Clock, SourceStore

_REAL = "desk"


class StandingDesks(Mapping[str, OpenDesk]):
    """The desks by their key in the address: the real one is "". Those opened are closed with this context.

    Looking one up raises KeyError where none stands, and SchemaMismatch for one that has to be migrated first.
    """

    def __init__(self, settings: Settings, backends: Backends, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._stack = ExitStack()
        self._lock = Lock()
        self._real = self._desk("", DeskFolder(settings.data, _REAL), backends)
        self._opened: dict[str, tuple[int, OpenDesk]] = {}

    def __enter__(self) -> "StandingDesks":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes what was opened."""
        self._stack.close()

    def __getitem__(self, key: str) -> OpenDesk:
        if key == "":
            return self._real
        folder = _folder(self._settings.data, key)
        file = _file_number(folder, key)
        with self._lock:
            known = self._opened.get(key)
            # A drill played again stands in new files under the same name. The old ones stay open until the end:
            # somebody may be reading them this moment.
            if known is None or known[0] != file:
                backends = self._stack.enter_context(open_backends(folder, self._settings_of(key)))
                known = self._opened[key] = (file, self._desk(key, folder, backends))
        return known[1]

    def __iter__(self) -> Iterator[str]:
        yield ""
        yield from (name for name in existing_desks(self._settings) if name != _REAL)

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _desk(self, key: str, folder: DeskFolder, backends: Backends) -> OpenDesk:
        under, mark = (f"/{quote(key)}", _mark(key)) if key else ("", "")
        return OpenDesk(
            key=key,
            folder=folder,
            parts=parts_of(backends, self._settings_of(key), mark=mark, under=under),
            people=backends.people,
            archive=WarcArchive(folder.archive, _nothing_outside) if key else WarcArchive(folder.archive),
            clock=ReachedClock(backends.sources, self._clock) if key else self._clock,
        )

    def _settings_of(self, key: str) -> Settings:
        return in_its_office(self._settings, load_script(SHIPPED)) if key == "drill" else self._settings


class ReachedClock:
    """The time of a drill or replay: where it has been played to."""

    def __init__(self, sources: SourceStore, clock: Clock) -> None:
        self._sources = sources
        self._clock = clock

    def now(self) -> datetime:
        """The moment it has been played to; the time now while nothing was played."""
        reached = [each.last_seen_at for each in self._sources.cursors() if each.source.startswith("replay of ")]
        return max(filter(None, reached), default=None) or self._clock.now()

    def sleep(self, duration: timedelta) -> None:
        """Waits on the real clock: replayed time does not pass by waiting."""
        self._clock.sleep(duration)


def _folder(data: Path, key: str) -> DeskFolder:
    try:
        folder = DeskFolder(data, key)
    except BadSettings:
        raise KeyError(key) from None
    if key == _REAL:
        raise KeyError(key)
    return folder


def _file_number(folder: DeskFolder, key: str) -> int:
    try:
        return folder.incidents.stat().st_ino
    except OSError:
        raise KeyError(key) from None


def _mark(key: str) -> str:
    return DRILL_MARK if key == "drill" else REPLAY_MARK


def _nothing_outside(url: str) -> Page:
    raise CaptureError(f"page {url} is not fetched: a drill or replay reaches nothing outside")
