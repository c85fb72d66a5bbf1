"""A time a person records as evidence: what is refused, and how the clocks that start from it move."""

from dataclasses import replace
from datetime import datetime

from desk.clocks import restart, restarted
from desk.decided import Decided, Signed, require_two
from desk.errors import IllegalAction
from desk.incident import Incident, Times
from desk.moments import Basis, EvidencedTime, earliest, latest_moment, whole_seconds
from desk.policy import Policy
from desk.steps import RecordTime


def record_time(incident: Incident, step: RecordTime, signed: Signed, policy: Policy) -> Decided:
    """The incident with the evidenced time, every clock that starts from it moved.

    Earlier is free; later after a passed deadline needs two people, and a clock that was overdue stays, voided.
    """
    given = replace(step.time, entered_at=signed.now)
    if given.at > signed.now:
        raise IllegalAction(f"{step.basis} is dated in the future: {given.at.isoformat()}")
    times = _with_time(incident.times, step.basis, given)
    if _moves_later(incident, times, policy):
        require_two(incident, signed, given.source, f"moving {step.basis} to a later time")
    clocks = tuple(
        moved for clock in incident.clocks for moved in restarted(clock, policy.rule(clock.rule_id), times, signed.now)
    )
    facts = {
        "basis": step.basis.value,
        "time": given.at.isoformat(),
        "precision": given.precision.value,
        "evidence": given.source,
        "second": signed.second,
    }
    return Decided(incident=replace(incident, times=times, clocks=clocks), facts=facts)


def _with_time(times: Times, basis: Basis, given: EvidencedTime) -> Times:
    match basis:
        case Basis.OCCURRED:
            if whole_seconds(given.at) > _known_by(times):
                raise IllegalAction("the occurrence cannot be later than the first post or report about it")
            return replace(times, occurred=given)
        case Basis.FIRST_PUBLIC:
            return replace(times, first_public=earliest(times.first_public, given))
        case Basis.AWARE:
            return replace(times, aware=earliest(times.aware, given) or given, reported=earliest(times.reported, given))
        case _:
            raise IllegalAction(f"{basis} is not a time a person records by hand")


def _known_by(times: Times) -> datetime:
    """The last second at which it can have happened: somebody said it then, as exactly as that is known."""
    return min(latest_moment(known) for known in (times.first_public, times.aware) if known is not None)


def _moves_later(incident: Incident, times: Times, policy: Policy) -> bool:
    before, after = incident.times.occurred, times.occurred
    if before is not None and after is not None and after.at > before.at:
        # Also where no clock runs from it now: a clock that is graded up later starts from it again.
        return True
    return any(restart(clock, policy.rule(clock.rule_id), times).due_at > clock.due_at for clock in incident.clocks)
