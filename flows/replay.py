"""Replaying an archive in its own time: posts come in as they once did, every due moment in between is lived through.

Results do not depend on speed, on batches, or on being killed and started again: arrivals are published in order, a
window of event time at a time; the place reached is kept; whatever repeats is dropped by its id.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeAlias

from desk.errors import HuiyingError
from desk.ports import Clock
from desk.source import Cursor
from desk.travel import POSTS, DeadRecord, Travelling
from flows.line import Line
from spiders.arrival import Arrival, Refused

WINDOW = timedelta(minutes=10)
"""Arrivals of one window are placed before the due moments within it are looked at."""

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something a person does at a moment of the replayed time."""

    at: datetime
    perform: Callable[[Line], None]


Item: TypeAlias = Arrival | Refused | Act


class Pace:
    """How fast the replayed time goes by: `speed` times as fast as real time, or as fast as it can (None)."""

    def __init__(self, clock: Clock, speed: float | None) -> None:
        self._clock = clock
        self._speed = speed
        self._reached: datetime | None = None

    def go_to(self, moment: datetime) -> None:
        """Waits until the moment has come."""
        if self._speed is not None and self._reached is not None:
            self._clock.sleep(max(moment - self._reached, timedelta()) / self._speed)
        self._reached = moment


class Replay:
    """One run of an archive through a line; `name` tells one archive and its bounds from another.

    `progress` is told how many bytes of the archive have been passed on.
    """

    def __init__(self, line: Line, name: str, pace: Pace, progress: Callable[[int], object]) -> None:
        self._line = line
        self._name = name
        self._pace = pace
        self._progress = progress
        self._waiting: list[Travelling] = []
        self._done = 0
        self._read_bytes = 0

    def run(self, items: Iterable[Item], *, until: datetime | None = None) -> int:
        """Plays the items to the end, then watches on until `until`; says how many items there were.

        Raises HuiyingError when the folder holds the replay of another archive; then nothing was played.
        """
        cursor = self._resumed()
        reached = cursor.last_seen_at
        self._line.drain()
        if reached is not None:
            self._line.watch_until(reached)
        for item in self._left(items, cursor):
            reached = self._play(item, reached)
        self._settle(max(filter(None, (reached, until)), default=None))
        return self._done

    def _play(self, item: Item, reached: datetime | None) -> datetime | None:
        at = reached if isinstance(item, Refused) else item.at
        if at is not None and (isinstance(item, Act) or _window(at) != _window(reached or at)):
            self._settle(at if isinstance(item, Act) else _window(at))
        if at is not None:
            self._pace.go_to(at)
        self._take(item)
        self._done += 1
        if isinstance(item, Act):
            item.perform(self._line)
            self._settle(at)
        elif len(self._waiting) >= _AT_ONCE:
            self._pass_on()
        return at

    def _take(self, item: Item) -> None:
        match item:
            case Arrival():
                self._waiting.append(item.item)
                self._read_bytes = item.read_bytes
            case Refused():
                self._waiting.append(_quarantined(item))
                self._read_bytes = item.read_bytes
            case Act():
                pass

    def _pass_on(self) -> None:
        if self._waiting:
            self._line.publish(self._waiting)
            self._waiting = []
            self._line.drain()
        self._progress(self._read_bytes)

    def _settle(self, until: datetime | None) -> None:
        self._pass_on()
        if until is not None:
            self._line.watch_until(until)
        cursor = Cursor(source=self._name, position=str(self._done), last_seen_at=until)
        self._line.parts.sources.save_cursor(cursor)

    def _resumed(self) -> Cursor:
        sources = self._line.parts.sources
        others = [cursor.source for cursor in sources.cursors() if cursor.source != self._name]
        if others:
            raise HuiyingError(f"this folder holds the {others[0]}: choose another --name or --data")
        return sources.cursor(self._name)

    def _left(self, items: Iterable[Item], cursor: Cursor) -> Iterator[Item]:
        self._done = int(cursor.position or 0)
        return islice(iter(items), self._done, None)


def in_order(arrivals: Iterable[Arrival | Refused], acts: Iterable[Act]) -> Iterator[Item]:
    """Arrivals and acts as one stream by time; at the same moment the arrivals come first."""
    waiting = sorted(acts, key=lambda act: act.at)
    for arrival in arrivals:
        while waiting and isinstance(arrival, Arrival) and waiting[0].at < arrival.at:
            yield waiting.pop(0)
        yield arrival
    yield from waiting


def _window(moment: datetime) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() // WINDOW.total_seconds() * WINDOW.total_seconds(), tz=UTC)


def _quarantined(refused: Refused) -> DeadRecord:
    return DeadRecord(topic=POSTS, offset=-1, key=refused.where, value=refused.kept, reason=refused.reason)
