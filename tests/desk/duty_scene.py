"""The desk of 云州市 under all its rules and the published calendar: the duties beside the first answers."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from backends.work_calendar import work_calendar
from desk.apply import apply
from desk.change import Change
from desk.clock import Clock
from desk.duty_records import ObligationKind, ReportKind
from desk.duty_steps import (
    AcceptAssignment,
    Assign,
    DecideQuestion,
    FindUnlawful,
    Fulfil,
    HandOver,
    Oblige,
    RecordReceipt,
    ReportUp,
    Verify,
)
from desk.incident import DispositionClass, Incident, PublicQuestion, Severity
from desk.policy import Policy, read_policy
from desk.post import AnswerKind
from desk.release import Element
from desk.steps import AnswerQuestion, Ask, Confirm, RecordConference, SignAnswerKind, Step
from desk.watching import watch
from desk.working_days import UNPUBLISHED
from tests.build import HOUR, MINUTE, NOON
from tests.desk.scene import (
    C2_DUE,
    DUTY,
    FULL,
    OFFICE,
    POLICY_FILE,
    a_conference,
    a_release,
    answering,
    grading,
    opened,
    saved,
)

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = work_calendar(ZONE)
RULES: Policy = read_policy(tomllib.loads(POLICY_FILE.read_text(encoding="utf-8")), CALENDAR)
FINDING = "发布内容与官方数据不符，涉嫌违法"


def end_of(year: int, month: int, day: int) -> datetime:
    """The last second of a day in 云州."""
    return datetime(year, month, day, 23, 59, 59, tzinfo=ZONE).astimezone(UTC)


def do(
    incident: Incident,
    *steps: Step,
    at: datetime = NOON + MINUTE,
    policy: Policy = RULES,
    second: str | None = None,
) -> Incident:
    """The incident after these steps under all rules."""
    for step in steps:
        incident = saved(apply(incident, step, by=DUTY, now=at, policy=policy, second=second))
    return incident


def looked(incident: Incident, now: datetime, policy: Policy = RULES) -> Change | None:
    """What a look at the time says."""
    return watch(incident, now, OFFICE, policy)


def watched_changes(incident: Incident, until: datetime) -> list[Change]:
    """Everything a watch that never fails says up to then."""
    changes = []
    while incident.next_moment is not None and incident.next_moment <= until:
        change = looked(incident, incident.next_moment)
        assert change is not None
        changes.append(change)
        incident = saved(change)
    return changes


def running(incident: Incident, rule_id: str) -> Clock:
    """The incident's last clock of the rule."""
    return [clock for clock in incident.clocks if clock.rule_id == rule_id][-1]


def asking(class_: DispositionClass) -> Ask:
    """A question already classed by a person."""
    return Ask(question=PublicQuestion(id="q-1", text="桥为什么会塌", disposition_class=class_))


def deciding(at: datetime = NOON) -> DecideQuestion:
    """A decision on the question."""
    return DecideQuestion(question_id="q-1", at=at, outcome="予以采纳", document="云政办函〔2026〕5号")


def answer(at: datetime, elements: frozenset[Element] = FULL, *, id_: str = "r-1") -> tuple[Step, ...]:
    """A release of that time, signed, and signed as the question's answer."""
    release = a_release(id=id_, published_at=at)
    return *answering(release, elements=elements), AnswerQuestion(question_id="q-1", release_id=id_)


def obliging(kind: ObligationKind, since: datetime) -> Oblige:
    """A paper taken into the file."""
    return Oblige(id="o-1", kind=kind, title="防汛工作通知", reference="云政发〔2026〕8号", since=since)


def fulfilling(at: datetime) -> tuple[Step, ...]:
    """It was published or replied to, on record."""
    return (Fulfil(id="o-1", at=at, evidence="https://www.yunzhou.example/8", capture="c0ffee"),)


def reporting(at: datetime) -> tuple[Step, ...]:
    """A report up with its receipt."""
    sent = ReportUp(id="u-1", kind=ReportKind.INITIAL, to="市委总值班室", method="电话", at=at)
    return sent, RecordReceipt(report_id="u-1", at=at, receipt="收文〔2026〕1号")


def handing_over(at: datetime) -> tuple[Step, ...]:
    """Content handed over to the police, on record."""
    return (
        HandOver(
            id="h-1", question_id="q-1", at=at, body="云州市公安局", document="移交函1号", legal_basis="应对法第7条"
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One rule from its start to its stop: the steps that start it, its due second, and the evidence that meets it."""

    rule_id: str
    begin: tuple[Step, ...]
    due: datetime
    evidence: Callable[[datetime], tuple[Step, ...]]
    start: datetime = NOON

    def begun(self) -> Incident:
        """The incident with the rule's clock running."""
        return do(opened(), *self.begin)


_GIVEN = Assign(id="a-1", department="云州市交通运输局", officer="王科长")
_HALF_OF_C3 = NOON + MINUTE + (48 * HOUR - MINUTE) / 2

JOURNEYS = (
    Journey(
        rule_id="C5",
        begin=(grading(Severity.MAJOR),),
        due=C2_DUE,
        evidence=lambda at: (RecordConference(conference=a_conference(held_at=at)),),
        start=C2_DUE - 24 * HOUR,
    ),
    Journey(
        rule_id="C6",
        begin=(asking(DispositionClass.CONSTRUCTIVE_SUGGESTION), deciding()),
        due=end_of(2026, 7, 2),
        evidence=answer,
    ),
    Journey(
        rule_id="C7",
        begin=(asking(DispositionClass.PRACTICAL_DIFFICULTY), deciding()),
        due=end_of(2026, 7, 2),
        evidence=answer,
    ),
    Journey(
        rule_id="C8",
        begin=(asking(DispositionClass.MAJOR_PROBLEM), Confirm(), _GIVEN, AcceptAssignment(id="a-1")),
        due=end_of(2026, 8, 2),
        evidence=answer,
        start=NOON + MINUTE,
    ),
    Journey(rule_id="C9", begin=(asking(DispositionClass.MISTAKEN_VIEW),), due=NOON + 48 * HOUR, evidence=answer),
    Journey(rule_id="C10", begin=(asking(DispositionClass.FALSE_INFORMATION),), due=NOON + 48 * HOUR, evidence=answer),
    Journey(
        rule_id="C11",
        begin=(
            asking(DispositionClass.FALSE_INFORMATION),
            FindUnlawful(question_id="q-1", at=NOON, ground=FINDING),
        ),
        due=NOON + 24 * HOUR,
        evidence=handing_over,
    ),
    Journey(
        rule_id="C12",
        begin=(obliging(ObligationKind.REPOST, NOON - HOUR),),
        due=NOON + 23 * HOUR,
        evidence=fulfilling,
        start=NOON - HOUR,
    ),
    Journey(
        rule_id="C13",
        begin=(obliging(ObligationKind.DISCLOSURE, NOON),),
        due=end_of(2026, 7, 2),
        evidence=fulfilling,
    ),
    Journey(rule_id="C14", begin=(obliging(ObligationKind.REPLY, NOON),), due=end_of(2026, 7, 2), evidence=fulfilling),
    Journey(
        rule_id="C15",
        begin=(SignAnswerKind(kind=AnswerKind.EMERGENCY),),
        due=NOON + 120 * MINUTE,
        evidence=reporting,
    ),
    Journey(
        rule_id="C16",
        begin=(Confirm(), _GIVEN),
        due=NOON + MINUTE + 8 * HOUR,
        evidence=lambda _: (AcceptAssignment(id="a-1"),),
        start=NOON + MINUTE,
    ),
    Journey(
        rule_id="C16V",
        begin=(Confirm(), _GIVEN),
        due=_HALF_OF_C3,
        evidence=lambda _: (Verify(id="a-1", finding="桥面已封闭，无人员伤亡"),),
        start=NOON + MINUTE,
    ),
)
BREACHING = tuple(each for each in JOURNEYS if each.rule_id != "C5")
A_DAY = timedelta(days=1)
UNKNOWN_YEAR: Policy = replace(RULES, calendar=UNPUBLISHED)
"""The same rules before any year was published."""
