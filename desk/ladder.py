"""The ladder (报告升级): while nobody takes a suspected incident on, one step after the other is paged.

It climbs until a person acts: acknowledges the incident, or moves it on. The steps are fixed when the incident is
opened, so that a changed policy neither pages twice nor forgets somebody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.change import Notice
from desk.clock import Clock
from desk.incident import Incident, Rung, State
from desk.office import DUTY_OFFICER, OFFICE_HEAD

RUNG_PREFIX = "step"
WARNING_PREFIX = "warn"
NO_CLOCK = "-"
"""What stands for the clock in the key of a notice that is about none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """One step of the office's ladder: which role is paged how long after the flag."""

    role: str
    after: timedelta


DEFAULT_LADDER = (
    LadderStep(role=DUTY_OFFICER, after=timedelta()),
    LadderStep(role=OFFICE_HEAD, after=timedelta(minutes=15)),
)


def set_up(steps: Sequence[LadderStep], since: datetime) -> tuple[Rung, ...]:
    """The ladder of an incident opened at `since`."""
    return tuple(Rung(role=step.role, owed_at=since + step.after) for step in steps)


def awaits_somebody(incident: Incident) -> bool:
    """Whether nobody has acted on the incident yet: it is unacknowledged, ungraded and not left."""
    return incident.acknowledged_by is None and incident.state is State.REGISTERED


def steps_owed(incident: Incident, now: datetime) -> tuple[int, ...]:
    """The steps, counted from 0, that are owed a page by now and have none yet; none once somebody acted.

    After an outage each missed step is owed at once: they are different people, and every one gets one page.
    """
    if not awaits_somebody(incident):
        return ()
    reached = sum(1 for rung in incident.ladder if rung.owed_at <= now)
    return tuple(range(incident.climbed, reached))


def next_step_at(incident: Incident) -> datetime | None:
    """When the next step is owed its page, or None at the top of the ladder and once somebody acted."""
    ahead = incident.ladder[incident.climbed :] if awaits_somebody(incident) else ()
    return ahead[0].owed_at if ahead else None


def addressee(incident: Incident) -> str:
    """Who is paged about the incident's clocks: the person who took it on, else the role on duty."""
    if incident.acknowledged_by is not None:
        return incident.acknowledged_by
    return incident.ladder[0].role if incident.ladder else DUTY_OFFICER


def rung_name(index: int) -> str:
    """What a step is called in the key of its notice."""
    return f"{RUNG_PREFIX}{index + 1}"


def superseded(notice: Notice, incident: Incident) -> str | None:
    """Why a notice that was not sent yet is not to be sent any more, or None where it still is.

    A page of the ladder asks somebody to take the incident on, a warning says that time is running out; once somebody
    did, or none runs any more, they would only disturb. That a time has passed is always said.
    """
    if notice.clock_key == NO_CLOCK and notice.rung.startswith(RUNG_PREFIX):
        return None if awaits_somebody(incident) else _settled(incident)
    if notice.rung.startswith(WARNING_PREFIX):
        return _needless_warning(notice, incident)
    return None


def _settled(incident: Incident) -> str:
    if incident.acknowledged_by is not None:
        return f"superseded: acknowledged by {incident.acknowledged_by}"
    return f"superseded: the incident is {incident.state}"


def _needless_warning(notice: Notice, incident: Incident) -> str | None:
    clock = next((each for each in incident.clocks if each.key == notice.clock_key), None)
    if clock is not None and not clock.open:
        return f"superseded: {clock.key} is {_ending(clock)}"
    # Whoever took the incident on has seen its clocks; what falls due from then on is addressed to them.
    taken_on_since = incident.acknowledged_by not in (None, notice.person)
    return _settled(incident) if taken_on_since else None


def _ending(clock: Clock) -> str:
    return "void" if clock.voided_at is not None else "met"
