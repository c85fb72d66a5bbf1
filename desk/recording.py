"""What a person enters about the duties beside the first answers: refused without its ground, else kept as said."""

from dataclasses import replace
from datetime import datetime

from desk.assigning import accept, assign, give_back, verify
from desk.change import Fact
from desk.decided import Decided, Signed
from desk.duty_records import Decision, Finding, Handover, Report
from desk.duty_steps import (
    AcceptAssignment,
    Assign,
    Consult,
    Consulted,
    Correct,
    DecideQuestion,
    DutyStep,
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
from desk.incident import DispositionClass, Incident, PublicQuestion
from desk.obliging import consult, consulted, correct, extend, fulfil, oblige
from desk.policy import Policy
from desk.release import Signature


def record_duty(incident: Incident, step: DutyStep, signed: Signed, policy: Policy) -> Decided:  # one line a step
    """The incident with what the step says about its duties."""
    match step:
        case Assign():
            return assign(incident, step, signed, policy)
        case AcceptAssignment():
            return accept(incident, step, signed, policy)
        case ReturnAssignment():
            return give_back(incident, step, signed)
        case Verify():
            return verify(incident, step, signed)
        case DecideQuestion():
            return _decide(incident, step, signed)
        case FindUnlawful():
            return _find(incident, step, signed)
        case HandOver():
            return _hand_over(incident, step, signed)
        case ReportUp():
            return _report(incident, step, signed)
        case RecordReceipt():
            return _receive(incident, step, signed)
        case Oblige():
            return oblige(incident, step, signed)
        case Fulfil():
            return fulfil(incident, step, signed)
        case Correct():
            return correct(incident, step, signed, policy)
        case Consult():
            return consult(incident, step, signed, policy)
        case Consulted():
            return consulted(incident, step, signed, policy)
        case Extend():
            return extend(incident, step, signed, policy)


def _decide(incident: Incident, step: DecideQuestion, signed: Signed) -> Decided:
    question = _question(incident, step.question_id)
    decidable = (DispositionClass.CONSTRUCTIVE_SUGGESTION, DispositionClass.PRACTICAL_DIFFICULTY)
    if question.disposition_class not in decidable:
        raise IllegalAction(f"question {question.id} is no suggestion and no difficulty: nothing to decide on it")
    if question.decision is not None:
        raise IllegalAction(f"question {question.id} is decided already, at {question.decision.at.isoformat()}")
    _require(f"the decision on question {question.id}", step.at, signed, step.outcome, step.document)
    made = Decision(
        at=step.at, outcome=step.outcome, document=step.document, entered_at=signed.now, entered_by=signed.by
    )
    decided = _with_question(incident, replace(question, decision=made))
    facts = {"question": question.id, "document": step.document, "decided_at": step.at.isoformat()}
    return Decided(incident=decided, facts=facts, text=step.outcome)


def _find(incident: Incident, step: FindUnlawful, signed: Signed) -> Decided:
    question = _question(incident, step.question_id)
    if question.disposition_class is not DispositionClass.FALSE_INFORMATION:
        raise IllegalAction(f"question {question.id} is not classed as false information: class it first")
    if question.finding is not None:
        raise IllegalAction(f"question {question.id} has its finding already")
    _require(f"the finding on question {question.id}", step.at, signed, step.ground)
    made = Finding(at=step.at, ground=step.ground, entered_at=signed.now, entered_by=signed.by)
    found = _with_question(incident, replace(question, finding=made))
    return Decided(incident=found, facts={"question": question.id, "at": step.at.isoformat()}, text=step.ground)


def _hand_over(incident: Incident, step: HandOver, signed: Signed) -> Decided:
    question = _question(incident, step.question_id)
    if any(known.id == step.id for known in incident.handovers):
        raise IllegalAction(f"hand-over {step.id} is already in the file of {incident.id}")
    if question.finding is None:
        raise IllegalAction(f"question {question.id} has no finding: a person says first what is unlawful, and why")
    _require(f"hand-over {step.id}", step.at, signed, step.body, step.document, step.legal_basis)
    handed = Handover(
        id=step.id,
        question_id=step.question_id,
        at=step.at,
        body=step.body,
        document=step.document,
        legal_basis=step.legal_basis,
        answered_before=_answered(incident, question, step.at),
        entered_at=signed.now,
        entered_by=signed.by,
    )
    facts: dict[str, Fact] = {
        "question": question.id,
        "to": step.body,
        "document": step.document,
        "at": step.at.isoformat(),
        "answered_before": handed.answered_before,
    }
    return Decided(incident=replace(incident, handovers=(*incident.handovers, handed)), facts=facts)


def _report(incident: Incident, step: ReportUp, signed: Signed) -> Decided:
    if any(known.id == step.id for known in incident.reports):
        raise IllegalAction(f"report {step.id} is already in the file of {incident.id}")
    _require(f"report {step.id}", step.at, signed, step.to, step.method)
    sent = Report(
        id=step.id,
        kind=step.kind,
        to=step.to,
        method=step.method,
        sent_at=step.at,
        entered_at=signed.now,
        entered_by=signed.by,
    )
    facts = {"report": step.id, "form": step.kind.value, "to": step.to, "sent_at": step.at.isoformat()}
    return Decided(incident=replace(incident, reports=(*incident.reports, sent)), facts=facts)


def _receive(incident: Incident, step: RecordReceipt, signed: Signed) -> Decided:
    waiting = [each for each in incident.reports if each.id == step.report_id and each.receipt is None]
    if not waiting:
        raise IllegalAction(f"no report {step.report_id} waits for its receipt in the file of {incident.id}")
    _require(f"the receipt for report {step.report_id}", step.at, signed, step.receipt)
    if step.at < waiting[0].sent_at:
        raise IllegalAction(f"report {step.report_id} was sent after its receipt: {waiting[0].sent_at.isoformat()}")
    received = replace(waiting[0], receipt=step.receipt, received_at=step.at)
    reports = tuple(received if each.id == received.id else each for each in incident.reports)
    facts = {"report": step.report_id, "receipt": step.receipt, "at": step.at.isoformat()}
    return Decided(incident=replace(incident, reports=reports), facts=facts)


def _require(what: str, at: datetime, signed: Signed, *texts: str) -> None:
    if at > signed.now:
        raise IllegalAction(f"{what} is dated in the future: {at.isoformat()}")
    if not all(text.strip() for text in texts):
        raise IllegalAction(f"{what} lacks what it rests on: name the body, the document and the ground")


def _answered(incident: Incident, question: PublicQuestion, at: datetime) -> bool:
    said = [
        release
        for release in incident.releases
        if release.signature is Signature.CONFIRMED and release.published_at <= at
    ]
    return any(release.id in question.answered_by for release in said)


def _question(incident: Incident, question_id: str) -> PublicQuestion:
    for question in incident.questions:
        if question.id == question_id:
            return question
    raise IllegalAction(f"no question {question_id} in the file of {incident.id}")


def _with_question(incident: Incident, changed: PublicQuestion) -> Incident:
    return replace(incident, questions=tuple(changed if each.id == changed.id else each for each in incident.questions))
