"""A clock the law puts on the office, and what it shows at a moment.

A clock keeps facts (start, due, what met it, what voided it); its state is computed from them and from `now`, so
that the board is right even when nothing sweeps. `met_late` never becomes `met`, and nothing erases a breach.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desk.moments import Basis, Precision, whole_seconds
from desk.working_days import Unit


class ClockState(StrEnum):
    """What a clock shows (policy §5.2, DESIGN §4.1)."""

    PENDING = "pending"
    PROVISIONAL = "provisional"
    RUNNING = "running"
    WARNING = "warning"
    PENDING_CONFIRMATION = "pending_confirmation"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met_late"
    BREACHED = "breached"
    FLAGGED = "flagged"
    VOID = "void"


class ClockTag(StrEnum):
    """What is said beside a clock's state, counted apart."""

    LATE_GRADED = "late_graded"
    SELF_REPORTED = "self_reported"
    UNCERTAIN_START = "uncertain_start"
    UNCERTAIN_CALENDAR = "uncertain_calendar"
    EXTENDED = "extended"
    SUPERSEDED_BREACH = "superseded_breach"
    VOIDED_AFTER_BREACH = "voided_after_breach"
    VOIDED_AFTER_DUE = "voided_after_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One running time limit (时限): a rule applied to an incident.

    Times are aware UTC in whole seconds. `binding` is False while the incident is ungraded (provisional).
    `due_at` is the strict due time; `operational_due_at` the later one that alarms follow after a late grading.
    `cycle` counts the repetitions of a continuing clock (C4). `evidence` is the id of the release or conference
    that met it, `awaiting` that of a release a person has still to confirm. `breach_recorded` is set once the
    breach stands in the case log and is never taken back; `warned` counts the warn points already spoken of, and
    `due_noted` says the same of the due time.

    `subject` is the question, assignment or obligation the clock is about, `began_at` when the desk began it.
    `length` counts `unit` and `bases` are what it may start from, as the rule said when the clock began: a later policy
    never rewrites it. `start_until` is
    the latest moment the start may have been, where only an interval is known. `calendar_open` says that the due time
    rests on a year whose working days are not published yet. A `flag_only` clock is flagged, never breached (C5);
    `major` says that a duty on a question began on the terms of a major matter (C10).
    """

    rule_id: str
    rule_version: str
    start_basis: Basis
    start_at: datetime
    start_precision: Precision
    due_at: datetime
    warn_at: tuple[datetime, ...]
    binding: bool
    cycle: int = 1
    operational_due_at: datetime | None = None
    graded_at: datetime | None = None
    met_at: datetime | None = None
    met_late: bool = False
    evidence: str | None = None
    self_reported: bool = False
    awaiting: str | None = None
    awaiting_at: datetime | None = None
    voided_at: datetime | None = None
    void_reason: str | None = None
    paused_at: datetime | None = None
    pause_ground: str | None = None
    breach_recorded: bool = False
    warned: int = 0
    due_noted: bool = False
    subject: str | None = None
    began_at: datetime | None = None
    bases: tuple[Basis, ...] = ()
    length: timedelta | None = None
    unit: Unit = Unit.HOURS
    start_until: datetime | None = None
    paused_days: int = 0
    extension: str | None = None
    calendar_open: bool = False
    flag_only: bool = False
    major: bool = False

    @property
    def key(self) -> str:
        """The clock's name within its incident: rule, what it is about, and cycle."""
        named = self.rule_id if self.subject is None else f"{self.rule_id}#{self.subject}"
        return named if self.cycle == 1 else f"{named}#{self.cycle}"

    @property
    def allowed(self) -> timedelta:
        """The length it began with; clocks of an older desk say it by their due time."""
        return self.length if self.length is not None else self.due_at - self.start_at

    @property
    def blocks_conclusion(self) -> bool:
        """Whether the public is still owed what it is about: not of C4, of a report up, nor of what is only flagged."""
        return self.open and self.rule_id not in ("C4", "C15") and not self.flag_only

    @property
    def firm(self) -> bool:
        """Whether its due time can be breached: graded, and counted in published working days."""
        return self.binding and not self.calendar_open

    @property
    def open(self) -> bool:
        """Whether it still waits for its evidence."""
        return self.met_at is None and self.voided_at is None

    @property
    def alarm_due_at(self) -> datetime:
        """The due time that pages follow: the operational one after a late grading, else the strict one."""
        return self.operational_due_at or self.due_at

    @property
    def awaited_in_time(self) -> bool:
        """Whether a release said by the due second waits for a person's confirmation (DESIGN §4.1.5)."""
        return self.awaiting_at is not None and whole_seconds(self.awaiting_at) <= self.due_at

    @property
    def voided_after_due(self) -> bool:
        """Whether it was ended without evidence, and only after its due second."""
        return self.voided_at is not None and self.voided_at > self.due_at

    def overdue(self, now: datetime) -> bool:
        """Whether the due second has passed: answering in that very second still counts (policy §5.4)."""
        return whole_seconds(now) > self.due_at


def state_at(clock: Clock, now: datetime) -> ClockState:
    """What the clock shows at `now`."""
    if clock.voided_at is not None:
        return ClockState.VOID
    if clock.met_at is not None:
        return ClockState.MET_LATE if clock.met_late else ClockState.MET
    missed = ClockState.FLAGGED if clock.flag_only else ClockState.BREACHED
    if clock.breach_recorded:
        # Evidence that turns up after a breach changes nothing until a person signs it (DESIGN §4.1.5).
        return missed
    if clock.paused_at is not None:
        return ClockState.PAUSED
    if clock.overdue(now) and clock.awaited_in_time:
        return ClockState.PENDING_CONFIRMATION
    if not clock.firm:
        return ClockState.PROVISIONAL
    if clock.overdue(now):
        return missed
    return ClockState.WARNING if _warned(clock, now) else ClockState.RUNNING


def tags(clock: Clock) -> frozenset[ClockTag]:
    """What has to be said beside the state: late grading, self-report, uncertain start, breach superseded or voided."""
    found = set()
    if clock.graded_at is not None and clock.graded_at > clock.due_at:
        found.add(ClockTag.LATE_GRADED)
    if clock.self_reported:
        found.add(ClockTag.SELF_REPORTED)
    if clock.breach_recorded and clock.met_at is not None and not clock.met_late:
        found.add(ClockTag.SUPERSEDED_BREACH)
    if clock.start_until is not None or clock.start_precision not in (Precision.SECOND, Precision.MINUTE):
        found.add(ClockTag.UNCERTAIN_START)
    if clock.calendar_open:
        found.add(ClockTag.UNCERTAIN_CALENDAR)
    if clock.extension is not None:
        found.add(ClockTag.EXTENDED)
    if clock.voided_after_due:
        found.add(ClockTag.VOIDED_AFTER_BREACH if clock.breach_recorded else ClockTag.VOIDED_AFTER_DUE)
    return frozenset(found)


def _warned(clock: Clock, now: datetime) -> bool:
    return any(moment <= now for moment in clock.warn_at)
