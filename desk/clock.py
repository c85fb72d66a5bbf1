"""A clock the law puts on the office, and what it shows at a moment.

A clock keeps facts (start, due, what met it, what voided it); its state is computed from them and from `now`, so
that the board is right even when nothing sweeps. `met_late` never becomes `met`, and nothing erases a breach.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desk.moments import Basis, Precision, whole_seconds


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
    VOID = "void"


class ClockTag(StrEnum):
    """What is said beside a clock's state, counted apart."""

    LATE_GRADED = "late_graded"
    SELF_REPORTED = "self_reported"
    UNCERTAIN_START = "uncertain_start"
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

    @property
    def key(self) -> str:
        """The clock's name within its incident: rule and cycle."""
        return self.rule_id if self.cycle == 1 else f"{self.rule_id}#{self.cycle}"

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
    if clock.breach_recorded:
        # Evidence that turns up after a breach changes nothing until a person signs it (DESIGN §4.1.5).
        return ClockState.BREACHED
    if clock.paused_at is not None:
        return ClockState.PAUSED
    if clock.overdue(now) and clock.awaited_in_time:
        return ClockState.PENDING_CONFIRMATION
    if not clock.binding:
        return ClockState.PROVISIONAL
    if clock.overdue(now):
        return ClockState.BREACHED
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
    if clock.start_precision not in (Precision.SECOND, Precision.MINUTE):
        found.add(ClockTag.UNCERTAIN_START)
    if clock.voided_after_due:
        found.add(ClockTag.VOIDED_AFTER_BREACH if clock.breach_recorded else ClockTag.VOIDED_AFTER_DUE)
    return frozenset(found)


def _warned(clock: Clock, now: datetime) -> bool:
    return any(moment <= now for moment in clock.warn_at)
