"""What the board says of open incidents: what presses first, each with its clocks and what is owed now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import IntEnum

from console.web.clock_views import ClockView, clock_view, counted_due
from console.web.moments_text import moment_text
from console.web.owed import Owed, owed_now
from console.words import KINDS, SEVERITIES, STATES
from desk.clock import Clock, ClockState, state_at
from desk.incident import Incident
from desk.policy import Policy


class Urgency(IntEnum):
    """What presses first: what can still be saved stands above what is lost already."""

    CONFIRM = 0
    CLOSE = 1
    OVERDUE = 2
    RUNNING = 3
    QUIET = 4


URGENCIES = {
    Urgency.CONFIRM: "请立即确认：已有发布，确认后才算按时",
    Urgency.CLOSE: "临近时限：还来得及",
    Urgency.OVERDUE: "时限已过：仍须办理",
    Urgency.RUNNING: "计时中",
    Urgency.QUIET: "其他在办",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """An open incident on the board."""

    number: str
    title: str
    place: str
    state: str
    severity: str
    kind: str
    posts: int
    last_post: str
    clocks: tuple[ClockView, ...]
    owed: tuple[Owed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Incidents that press alike, under the heading that says how."""

    urgency: Urgency
    heading: str
    rows: tuple[IncidentRow, ...]


def board_sections(incidents: Iterable[Incident], policy: Policy, now: datetime, zone: tzinfo) -> tuple[Section, ...]:
    """The open incidents, most urgent first; a heading that has none is left out."""
    ordered = sorted(incidents, key=lambda incident: _order(incident, now))
    sections = []
    for urgency, heading in URGENCIES.items():
        alike = [incident for incident in ordered if urgency_of(incident, now) is urgency]
        rows = tuple(row_of(incident, policy, now, zone) for incident in alike)
        if rows:
            sections.append(Section(urgency=urgency, heading=heading, rows=rows))
    return tuple(sections)


def urgency_of(incident: Incident, now: datetime) -> Urgency:
    """How an incident presses, by its most pressing open clock."""
    found = [_pressing(clock, now) for clock in incident.clocks if counted_due(clock, now) is not None]
    return min(found, default=Urgency.QUIET)


def row_of(incident: Incident, policy: Policy, now: datetime, zone: tzinfo) -> IncidentRow:
    """The incident as one row; a clock that does not apply is left to the incident's own page."""
    shown = [clock for clock in in_order(incident.clocks) if state_at(clock, now) is not ClockState.VOID]
    return IncidentRow(
        number=incident.number or incident.id,
        title=incident.title,
        place=incident.place_name or "",
        state=STATES[incident.state],
        severity=SEVERITIES[incident.severity],
        kind=KINDS[incident.event_kind],
        posts=incident.post_count,
        last_post=moment_text(incident.last_post_at, zone, now),
        clocks=tuple(clock_view(incident, clock, policy, now, zone) for clock in shown),
        owed=owed_now(incident, policy, now),
    )


def in_order(clocks: Iterable[Clock]) -> list[Clock]:
    """What still runs stands first, the next due above; what has ended follows as it began."""
    return sorted(clocks, key=lambda clock: (not clock.open, clock.alarm_due_at if clock.open else clock.start_at))


def _pressing(clock: Clock, now: datetime) -> Urgency:
    if state_at(clock, now) is ClockState.PENDING_CONFIRMATION:
        return Urgency.CONFIRM
    target = counted_due(clock, now)
    if target is not None and now.replace(microsecond=0) > target:
        return Urgency.OVERDUE
    return Urgency.CLOSE if any(moment <= now for moment in clock.warn_at) else Urgency.RUNNING


def _order(incident: Incident, now: datetime) -> tuple[float, str]:
    """By what is due next; among what has passed, the latest first: an old breach does not hide a fresh one."""
    urgency = urgency_of(incident, now)
    due = [
        counted
        for clock in incident.clocks
        if (counted := counted_due(clock, now)) and _pressing(clock, now) is urgency
    ]
    if not due:
        return -incident.last_post_at.timestamp(), incident.id
    return (-max(due).timestamp() if urgency is Urgency.OVERDUE else min(due).timestamp()), incident.id
