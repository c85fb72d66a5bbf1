"""What a period's collection saw and what it could not see: the denominators of every count.

No breakdown of posts shows a group under five (policy §7.2 E9): small groups are joined until they are large enough.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from desk.post import Outcome
from desk.source import CoverageGap, Cursor

LEAST = 5
"""The smallest group of posts that is shown by itself."""

SILENCE = "silence"
NEVER_SEEN = "never_seen"
"""Reasons of stretches that no crawl put on record."""

MUTED = "muted"
LAYOUT_CHANGED = "layout_changed"
"""Reasons of stretches in which a source answered, and may all the same not have been seen."""

_GRACE = timedelta(hours=1)
"""How long after it was to be asked again a source still counts as watched."""


class LeftOut(StrEnum):
    """A whole field that the desk does not collect from, and why."""

    WEIBO_NOT_SET_UP = "weibo_not_set_up"
    WEIBO_NO_SOURCE = "weibo_no_source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many posts of one source, published within the period, ended one way."""

    source: str
    outcome: Outcome
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Posts counted together because of what they share; several names where each alone would be too few."""

    names: tuple[str, ...]
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCoverage:
    """One source within the period; `watched` is None where nothing says when it was polled (a replayed archive)."""

    source: str
    posts: int
    gaps: tuple[CoverageGap, ...]
    watched: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was screened in a period and how long each source could be seen."""

    since: datetime
    until: datetime
    tallies: tuple[Tally, ...]
    sources: tuple[SourceCoverage, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def posts(self) -> int:
        """All posts published within the period and screened."""
        return sum(tally.posts for tally in self.tallies)

    @property
    def gaps(self) -> tuple[CoverageGap, ...]:
        """Every stretch in which a source could not be seen, by start, then source."""
        gaps = [gap for source in self.sources for gap in source.gaps]
        return tuple(sorted(gaps, key=lambda gap: (gap.since, gap.source)))

    @property
    def polled(self) -> tuple[SourceCoverage, ...]:
        """The sources of which it is known when they were seen."""
        return tuple(source for source in self.sources if source.watched is not None)

    @property
    def owed(self) -> timedelta:
        """How long the polled sources together were to be watched."""
        return (self.until - self.since) * len(self.polled)

    @property
    def watched(self) -> timedelta:
        """How long the polled sources together were watched."""
        return sum((source.watched or timedelta() for source in self.polled), timedelta())

    def by_source(self) -> tuple[Group, ...]:
        """Posts by source, none of the groups too small."""
        return guarded({source.source: source.posts for source in self.sources})

    def by_outcome(self) -> tuple[Group, ...]:
        """Posts by how they ended, none of the groups too small."""
        counts = dict.fromkeys((outcome.value for outcome in Outcome), 0)
        for tally in self.tallies:
            counts[tally.outcome.value] += tally.posts
        return guarded({name: posts for name, posts in counts.items() if posts})

    def ended(self, *outcomes: Outcome) -> int:
        """How many posts ended in one of these ways."""
        return sum(tally.posts for tally in self.tallies if tally.outcome in outcomes)


def coverage(
    since: datetime,
    until: datetime,
    tallies: Iterable[Tally],
    cursors: Sequence[Cursor],
    gaps: Sequence[CoverageGap],
    left_out: tuple[LeftOut, ...] = (),
) -> Coverage:
    """The coverage from `since` until `until`: of every source polled, and of every source posts came from."""
    counted = tuple(sorted(tallies, key=lambda tally: (tally.source, tally.outcome)))
    polled = {cursor.source: cursor for cursor in cursors}
    names = sorted({*polled, *(tally.source for tally in counted)})
    sources = tuple(
        _source(name, polled.get(name), counted, [gap for gap in gaps if gap.source == name], since, until)
        for name in names
    )
    return Coverage(since=since, until=until, tallies=counted, sources=sources, left_out=left_out)


def guarded(counts: Mapping[str, int]) -> tuple[Group, ...]:
    """The counts, largest first, small ones joined with the next larger until their group is large enough.

    Joined so that no small count follows from the total; groups of nothing are shown, they concern nobody.
    """
    ranked = sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))
    empty = [Group(names=(name,), posts=0) for name, posts in ranked if not posts]
    some = [Group(names=(name,), posts=posts) for name, posts in ranked if posts]
    small = [group for group in some if group.posts < LEAST]
    large = [group for group in some if group.posts >= LEAST]
    while small and sum(group.posts for group in small) < LEAST and large:
        small.append(large.pop(0))
    joined = [_joined(small)] if small else []
    return (*reversed(large), *joined, *empty)


def _joined(groups: Sequence[Group]) -> Group:
    names = sorted(name for group in groups for name in group.names)
    return Group(names=tuple(names), posts=sum(group.posts for group in groups))


def _source(
    name: str,
    cursor: Cursor | None,
    tallies: Sequence[Tally],
    gaps: Sequence[CoverageGap],
    since: datetime,
    until: datetime,
) -> SourceCoverage:
    posts = sum(tally.posts for tally in tallies if tally.source == name)
    if cursor is None:
        unseen = _within(gaps, since, until)
        return SourceCoverage(source=name, posts=posts, gaps=unseen, watched=None)
    unseen = _within([*gaps, *_silence(cursor, since, until)], since, until)
    return SourceCoverage(source=name, posts=posts, gaps=unseen, watched=(until - since) - _length(unseen))


def _silence(cursor: Cursor, since: datetime, until: datetime) -> list[CoverageGap]:
    """The stretch in which the source was to be asked again and was not: nothing proves that it was watched then."""
    seen = cursor.last_seen_at
    if seen is None:
        return [CoverageGap(source=cursor.source, since=since, until=until, reason=NEVER_SEEN)]
    silent = max(seen, cursor.next_poll_at or seen)
    if silent >= until - _GRACE:
        return []
    return [CoverageGap(source=cursor.source, since=max(silent, since), until=until, reason=SILENCE)]


def _within(gaps: Iterable[CoverageGap], since: datetime, until: datetime) -> tuple[CoverageGap, ...]:
    """The gaps cut to the period, by start; those outside it left out."""
    cut = (replace(gap, since=max(gap.since, since), until=min(gap.until or until, until)) for gap in gaps)
    return tuple(sorted((gap for gap in cut if gap.until and gap.since < gap.until), key=lambda gap: gap.since))


def _length(gaps: Sequence[CoverageGap]) -> timedelta:
    """How long the gaps are together; where two overlap, once."""
    total, reached = timedelta(), None
    for gap in gaps:
        assert gap.until is not None
        start = gap.since if reached is None else max(gap.since, reached)
        total += max(gap.until - start, timedelta())
        reached = gap.until if reached is None else max(reached, gap.until)
    return total
