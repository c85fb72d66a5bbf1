"""An incident's file: its state, its times, the clocks on the office, what was asked and what was answered."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from desk.clock import Clock
from desk.duty_records import Assignment, Decision, Finding, Handover, Obligation, Report
from desk.moments import EvidencedTime
from desk.post import AnswerKind, EventKind
from desk.release import PressConference, Release


class Severity(StrEnum):
    """The severity of the underlying event (事件等级), signed by a person."""

    ESPECIALLY_MAJOR = "especially_major"
    MAJOR = "major"
    CONSIDERABLE = "considerable"
    ORDINARY = "ordinary"

    @property
    def is_major(self) -> bool:
        """特别重大 and 重大: the 5 h and 24 h clocks bind (policy §5.6)."""
        return self in (Severity.ESPECIALLY_MAJOR, Severity.MAJOR)


class OpinionLevel(StrEnum):
    """How far a matter spread (舆情级别); another axis than severity and never mixed with it."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"


class State(StrEnum):
    """Where an incident stands (policy §5.2)."""

    REGISTERED = "registered"
    JUDGING = "judging"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    HANDLING = "handling"
    FIRST_RESPONDED = "first_responded"
    UPDATING = "updating"
    CONCLUDED = "concluded"
    EVALUATED = "evaluated"
    ARCHIVED = "archived"
    MERGED = "merged"
    TRANSFERRED = "transferred"
    REDIRECTED = "redirected"
    DISMISSED = "dismissed"
    REOPENED = "reopened"


CLOSED = frozenset(
    {
        State.CONCLUDED,
        State.EVALUATED,
        State.ARCHIVED,
        State.MERGED,
        State.TRANSFERRED,
        State.REDIRECTED,
        State.DISMISSED,
    }
)
"""States in which no clock of the law runs any more and no post joins."""


class DispositionClass(StrEnum):
    """The six disposition classes of what the public asks (处置类型, HA-03…HA-08)."""

    CONSTRUCTIVE_SUGGESTION = "constructive_suggestion"
    PRACTICAL_DIFFICULTY = "practical_difficulty"
    MAJOR_PROBLEM = "major_problem"
    UNCLEAR_UNDERSTANDING = "unclear_understanding"
    MISTAKEN_VIEW = "mistaken_view"
    FALSE_INFORMATION = "false_information"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicQuestion:
    """What people ask or demand (公众关切点), as a short neutral sentence with the posts it was taken from.

    `disposition_class` is None until a person signs one; `answered_by` names releases.
    """

    id: str
    text: str
    posts: tuple[str, ...] = ()
    disposition_class: DispositionClass | None = None
    classed_by: str | None = None
    answered_by: tuple[str, ...] = ()
    decision: Decision | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A signed severity with the ground it rests on; later ones supersede, none is removed."""

    severity: Severity
    basis: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The time fields of policy §5.3, each with its evidence."""

    first_seen: EvidencedTime
    aware: EvidencedTime
    first_public: EvidencedTime | None = None
    occurred: EvidencedTime | None = None
    reported: EvidencedTime | None = None
    assigned: EvidencedTime | None = None
    accepted: EvidencedTime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """A meeting of the bodies concerned (会商): who took part, by role, and what it concluded.

    It records how the office came to its answer and meets no clock.
    """

    id: str
    held_at: datetime
    bodies: tuple[str, ...]
    attendees: tuple[str, ...]
    conclusion: str
    entered_at: datetime
    entered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder on an incident: the role that is owed a page from then on, while nobody has acted."""

    role: str
    owed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One matter the office may have to answer (舆情事件).

    `id` comes from its first post, `number` (云州-2026-0042) from the store at its first save; `version` counts
    saves. `terms` and `place_codes` are what later posts are compared with; `post_count` and `last_post_at`
    grow as posts join. `acknowledged_by` is set by the person who took it; `answer_kind` only by a person.
    `climbed` counts the steps of its `ladder` that have been owed their page.
    """

    id: str
    title: str
    state: State
    times: Times
    opened_at: datetime
    last_post_at: datetime
    number: str | None = None
    version: int = 0
    event_kind: EventKind | None = None
    answer_kind: AnswerKind | None = None
    no_answer_reason: str | None = None
    grades: tuple[Grade, ...] = ()
    opinion_level: OpinionLevel | None = None
    place_name: str | None = None
    place_codes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    post_count: int = 0
    clocks: tuple[Clock, ...] = ()
    questions: tuple[PublicQuestion, ...] = ()
    releases: tuple[Release, ...] = ()
    conferences: tuple[PressConference, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    reports: tuple[Report, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    handovers: tuple[Handover, ...] = ()
    ladder: tuple[Rung, ...] = ()
    climbed: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None
    next_moment: datetime | None = field(default=None)

    @property
    def severity(self) -> Severity | None:
        """The last signed severity, or None while the incident is ungraded."""
        return self.grades[-1].severity if self.grades else None

    @property
    def closed(self) -> bool:
        """Whether no clock of the law runs any more and no post joins."""
        return self.state in CLOSED
