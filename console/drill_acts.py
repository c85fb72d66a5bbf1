"""What people do in a drill: each act of a script as the step it takes on an incident."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from desk.duty_records import ReportKind
from desk.duty_steps import RecordReceipt, ReportUp
from desk.errors import BadSettings
from desk.incident import DispositionClass, Incident, PublicQuestion, Severity
from desk.lifecycle import Action
from desk.moments import as_utc
from desk.policy_reading import Reader
from desk.post import AnswerKind
from desk.release import ConferenceKind, Element, PressConference, Release, Signature, Speaker
from desk.steps import (
    Acknowledge,
    AnswerQuestion,
    Ask,
    ClassQuestion,
    Confirm,
    ConfirmRelease,
    GradeSeverity,
    RecordConference,
    SignAnswerKind,
    Step,
)

StepOf = Callable[[Incident], Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """An action of the script and the step it takes, once the incident is at hand."""

    action: Action
    step: StepOf


def read_steps(reader: Reader, folder: Path) -> Performed:
    """The step of one act; problems are noted in the reader."""
    action = reader.choice("action", Action)
    read = _STEPS.get(action)
    if read is None:
        reader.problem("action", f"a drill cannot {action}: use one of {', '.join(sorted(_STEPS))}")
        read = _acknowledge
    return Performed(action=action, step=read(reader, folder))


def _acknowledge(reader: Reader, folder: Path) -> StepOf:
    del reader, folder
    return lambda _: Acknowledge()


def _confirm(reader: Reader, folder: Path) -> StepOf:
    del reader, folder
    return lambda _: Confirm()


def _grade(reader: Reader, folder: Path) -> StepOf:
    del folder
    step = GradeSeverity(severity=reader.choice("severity", Severity), basis=reader.text("basis"))
    return lambda _: step


def _sign_answer_kind(reader: Reader, folder: Path) -> StepOf:
    del folder
    step = SignAnswerKind(kind=reader.choice("kind", AnswerKind))
    return lambda _: step


def _ask(reader: Reader, folder: Path) -> StepOf:
    del folder
    step = Ask(question=PublicQuestion(id=reader.text("question"), text=reader.text("text")))
    return lambda _: step


def _class_question(reader: Reader, folder: Path) -> StepOf:
    del folder
    kind = reader.choice("disposition_class", DispositionClass)
    step = ClassQuestion(question_id=reader.text("question"), disposition_class=kind)
    return lambda _: step


def _confirm_release(reader: Reader, folder: Path) -> StepOf:
    del folder
    elements = frozenset(reader.choices("elements", Element))
    return lambda incident: ConfirmRelease(release_id=_published(incident, Signature.PROPOSED)[0].id, elements=elements)


def _answer_question(reader: Reader, folder: Path) -> StepOf:
    del folder
    question = reader.text("question")
    return lambda incident: AnswerQuestion(
        question_id=question, release_id=_published(incident, Signature.CONFIRMED)[-1].id
    )


def _record_conference(reader: Reader, folder: Path) -> StepOf:
    held_at = as_utc(reader.moment("held_at"))
    record = reader.text("record")
    conference = PressConference(
        id=reader.text("conference"),
        kind=reader.choice("kind", ConferenceKind),
        held_at=held_at,
        speakers=tuple(
            Speaker(role=each.text("role"), is_principal=each.flag("is_principal"))
            for each in reader.tables("speakers")
        ),
        entered_at=held_at,
        entered_by=reader.text("by"),
        record=record,
        record_hash=_hash_of(reader, folder / record),
    )
    return lambda _: RecordConference(conference=conference)


def _report_up(reader: Reader, folder: Path) -> StepOf:
    del folder
    step = ReportUp(
        id=reader.text("report"),
        kind=reader.choice("kind", ReportKind),
        to=reader.text("to"),
        method=reader.text("method"),
        at=as_utc(reader.moment("sent_at")),
    )
    return lambda _: step


def _record_receipt(reader: Reader, folder: Path) -> StepOf:
    del folder
    received_at = as_utc(reader.moment("received_at"))
    step = RecordReceipt(report_id=reader.text("report"), at=received_at, receipt=reader.text("receipt"))
    return lambda _: step


def _hash_of(reader: Reader, path: Path) -> str | None:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        reader.problem("record", f"{path.name} cannot be read: {error.strerror}")
        return None


def _published(incident: Incident, signature: Signature) -> list[Release]:
    releases = [release for release in incident.releases if release.signature is signature]
    if not releases:
        raise BadSettings([f"the script needs a {signature} release of {incident.title}, and there is none"])
    return sorted(releases, key=lambda release: release.published_at)


_STEPS: Mapping[Action, Callable[[Reader, Path], StepOf]] = {
    Action.ACKNOWLEDGE: _acknowledge,
    Action.CONFIRM: _confirm,
    Action.GRADE: _grade,
    Action.SIGN_ANSWER_KIND: _sign_answer_kind,
    Action.ASK: _ask,
    Action.CLASS_QUESTION: _class_question,
    Action.ANSWER_QUESTION: _answer_question,
    Action.CONFIRM_RELEASE: _confirm_release,
    Action.REPORT_UP: _report_up,
    Action.RECORD_RECEIPT: _record_receipt,
    Action.RECORD_CONFERENCE: _record_conference,
}
