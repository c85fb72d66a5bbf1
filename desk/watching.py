"""What the passing of time says about an incident: warnings, breaches at their computed second, the ladder's next step.

After an outage each clock speaks once, of where it stands now: one page, not a backlog (peers §E.6).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from desk.change import Change, Event, Fact, Notice
from desk.clock import Clock
from desk.decided import one_change
from desk.duty_clocks import recounted
from desk.incident import Incident
from desk.ladder import steps_owed
from desk.moments import whole_seconds
from desk.notices import due_notice, ladder_notice, warning_notice
from desk.office import Office
from desk.policy import Policy

WATCH = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A clock after a look at the time, and what is to be said about it."""

    clock: Clock
    events: tuple[Event, ...] = ()
    notice: Notice | None = None


def watch(incident: Incident, now: datetime, office: Office, policy: Policy) -> Change | None:
    """The change that the time makes to the incident, or None when nothing new is to be said."""
    if incident.closed:
        return None
    stored, incident = incident, recounted(incident, policy)
    looks = [_look(incident, clock, now, office, policy) for clock in incident.clocks]
    steps = steps_owed(incident, now)
    same = all(look.clock is clock for look, clock in zip(looks, stored.clocks, strict=True))
    if same and not steps:
        return None
    clocks = tuple(look.clock for look in looks)
    watched = replace(incident, clocks=clocks, climbed=incident.climbed + len(steps))
    events = [event for look in looks for event in look.events]
    climbs = [_climbed(incident, step, now) for step in steps]
    pages = [ladder_notice(incident, step, office, now) for step in steps]
    return one_change(
        watched, [*climbs, *events], [*pages, *(look.notice for look in looks if look.notice is not None)]
    )


def noted_breaches(incident: Incident, now: datetime) -> tuple[Incident, tuple[Event, ...]]:
    """The incident with every breach up to `now` on record, and their lines for its log.

    Whatever answers an incident or ends its clocks begins with it: what stands in the log must not depend on how
    often somebody watches.
    """
    found = [(clock, _breach(clock, now)) for clock in incident.clocks]
    clocks = tuple(replace(clock, breach_recorded=True) if breach else clock for clock, breach in found)
    return replace(incident, clocks=clocks), tuple(event for _, breach in found for event in breach)


def _climbed(incident: Incident, step: int, now: datetime) -> Event:
    rung = incident.ladder[step]
    facts: dict[str, Fact] = {"step": step + 1, "role": rung.role}
    return Event(kind="climbed", at=rung.owed_at, recorded_at=now, by=WATCH, facts=facts)


def _look(incident: Incident, clock: Clock, now: datetime, office: Office, policy: Policy) -> Watched:
    if not clock.open or clock.paused_at is not None:
        return Watched(clock=clock)
    breach = _breach(clock, now)
    clock = replace(clock, breach_recorded=True) if breach else clock
    if whole_seconds(now) > clock.alarm_due_at and not clock.due_noted:
        return _past_due(incident, clock, breach, now, office, policy)
    return _warn(incident, clock, breach, now, office, policy)


def _breach(clock: Clock, now: datetime) -> tuple[Event, ...]:
    due_counts = clock.open and clock.firm and clock.paused_at is None and clock.overdue(now)
    if not due_counts or clock.breach_recorded or clock.awaited_in_time:
        return ()
    facts: dict[str, Fact] = {
        "clock": clock.key,
        "rule_version": clock.rule_version,
        "late_graded": _late_graded(clock),
    }
    kind = "flagged" if clock.flag_only else "breached"
    return (Event(kind=kind, at=clock.due_at, recorded_at=now, by=WATCH, facts=facts),)


def _late_graded(clock: Clock) -> bool:
    return clock.graded_at is not None and clock.graded_at > clock.due_at


def _past_due(
    incident: Incident, clock: Clock, breach: tuple[Event, ...], now: datetime, office: Office, policy: Policy
) -> Watched:
    noted = replace(clock, due_noted=True, warned=len(clock.warn_at))
    event = Event(kind="due_passed", at=clock.alarm_due_at, recorded_at=now, by=WATCH, facts={"clock": clock.key})
    # The breach on record already says that this very due time passed.
    told = clock.breach_recorded and clock.operational_due_at is None
    # A flag stands beside the breach of another clock, which is paged: nobody is paged twice for one conference.
    notice = None if clock.flag_only else due_notice(incident, clock, office, policy, now)
    return Watched(clock=noted, events=breach or (() if told else (event,)), notice=notice)


def _warn(
    incident: Incident, clock: Clock, breach: tuple[Event, ...], now: datetime, office: Office, policy: Policy
) -> Watched:
    passed = sum(1 for moment in clock.warn_at if moment <= now)
    if passed <= clock.warned:
        return Watched(clock=clock, events=breach)
    warned = replace(clock, warned=passed)
    facts: dict[str, Fact] = {"clock": clock.key, "warning": passed}
    event = Event(kind="warned", at=clock.warn_at[passed - 1], recorded_at=now, by=WATCH, facts=facts)
    notice = warning_notice(incident, clock, passed - 1, office, policy, now)
    return Watched(clock=warned, events=(*breach, event), notice=notice)
