"""A person's step on an incident: looked up in the lifecycle table, decided, and turned into one change."""

from dataclasses import replace
from datetime import datetime

from desk.answering import (
    confirm_release,
    record_conference,
    record_release,
    reject_release,
    with_awaited,
    without_needless_continuing,
)
from desk.change import Change, Event
from desk.clocks import pause, restart, resume, start_clock, void
from desk.decided import Decided, Signed, one_change, require_two
from desk.errors import IllegalAction
from desk.grading import decline_answer, grade
from desk.incident import CLOSED, Incident, PublicQuestion, State
from desk.lifecycle import Action, move
from desk.moments import Basis, earliest, whole_seconds
from desk.policy import Policy
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
    RecordRelease,
    RecordTime,
    RejectRelease,
    Reopen,
    ResumeContinuing,
    SignAnswerKind,
    Step,
)

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
    PauseContinuing: Action.PAUSE_CONTINUING,
    ResumeContinuing: Action.RESUME_CONTINUING,
    Conclude: Action.CONCLUDE,
    Reopen: Action.REOPEN,
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
    decided = _decide(incident, step, signed, policy)
    moved = _moved_on(replace(decided.incident, state=state), signed)
    event = Event(kind=action.value, at=now, recorded_at=now, by=by, facts=decided.facts, text=decided.text)
    return one_change(moved, [event])


def _decide(incident: Incident, step: Step, signed: Signed, policy: Policy) -> Decided:  # one line a step
    match step:
        case Acknowledge():
            return _acknowledge(incident, signed)
        case Confirm():
            return Decided(incident=incident)
        case GradeSeverity():
            return grade(incident, step, signed, policy)
        case SignAnswerKind():
            return _sign_answer_kind(incident, step, policy)
        case DeclineAnswer():
            return decline_answer(incident, step, signed)
        case RecordTime():
            return _record_time(incident, step, signed, policy)
        case Ask():
            return _ask(incident, step)
        case ClassQuestion() | AnswerQuestion():
            return _on_question(incident, step, signed)
        case RecordRelease():
            return record_release(incident, step)
        case ConfirmRelease():
            return confirm_release(incident, step, signed, policy)
        case RejectRelease():
            return reject_release(incident, step, signed)
        case RecordConference():
            return record_conference(incident, step, signed, policy)
        case PauseContinuing() | ResumeContinuing():
            return _pause_or_resume(incident, step, signed)
        case Conclude():
            return _conclude(incident, signed)
        case Leave():
            return _leave(incident, step, signed)
        case Reopen():
            return _reopen(incident, step, policy)


def _moved_on(incident: Incident, signed: Signed) -> Incident:
    if incident.state in CLOSED:
        return replace(incident, closed_at=incident.closed_at or signed.now)
    major = incident.severity is not None and incident.severity.is_major
    if incident.state is State.FIRST_RESPONDED and major:
        return replace(incident, state=move(incident.state, Action.CONTINUE), closed_at=None)
    return replace(incident, closed_at=None)


def _acknowledge(incident: Incident, signed: Signed) -> Decided:
    if incident.acknowledged_by is not None:
        return Decided(incident=incident, facts={"already": True})
    return Decided(incident=replace(incident, acknowledged_by=signed.by, acknowledged_at=signed.now))


def _sign_answer_kind(incident: Incident, step: SignAnswerKind, policy: Policy) -> Decided:
    if step.kind.value == "hot_topic" and not policy.hot_topic:
        raise IllegalAction("hot topics owe no answer here: policy.answer.hot_topic is false")
    signed_kind = replace(incident, answer_kind=step.kind, no_answer_reason=None)
    return Decided(incident=signed_kind, facts={"answer_kind": step.kind.value})


def _record_time(incident: Incident, step: RecordTime, signed: Signed, policy: Policy) -> Decided:
    times, given = incident.times, step.time
    if given.at > signed.now:
        raise IllegalAction(f"{step.basis} is dated in the future: {given.at.isoformat()}")
    match step.basis:
        case Basis.OCCURRED:
            if times.first_public is not None and given.at > times.first_public.at:
                raise IllegalAction("the occurrence cannot be later than the first public post about it")
            if times.occurred is not None and given.at > times.occurred.at:
                require_two(incident, signed, given.source, "moving the occurrence to a later time")
            times = replace(times, occurred=given)
        case Basis.FIRST_PUBLIC:
            times = replace(times, first_public=earliest(times.first_public, given))
        case Basis.AWARE:
            times = replace(times, aware=earliest(times.aware, given) or given, reported=given)
        case _:
            raise IllegalAction(f"{step.basis} is not a time a person records by hand")
    clocks = tuple(restart(clock, policy.rule(clock.rule_id), times) for clock in incident.clocks)
    facts = {"basis": step.basis.value, "time": given.at.isoformat(), "evidence": given.source}
    return Decided(incident=replace(incident, times=times, clocks=clocks), facts=facts)


def _ask(incident: Incident, step: Ask) -> Decided:
    if any(known.id == step.question.id for known in incident.questions):
        raise IllegalAction(f"question {step.question.id} is already in the file of {incident.id}")
    asked = replace(incident, questions=(*incident.questions, step.question))
    return Decided(incident=asked, facts={"question": step.question.id}, text=step.question.text)


def _on_question(incident: Incident, step: ClassQuestion | AnswerQuestion, signed: Signed) -> Decided:
    known = {question.id: question for question in incident.questions}
    if step.question_id not in known:
        raise IllegalAction(f"no question {step.question_id} in the file of {incident.id}")
    changed, facts = _changed_question(incident, known[step.question_id], step, signed)
    questions = tuple({**known, changed.id: changed}.values())
    after = without_needless_continuing(replace(incident, questions=questions), signed)
    return Decided(incident=after, facts={"question": changed.id, **facts})


def _changed_question(
    incident: Incident, question: PublicQuestion, step: ClassQuestion | AnswerQuestion, signed: Signed
) -> tuple[PublicQuestion, dict[str, str]]:
    if isinstance(step, ClassQuestion):
        classed = replace(question, disposition_class=step.disposition_class, classed_by=signed.by)
        return classed, {"class": step.disposition_class.value}
    if step.release_id not in {release.id for release in incident.releases}:
        raise IllegalAction(f"no release {step.release_id} in the file of {incident.id}")
    return replace(question, answered_by=(*question.answered_by, step.release_id)), {"release": step.release_id}


def _pause_or_resume(incident: Incident, step: PauseContinuing | ResumeContinuing, signed: Signed) -> Decided:
    running = [clock for clock in incident.clocks if clock.rule_id == "C4" and clock.open]
    if not running:
        raise IllegalAction(f"no continuing release is owed by {incident.id}: nothing to pause or resume")
    if isinstance(step, PauseContinuing) and not step.record.strip():
        raise IllegalAction("C4 pauses only on the record of an investigating body: name the record")
    changed = (
        pause(running[-1], signed.now, step.record)
        if isinstance(step, PauseContinuing)
        else resume(running[-1], signed.now)
    )
    clocks = tuple(changed if clock is running[-1] else clock for clock in incident.clocks)
    return Decided(incident=replace(incident, clocks=clocks), facts={"record": changed.pause_ground})


def _conclude(incident: Incident, signed: Signed) -> Decided:
    running = [clock.key for clock in incident.clocks if clock.open and clock.rule_id != "C4"]
    unanswered = [question.id for question in incident.questions if not question.answered_by]
    if running or unanswered:
        open_things = "、".join([*running, *unanswered])
        raise IllegalAction(f"cannot conclude {incident.id}: still open: {open_things}")
    return Decided(incident=_voided(incident, signed, CONCLUDED))


def _leave(incident: Incident, step: Leave, signed: Signed) -> Decided:
    if not step.reason.strip():
        raise IllegalAction(f"cannot {step.action} {incident.id} without a reason")
    if step.action is not Action.DISMISS and step.to is None:
        raise IllegalAction(f"cannot {step.action} {incident.id} without saying where it goes")
    require_two(incident, signed, step.reason, f"to {step.action} it")
    left = _voided(incident, signed, step.reason)
    return Decided(incident=left, facts={"to": step.to, "second": signed.second}, text=step.reason)


def _reopen(incident: Incident, step: Reopen, policy: Policy) -> Decided:
    if not step.reason.strip():
        raise IllegalAction(f"cannot reopen {incident.id} without a reason")
    last = {clock.rule_id: clock for clock in incident.clocks}
    left_at = whole_seconds(incident.closed_at) if incident.closed_at else None
    # What leaving voided runs again from the same evidence; a clock graded away or met before stays as it was.
    revived = tuple(
        replace(
            start_clock(policy.rule(clock.rule_id), incident.times, binding=clock.binding),
            cycle=clock.cycle + 1,
            graded_at=clock.graded_at,
        )
        for clock in last.values()
        if clock.voided_at is not None and clock.voided_at == left_at and clock.rule_id != "C4"
    )
    again = with_awaited(replace(incident, clocks=(*incident.clocks, *revived)))
    return Decided(incident=again, facts={"revived": len(revived)}, text=step.reason)


def _voided(incident: Incident, signed: Signed, reason: str) -> Incident:
    return replace(incident, clocks=tuple(void(clock, signed.now, reason) for clock in incident.clocks))
