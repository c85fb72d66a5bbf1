"""A matter given to a department's named officer: accepted, returned once, its facts checked (交办)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from desk.change import Fact
from desk.clocks import restart, restarted
from desk.decided import Decided, Signed, require_two
from desk.duty_records import Assignment
from desk.duty_steps import AcceptAssignment, Assign, ReturnAssignment, Verify
from desk.errors import IllegalAction
from desk.incident import Incident, OpinionLevel, Times
from desk.moments import EvidencedTime, Precision, earliest, whole_seconds
from desk.policy import Policy

ASSIGNED = "自交办起算"


def assign(incident: Incident, step: Assign, signed: Signed, policy: Policy) -> Decided:
    """The incident with the assignment; its facts are to be checked within half of what is left (DESIGN §4.1.9)."""
    if any(known.id == step.id for known in incident.assignments):
        raise IllegalAction(f"assignment {step.id} is already in the file of {incident.id}")
    if not step.department.strip() or not step.officer.strip():
        raise IllegalAction(f"assignment {step.id} names no department or no officer: a matter is given to a person")
    given = Assignment(
        id=step.id,
        department=step.department,
        officer=step.officer,
        level=(incident.opinion_level or OpinionLevel.L4).value,
        at=signed.now,
        verify_by=_verify_by(incident, signed.now),
        entered_by=signed.by,
    )
    times = replace(incident.times, assigned=earliest(incident.times.assigned, _at(signed, step.id)))
    assigned = _with_times(replace(incident, assignments=(*incident.assignments, given)), times, signed, policy)
    return Decided(incident=assigned, facts={"assignment": step.id, "to": step.department, "officer": step.officer})


def accept(incident: Incident, step: AcceptAssignment, signed: Signed, policy: Policy) -> Decided:
    """The assignment taken by the department."""
    given = _waiting(incident, step.id)
    accepted = _with(incident, replace(given, accepted_at=signed.now, accepted_by=signed.by))
    times = replace(incident.times, accepted=earliest(incident.times.accepted, _at(signed, step.id)))
    return Decided(
        incident=_with_times(accepted, times, signed, policy), facts={"assignment": step.id, "to": given.department}
    )


def give_back(incident: Incident, step: ReturnAssignment, signed: Signed) -> Decided:
    """The assignment back with the office; a department returns a matter once, then the office decides."""
    given = _waiting(incident, step.id)
    if not step.reason.strip():
        raise IllegalAction(f"cannot return assignment {step.id} without a reason")
    before = [each for each in incident.assignments if each.returned_at is not None]
    if any(each.department == given.department for each in before):
        raise IllegalAction(f"{given.department} has returned {incident.id} once already: now the office decides")
    returned = _with(incident, replace(given, returned_at=signed.now, return_reason=step.reason))
    facts: dict[str, Fact] = {"assignment": step.id, "to": given.department, "returns": len(before) + 1}
    return Decided(incident=returned, facts=facts, text=step.reason)


def verify(incident: Incident, step: Verify, signed: Signed) -> Decided:
    """What the department found when it checked the facts."""
    given = _known(incident, step.id, "verify", lambda each: each.returned_at is None and each.verified_at is None)
    if not step.finding.strip():
        raise IllegalAction(f"assignment {step.id} comes back without a finding: say what was checked")
    verified = _with(incident, replace(given, verified_at=signed.now, verification=step.finding))
    return Decided(incident=verified, facts={"assignment": step.id, "to": given.department}, text=step.finding)


def _verify_by(incident: Incident, now: datetime) -> datetime | None:
    """Half-way to the due time of C3, or of C1 where that has taken its place; None where nothing is left of it."""
    now = whole_seconds(now)
    due = {clock.rule_id: clock.due_at for clock in incident.clocks if clock.open}
    answer_by = due.get("C3", due.get("C1", now))
    return whole_seconds(now + (answer_by - now) / 2) if answer_by > now else None


def _waiting(incident: Incident, assignment_id: str) -> Assignment:
    return _known(
        incident, assignment_id, "accept or return", lambda each: each.accepted_at is None and each.returned_at is None
    )


def _known(incident: Incident, assignment_id: str, what: str, fits: Callable[[Assignment], bool]) -> Assignment:
    for given in incident.assignments:
        if given.id == assignment_id and fits(given):
            return given
    raise IllegalAction(f"no assignment {assignment_id} to {what} in the file of {incident.id}")


def _with(incident: Incident, changed: Assignment) -> Incident:
    return replace(
        incident, assignments=tuple(changed if each.id == changed.id else each for each in incident.assignments)
    )


def _with_times(incident: Incident, times: Times, signed: Signed, policy: Policy) -> Incident:
    # Where the office lets C3 start from the assignment, that moves a passed deadline only by two people's hand.
    if any(restart(clock, policy.rule(clock.rule_id), times).due_at > clock.due_at for clock in incident.clocks):
        require_two(incident, signed, ASSIGNED, "a start from the assignment")
    clocks = tuple(
        moved for clock in incident.clocks for moved in restarted(clock, policy.rule(clock.rule_id), times, signed.now)
    )
    return replace(incident, times=times, clocks=clocks)


def _at(signed: Signed, source: str) -> EvidencedTime:
    return EvidencedTime(at=signed.now, precision=Precision.SECOND, source=source, entered_at=signed.now)
