"""The folder of one desk, drill or replay: where its stores stand, and who is at work in it (DESIGN §4.2)."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from desk.errors import AlreadyRunning, BadSettings, StoreError

_NAME = re.compile(r"desk|drill|replay/[^\W_][\w-]{0,63}")
_REAL = "desk"
_PART = re.compile(r"[a-z][a-z0-9-]{0,31}")
_LONGEST_NOTE = 4096

SEATS = 9
"""How often a part that shares its work may run in one folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    pid: int
    since: datetime


@dataclass(frozen=True, slots=True)
class DeskFolder:
    """The folder named `desk`, `drill` or `replay/NAME` under the data folder `root`.

    Raises BadSettings for any other name: a replay's name is 1 to 64 letters, digits, `-` or `_`, so it can never
    lead out of the data folder.
    """

    root: Path
    name: str

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.name) is None:
            hint = "use 'desk', 'drill' or 'replay/NAME' with 1 to 64 letters, digits, '-' or '_'"
            raise BadSettings([f"folder name {self.name!r}: {hint}"])

    @property
    def is_real(self) -> bool:
        """Whether this is the desk itself: only it reaches people, and engines outside this folder."""
        return self.name == _REAL

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self.root / self.name

    @property
    def bus(self) -> Path:
        """What is on its way between the parts."""
        return self.path / "bus.db"

    @property
    def posts(self) -> Path:
        """Every screened post."""
        return self.path / "posts.db"

    @property
    def incidents(self) -> Path:
        """Incidents with their case logs and outbox."""
        return self.path / "incidents.db"

    @property
    def archive(self) -> Path:
        """Captured official pages."""
        return self.path / "archive"

    @property
    def spool(self) -> Path:
        """What waits for the bus, and what a local receiver got."""
        return self.path / "spool"

    @property
    def log(self) -> Path:
        """The desk's own log."""
        return self.path / "log"

    def prepare(self) -> None:
        """Makes what is missing of the folder. Raises StoreError when it cannot be used."""
        try:
            for folder in (self.archive, self.spool, self.log):
                folder.mkdir(parents=True, exist_ok=True)
            # Access is asked, not only mkdir: a folder made earlier may meanwhile be read-only.
            unusable = [folder for folder in (self.path, self.archive, self.spool, self.log) if not _writable(folder)]
        except OSError as error:
            raise _unusable(self.path, error.strerror or str(error)) from error
        if unusable:
            raise _unusable(unusable[0], "permission denied")

    @contextmanager
    def lock(self, part: str, *, now: datetime) -> Iterator[None]:
        """Holds one part of this desk ("screen", "place", "replay") alone, until the block ends or the process dies.

        Prepares the folder first. Raises AlreadyRunning, saying which process runs it and since when, and StoreError
        when the folder cannot be used; then nothing is held.
        """
        if _PART.fullmatch(part) is None:
            raise BadSettings([f"part {part!r}: use 1 to 32 small letters, digits or '-'"])
        self.prepare()
        descriptor = self._open(part)
        try:
            self._take(descriptor, part, now)
            yield
        finally:
            # The file stays: removing it would let a third process lock a new one while a second waits for this.
            os.close(descriptor)

    @contextmanager
    def seat(self, part: str, *, now: datetime) -> Iterator[str]:
        """Holds one of the seats of a part that may run several times here: "place", "place-2" and so on.

        Raises AlreadyRunning when all are taken, and StoreError when the folder cannot be used.
        """
        with ExitStack() as stack:
            for name in (part, *(f"{part}-{number}" for number in range(2, SEATS))):
                with suppress(AlreadyRunning):
                    stack.enter_context(self.lock(name, now=now))
                    break
            else:
                name = f"{part}-{SEATS}"
                stack.enter_context(self.lock(name, now=now))
            yield name

    def others_at_work(self, part: str, seat: str) -> bool:
        """Whether somebody holds another seat of this part in this folder at this moment."""
        seats = (part, *(f"{part}-{number}" for number in range(2, SEATS + 1)))
        return any(_is_held(self.path / f"{other}.lock") for other in seats if other != seat)

    def _open(self, part: str) -> int:
        try:
            return os.open(self.path / f"{part}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _unusable(self.path, error.strerror or str(error)) from error

    def _take(self, descriptor: int, part: str, now: datetime) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, msgspec.json.encode(_Holder(pid=os.getpid(), since=now)), 0)
        except BlockingIOError:
            raise AlreadyRunning(f"{part} of {self.path} {_who(descriptor)}, stop it first") from None
        except OSError as error:
            raise _unusable(self.path, error.strerror or str(error)) from error


def _who(descriptor: int) -> str:
    with suppress(OSError, msgspec.DecodeError):
        holder = msgspec.json.decode(os.pread(descriptor, _LONGEST_NOTE, 0), type=_Holder)
        return f"is run by process {holder.pid} since {holder.since.isoformat(timespec='seconds')}"
    return "is run by a process that has just started"


def _is_held(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _unusable(folder: Path, reason: str) -> StoreError:
    return StoreError(f"cannot write {folder}: {reason.lower()}, give this user the right or set HUIYING_DATA")
