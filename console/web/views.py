"""What the board says of open incidents: what presses first, what is owed now, and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import IntEnum

from console.web.clock_views import ClockView, clock_view, counted_due
from console.web.moments_text import moment_text
from console.words import KINDS, SEVERITIES, STATES
from desk.clock import Clock, ClockState, state_at
from desk.incident import Incident, State
from desk.ladder import addressee, awaits_somebody
from desk.lifecycle import TRANSITIONS, Action
from desk.office import DUTY_OFFICER
from desk.policy import Policy
from desk.release import Signature
from desk.rules import Stop


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
class Owed:
    """One thing owed now: what, by whom, until when, and the action that does it with the word on its button."""

    what: str
    by: str
    action: str
    button: str
    due: datetime | None = None


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
    shown = [clock for clock in incident.clocks if state_at(clock, now) is not ClockState.VOID]
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


def owed_now(incident: Incident, policy: Policy, now: datetime) -> tuple[Owed, ...]:
    """What is owed now and by whom, in the order it has to be done."""
    if incident.closed:
        return ()
    by = addressee(incident)
    return (
        *_taking_on(incident, now),
        *_judging(incident, by),
        *_confirming(incident, by),
        *_answering(incident, policy, by),
        *_asking(incident, by),
    )


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


def _taking_on(incident: Incident, now: datetime) -> list[Owed]:
    if incident.acknowledged_by is not None:
        return []
    reached = [rung.role for rung in incident.ladder if rung.owed_at <= now] if awaits_somebody(incident) else []
    roles = "、".join(reached) or DUTY_OFFICER
    return [Owed(what="尚无人认领", by=roles, action="acknowledge", button="认领")]


def _judging(incident: Incident, by: str) -> list[Owed]:
    owed = []
    if incident.severity is None:
        due = min((clock.due_at for clock in incident.clocks if clock.open), default=None)
        owed.append(Owed(what="确认并定级，或不立案", by=by, action="grade", button="定级", due=due))
    elif not incident.severity.is_major and incident.answer_kind is None and incident.no_answer_reason is None:
        owed.append(Owed(what="认定是否须回应", by=by, action="sign-answer-kind", button="认定"))
    return owed


def _confirming(incident: Incident, by: str) -> list[Owed]:
    waiting = [release for release in incident.releases if release.signature is Signature.PROPOSED]
    return [
        Owed(what=f"确认或退回发布“{release.title or release.channel}”", by=by, action="confirm-release", button="确认")
        for release in waiting
    ]


def _answering(incident: Incident, policy: Policy, by: str) -> list[Owed]:
    """What the binding clocks ask for; what waits for a signature is asked for above."""
    return [
        Owed(what=rule.title, by=by, action=_EVIDENCE[rule.stop], button=_BUTTONS[rule.stop], due=clock.alarm_due_at)
        for clock in incident.clocks
        if clock.open and clock.binding and clock.paused_at is None and clock.awaiting is None
        for rule in (policy.rule(clock.rule_id),)
        if rule.stop in _EVIDENCE
    ]


def _asking(incident: Incident, by: str) -> list[Owed]:
    unclassed = [question for question in incident.questions if question.disposition_class is None]
    unanswered = [question for question in incident.questions if not question.answered_by]
    answered = any(release.signature is Signature.CONFIRMED for release in incident.releases)
    owed = []
    if unclassed:
        owed.append(Owed(what=f"为 {len(unclassed)} 个公众关切归类", by=by, action="class-question", button="归类"))
    if unanswered and answered:
        owed.append(
            Owed(
                what=f"标明 {len(unanswered)} 个公众关切由哪次发布回应", by=by, action="answer-question", button="标明"
            )
        )
    if not unanswered and answered and _may_conclude(incident):
        owed.append(Owed(what="处置已有结果的，可以办结", by=by, action="conclude", button="办结"))
    return owed


def _may_conclude(incident: Incident) -> bool:
    left = [clock for clock in incident.clocks if clock.blocks_conclusion]
    return not left and Action.CONCLUDE in TRANSITIONS[incident.state] and incident.state is not State.REOPENED


_EVIDENCE = {
    Stop.RELEASE: "record-release",
    Stop.PRESS_CONFERENCE: "record-conference",
    Stop.PRINCIPAL: "record-conference",
    Stop.ANSWER: "answer-question",
    Stop.CLARIFICATION: "answer-question",
    Stop.RESULT: "answer-question",
}
"""The form that brings each evidence; what has no form yet is not offered as a button."""
_BUTTONS = {
    Stop.RELEASE: "登记发布",
    Stop.PRESS_CONFERENCE: "登记发布会",
    Stop.PRINCIPAL: "登记发布会",
    Stop.ANSWER: "标明",
    Stop.CLARIFICATION: "标明",
    Stop.RESULT: "标明",
}
