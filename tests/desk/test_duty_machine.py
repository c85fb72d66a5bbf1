"""Whatever is entered in whatever order and whoever watches: no duty is lost, no breach unmade, no length rewritten."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from desk.apply import apply
from desk.clock import Clock
from desk.duties import DUTY_RULES, owed_duties
from desk.duty_records import ObligationKind
from desk.duty_steps import (
    AcceptAssignment,
    Assign,
    Consult,
    Consulted,
    Correct,
    Extend,
    FindUnlawful,
    ReturnAssignment,
    Verify,
)
from desk.errors import HuiyingError
from desk.incident import DispositionClass, Severity
from desk.post import AnswerKind
from desk.release import Element
from desk.rules import Limit
from desk.steps import ClassQuestion, Confirm, SignAnswerKind, Step
from desk.working_days import Unit
from tests.build import DAY, HOUR, NOON
from tests.desk.duty_scene import (
    FINDING,
    RULES,
    UNKNOWN_YEAR,
    answer,
    asking,
    deciding,
    fulfilling,
    handing_over,
    looked,
    obliging,
    reporting,
)
from tests.desk.scene import CHIEF, DUTY, grading, occurred, opened, saved

STRICTER = replace(
    RULES,
    version="2027-1",
    rules={
        name: replace(
            each,
            version="2027-1",
            length=each.length / 2,
            latest_start=Limit(length=DAY, unit=Unit.WORKING_DAYS) if each.latest_start else None,
        )
        for name, each in RULES.rules.items()
    },
)
POLICIES = st.sampled_from([RULES, UNKNOWN_YEAR, STRICTER])
CLASSES = st.sampled_from(list(DispositionClass))
ELEMENTS = st.frozensets(st.sampled_from(list(Element)))


class DutiesOfAnIncident(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.incident, self.now, self.policy = opened(), NOON + HOUR, RULES
        self.seen: dict[str, Clock] = {}
        self.answers = 0

    def does(self, *steps: Step) -> None:
        for step in steps:
            try:
                change = apply(self.incident, step, by=DUTY, now=self.now, policy=self.policy, second=CHIEF)
            except HuiyingError:
                return
            self.incident = saved(change)

    @rule(policy=POLICIES)
    def policy_changes(self, policy: object) -> None:
        self.policy = next(each for each in (RULES, UNKNOWN_YEAR, STRICTER) if each is policy)

    @rule(hours=st.sampled_from([1, 5, 30, 24 * 12, 24 * 40]), watched=st.booleans())
    def time_passes(self, hours: int, *, watched: bool) -> None:
        self.now += timedelta(hours=hours)
        change = looked(self.incident, self.now, self.policy) if watched else None
        self.incident = saved(change) if change is not None else self.incident

    @rule(class_=CLASSES)
    def somebody_asks_or_classes(self, class_: DispositionClass) -> None:
        self.does(asking(class_))
        self.does(ClassQuestion(question_id="q-1", disposition_class=class_))

    @rule(elements=ELEMENTS, earlier=st.integers(0, 60))
    def office_answers(self, elements: frozenset[Element], earlier: int) -> None:
        self.answers += 1
        self.does(*answer(self.now - earlier * HOUR, elements, id_=f"r-{self.answers}"))

    @rule(back=st.integers(0, 400))
    def decision_or_finding(self, back: int) -> None:
        at = self.now - back * HOUR
        self.does(deciding(at))
        self.does(FindUnlawful(question_id="q-1", at=at, ground=FINDING), *handing_over(self.now))

    @rule(severity=st.sampled_from(list(Severity)), emergency=st.booleans())
    def somebody_grades(self, severity: Severity, *, emergency: bool) -> None:
        self.does(grading(severity))
        self.does(*([SignAnswerKind(kind=AnswerKind.EMERGENCY)] if emergency else [Confirm()]))

    @rule(last=st.sampled_from(["accept", "return", "verify", "nothing"]), number=st.integers(1, 3))
    def department_is_asked(self, last: str, number: int) -> None:
        id_ = f"a-{number}"
        self.does(Assign(id=id_, department=f"部门{number}", officer="王科长"))
        ends: dict[str, Step] = {
            "accept": AcceptAssignment(id=id_),
            "return": ReturnAssignment(id=id_, reason="不属职责"),
            "verify": Verify(id=id_, finding="属实"),
        }
        self.does(*(step for name, step in ends.items() if name == last))

    @rule(kind=st.sampled_from(list(ObligationKind)), back=st.integers(0, 30))
    def paper_comes_in(self, kind: ObligationKind, back: int) -> None:
        self.does(obliging(kind, self.now - back * DAY))

    @rule(what=st.sampled_from(["consult", "consulted", "correct", "extend", "fulfil", "report", "occurred"]))
    def something_is_entered(self, what: str) -> None:
        steps: dict[str, tuple[Step, ...]] = {
            "consult": (Consult(id="o-1", record="函"),),
            "consulted": (Consulted(id="o-1"),),
            "correct": (Correct(id="o-1", asked_at=self.now, corrected_at=self.now, document="补"),),
            "extend": (Extend(clock_key="C14#o-1", document="批"),),
            "fulfil": fulfilling(self.now),
            "report": reporting(self.now),
            "occurred": (occurred(NOON - DAY),),
        }
        self.does(*steps[what])

    @invariant()
    def no_clock_is_lost_no_breach_unmade_and_late_stays_late(self) -> None:
        keys = [clock.key for clock in self.incident.clocks]
        assert len(keys) == len(set(keys))
        now = {clock.key: clock for clock in self.incident.clocks}
        for key, before in self.seen.items():
            after = now[key]
            assert after.breach_recorded or not before.breach_recorded
            assert after.met_late or not before.met_late
            assert before.met_at in (None, after.met_at)
            assert before.voided_at in (None, after.voided_at)
        self.seen = now

    @invariant()
    def every_duty_owed_has_one_clock_that_is_not_void(self) -> None:
        standing = [
            (clock.rule_id, clock.subject)
            for clock in self.incident.clocks
            if clock.voided_at is None and clock.rule_id in DUTY_RULES
        ]
        assert len(standing) == len(set(standing))
        if self.policy is RULES:
            assert {duty.key for duty in owed_duties(self.incident, RULES)} <= set(standing)

    @invariant()
    def what_began_under_a_rule_keeps_its_version_and_length(self) -> None:
        for clock in self.incident.clocks:
            if clock.began_at is not None and clock.extension is None and clock.rule_id in ("C9", "C13"):
                policy = STRICTER if clock.rule_version == STRICTER.version else RULES
                assert clock.allowed == policy.rule(clock.rule_id).length

    @invariant()
    def breach_stands_only_behind_a_due_second(self) -> None:
        looked_at: datetime = self.now
        for clock in self.incident.clocks:
            assert not clock.breach_recorded or clock.due_at < looked_at or clock.operational_due_at


TestDutiesOfAnIncident = DutiesOfAnIncident.TestCase
TestDutiesOfAnIncident.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
