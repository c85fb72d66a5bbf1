"""What a rule of the law or of the office says, as a value: whom it binds, what starts, ends, pauses and meets it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from desk.incident import OpinionLevel, Severity
from desk.moments import Basis, whole_seconds
from desk.post import EventKind
from desk.working_days import UNPUBLISHED, Unit, WorkCalendar


class Scope(StrEnum):
    """What a rule binds: incidents, questions of a class, or something an incident's file holds."""

    MAJOR = "major"
    ANSWERABLE = "answerable"
    CONTINUING = "continuing"
    SUGGESTION = "suggestion"
    DIFFICULTY = "difficulty"
    PROBLEM = "problem"
    MISUNDERSTANDING = "misunderstanding"
    FALSE_INFORMATION = "false_information"
    UNLAWFUL = "unlawful"
    POLICY_TEXT = "policy_text"
    INFORMATION = "information"
    REQUEST = "request"
    EMERGENCY = "emergency"
    ASSIGNMENT = "assignment"


class Pause(StrEnum):
    """What may pause a clock (DESIGN §4.1.7)."""

    NONE = "none"
    INVESTIGATION = "investigation"
    CONSULTATION = "consultation"


class Stop(StrEnum):
    """What evidence meets a clock (DESIGN §4.1.4)."""

    RELEASE = "release"
    PRESS_CONFERENCE = "press_conference"
    PRINCIPAL = "principal"
    ANSWER = "answer"
    CLARIFICATION = "clarification"
    RESULT = "result"
    HANDOVER = "handover"
    FULFILMENT = "fulfilment"
    REPORT = "report"
    ACCEPTANCE = "acceptance"
    VERIFICATION = "verification"


class Overdue(StrEnum):
    """What passing the due time is: a breach on record, or a flag beside the breach of another clock (C5)."""

    BREACH = "breach"
    FLAG = "flag"


class Field(StrEnum):
    """What of a rule an office may make stricter, and what no office may loosen."""

    START = "start_basis"
    LENGTH = "length"
    WARN = "warn"
    SCOPE = "scope"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnPoint:
    """When to warn: at a percentage of the length, some time before the due time, or some days before its day."""

    percent: int | None = None
    before_due: timedelta | None = None
    days: int | None = None
    working_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A length with what it counts; a length of days is whole."""

    length: timedelta
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the law or of the office, with its source and its version.

    `length` counts `unit`; `length_by_level` holds other lengths by opinion level, `extension` how much one signed
    extension adds. `latest_start` is when the clock runs from although nobody has decided or accepted, counted from
    awareness: not deciding is never a way out (DESIGN §4.1.8).
    """

    id: str
    title: str
    citation: str
    version: str
    effective_from: date
    effective_to: date | None = None
    scope: Scope
    start_basis: Basis
    fallbacks: tuple[Basis, ...]
    length: timedelta
    length_major: timedelta | None
    length_by_level: Mapping[OpinionLevel, timedelta]
    extension: timedelta | None = None
    latest_start: Limit | None = None
    unit: Unit
    pause: Pause
    stop: Stop
    warn: tuple[WarnPoint, ...]
    consequence: str
    overdue: Overdue = Overdue.BREACH
    fixed: bool
    stricter: tuple[Field, ...] = ()
    never_looser: tuple[Field, ...] = ()

    def in_force(self, day: date) -> bool:
        """Whether the rule binds what starts on that day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLimit:
    """How fast an emergency of a kind is to be reported up: one row of C15's table.

    A row with severities is for these only and goes before the row of its kind; a row without a kind is for all others.
    """

    kind: EventKind | None
    severities: tuple[Severity, ...]
    length: timedelta
    start_basis: Basis
    citation: str


def warn_moments(
    points: Sequence[WarnPoint], start: datetime, due: datetime, calendar: WorkCalendar = UNPUBLISHED
) -> tuple[datetime, ...]:
    """When to warn between start and due, in order; points that would fall before the start are left out."""
    moments = (_warn_moment(point, start, due, calendar) for point in points)
    return tuple(sorted({moment for moment in moments if start <= moment < due}))


def _warn_moment(point: WarnPoint, start: datetime, due: datetime, calendar: WorkCalendar) -> datetime:
    if point.before_due is not None:
        return due - point.before_due
    if point.working_days is not None:
        return calendar.morning(calendar.working_day_before(calendar.day_of(due), point.working_days))
    if point.days is not None:
        return calendar.morning(calendar.day_of(due) - timedelta(days=point.days))
    return whole_seconds(start + (due - start) * (point.percent or 0) / 100)
