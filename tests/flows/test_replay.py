from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from backends.clock import ManualClock
from backends.notify_memory import MemoryNotifier
from backends.sources_memory import MemorySourceStore
from desk.change import IncidentQuery
from desk.errors import HuiyingError
from desk.post import Post
from desk.travel import DEAD
from flows.line import DeskParts, Line
from flows.replay import Act, Item, Pace, Replay, in_order
from spiders.arrival import Arrival, Refused
from tests.build import HOUR, MINUTE, NOON, a_post
from tests.pipelines.line import NOW, OFFICE, POLICY, LineOfTests


class ReplayOfTests:
    """A replay on memory backends that can be run, stopped and run again."""

    def __init__(self) -> None:
        self.desk = LineOfTests()
        self.sources = MemorySourceStore()
        self.notifier = MemoryNotifier()
        self.told: list[int] = []

    def play(self, items: Iterable[Item], until: datetime | None = None, *, name: str = "replay of a") -> int:
        with self.line() as line:
            return Replay(line, name, Pace(ManualClock(NOON), None), self.told.append).run(items, until=until)

    def line(self) -> Line:
        parts = DeskParts(
            bus=self.desk.bus,
            posts=self.desk.posts,
            incidents=self.desk.incidents,
            sources=self.sources,
            codec=self.desk.codec,
            office=OFFICE,
            policy=POLICY,
            board="http://127.0.0.1:8765/replay/a",
        )
        return Line(parts, self.desk.screener(), self.desk.placer(), self.notifier, ManualClock(NOON))


def arrival(title: str, at: datetime, position: int = 0) -> Arrival:
    post: Post = a_post(title=title, text="", published_at=at, collected_at=at)
    return Arrival(at=at, item=post, position=position, read_bytes=position + 1)


EXPLOSION = arrival("江口区一化工厂发生爆炸", NOON)
LATER = arrival("今天天气不错", NOON + 7 * HOUR, 1)


def test_due_moments_between_arrivals_are_lived_through_in_the_archives_time() -> None:
    replay = ReplayOfTests()

    replay.play([EXPLOSION, LATER])

    owed = [(notice.rung, notice.owed_at - NOON) for notice in replay.notifier.received() if notice.clock_key == "C1"]
    assert owed == [
        ("warn1", timedelta(hours=2, minutes=30)),
        ("warn2", timedelta(hours=4)),
        ("warn3", timedelta(hours=4, minutes=30)),
        ("due", timedelta(hours=5, seconds=1)),
    ]


def test_a_replay_watches_on_until_its_end() -> None:
    replay = ReplayOfTests()

    replay.play([EXPLOSION], until=NOON + 6 * HOUR)

    assert [notice.rung for notice in replay.notifier.received()][-1] == "due"


def test_a_stopped_replay_goes_on_where_it_was_and_ends_the_same() -> None:
    whole, stopped = ReplayOfTests(), ReplayOfTests()
    items = [EXPLOSION, arrival("江口区爆炸现场浓烟", NOON + HOUR, 1), LATER]
    whole.play(items)
    stopped.play(items[:2])

    stopped.play(items)

    assert stopped.desk.incidents.find(IncidentQuery()) == whole.desk.incidents.find(IncidentQuery())
    assert [each.key for each in stopped.notifier.received()] == [each.key for each in whole.notifier.received()]


def test_a_folder_that_holds_another_archive_is_refused_and_stays_as_it_was() -> None:
    replay = ReplayOfTests()
    replay.play([EXPLOSION])

    with pytest.raises(HuiyingError, match="holds the replay of a"):
        replay.play([LATER], name="replay of b")

    assert replay.desk.posts.counts().posts == 1


def test_a_refused_line_goes_to_quarantine_and_the_rest_goes_on() -> None:
    replay = ReplayOfTests()
    refused = Refused(where="line 2", reason="no published_at", kept=b"{}", position=1, read_bytes=5)

    replay.play([EXPLOSION, refused, LATER])

    with replay.desk.bus.subscribe(DEAD, group="looking") as subscription:
        assert [record.key for record in subscription.poll(limit=9, timeout=NOW)] == ["line 2"]
    assert replay.desk.posts.counts().posts == 2


def test_acts_come_at_their_moment_after_what_arrived_before() -> None:
    seen: list[int] = []
    act = Act(at=NOON + MINUTE, perform=lambda line: seen.append(line.parts.posts.counts().posts))

    ReplayOfTests().play(in_order([EXPLOSION, LATER], [act]))

    assert seen == [1]


def test_progress_tells_how_much_of_the_archive_was_passed_on() -> None:
    replay = ReplayOfTests()

    replay.play([EXPLOSION, LATER])

    assert replay.told[-1] == LATER.read_bytes


def test_speed_paces_and_changes_nothing_else() -> None:
    clock = ManualClock(NOON)
    pace = Pace(clock, 3600.0)

    pace.go_to(NOON)
    pace.go_to(NOON + HOUR)

    assert clock.now() == NOON + timedelta(seconds=1)
