"""A source that answers and brings nothing, or pages nobody can read: weeks of rounds, time moved by hand."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from backends.archive_memory import MemoryArchive
from backends.bus_memory import MemoryBus
from backends.clock import ManualClock
from backends.codec import JsonCodec
from backends.official_page import Answer
from backends.official_page import Page as Kept
from backends.sources_memory import MemorySourceStore
from backends.telemetry import log
from desk.ports import Archive, SourceStore
from desk.silence import Volume, muted_at, usual_of
from desk.source import CoverageGap
from spiders.collecting import Collecting
from spiders.feed import Entry
from spiders.list_page import Listing
from spiders.outcomes import PageOutcome
from spiders.progress import progress_of
from spiders.schedule import Schedule
from spiders.sources import Source, SourceKind
from spiders.spool import IN_MEMORY, Spool
from tests.build import MINUTE, NOON, SECOND

SCHEDULE = 10 * MINUTE
DAY = timedelta(days=1)
DAYTIME = range(1, 12)
"""Nine to twenty o'clock in Beijing."""

Brings = Callable[[datetime], list[PageOutcome]]


class Desk:
    """A schedule of one source, and its store: each round brings what it is told."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.store: SourceStore = MemorySourceStore()
        self.numbers: Iterator[int] = iter(range(10_000_000))
        self.start()

    def start(self) -> None:
        """As after a restart: all that is known is in the store."""
        source = Source(
            key="daily",
            kind=SourceKind.FEED,
            address="https://yunzhou.example/rss.xml",
            lawful_basis="公开新闻",
            schedule=SCHEDULE,
            delay=SECOND,
            hosts=("yunzhou.example",),
        )
        self.source = source
        self.schedule = Schedule(
            Collecting(
                sources=(source,),
                bus=MemoryBus(),
                spool=Spool(IN_MEMORY),
                codec=JsonCodec(),
                store=self.store,
                clock=self.clock,
                logger=log("test"),
                archive=kept_nowhere,
            )
        )

    def round(self, ends: list[PageOutcome], trouble: PageOutcome | None = None) -> None:
        begun = self.schedule.begin(self.source)
        entries = [Entry(address=f"https://yunzhou.example/{next(self.numbers)}") for _ in ends]
        begun.read(Listing(entries=entries), len(entries))
        for entry, end in zip(entries, ends, strict=True):
            begun.note(entry, end, self.clock.now())
        begun.waiting.clear()
        if trouble is not None:
            begun.stop(trouble)
        self.schedule.finish(begun)

    def rounds(self, duration: timedelta, brings: Brings) -> None:
        until = self.clock.now() + duration
        while self.clock.now() < until:
            self.round(brings(self.clock.now()))
            self.clock.advance(SCHEDULE)

    def gaps(self) -> list[CoverageGap]:
        return self.store.gaps(NOON, self.clock.now() + DAY)

    def bound(self) -> datetime:
        track = progress_of(self.store.cursor("daily")).track
        last = datetime.fromtimestamp(track.last, UTC)
        usual = usual_of(Volume(begun=track.begun, counts=track.volume), last)
        assert usual is not None
        found = muted_at(usual, last)
        assert found is not None
        return found


def kept_nowhere(answer: Answer) -> Archive:
    return MemoryArchive(lambda _: Kept(redirects=(), answer=answer))


def daytime(a_day: float, seed: int = 4) -> Brings:
    """So many posts a day at random minutes of daytime."""
    chance = random.Random(seed)
    each_round = a_day / (len(DAYTIME) * 6)

    def brings(now: datetime) -> list[PageOutcome]:
        wanted = each_round if now.hour in DAYTIME else 0.0
        return [PageOutcome.DELIVERED for _ in range(3) if chance.random() < wanted / 3]

    return brings


def nothing(now: datetime) -> list[PageOutcome]:
    return []


@pytest.mark.parametrize(("a_day", "within"), [(100.0, DAY), (20.0, 2 * DAY), (4.0, 6 * DAY)])
def test_a_muted_source_is_reported_within_its_bound_and_not_before(a_day: float, within: timedelta) -> None:
    desk = Desk()
    desk.rounds(28 * DAY, daytime(a_day))
    before, muted_from, bound = desk.gaps(), desk.clock.now(), desk.bound()

    desk.rounds(bound - muted_from - SCHEDULE, nothing)
    early = desk.gaps()
    desk.rounds(4 * SCHEDULE, nothing)

    assert (before, early) == ([], [])
    (gap,) = desk.gaps()
    assert (gap.source, gap.reason, gap.until) == ("daily", "muted", None)
    assert gap.since <= muted_from
    assert bound - muted_from <= within


@pytest.mark.parametrize("seed", range(5))
def test_eight_weeks_of_usual_chance_raise_no_alarm(seed: int) -> None:
    desk = Desk()

    desk.rounds(56 * DAY, daytime(30.0, seed))

    assert desk.gaps() == []


def test_a_source_that_speaks_again_closes_its_gap_and_a_restart_opens_no_second_one() -> None:
    desk = Desk()
    desk.rounds(28 * DAY, daytime(100.0))
    desk.rounds(3 * DAY, nothing)
    desk.start()
    desk.rounds(DAY, nothing)
    lasting = desk.gaps()

    desk.round([PageOutcome.DELIVERED])

    assert [(gap.reason, gap.until) for gap in lasting] == [("muted", None)]
    assert [(gap.reason, gap.until) for gap in desk.gaps()] == [("muted", desk.clock.now())]


def test_a_silence_that_lasts_for_months_never_becomes_usual() -> None:
    desk = Desk()
    desk.rounds(28 * DAY, daytime(100.0))

    desk.rounds(90 * DAY, nothing)

    assert [(gap.reason, gap.until) for gap in desk.gaps()] == [("muted", None)]


def test_trouble_takes_the_place_of_the_suspicion() -> None:
    desk = Desk()
    desk.rounds(28 * DAY, daytime(100.0))
    desk.rounds(3 * DAY, nothing)

    desk.round([], PageOutcome.UNREACHABLE)

    assert [(gap.reason, gap.until is None) for gap in desk.gaps()] == [("muted", False), ("unreachable", True)]


def test_what_the_first_reading_brings_is_no_measure_of_the_usual() -> None:
    desk = Desk()
    desk.round([PageOutcome.DELIVERED] * 100)

    track = progress_of(desk.store.cursor("daily")).track

    assert track.volume == {}
    assert desk.store.cursor("daily").last_seen_at == NOON


def test_pages_that_cannot_be_read_any_more_leave_a_gap_until_they_can() -> None:
    desk = Desk()
    desk.round([])
    desk.round([PageOutcome.DELIVERED] * 30)
    desk.round([PageOutcome.NO_TEXT, PageOutcome.NO_TIME] * 4)
    changed = [(gap.reason, gap.until) for gap in desk.gaps()]

    desk.clock.advance(DAY)
    desk.round([PageOutcome.DELIVERED] * 10)

    assert changed == [("layout_changed", None)]
    assert [(gap.reason, gap.until) for gap in desk.gaps()] == [("layout_changed", NOON + DAY)]
