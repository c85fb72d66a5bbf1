"""A person's step on an incident: looked up in the lifecycle table, decided, and turned into one change."""

from dataclasses import replace
from datetime import datetime

from desk.answering import (
    confirm_release,
    is_continuing_owed,
    record_conference,
    record_release,
    reject_release,
    with_awaited,
    with_next_continuing,
    without_needless_continuing,
)
from desk.change import Change, Event
from desk.clock import Clock
from desk.clocks import pause, resume, void
from desk.consulting import record_consultation
from desk.decided import Decided, Signed, one_change, require_two
from desk.duty_clocks import with_duties
from desk.duty_steps import (
    AcceptAssignment,
    Assign,
    Consult,
    Consulted,
    Correct,
    DecideQuestion,
    Extend,
    FindUnlawful,
    Fulfil,
    HandOver,
    Oblige,
    RecordReceipt,
    ReportUp,
    ReturnAssignment,
    Verify,
)
from desk.errors import IllegalAction
from desk.grading import decline_answer, grade, sign_answer_kind, with_owed_clocks
from desk.incident import CLOSED, DispositionClass, Incident, PublicQuestion, State
from desk.lifecycle import SIDE_EXITS, Action, move
from desk.policy import Policy
from desk.recording import record_duty
from desk.release import Signature
from desk.rules import Pause
from desk.starting import record_time
from desk.steps import (
    Acknowledge,
    AnswerQuestion,
    Ask,
    ClassQuestion,
    Conclude,
    Confirm,
    ConfirmRelease,
    DeclineAnswer,
    GradeSeverity,
    Leave,
    PauseContinuing,
    RecordConference,
    RecordConsultation,
    RecordRelease,
    RecordTime,
    RejectRelease,
    Reopen,
    ResumeContinuing,
    SignAnswerKind,
    Step,
)
from desk.watching import noted_breaches

CONCLUDED = "办结"
_ACTIONS: dict[type[Step], Action] = {
    Acknowledge: Action.ACKNOWLEDGE,
    Confirm: Action.CONFIRM,
    GradeSeverity: Action.GRADE,
    SignAnswerKind: Action.SIGN_ANSWER_KIND,
    DeclineAnswer: Action.DECLINE_ANSWER,
    RecordTime: Action.RECORD_TIME,
    Ask: Action.ASK,
    ClassQuestion: Action.CLASS_QUESTION,
    AnswerQuestion: Action.ANSWER_QUESTION,
    RecordRelease: Action.RECORD_RELEASE,
    ConfirmRelease: Action.CONFIRM_RELEASE,
    RejectRelease: Action.REJECT_RELEASE,
    RecordConference: Action.RECORD_CONFERENCE,
    RecordConsultation: Action.RECORD_CONSULTATION,
    PauseContinuing: Action.PAUSE_CONTINUING,
    ResumeContinuing: Action.RESUME_CONTINUING,
    Conclude: Action.CONCLUDE,
    Reopen: Action.REOPEN,
    Assign: Action.ASSIGN,
    AcceptAssignment: Action.ACCEPT,
    ReturnAssignment: Action.RETURN,
    Verify: Action.VERIFY,
    DecideQuestion: Action.DECIDE_QUESTION,
    FindUnlawful: Action.FIND_UNLAWFUL,
    HandOver: Action.HAND_OVER,
    ReportUp: Action.REPORT_UP,
    RecordReceipt: Action.RECORD_RECEIPT,
    Oblige: Action.OBLIGE,
    Fulfil: Action.FULFIL,
    Correct: Action.CORRECT,
    Consult: Action.CONSULT,
    Consulted: Action.CONSULTED,
    Extend: Action.EXTEND,
}


def apply(
    incident: Incident, step: Step, *, by: str, now: datetime, policy: Policy, second: str | None = None
) -> Change:
    """The change a signed step makes.

    Raises IllegalAction when the lifecycle table or the step's own ground refuses it, SecondPersonNeeded when a
    passed deadline asks for two people; then nothing changed.
    """
    action = step.action if isinstance(step, Leave) else _ACTIONS[type(step)]
    state = move(incident.state, action)
    signed = Signed(by=by, now=now, second=second)
    noted, breaches = noted_breaches(incident, now)
    decided = _decide(noted, step, signed, policy)
    owing = decided.incident if state in CLOSED else with_duties(decided.incident, policy, signed)
    moved = _moved_on(replace(owing, state=state), signed)
    event = Event(kind=action.value, at=now, recorded_at=now, by=by, facts=decided.facts, text=decided.text)
    return one_change(moved, [*breaches, event])


def _decide(incident: Incident, step: Step, signed: Signed, policy: Policy) -> Decided:  # one line a step
    match step:
        case Acknowledge():
            return _acknowledge(incident, signed)
        case Confirm():
            return Decided(incident=incident)
        case GradeSeverity():
            return grade(incident, step, signed, policy)
        case SignAnswerKind():
            return sign_answer_kind(incident, step, policy)
        case DeclineAnswer():
            return decline_answer(incident, step, signed)
        case RecordTime():
            return record_time(incident, step, signed, policy)
        case Ask():
            return _ask(incident, step, signed, policy)
        case ClassQuestion() | AnswerQuestion():
            return _on_question(incident, step, signed, policy)
        case RecordRelease():
            return record_release(incident, step, signed)
        case ConfirmRelease():
            return confirm_release(incident, step, signed, policy)
        case RejectRelease():
            return reject_release(incident, step, signed)
        case RecordConference():
            return record_conference(incident, step, signed, policy)
        case RecordConsultation():
            return record_consultation(incident, step, signed)
        case PauseContinuing() | ResumeContinuing():
            return _pause_or_resume(incident, step, signed, policy)
        case Conclude():
            return _conclude(incident, signed)
        case Leave():
            return _leave(incident, step, signed)
        case Reopen():
            return _reopen(incident, step, signed, policy)
        case _:
            return record_duty(incident, step, signed, policy)


def _moved_on(incident: Incident, signed: Signed) -> Incident:
    if incident.state in CLOSED:
        return replace(incident, closed_at=incident.closed_at or signed.now)
    goes_on = incident.state is State.FIRST_RESPONDED and _updates_owed(incident)
    state = move(incident.state, Action.CONTINUE) if goes_on else incident.state
    return replace(incident, state=state, closed_at=None)


def _updates_owed(incident: Incident) -> bool:
    """Whether continuing releases follow the first without anybody deciding so: 重大 and above, and class 3."""
    major = incident.severity is not None and incident.severity.is_major
    classes = {question.disposition_class for question in incident.questions}
    return major or DispositionClass.MAJOR_PROBLEM in classes


def _acknowledge(incident: Incident, signed: Signed) -> Decided:
    if incident.acknowledged_by is not None:
        return Decided(incident=incident, facts={"already": True})
    return Decided(incident=replace(incident, acknowledged_by=signed.by, acknowledged_at=signed.now))


def _ask(incident: Incident, step: Ask, signed: Signed, policy: Policy) -> Decided:
    question = step.question
    if any(known.id == question.id for known in incident.questions):
        raise IllegalAction(f"question {question.id} is already in the file of {incident.id}")
    if question.answered_by:
        raise IllegalAction(f"question {question.id} comes with its answer: ask it first, then sign what answers it")
    taken_in = replace(question, classed_by=signed.by if question.disposition_class else None)
    asked = _with_questions(incident, (*incident.questions, taken_in), signed, policy)
    return Decided(incident=asked, facts={"question": question.id}, text=question.text)


def _on_question(incident: Incident, step: ClassQuestion | AnswerQuestion, signed: Signed, policy: Policy) -> Decided:
    known = {question.id: question for question in incident.questions}
    if step.question_id not in known:
        raise IllegalAction(f"no question {step.question_id} in the file of {incident.id}")
    changed, facts = _changed_question(incident, known[step.question_id], step, signed)
    after = _with_questions(incident, tuple({**known, changed.id: changed}.values()), signed, policy)
    return Decided(incident=after, facts={"question": changed.id, **facts})


def _with_questions(
    incident: Incident, questions: tuple[PublicQuestion, ...], signed: Signed, policy: Policy
) -> Incident:
    asked = without_needless_continuing(replace(incident, questions=questions), signed)
    return _with_continuing(asked, signed, policy)


def _with_continuing(incident: Incident, signed: Signed, policy: Policy) -> Incident:
    """The incident with C4 running from now, where it became owed now."""
    owed = is_continuing_owed(incident)
    return with_awaited(with_next_continuing(incident, policy, since=signed.now) if owed else incident)


def _changed_question(
    incident: Incident, question: PublicQuestion, step: ClassQuestion | AnswerQuestion, signed: Signed
) -> tuple[PublicQuestion, dict[str, str]]:
    if isinstance(step, ClassQuestion):
        classed = replace(question, disposition_class=step.disposition_class, classed_by=signed.by)
        return classed, {"class": step.disposition_class.value}
    confirmed = {release.id for release in incident.releases if release.signature is Signature.CONFIRMED}
    if step.release_id not in confirmed:
        raise IllegalAction(f"no confirmed release {step.release_id} in the file of {incident.id}")
    answers = tuple(dict.fromkeys((*question.answered_by, step.release_id)))
    return replace(question, answered_by=answers), {"release": step.release_id}


def _pause_or_resume(
    incident: Incident, step: PauseContinuing | ResumeContinuing, signed: Signed, policy: Policy
) -> Decided:
    running = next((clock for clock in incident.clocks if clock.rule_id == "C4" and clock.open), None)
    if running is None:
        raise IllegalAction(f"no continuing release is owed by {incident.id}: nothing to pause or resume")
    changed = _paused(running, step, signed, policy) if isinstance(step, PauseContinuing) else _resumed(running, signed)
    clocks = tuple(changed if clock is running else clock for clock in incident.clocks)
    return Decided(incident=replace(incident, clocks=clocks), facts={"record": changed.pause_ground})


def _paused(clock: Clock, step: PauseContinuing, signed: Signed, policy: Policy) -> Clock:
    if policy.rule(clock.rule_id).pause is not Pause.INVESTIGATION:
        raise IllegalAction(f"{clock.key} knows no pause here: policy.rule[C4].pause is 'none'")
    if not step.record.strip():
        raise IllegalAction(f"{clock.key} pauses only on the record of an investigating body: name the record")
    if clock.paused_at is not None:
        raise IllegalAction(f"{clock.key} is paused already: {clock.pause_ground}")
    if clock.overdue(signed.now):
        raise IllegalAction(f"{clock.key} was due at {clock.due_at.isoformat()}: no pause undoes that")
    return pause(clock, signed.now, step.record)


def _resumed(clock: Clock, signed: Signed) -> Clock:
    if clock.paused_at is None:
        raise IllegalAction(f"{clock.key} is not paused: nothing to resume")
    return resume(clock, signed.now)


def _conclude(incident: Incident, signed: Signed) -> Decided:
    running = [clock.key for clock in incident.clocks if clock.blocks_conclusion]
    unanswered = [question.id for question in incident.questions if not question.answered_by]
    if running or unanswered:
        open_things = "、".join([*running, *unanswered])
        raise IllegalAction(f"cannot conclude {incident.id}: still open: {open_things}")
    return Decided(incident=_voided(incident, signed, CONCLUDED))


def _leave(incident: Incident, step: Leave, signed: Signed) -> Decided:
    if step.action not in SIDE_EXITS:
        ways = ", ".join(sorted(SIDE_EXITS))
        raise IllegalAction(f"to {step.action} {incident.id} is no way to leave: use {ways}")
    if not step.reason.strip():
        raise IllegalAction(f"cannot {step.action} {incident.id} without a reason")
    to = (step.to or "").strip()
    if step.action is not Action.DISMISS and not to:
        raise IllegalAction(f"cannot {step.action} {incident.id} without saying where it goes")
    if to in (incident.id, incident.number):
        raise IllegalAction(f"cannot {step.action} {incident.id} to itself")
    require_two(incident, signed, step.reason, f"to {step.action} it")
    left = _voided(incident, signed, step.reason)
    return Decided(incident=left, facts={"to": step.to, "second": signed.second}, text=step.reason)


def _reopen(incident: Incident, step: Reopen, signed: Signed, policy: Policy) -> Decided:
    if not step.reason.strip():
        raise IllegalAction(f"cannot reopen {incident.id} without a reason")
    again = _with_continuing(with_owed_clocks(incident, policy), signed, policy)
    revived = len(again.clocks) - len(incident.clocks)
    return Decided(incident=again, facts={"revived": revived}, text=step.reason)


def _voided(incident: Incident, signed: Signed, reason: str) -> Incident:
    return replace(incident, clocks=tuple(void(clock, signed.now, reason) for clock in incident.clocks))
