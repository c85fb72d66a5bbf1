"""What a signed severity does to the clocks: which bind, which become void, what a re-grading starts anew."""

from dataclasses import replace

from desk.answering import is_continuing_owed, with_awaited, with_next_continuing
from desk.clock import Clock
from desk.clocks import bind, start_clock, void
from desk.decided import Decided, Signed, require_two
from desk.errors import IllegalAction
from desk.incident import Grade, Incident, Severity
from desk.policy import Policy
from desk.steps import DeclineAnswer, GradeSeverity

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
    signed_grade = Grade(severity=step.severity, basis=step.basis, by=signed.by, at=signed.now)
    graded = replace(incident, grades=(*incident.grades, signed_grade))
    clocks = _major_clocks(graded, signed, policy) if step.severity.is_major else _lesser_clocks(graded, signed, policy)
    graded = replace(graded, clocks=clocks)
    if is_continuing_owed(graded):
        graded = with_next_continuing(graded, policy)
    graded = with_awaited(graded)
    return Decided(
        incident=graded,
        facts={"severity": step.severity.value, "late": any(_late(clock) for clock in clocks), "second": signed.second},
        text=step.basis,
    )


def decline_answer(incident: Incident, step: DeclineAnswer, signed: Signed) -> Decided:
    """C3 void because a person signed that no answer is needed, with the reason (DESIGN §4.1.3)."""
    if incident.severity is not None and incident.severity.is_major:
        raise IllegalAction(f"cannot decline an answer: {incident.id} is graded {incident.severity}")
    if not step.reason.strip():
        raise IllegalAction(f"cannot decline an answer for {incident.id} without a reason")
    require_two(incident, signed, step.reason, "declining an answer")
    clocks = tuple(
        void(clock, signed.now, NO_ANSWER_NEEDED) if clock.rule_id == "C3" else clock for clock in incident.clocks
    )
    declined = replace(incident, clocks=clocks, no_answer_reason=step.reason)
    return Decided(incident=declined, facts={"second": signed.second}, text=step.reason)


def _is_down_grading(incident: Incident, severity: Severity) -> bool:
    return incident.severity is not None and _RANK.index(severity) < _RANK.index(incident.severity)


def _major_clocks(incident: Incident, signed: Signed, policy: Policy) -> tuple[Clock, ...]:
    clocks = tuple(void(clock, signed.now, ABSORBED) if clock.rule_id == "C3" else clock for clock in incident.clocks)
    return _binding(incident, clocks, ("C1", "C2"), signed, policy)


def _lesser_clocks(incident: Incident, signed: Signed, policy: Policy) -> tuple[Clock, ...]:
    clocks = tuple(
        void(clock, signed.now, GRADED_BELOW) if clock.rule_id in ("C1", "C2") else clock for clock in incident.clocks
    )
    wanted = ("C3",) if incident.no_answer_reason is None else ()
    return _binding(incident, clocks, wanted, signed, policy)


def _binding(
    incident: Incident, clocks: tuple[Clock, ...], rule_ids: tuple[str, ...], signed: Signed, policy: Policy
) -> tuple[Clock, ...]:
    for rule_id in rule_ids:
        rule = policy.rule(rule_id)
        last = [clock for clock in clocks if clock.rule_id == rule_id][-1]
        if last.voided_at is None:
            clocks = tuple(bind(clock, rule, signed.now) if clock is last else clock for clock in clocks)
        else:
            # The void clock stays as it was; the law's clock starts anew from the same evidence.
            fresh = replace(start_clock(rule, incident.times, binding=True), cycle=last.cycle + 1)
            clocks = (*clocks, bind(fresh, rule, signed.now))
    return clocks


def _late(clock: Clock) -> bool:
    return clock.open and clock.graded_at is not None and clock.graded_at > clock.due_at
