"""Whether a source that can be read has fallen silent: what came from it against its usual, by the hour of the week.

Hours are numbered from the first of 1970; an hour of the week is such a number modulo 168. A source is measured by
itself: its usual is what the same hours of earlier weeks brought, and its longest usual pause is one of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WEEK = 168
WEEKS = 8
"""How far back the usual reaches."""

LEAST_WEEKS = 2
"""Before that nobody knows what is usual."""

LEAST_EXPECTED = 12.0
MARGIN = 2.0
"""Silence is when so many times more posts were to be expected than in the source's longest earlier pause but one."""

_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How many new posts came in which hour, counted since the hour `begun`."""

    begun: int
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """The posts to be expected in each hour of the week, and how many of them may be missing in a pause."""

    hourly: tuple[float, ...]
    limit: float


def hour_of(moment: datetime) -> int:
    """The number of the hour."""
    return (moment - _EPOCH) // _HOUR


def usual_of(volume: Volume, now: datetime) -> Usual | None:
    """What is usual for the source, judged by its whole weeks before this hour; None while there are too few."""
    until = hour_of(now)
    weeks = min(WEEKS, (until - volume.begun) // WEEK)
    if weeks < LEAST_WEEKS:
        return None
    slots = _hours_of_a_week(volume, until, weeks)
    # An hour lends to its neighbours: what comes at five to nine comes at five past another week.
    hourly = tuple((slots[slot - 1] + slots[slot] + slots[(slot + 1) % WEEK]) / 3 for slot in range(WEEK))
    pauses = sorted(_pauses(volume, hourly, until - weeks * WEEK, until), reverse=True)
    # The longest may have been an outage of which nobody knew.
    longest = pauses[1] if len(pauses) > 1 else 0.0
    return Usual(hourly=hourly, limit=max(LEAST_EXPECTED, MARGIN * longest))


def muted_at(usual: Usual, last: datetime) -> datetime | None:
    """From when on the source counts as silent if nothing comes after `last`; None where that takes over 8 weeks.

    This is the bound: a silence is known at the first look after it. With what was usual at `last` it stands still.
    """
    missing, hour = 0.0, hour_of(last) + 1
    for number in range(hour, hour + WEEKS * WEEK):
        expected = usual.hourly[number % WEEK]
        if missing + expected >= usual.limit:
            return _EPOCH + _HOUR * (number + (usual.limit - missing) / expected)
        missing += expected
    return None


def _hours_of_a_week(volume: Volume, until: int, weeks: int) -> list[float]:
    """The mean of each hour of the week; the greatest week counts as the second, for one event is not usual."""
    totals = [
        sum(volume.counts.get(until - WEEK * week - back, 0) for back in range(1, WEEK + 1)) for week in range(weeks)
    ]
    greatest, second = sorted(totals)[-1], sorted(totals)[-2]
    slots = [0.0] * WEEK
    for week, total in enumerate(totals):
        weight = second / greatest if greatest and total == greatest else 1.0
        for number in range(until - WEEK * (week + 1), until - WEEK * week):
            slots[number % WEEK] += weight * volume.counts.get(number, 0) / weeks
    return slots


def _pauses(volume: Volume, hourly: tuple[float, ...], since: int, until: int) -> Iterator[float]:
    """What was to be expected in each run of hours in which nothing came."""
    missing = 0.0
    for number in range(since, until):
        if volume.counts.get(number, 0):
            yield missing
            missing = 0.0
        else:
            missing += hourly[number % WEEK]
