"""What an incident owes now and by whom: each clock as the form that brings its evidence, the next due first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from console.web.assigning_forms import waiting
from console.web.question_forms import undecided
from console.web.reporting_forms import unreceived
from desk.briefing_words import about
from desk.clock import Clock
from desk.duty_evidence import evidence_of
from desk.incident import Incident, State
from desk.ladder import addressee, awaits_somebody
from desk.lifecycle import TRANSITIONS, Action
from desk.moments import Basis
from desk.office import DUTY_OFFICER
from desk.policy import Policy
from desk.release import Signature
from desk.rules import Rule, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One thing owed now: what, by whom, until when, and the action that does it with the word on its button."""

    what: str
    by: str
    action: str
    button: str
    due: datetime | None = None


def owed_now(incident: Incident, policy: Policy, now: datetime) -> tuple[Owed, ...]:
    """What is owed now and by whom, in the order it has to be done; what one form does stands in one line."""
    if incident.closed:
        return ()
    by = addressee(incident)
    duties = [*_answering(incident, policy, by), *_deciding(incident, by)]
    by_due = sorted(duties, key=lambda owed: (owed.due is None, owed.due))
    return _merged(
        (
            *_taking_on(incident, now),
            *_judging(incident, by),
            *_confirming(incident, by),
            *by_due,
            *_asking(incident, by),
        )
    )


def _merged(found: Iterable[Owed]) -> tuple[Owed, ...]:
    lines: dict[tuple[str, str], Owed] = {}
    for owed in found:
        line = lines.setdefault((owed.action, owed.by), owed)
        if line is not owed:
            lines[owed.action, owed.by] = replace(line, what=f"{line.what}；{owed.what}")
    return tuple(lines.values())


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
    proposed = [release for release in incident.releases if release.signature is Signature.PROPOSED]
    return [
        Owed(what=f"确认或退回发布“{release.title or release.channel}”", by=by, action="confirm-release", button="确认")
        for release in proposed
    ]


def _answering(incident: Incident, policy: Policy, by: str) -> list[Owed]:
    """What the binding clocks ask for; what waits for a signature is asked for above."""
    return [
        owed
        for clock in incident.clocks
        if clock.open and clock.binding and clock.paused_at is None and clock.awaiting is None
        for owed in _evidence_owed(incident, clock, policy.rule(clock.rule_id), by)
    ]


def _evidence_owed(incident: Incident, clock: Clock, rule: Rule, by: str) -> list[Owed]:
    if rule.stop in (Stop.ACCEPTANCE, Stop.VERIFICATION):
        return _of_department(incident, clock, rule)
    form = _form_for(incident, clock, rule.stop)
    if form is None:
        return []
    subject = about(incident, clock)
    what = f"{rule.title}（{subject}）" if subject else rule.title
    return [Owed(what=what, by=by, action=form, button=_BUTTONS[form], due=clock.alarm_due_at)]


def _of_department(incident: Incident, clock: Clock, rule: Rule) -> list[Owed]:
    """The department takes the matter first and reports on it then."""
    given = next(each for each in incident.assignments if each.id == clock.subject)
    unaccepted = given in waiting(incident)
    if rule.stop is Stop.VERIFICATION and unaccepted:
        return []
    form = "accept" if rule.stop is Stop.ACCEPTANCE else "verify"
    by = f"{given.department} {given.officer}"
    return [Owed(what=rule.title, by=by, action=form, button=_BUTTONS[form], due=clock.alarm_due_at)]


def _form_for(incident: Incident, clock: Clock, stop: Stop) -> str | None:
    """The form that brings the evidence; None while a release waits that may bring it."""
    if stop is Stop.REPORT:
        return "record-receipt" if unreceived(incident) else "report-up"
    if stop in (Stop.ANSWER, Stop.CLARIFICATION, Stop.RESULT):
        if _said_already(incident, clock, stop):
            return "answer-question"
        return None if _confirming(incident, "") else "record-release"
    return _EVIDENCE[stop]


def _said_already(incident: Incident, clock: Clock, stop: Stop) -> bool:
    """Whether a signed release would meet the clock, once somebody says that it answers the question."""
    signed = tuple(each.id for each in incident.releases if each.signature is Signature.CONFIRMED)
    as_answered = tuple(replace(each, answered_by=signed) for each in incident.questions)
    return evidence_of(replace(incident, questions=as_answered), clock, stop) is not None


def _deciding(incident: Incident, by: str) -> list[Owed]:
    """What nobody has decided: its clock begins by itself at the latest then."""
    latest = {
        clock.subject: clock.start_at
        for clock in incident.clocks
        if clock.open and clock.rule_id in ("C6", "C7") and clock.start_basis is Basis.AWARE
    }
    return [
        Owed(
            what=f"研究决定并登记（{each.text}）",
            by=by,
            action="decide-question",
            button="登记",
            due=latest.get(each.id),
        )
        for each in undecided(incident)
        if each.id in latest
    ]


def _asking(incident: Incident, by: str) -> list[Owed]:
    unclassed = [question for question in incident.questions if question.disposition_class is None]
    unanswered = [question for question in incident.questions if not question.answered_by]
    answered = any(release.signature is Signature.CONFIRMED for release in incident.releases)
    counted = {clock.subject for clock in incident.clocks if clock.open}
    unmarked = [question for question in unanswered if question.id not in counted]
    owed = []
    if unclassed:
        owed.append(Owed(what=f"为 {len(unclassed)} 个公众关切归类", by=by, action="class-question", button="归类"))
    if unmarked and answered:
        what = f"标明 {len(unmarked)} 个公众关切由哪次发布回应"
        owed.append(Owed(what=what, by=by, action="answer-question", button="标明"))
    if not unanswered and answered and _may_conclude(incident):
        owed.append(Owed(what="处置已有结果的，可以办结", by=by, action="conclude", button="办结"))
    return owed


def _may_conclude(incident: Incident) -> bool:
    left = [clock for clock in incident.clocks if clock.blocks_conclusion]
    return not left and Action.CONCLUDE in TRANSITIONS[incident.state] and incident.state is not State.REOPENED


_EVIDENCE: Mapping[Stop, str] = {
    Stop.RELEASE: "record-release",
    Stop.PRESS_CONFERENCE: "record-conference",
    Stop.PRINCIPAL: "record-conference",
    Stop.HANDOVER: "hand-over",
    Stop.FULFILMENT: "fulfil",
}
"""The form that brings each evidence, whatever else stands in the file."""
_BUTTONS: Mapping[str, str] = {
    "record-release": "登记发布",
    "record-conference": "登记发布会",
    "answer-question": "标明",
    "report-up": "登记上报",
    "record-receipt": "登记回执",
    "accept": "认领",
    "verify": "反馈",
    "hand-over": "登记移交",
    "fulfil": "登记完成",
}
