"""What one signed step came to, before it becomes a change: the incident as it now stands and the line for its log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from desk.change import Change, Event, Fact, Notice, Placement
from desk.clocks import next_moment
from desk.errors import SecondPersonNeeded
from desk.incident import Incident
from desk.ladder import next_step_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who signs a step and when; `second` is the second person where two are needed."""

    by: str
    now: datetime
    second: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The incident after a step, the facts for its log and the free text a person typed."""

    incident: Incident
    facts: Mapping[str, Fact] = field(default_factory=dict)
    text: str = ""


def settled(incident: Incident) -> Incident:
    """The incident with its next moment computed from its clocks and its ladder; none once it is closed."""
    if incident.closed:
        return replace(incident, next_moment=None)
    moments = [each for each in (next_moment(incident.clocks), next_step_at(incident)) if each is not None]
    return replace(incident, next_moment=min(moments, default=None))


def one_change(
    incident: Incident,
    events: Sequence[Event],
    notices: Sequence[Notice] = (),
    placements: Sequence[Placement] = (),
) -> Change:
    """The one change that writes the incident and what follows from it."""
    return Change(
        incident=settled(incident), events=tuple(events), notices=tuple(notices), placements=tuple(placements)
    )


def past_due(incident: Incident, now: datetime) -> bool:
    """Whether any clock's due second passed without its evidence in time, binding or provisional."""
    return any(
        clock.breach_recorded or clock.met_late or clock.voided_after_due or (clock.open and clock.overdue(now))
        for clock in incident.clocks
        if not clock.flag_only
    )


def require_two(incident: Incident, signed: Signed, reason: str, what: str) -> None:
    """Raises SecondPersonNeeded when a deadline has passed and one person alone, or no reason, stands behind `what`.

    DESIGN §4.1.6: nothing erases a breach.
    """
    if not past_due(incident, signed.now):
        return
    if not reason.strip():
        raise SecondPersonNeeded(f"a deadline of {incident.id} has passed: {what} needs a reason")
    second = (signed.second or "").strip()
    if not second or second == signed.by.strip():
        raise SecondPersonNeeded(f"a deadline of {incident.id} has passed: {what} needs a second person's signature")
