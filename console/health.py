"""How each part of a desk is doing: the moment it last did its work, written by itself, judged by who looks.

A part that hangs, died or never started says nothing; that its last word is old is what shows it.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from backends.clock import Stopwatch
from backends.desk_folder import DeskFolder
from desk.ports import Clock

PATIENCE: Mapping[str, timedelta] = {
    "watch": timedelta(seconds=15),
    "notify": timedelta(seconds=15),
    "screen": timedelta(seconds=60),
    "place": timedelta(seconds=60),
    "calendar": timedelta(seconds=60),
    "crawl": timedelta(seconds=120),
}
"""How long a part may be silent: a batch in hand, or a receiver that takes its time, is no trouble yet."""

NEEDED = ("screen", "place", "watch", "notify", "crawl")
"""Without these the office misses its duty and does not know it."""

OPTIONAL = ("crawl",)
"""Not every desk has it: one that never said a word is not missed."""

_ANY_PATIENCE = timedelta(seconds=60)
_WRITE_EVERY = 2.0
_FOLDER = "health"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What a part said of itself when it last did its work; `trouble` is empty while nothing hinders it."""

    part: str
    process: int
    worked_at: datetime
    trouble: str = ""
    troubled_since: datetime | None = None


class PartState(StrEnum):
    """How a part is doing, as far as others can see."""

    AT_WORK = "at_work"
    HINDERED = "hindered"
    SILENT = "silent"
    NEVER = "never"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHealth:
    """How a part is doing, and since when where it is not well: `since` is its last work, or when its trouble began."""

    part: str
    state: PartState
    since: datetime | None = None
    trouble: str = ""

    @property
    def line(self) -> str:
        """One line for people at a terminal."""
        since = f" since {self.since.isoformat(timespec='seconds')}" if self.since else ""
        trouble = f": {self.trouble}" if self.trouble else ""
        return f"{self.part:<9} {self.state.value.replace('_', ' ')}{since}{trouble}"


class Pulse:
    """A part's own word that it works; written often enough to be believed, rarely enough to cost nothing."""

    def __init__(self, folder: DeskFolder, part: str, clock: Clock, *, seat: str | None = None) -> None:
        self._path = folder.path / _FOLDER / f"{seat or part}.json"
        self._part = part
        self._clock = clock
        self._beat: Beat | None = None
        self._written = Stopwatch()

    def worked(self, trouble: str = "") -> None:
        """Says that the part has just done its work, and what hindered it, if anything."""
        last = self._beat
        if last is not None and last.trouble == trouble and self._written.elapsed() < _WRITE_EVERY:
            return
        now = self._clock.now()
        since = (last.troubled_since if last is not None and last.trouble == trouble else now) if trouble else None
        self._beat = Beat(part=self._part, process=os.getpid(), worked_at=now, trouble=trouble, troubled_since=since)
        self._written = Stopwatch()
        # A word that cannot be written is a word not said: the part goes on, and shows as silent.
        with suppress(OSError):
            _replace(self._path, msgspec.json.encode(self._beat))


def beats(folder: DeskFolder) -> dict[str, Beat]:
    """The last word of each part that ever said one in this folder, whichever of its processes said it."""
    return {beat.part: beat for beat in sorted(every_beat(folder), key=lambda beat: beat.worked_at)}


def every_beat(folder: DeskFolder) -> list[Beat]:
    """The last word of each process that ever said one in this folder; one that cannot be read counts as none."""
    found = []
    for path in sorted((folder.path / _FOLDER).glob("*.json")):
        with suppress(OSError, msgspec.DecodeError):
            found.append(msgspec.json.decode(path.read_bytes(), type=Beat))
    return found


def forget(folder: DeskFolder, part: str) -> None:
    """Forgets the last words of a part that the desk does not have any more: nobody is to miss it."""
    for path in (folder.path / _FOLDER).glob("*.json"):
        with suppress(OSError, msgspec.DecodeError):
            if msgspec.json.decode(path.read_bytes(), type=Beat).part == part:
                path.unlink()


def health_of(folder: DeskFolder, now: datetime, *, also: Collection[str] = ()) -> dict[str, PartHealth]:
    """How each part is doing: those that are needed, those asked for, and whoever else ever said a word."""
    said: dict[str, list[Beat]] = {}
    for beat in every_beat(folder):
        said.setdefault(beat.part, []).append(beat)
    return {part: _best(part, said.get(part, []), now) for part in dict.fromkeys((*NEEDED, *also, *said))}


def _best(part: str, said: Sequence[Beat], now: datetime) -> PartHealth:
    """How a part is doing of which any process that works is enough."""
    newest_last = sorted(said, key=lambda beat: beat.worked_at)
    found = [judged(part, beat, now) for beat in reversed(newest_last)] or [judged(part, None, now)]
    return min(found, key=lambda each: list(PartState).index(each.state))


def judged(part: str, beat: Beat | None, now: datetime) -> PartHealth:
    """How a part with this last word is doing at this moment."""
    if beat is None:
        return PartHealth(part=part, state=PartState.ABSENT if part in OPTIONAL else PartState.NEVER)
    if now - beat.worked_at > PATIENCE.get(part, _ANY_PATIENCE):
        return PartHealth(part=part, state=PartState.SILENT, since=beat.worked_at)
    if beat.trouble:
        return PartHealth(part=part, state=PartState.HINDERED, since=beat.troubled_since, trouble=beat.trouble)
    return PartHealth(part=part, state=PartState.AT_WORK)


def _replace(path: Path, content: bytes) -> None:
    # Whole or not at all for a reader; not synced, for after a power cut nobody asks who was at work before it.
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
