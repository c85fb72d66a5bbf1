"""Whatever is done in whatever order, by one person or two, watched or not: nothing erases a breach (DESIGN §4.1.6)."""

from collections import Counter
from contextlib import suppress
from datetime import datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desk.apply import apply
from desk.change import Change
from desk.clock import Clock, ClockState, ClockTag, state_at, tags
from desk.errors import IllegalAction, SecondPersonNeeded
from desk.incident import DispositionClass, Incident, PublicQuestion, Severity
from desk.lifecycle import SIDE_EXITS
from desk.moments import Basis
from desk.placing import place
from desk.post import AnswerKind, Outcome
from desk.release import ConferenceKind, Element
from desk.steps import (
    Acknowledge,
    AnswerQuestion,
    Ask,
    ClassQuestion,
    Conclude,
    Confirm,
    ConfirmRelease,
    DeclineAnswer,
    Leave,
    PauseContinuing,
    RecordConference,
    RecordRelease,
    RecordTime,
    RejectRelease,
    Reopen,
    ResumeContinuing,
    SignAnswerKind,
    Step,
)
from desk.watching import watch
from tests.build import HOUR, MINUTE, NOON, a_post, a_verdict
from tests.desk.scene import (
    CHIEF,
    DUTY,
    FULL,
    OFFICE,
    POLICY,
    a_conference,
    a_release,
    a_time,
    flagged,
    grading,
    official_post,
    opened,
    saved,
)

MINUTES_AGO = st.integers(0, 6 * 60)
SECONDS = st.sampled_from([None, None, None, CHIEF])
STILL_OPEN = (ClockState.PROVISIONAL, ClockState.PENDING_CONFIRMATION)
WORDS_OF_A_BREACH = {
    ClockState.BREACHED: None,
    ClockState.MET_LATE: None,
    ClockState.MET: ClockTag.SUPERSEDED_BREACH,
    ClockState.VOID: ClockTag.VOIDED_AFTER_BREACH,
}


class Desk(RuleBasedStateMachine):
    """One incident, a clock that only moves on, and everything that anybody ever saw of it."""

    def __init__(self) -> None:
        super().__init__()
        self.incident = opened()
        self.now = NOON
        self.logged: Counter[str] = Counter()
        self.numbers = 0
        self.listed: list[str] = []
        self.breached: set[str] = set()
        self.passed_ungraded: set[str] = set()
        self.late: set[str] = set()
        self.met: dict[str, datetime] = {}
        self.void: dict[str, datetime] = {}

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def keep(self, change: Change | None) -> None:
        if change is not None and change.incident is not None and change.incident.id == self.incident.id:
            self.incident = saved(change)
            self.logged.update(str(event.facts["clock"]) for event in change.events if event.kind == "breached")

    def do(self, step: Step, second: str | None = None) -> None:
        """A step that the desk takes or refuses; a refusal leaves nothing behind."""
        with suppress(IllegalAction, SecondPersonNeeded):
            self.keep(apply(self.incident, step, by=DUTY, now=self.now, policy=POLICY, second=second))

    @initialize(severity=st.none() | st.sampled_from(Severity))
    def graded_or_not(self, severity: Severity | None) -> None:
        if severity is not None:
            self.do(grading(severity))

    @rule(minutes=st.integers(1, 15 * 60))
    def time_passes_unwatched(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(hours=st.integers(1, 30))
    def time_passes_watched(self, hours: int) -> None:
        end = self.now + hours * HOUR
        while self.incident.next_moment is not None and self.incident.next_moment <= end:
            moment = max(self.incident.next_moment, self.now)
            self.keep(watch(self.incident, moment, OFFICE, POLICY))
            assert self.incident.next_moment is None or self.incident.next_moment > moment
            self.now = moment
        self.now = end

    @rule()
    def somebody_looks(self) -> None:
        self.keep(watch(self.incident, self.now, OFFICE, POLICY))
        assert watch(self.incident, self.now, OFFICE, POLICY) is None

    @rule(severity=st.sampled_from(Severity), second=SECONDS)
    def grade(self, severity: Severity, second: str | None) -> None:
        self.do(grading(severity), second)

    @rule(step=st.sampled_from([Acknowledge(), Confirm(), Conclude(), Reopen(reason="又有新情况"), ResumeContinuing()]))
    def step(self, step: Step) -> None:
        self.do(step)

    @rule(second=SECONDS)
    def decline(self, second: str | None) -> None:
        self.do(DeclineAnswer(reason="不属于应当回应的情形"), second)

    @rule()
    def owe_an_answer(self) -> None:
        self.do(SignAnswerKind(kind=AnswerKind.PUBLIC_INTEREST))

    @rule(action=st.sampled_from(list(SIDE_EXITS)), second=SECONDS)
    def leave(self, action: str, second: str | None) -> None:
        self.do(Leave(action=next(each for each in SIDE_EXITS if each == action), reason="移出", to="990200"), second)

    @rule(basis=st.sampled_from([Basis.OCCURRED, Basis.FIRST_PUBLIC, Basis.AWARE]), ago=MINUTES_AGO, second=SECONDS)
    def record_a_time(self, basis: Basis, ago: int, second: str | None) -> None:
        self.do(RecordTime(basis=basis, time=a_time(NOON + (30 - ago) * MINUTE)), second)

    @rule(ago=MINUTES_AGO, waits=st.booleans(), elements=st.sampled_from([frozenset(), FULL]))
    def release(self, ago: int, *, waits: bool, elements: frozenset[Element]) -> None:
        release = a_release(id=f"r-{self.number()}", published_at=self.now - ago * MINUTE)
        self.do(RecordRelease(release=release))
        if not waits:
            self.do(ConfirmRelease(release_id=release.id, elements=elements))

    @rule(pick=st.integers(1, 8), confirmed=st.booleans())
    def sign_what_waits(self, pick: int, *, confirmed: bool) -> None:
        release_id = f"r-{pick}"
        self.do(
            ConfirmRelease(release_id=release_id)
            if confirmed
            else RejectRelease(release_id=release_id, reason="说的是另一件事")
        )

    @rule(ago=MINUTES_AGO, kind=st.sampled_from(ConferenceKind))
    def conference(self, ago: int, kind: ConferenceKind) -> None:
        held = a_conference(id=f"k-{self.number()}", kind=kind, held_at=self.now - ago * MINUTE)
        self.do(RecordConference(conference=held))

    @rule(class_=st.none() | st.sampled_from(DispositionClass))
    def ask(self, class_: DispositionClass | None) -> None:
        self.do(Ask(question=PublicQuestion(id=f"q-{self.number()}", text="为什么", disposition_class=class_)))

    @rule(pick=st.integers(1, 8), class_=st.sampled_from(DispositionClass))
    def class_a_question(self, pick: int, class_: DispositionClass) -> None:
        self.do(ClassQuestion(question_id=f"q-{pick}", disposition_class=class_))

    @rule(question=st.integers(1, 8), release=st.integers(1, 8))
    def answer_a_question(self, question: int, release: int) -> None:
        self.do(AnswerQuestion(question_id=f"q-{question}", release_id=f"r-{release}"))

    @rule()
    def pause(self) -> None:
        self.do(PauseContinuing(record="省调查组函"))

    @rule(ago=MINUTES_AGO, official=st.booleans())
    def a_post_comes_in(self, ago: int, *, official: bool) -> None:
        make = official_post if official else a_post
        post = make(text=f"清河桥 {self.number()}", published_at=self.now - ago * MINUTE, collected_at=self.now)
        change = place(flagged(post, a_verdict()), [self.incident], OFFICE, POLICY)
        self.keep(change if change.placements[0].outcome is not Outcome.OPENED else None)

    def clocks(self) -> dict[str, Clock]:
        return {each.key: each for each in self.incident.clocks}

    @invariant()
    def clocks_are_only_ever_added(self) -> None:
        keys = [each.key for each in self.incident.clocks]
        assert len(keys) == len(set(keys))
        assert set(self.listed) <= set(keys)
        self.listed = keys

    @invariant()
    def a_breach_once_seen_is_said_for_ever(self) -> None:
        clocks = self.clocks()
        for key in self.breached:
            state = state_at(clocks[key], self.now)
            assert state in WORDS_OF_A_BREACH, (key, state)
            tag = WORDS_OF_A_BREACH[state]
            assert tag is None or tag in tags(clocks[key]), (key, state, tags(clocks[key]))
        self.breached |= {key for key, each in clocks.items() if state_at(each, self.now) is ClockState.BREACHED}

    @invariant()
    def a_due_second_that_passed_ungraded_is_never_forgotten(self) -> None:
        clocks = self.clocks()
        for key in self.passed_ungraded:
            each, state = clocks[key], state_at(clocks[key], self.now)
            in_time = each.met_at is not None and each.met_at <= each.due_at
            said = {ClockTag.VOIDED_AFTER_DUE, ClockTag.VOIDED_AFTER_BREACH} & tags(each)
            still_passed = state in STILL_OPEN and each.overdue(self.now)
            assert still_passed or in_time or said or state in (ClockState.BREACHED, ClockState.MET_LATE), (key, state)
        self.passed_ungraded |= {
            key for key, each in clocks.items() if each.open and not each.binding and each.overdue(self.now)
        }

    @invariant()
    def late_stays_late_met_stays_met_void_stays_void(self) -> None:
        clocks = self.clocks()
        assert all(clocks[key].met_late for key in self.late)
        assert all(clocks[key].met_at == at for key, at in self.met.items())
        assert all(clocks[key].voided_at == at for key, at in self.void.items())
        self.late |= {key for key, each in clocks.items() if each.met_late}
        self.met |= {key: each.met_at for key, each in clocks.items() if each.met_at is not None}
        self.void |= {key: each.voided_at for key, each in clocks.items() if each.voided_at is not None}

    @invariant()
    def every_breach_on_record_stands_in_the_log_once(self) -> None:
        recorded = {key for key, each in self.clocks().items() if each.breach_recorded}
        assert recorded == set(self.logged)
        assert set(self.logged.values()) <= {1}

    @invariant()
    def an_open_incident_carries_what_its_grade_owes(self) -> None:
        owed = _owed(self.incident)
        last = {each.rule_id: each for each in self.incident.clocks}
        ended = {rule_id for rule_id in owed if last[rule_id].voided_at is not None}
        assert not ended or self.incident.closed


def _owed(incident: Incident) -> set[str]:
    major = incident.severity is not None and incident.severity.is_major
    if major:
        return {"C1", "C2"}
    third = set() if incident.no_answer_reason else {"C3"}
    return third | ({"C1", "C2"} if incident.severity is None else set())


Desk.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestNothingErasesABreach = Desk.TestCase
