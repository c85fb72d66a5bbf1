"""What an incident owes beside its first answers (C5–C16): each duty with its start and length, told from its file.

Nobody switches a duty on: it follows from a signed grade, a question's class, an assignment or a paper in the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.clocks import bases_of, start_from, start_of
from desk.duty_records import Assignment, Obligation, ObligationKind
from desk.incident import DispositionClass, Incident, OpinionLevel, PublicQuestion
from desk.moments import Basis, EvidencedTime, Precision
from desk.policy import Policy
from desk.post import AnswerKind
from desk.rules import Rule
from desk.working_days import Unit, due_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One duty: its rule, what it is about, and what it starts from.

    `bases` are the times of the incident it may start from, none where its start stands in a record of its own.
    `decide_by` is when it begins to run although nobody decided, to be warned of; `certain` says whether the calendar
    behind its start is published, `major` that it stands on the terms of a major matter.
    """

    rule: Rule
    basis: Basis
    start: EvidencedTime
    length: timedelta
    unit: Unit
    subject: str | None = None
    bases: tuple[Basis, ...] = ()
    decide_by: datetime | None = None
    certain: bool = True
    major: bool = False

    @property
    def key(self) -> tuple[str, str | None]:
        """What it is and about what: an incident owes it once."""
        return self.rule.id, self.subject


DUTY_RULES = frozenset(
    {"C5", "C6", "C7", "C8", "C9", "C10", "C11", "C12", "C13", "C14", "C15", "C16", "C16V"},
)
QUESTION_RULES = frozenset({"C6", "C7", "C8", "C9", "C10", "C11"})

_CLASS_RULES = {
    DispositionClass.CONSTRUCTIVE_SUGGESTION: "C6",
    DispositionClass.PRACTICAL_DIFFICULTY: "C7",
    DispositionClass.MAJOR_PROBLEM: "C8",
    DispositionClass.UNCLEAR_UNDERSTANDING: "C9",
    DispositionClass.MISTAKEN_VIEW: "C9",
    DispositionClass.FALSE_INFORMATION: "C10",
}
_OBLIGATION_RULES = {
    ObligationKind.REPOST: ("C12", Basis.SOURCE_PUBLISHED),
    ObligationKind.DISCLOSURE: ("C13", Basis.FORMED),
    ObligationKind.REPLY: ("C14", Basis.RECEIVED),
}


def owed_duties(incident: Incident, policy: Policy) -> tuple[Owed, ...]:
    """Every duty of the incident whose rule was in force when it started."""
    found = [
        *_of_the_event(incident, policy),
        *(duty for question in incident.questions for duty in _of_question(incident, question, policy)),
        *(duty for given in incident.assignments for duty in _of_assignment(given, policy)),
        *(_of_obligation(obligation, policy) for obligation in incident.obligations),
    ]
    return tuple(duty for duty in found if duty.rule.in_force(policy.calendar.day_of(duty.start.at)))


def is_major(incident: Incident) -> bool:
    """Whether the incident is graded 重大 or above."""
    return incident.severity is not None and incident.severity.is_major


def _of_the_event(incident: Incident, policy: Policy) -> Iterator[Owed]:
    if is_major(incident):
        rule = policy.rule("C5")
        basis, start = start_of(rule, incident.times)
        yield Owed(rule=rule, basis=basis, start=start, length=rule.length, unit=rule.unit, bases=bases_of(rule))
    if is_major(incident) or incident.answer_kind is AnswerKind.EMERGENCY:
        rule, limit = policy.rule("C15"), policy.report_limit(incident.event_kind, incident.severity)
        bases = (limit.start_basis,)
        basis, start = start_from(bases, incident.times)
        yield Owed(rule=rule, basis=basis, start=start, length=limit.length, unit=Unit.MINUTES, bases=bases)


def _of_question(incident: Incident, question: PublicQuestion, policy: Policy) -> Iterator[Owed]:
    if question.disposition_class is None:
        return
    rule_id = _CLASS_RULES[question.disposition_class]
    match rule_id:
        case "C6" | "C7" | "C8":
            yield _when_decided(incident, question, policy, rule_id)
        case "C10" if is_major(incident):
            yield _at_once(incident, question, policy)
        case _:
            yield _from_awareness(incident, question, policy.rule(rule_id))
    if question.finding is not None and rule_id == "C10":
        rule = policy.rule("C11")
        start = _recorded(question.finding.at, question.finding.entered_at, question.id)
        yield _about(question, rule, Basis.FOUND_UNLAWFUL, start)


def _when_decided(incident: Incident, question: PublicQuestion, policy: Policy, rule_id: str) -> Owed:
    """From the decision or the acceptance, at the latest from when it was owed (DESIGN §4.1.8)."""
    rule, aware, latest = policy.rule(rule_id), incident.times.aware, policy.rule(rule_id).latest_start
    decided = incident.times.accepted if rule_id == "C8" else _decision(question)
    if latest is None:
        return _about(question, rule, rule.start_basis, decided or aware)
    owed = due_after(aware.at, latest.length, latest.unit, policy.calendar)
    if decided is not None and decided.at <= owed.at:
        return _about(question, rule, rule.start_basis, decided)
    begins = EvidencedTime(at=owed.at, precision=Precision.SECOND, source=aware.source, entered_at=aware.entered_at)
    undecided = owed.at if decided is None else None
    return _about(question, rule, Basis.AWARE, begins, decide_by=undecided, certain=owed.certain)


def _at_once(incident: Incident, question: PublicQuestion, policy: Policy) -> Owed:
    """Of a major matter a falsehood is cleared up within the time of the first release, from where that starts."""
    rule, first = policy.rule("C10"), policy.rule("C1")
    basis, start = start_of(first, incident.times)
    length = rule.length_major or rule.length
    return replace(_about(question, rule, basis, start), length=length, bases=bases_of(first), major=True)


def _from_awareness(incident: Incident, question: PublicQuestion, rule: Rule) -> Owed:
    basis, start = start_of(rule, incident.times)
    return replace(_about(question, rule, basis, start), bases=bases_of(rule))


def _about(
    question: PublicQuestion,
    rule: Rule,
    basis: Basis,
    start: EvidencedTime,
    *,
    decide_by: datetime | None = None,
    certain: bool = True,
) -> Owed:
    return Owed(
        rule=rule,
        basis=basis,
        start=start,
        length=rule.length,
        unit=rule.unit,
        subject=question.id,
        decide_by=decide_by,
        certain=certain,
    )


def _of_assignment(given: Assignment, policy: Policy) -> Iterator[Owed]:
    if given.returned_at is not None:
        return
    start = _recorded(given.at, given.at, given.id)
    accept, verify = policy.rule("C16"), policy.rule("C16V")
    length = accept.length_by_level.get(OpinionLevel(given.level), accept.length)
    yield Owed(rule=accept, basis=Basis.ASSIGNED, start=start, length=length, unit=accept.unit, subject=given.id)
    left = given.verify_by - given.at if given.verify_by is not None else verify.length
    yield Owed(rule=verify, basis=Basis.ASSIGNED, start=start, length=left, unit=verify.unit, subject=given.id)


def _of_obligation(obligation: Obligation, policy: Policy) -> Owed:
    rule_id, basis = _OBLIGATION_RULES[obligation.kind]
    rule, since = policy.rule(rule_id), obligation.corrected_at or obligation.since
    start = _recorded(since, obligation.entered_at, obligation.id)
    return Owed(rule=rule, basis=basis, start=start, length=rule.length, unit=rule.unit, subject=obligation.id)


def _decision(question: PublicQuestion) -> EvidencedTime | None:
    made = question.decision
    return _recorded(made.at, made.entered_at, question.id) if made is not None else None


def _recorded(at: datetime, entered_at: datetime, source: str) -> EvidencedTime:
    return EvidencedTime(at=at, precision=Precision.SECOND, source=source, entered_at=entered_at)
