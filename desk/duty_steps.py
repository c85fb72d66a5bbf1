"""What a person does about the duties beside the first answer, each as a value with all it needs.

`at` is when it happened; who entered it and when is the desk's.
"""

from dataclasses import dataclass
from datetime import datetime

from desk.duty_records import ObligationKind, ReportKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """The matter is given to a department's named officer (交办)."""

    id: str
    department: str
    officer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptAssignment:
    """The named officer takes it (认领)."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAssignment:
    """The department gives it back, once, with its reason (退回)."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """The department reports what it found when it checked the facts (核查反馈)."""

    id: str
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideQuestion:
    """A decision on a suggestion, or the result reached on a difficulty, under its document."""

    question_id: str
    at: datetime
    outcome: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindUnlawful:
    """A signed finding that the content behind a question is unlawful, with its ground (涉嫌违法)."""

    question_id: str
    at: datetime
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Content and leads handed over to the body in charge, at its true time (移交)."""

    id: str
    question_id: str
    at: datetime
    body: str
    document: str
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUp:
    """A report sent to the superior body (上报)."""

    id: str
    kind: ReportKind
    to: str
    method: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReceipt:
    """The superior body's receipt for a report (回执)."""

    report_id: str
    at: datetime
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Oblige:
    """A text to repost, information to disclose or a request to reply to is taken into the file."""

    id: str
    kind: ObligationKind
    title: str
    reference: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfil:
    """It was reposted, disclosed or replied to: where that stands, with the hash of its capture where there is one."""

    id: str
    at: datetime
    evidence: str
    capture: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct:
    """A request was sent back to be corrected, and came in corrected: its time runs anew from then (条例 30)."""

    id: str
    asked_at: datetime
    corrected_at: datetime
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """Another body or a third party is asked: until it answers, the reply's time does not run (条例 33)."""

    id: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """The body or the third party answered: the reply's time runs on."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """A time limit extended once, as its rule allows, under the approval's document."""

    clock_key: str
    document: str


DutyStep = (
    Assign
    | AcceptAssignment
    | ReturnAssignment
    | Verify
    | DecideQuestion
    | FindUnlawful
    | HandOver
    | ReportUp
    | RecordReceipt
    | Oblige
    | Fulfil
    | Correct
    | Consult
    | Consulted
    | Extend
)
