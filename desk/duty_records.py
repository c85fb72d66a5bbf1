"""What an incident's file holds beside questions and releases: assignments, reports, hand-overs, duties to publish.

Each record keeps when it happened, and who entered it when; none holds anything about a member of the public.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided on a question: a suggestion adopted or not, a difficulty solved or not, with the reasons."""

    at: datetime
    outcome: str
    document: str
    entered_at: datetime
    entered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A person's finding that a content is unlawful (涉嫌违法), with its ground; no machine makes one."""

    at: datetime
    ground: str
    entered_at: datetime
    entered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Content and its leads handed over to the body in charge (移交): where to, under which document and law.

    `answered_before` says whether the public had its answer by then; if not, that is shown and counted.
    """

    id: str
    question_id: str
    at: datetime
    body: str
    document: str
    legal_basis: str
    answered_before: bool
    entered_at: datetime
    entered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A matter given to the responsible department's named officer (交办), accepted or returned.

    `level` is the opinion level it was given at; `verify_by` when its facts are to be checked, half of what was left.
    """

    id: str
    department: str
    officer: str
    level: str
    at: datetime
    verify_by: datetime | None
    entered_by: str
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    returned_at: datetime | None = None
    return_reason: str | None = None
    verified_at: datetime | None = None
    verification: str | None = None


class ReportKind(StrEnum):
    """Which report in a row it is (首报、续报、终报)."""

    INITIAL = "initial"
    FOLLOW_UP = "follow_up"
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report up to the superior body (上报); it counts once a receipt says that it arrived."""

    id: str
    kind: ReportKind
    to: str
    method: str
    sent_at: datetime
    entered_at: datetime
    entered_by: str
    receipt: str | None = None
    received_at: datetime | None = None


class ObligationKind(StrEnum):
    """What is to be published or answered beside the incident's own answer."""

    REPOST = "repost"
    DISCLOSURE = "disclosure"
    REPLY = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A superior's policy text to repost, information to disclose, or a request to reply to.

    `since` is its publication at the source, the day it was formed or changed, or the day the request was received;
    `corrected_at` the day a corrected request came in. `reference` names it: a document number, never a person.
    """

    id: str
    kind: ObligationKind
    title: str
    reference: str
    since: datetime
    entered_at: datetime
    entered_by: str
    corrected_at: datetime | None = None
    correction: str | None = None
    fulfilled_at: datetime | None = None
    evidence: str | None = None
    capture: str | None = None
