"""A suspected incident on its way up the ladder, from the post to the page, in time moved by hand."""

from datetime import datetime, timedelta

from backends.notify_memory import MemoryNotifier
from desk.apply import apply
from desk.change import IncidentQuery, NoticeState
from desk.incident import Incident, Severity
from desk.steps import Acknowledge, GradeSeverity, Step
from flows.notify import ToOne, deliver_owed
from flows.watch import watch_deadlines, watch_until
from tests.build import HOUR, MINUTE, NOON, a_post
from tests.pipelines.line import OFFICE, POLICY, LineOfTests

SECOND = timedelta(seconds=1)
STEP_2 = NOON + 15 * MINUTE
MAJOR = GradeSeverity(severity=Severity.MAJOR, basis="应急部门初判")


class DeskOfTests:
    """A line with an explosion in it, and a receiver that everything goes to."""

    def __init__(self) -> None:
        self.line = LineOfTests()
        self.receiver = MemoryNotifier()
        self.line.deliver([a_post(title="江口区一化工厂发生爆炸", text="", published_at=NOON, collected_at=NOON)])
        self.line.run()

    def incident(self) -> Incident:
        (incident,) = self.line.incidents.find(IncidentQuery())
        return incident

    def act(self, step: Step, at: datetime) -> None:
        self.line.incidents.save([apply(self.incident(), step, by="p-wang", now=at, policy=POLICY)])

    def watch(self, now: datetime) -> None:
        watch_deadlines(self.line.incidents, OFFICE, POLICY, now)

    def live_until(self, now: datetime) -> None:
        watch_until(self.line.incidents, OFFICE, POLICY, now)
        self.deliver(now)

    def deliver(self, now: datetime) -> None:
        deliver_owed(self.line.incidents, ToOne(self.receiver), now, board="http://127.0.0.1:8765")

    def received(self) -> list[tuple[str, str, str]]:
        return [(each.clock_key, each.rung, each.person) for each in self.receiver.received()]


STEP_1_PAGED = ("-", "step1", "值班员")
STEP_2_PAGED = ("-", "step2", "新闻办主任")


def test_the_duty_officer_is_paged_at_once_and_the_head_a_quarter_of_an_hour_later() -> None:
    desk = DeskOfTests()

    desk.live_until(NOON)
    at_once = desk.received()
    desk.live_until(STEP_2 - SECOND)
    just_before = desk.received()
    desk.live_until(STEP_2)

    assert (at_once, just_before) == ([STEP_1_PAGED], [STEP_1_PAGED])
    assert desk.received() == [STEP_1_PAGED, STEP_2_PAGED]


def test_an_acknowledgement_before_the_second_step_spares_the_head() -> None:
    desk = DeskOfTests()
    desk.live_until(NOON)

    desk.act(Acknowledge(), STEP_2 - SECOND)
    desk.live_until(NOON + HOUR)

    assert desk.received() == [STEP_1_PAGED]


def test_an_acknowledgement_withdraws_a_page_that_was_owed_and_not_sent() -> None:
    desk = DeskOfTests()
    desk.watch(STEP_2)

    desk.act(Acknowledge(), STEP_2 + SECOND)
    desk.deliver(STEP_2 + SECOND)

    assert desk.received() == []
    assert {row.state for row in desk.line.incidents.notices()} == {NoticeState.WITHDRAWN}


def test_whoever_acknowledged_is_warned_instead_of_the_role() -> None:
    desk = DeskOfTests()
    desk.act(Acknowledge(), NOON + MINUTE)

    desk.live_until(NOON + 5 * HOUR + SECOND)

    assert desk.received() == [("C1", rung, "p-wang") for rung in ("warn1", "warn2", "warn3", "due")]


def test_a_watch_stopped_for_an_hour_over_a_breach_records_its_second_and_pages_once() -> None:
    desk = DeskOfTests()
    due = NOON + 5 * HOUR
    desk.act(MAJOR, NOON + MINUTE)
    desk.live_until(due - 30 * MINUTE)
    before = len(desk.received())

    desk.watch(due + 30 * MINUTE)
    desk.deliver(due + 30 * MINUTE)

    breaches = [
        each.event
        for each in desk.line.incidents.timeline(desk.incident().id)
        if each.event.kind == "breached" and each.event.facts["clock"] == "C1"
    ]
    assert [(each.at, each.recorded_at) for each in breaches] == [(due, due + 30 * MINUTE)]
    assert desk.received()[before:] == [("C1", "due", "值班员")]


def test_a_watch_stopped_over_the_second_step_pages_it_once_when_it_is_back() -> None:
    desk = DeskOfTests()

    desk.watch(STEP_2 + HOUR)
    desk.watch(STEP_2 + HOUR)
    desk.deliver(STEP_2 + HOUR)

    assert desk.received() == [STEP_1_PAGED, STEP_2_PAGED]


def test_a_look_at_every_moment_of_an_ignored_incident_comes_to_an_end() -> None:
    desk = DeskOfTests()

    desk.live_until(NOON + 60 * HOUR)

    assert desk.incident().next_moment is None
