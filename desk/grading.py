"""What a signed severity does to the clocks: which bind, which become void, what a re-grading starts anew."""

from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from desk.answering import (
    is_continuing_owed,
    with_awaited,
    with_known_answer,
    with_next_continuing,
    without_needless_continuing,
)
from desk.clock import Clock
from desk.clocks import anew, bind, tighten, void
from desk.decided import Decided, Signed, require_two
from desk.errors import IllegalAction
from desk.incident import Grade, Incident, Severity
from desk.opinion import proposed_level
from desk.policy import Policy
from desk.rules import Rule
from desk.steps import DeclineAnswer, GradeSeverity, SignAnswerKind

GRADED_BELOW = "定级低于重大"
ABSORBED = "并入首次权威发布和新闻发布会时限"
NO_ANSWER_NEEDED = "无需回应"
_RANK = [Severity.ORDINARY, Severity.CONSIDERABLE, Severity.MAJOR, Severity.ESPECIALLY_MAJOR]


def grade(incident: Incident, step: GradeSeverity, signed: Signed, policy: Policy) -> Decided:
    """The incident with its signed severity (DESIGN §4.1.1).

    重大 and above: C1 and C2 bind with their start unchanged, C3 is absorbed. Below: C3 binds, C1 and C2 become
    void. A down-grading after a passed deadline needs two people.
    """
    if not step.basis.strip():
        raise IllegalAction(f"cannot grade {incident.id} without the ground the severity rests on")
    if _is_down_grading(incident, step.severity):
        require_two(incident, signed, step.basis, "down-grading")
    graded = _with_grade(incident, step, signed, policy)
    graded = with_owed_clocks(replace(graded, clocks=_without_unowed(graded, signed)), policy)
    graded = with_awaited(_with_continuing(graded, incident, signed, policy))
    late = any(_late(clock) for clock in graded.clocks)
    facts = {"severity": step.severity.value, "late": late, "second": signed.second}
    return Decided(incident=graded, facts=facts, text=step.basis)


def owed_rules(incident: Incident) -> tuple[str, ...]:
    """Which of C1, C2 and C3 the incident carries as it is graded now (DESIGN §4.1.1)."""
    if _major(incident):
        return ("C1", "C2")
    above = ("C1", "C2") if incident.severity is None else ()
    return (*above, "C3") if incident.no_answer_reason is None else above


def with_owed_clocks(incident: Incident, policy: Policy) -> Incident:
    """The incident with every clock it owes: binding once graded, and running again where it had been ended."""
    for rule_id in owed_rules(incident):
        incident = _with_owed(incident, rule_id, policy)
    return incident


def sign_answer_kind(incident: Incident, step: SignAnswerKind, policy: Policy) -> Decided:
    """The reason why an answer is owed; where it had been declined, C3 runs again (DESIGN §4.1.3)."""
    if step.kind.value == "hot_topic" and not policy.hot_topic:
        raise IllegalAction("hot topics owe no answer here: policy.answer.hot_topic is false")
    owed = with_owed_clocks(replace(incident, answer_kind=step.kind, no_answer_reason=None), policy)
    return Decided(incident=with_awaited(owed), facts={"answer_kind": step.kind.value})


def decline_answer(incident: Incident, step: DeclineAnswer, signed: Signed) -> Decided:
    """C3 void because a person signed that no answer is needed, with the reason (DESIGN §4.1.3)."""
    if _major(incident):
        raise IllegalAction(f"cannot decline an answer: {incident.id} is graded {incident.severity}")
    if not step.reason.strip():
        raise IllegalAction(f"cannot decline an answer for {incident.id} without a reason")
    require_two(incident, signed, step.reason, "declining an answer")
    clocks = tuple(
        void(clock, signed.now, NO_ANSWER_NEEDED) if clock.rule_id == "C3" else clock for clock in incident.clocks
    )
    declined = replace(incident, clocks=clocks, answer_kind=None, no_answer_reason=step.reason)
    return Decided(incident=declined, facts={"second": signed.second}, text=step.reason)


def _is_down_grading(incident: Incident, severity: Severity) -> bool:
    return incident.severity is not None and _RANK.index(severity) < _RANK.index(incident.severity)


def _with_grade(incident: Incident, step: GradeSeverity, signed: Signed, policy: Policy) -> Incident:
    signed_grade = Grade(severity=step.severity, basis=step.basis, by=signed.by, at=signed.now)
    return replace(
        incident,
        grades=(*incident.grades, signed_grade),
        # A major matter is answered whatever was signed while it looked smaller.
        no_answer_reason=None if step.severity.is_major else incident.no_answer_reason,
        opinion_level=proposed_level(incident.post_count, step.severity, policy),
    )


def _without_unowed(incident: Incident, signed: Signed) -> tuple[Clock, ...]:
    owed = owed_rules(incident)
    reasons = {"C1": GRADED_BELOW, "C2": GRADED_BELOW, "C3": ABSORBED if "C1" in owed else NO_ANSWER_NEEDED}
    return tuple(
        void(clock, signed.now, reasons[clock.rule_id])
        if clock.rule_id in reasons and clock.rule_id not in owed
        else clock
        for clock in incident.clocks
    )


def _with_owed(incident: Incident, rule_id: str, policy: Policy) -> Incident:
    rule = policy.rule(rule_id)
    last = [clock for clock in incident.clocks if clock.rule_id == rule_id][-1]
    if last.voided_at is None:
        owed = tuple(_bound(incident, clock, rule) if clock is last else clock for clock in incident.clocks)
        return replace(incident, clocks=owed)
    # The ended clock stays as it was; the law's clock runs again from the same evidence, answered by what is signed.
    again = with_known_answer(incident, anew(last, rule, incident.times), policy)
    return replace(incident, clocks=(*incident.clocks, _bound(incident, again, rule)))


def _bound(incident: Incident, clock: Clock, rule: Rule) -> Clock:
    return bind(clock, rule, _graded_at(incident)) if incident.grades else clock


def _graded_at(incident: Incident) -> datetime:
    """Since when the incident stands on this side of 重大: a second grade on the same side changes no clock."""
    major = incident.grades[-1].severity.is_major
    same_side = takewhile(lambda grade: grade.severity.is_major is major, reversed(incident.grades))
    return list(same_side)[-1].at


def _with_continuing(graded: Incident, before: Incident, signed: Signed, policy: Policy) -> Incident:
    """C4 as the new grade wants it: newly owed, at the shorter interval once major, or no longer needed."""
    rule = policy.rule("C4")
    if is_continuing_owed(graded):
        owed = with_next_continuing(graded, policy)
        newest = owed.clocks[-1]
        bound = bind(replace(newest, binding=False), rule, signed.now)
        return replace(owed, clocks=(*graded.clocks, bound))
    if _major(graded) and not _major(before):
        return replace(graded, clocks=tuple(_tightened(clock, rule, signed) for clock in graded.clocks))
    return without_needless_continuing(graded, signed)


def _major(incident: Incident) -> bool:
    return incident.severity is not None and incident.severity.is_major


def _tightened(clock: Clock, rule: Rule, signed: Signed) -> Clock:
    tightens = clock.rule_id == "C4" and clock.open and not clock.breach_recorded
    return tighten(clock, rule, signed.now) if tightens else clock


def _late(clock: Clock) -> bool:
    return clock.open and clock.graded_at is not None and clock.graded_at > clock.due_at
