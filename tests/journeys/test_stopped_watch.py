"""The watch away for an hour over a breach, on the real stores and with a real receiver, in time moved by hand."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from backends.clock import ManualClock
from backends.desk_folder import DeskFolder
from backends.local_receiver import LocalReceiver
from backends.settings import Settings, load_settings
from backends.telemetry import log
from backends.wiring import Backends, open_backends
from console.health import Pulse
from console.watch_step import watch_of
from console.wiring import parts_of
from desk.apply import apply
from desk.change import IncidentQuery
from desk.incident import Severity
from desk.placing import place
from desk.steps import GradeSeverity
from desk.travel import FlaggedPost
from flows.notify import ToOne, deliver_owed
from tests.build import HOUR, MINUTE, NOON, a_post, a_verdict
from tests.journeys.running import SECRET

DUE = NOON + 5 * HOUR


class Desk:
    """A desk folder with a graded explosion, its watch begun anew for each look, as after a restart."""

    def __init__(self, data: Path, receiver: LocalReceiver) -> None:
        self.receiver = receiver
        self.settings: Settings = load_settings({"data": str(data), "jurisdiction": "990100"}, {}, data)
        self.folder = DeskFolder(data, "desk")
        with open_backends(self.folder, self.settings, migrate=True) as backends:
            self._open(backends)

    def _open(self, backends: Backends) -> None:
        parts = parts_of(backends, self.settings)
        post = a_post(
            title="化工厂爆炸", text="", published_at=NOON, collected_at=NOON, official=False, jurisdiction="990100"
        )
        flagged = FlaggedPost(post=post, verdict=a_verdict(terms=("化工厂", "爆炸"), places=()))
        backends.incidents.save([place(flagged, [], parts.office, parts.policy)])
        (incident,) = backends.incidents.find(IncidentQuery())
        grade = GradeSeverity(severity=Severity.MAJOR, basis="应急部门初判")
        backends.incidents.save([apply(incident, grade, by="王", now=NOON + MINUTE, policy=parts.policy)])

    def look(self, now: datetime) -> None:
        """A watch that starts now looks twice, and what is owed is delivered twice over."""
        clock = ManualClock(now)
        with open_backends(self.folder, self.settings) as backends:
            parts = parts_of(backends, self.settings)
            watch = watch_of(parts, clock, Pulse(self.folder, "watch", clock), log("watch"))
            for _ in range(2):
                watch.step()
                courier = ToOne(self.receiver.notifier(clock))
                deliver_owed(backends.incidents, courier, now, board="http://127.0.0.1:8765")

    def breaches(self) -> list[tuple[datetime, datetime]]:
        with open_backends(self.folder, self.settings) as backends:
            (incident,) = backends.incidents.find(IncidentQuery())
            lines = backends.incidents.timeline(incident.id)
        breached = [each.event for each in lines if each.event.kind == "breached"]
        return [(event.at, event.recorded_at) for event in breached if event.facts["clock"] == "C1"]

    def received(self) -> list[tuple[str, str]]:
        notices = [each.notice for each in self.receiver.received()]
        return [(notice.clock_key, notice.rung) for notice in notices if notice.clock_key == "C1"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with LocalReceiver(tmp_path / "receiver", SECRET) as receiver:
        yield Desk(tmp_path, receiver)


def test_a_breach_nobody_watched_stands_at_its_second_and_is_paged_once(desk: Desk) -> None:
    desk.look(DUE - 30 * MINUTE)
    before = len(desk.received())

    desk.look(DUE + 30 * MINUTE)
    desk.look(DUE + 31 * MINUTE)

    assert desk.breaches() == [(DUE, DUE + 30 * MINUTE)]
    assert desk.received()[before:] == [("C1", "due")]
    assert desk.receiver.repeats == 0


def test_a_watch_that_is_back_in_the_due_second_itself_finds_no_breach(desk: Desk) -> None:
    desk.look(DUE)

    assert desk.breaches() == []
    assert ("C1", "due") not in desk.received()
