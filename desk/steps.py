"""What a person can do to an incident, each as a value with all it needs."""

from dataclasses import dataclass

from desk.duty_steps import DutyStep
from desk.incident import Consultation, DispositionClass, PublicQuestion, Severity
from desk.lifecycle import Action
from desk.moments import Basis, EvidencedTime
from desk.post import AnswerKind
from desk.release import Element, PressConference, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """Somebody takes the incident on: the ladder stops climbing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """The suspicion is confirmed: an incident to be judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeSeverity:
    """A signed severity with the ground it rests on."""

    severity: Severity
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAnswerKind:
    """A signed reason why an answer is owed (61号)."""

    kind: AnswerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineAnswer:
    """A signed "no answer needed", with its reason; counted."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTime:
    """An evidenced time a clock may start from: occurrence, an earlier publication, a report from outside."""

    basis: Basis
    time: EvidencedTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A public question taken into the file."""

    question: PublicQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassQuestion:
    """The signed disposition class of a question."""

    question_id: str
    disposition_class: DispositionClass


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    """A signed "this release answers this question"."""

    question_id: str
    release_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRelease:
    """A release a person enters, still to be confirmed."""

    release: Release


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRelease:
    """A signed "this release answers this incident", with the elements the signer found in it.

    `capture` is the hash of a record attached now, for a release that has none yet.
    """

    release_id: str
    elements: frozenset[Element] = frozenset()
    capture: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectRelease:
    """A signed "this release does not answer this incident", with its reason."""

    release_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConference:
    """A press conference or lesser form that was held."""

    conference: PressConference


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsultation:
    """A consultation of the bodies concerned (会商) that was held."""

    consultation: Consultation


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseContinuing:
    """An investigating body holds authority: C4 pauses on its record (DESIGN §4.1.7)."""

    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeContinuing:
    """The investigating body's authority ended: C4 runs on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclude:
    """Everything asked is answered: the incident is concluded (办结)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A side exit: dismissed, merged, transferred or redirected, with its reason and where it went."""

    action: Action
    reason: str
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """A closed incident is opened again, with its reason."""

    reason: str


Step = (
    Acknowledge
    | Confirm
    | GradeSeverity
    | SignAnswerKind
    | DeclineAnswer
    | RecordTime
    | Ask
    | ClassQuestion
    | AnswerQuestion
    | RecordRelease
    | ConfirmRelease
    | RejectRelease
    | RecordConference
    | RecordConsultation
    | PauseContinuing
    | ResumeContinuing
    | Conclude
    | Leave
    | Reopen
    | DutyStep
)
