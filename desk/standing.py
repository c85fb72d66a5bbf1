"""Where one time limit stands for a count: every clock in exactly one place, and no place better than it deserves.

Kept is only what was met in time on evidence, by a graded incident, without a breach on record. Everything else that
looks like it has a place of its own.
"""

from datetime import datetime
from enum import StrEnum

from desk.clock import Clock, ClockState, ClockTag, state_at, tags
from desk.incident import Incident


class Standing(StrEnum):
    """Where a clock stands in the counts of a briefing (DESIGN §4.1, policy §5.7)."""

    KEPT = "kept"
    SELF_REPORTED = "self_reported"
    SUPERSEDED_BREACH = "superseded_breach"
    LATE = "late"
    LATE_GRADED_LATE = "late_graded_late"
    BREACHED = "breached"
    BREACHED_GRADED_LATE = "breached_graded_late"
    FLAGGED = "flagged"
    VOIDED_AFTER_BREACH = "voided_after_breach"
    VOIDED_AFTER_DUE = "voided_after_due"
    PENDING_CONFIRMATION = "pending_confirmation"
    UNGRADED = "ungraded"
    UNGRADED_ANSWERED = "ungraded_answered"
    UNGRADED_PAST_DUE = "ungraded_past_due"
    RUNNING = "running"
    PAUSED = "paused"
    VOID = "void"


def standing(incident: Incident, clock: Clock, at: datetime) -> Standing:
    """The one place of the clock at that moment."""
    state, said = state_at(clock, at), tags(clock)
    if state is ClockState.VOID:
        return _voided(said)
    if not clock.binding:
        return _not_binding(incident, clock, state, at)
    match state:
        case ClockState.MET:
            return _met(incident, said)
        case ClockState.MET_LATE:
            return Standing.LATE_GRADED_LATE if ClockTag.LATE_GRADED in said else Standing.LATE
        case ClockState.BREACHED:
            return Standing.BREACHED_GRADED_LATE if ClockTag.LATE_GRADED in said else Standing.BREACHED
        case ClockState.FLAGGED:
            return Standing.FLAGGED
        case ClockState.PENDING_CONFIRMATION:
            return Standing.PENDING_CONFIRMATION
        case ClockState.PAUSED:
            return Standing.PAUSED
        case _:
            # C4 binds from the first release on, graded or not; ungraded is counted as ungraded all the same.
            return Standing.UNGRADED if incident.severity is None else Standing.RUNNING


def _voided(said: frozenset[ClockTag]) -> Standing:
    if ClockTag.VOIDED_AFTER_BREACH in said:
        return Standing.VOIDED_AFTER_BREACH
    return Standing.VOIDED_AFTER_DUE if ClockTag.VOIDED_AFTER_DUE in said else Standing.VOID


def _met(incident: Incident, said: frozenset[ClockTag]) -> Standing:
    if ClockTag.SUPERSEDED_BREACH in said:
        return Standing.SUPERSEDED_BREACH
    if incident.severity is None:
        return Standing.UNGRADED_ANSWERED
    return Standing.SELF_REPORTED if ClockTag.SELF_REPORTED in said else Standing.KEPT


def _not_binding(incident: Incident, clock: Clock, state: ClockState, at: datetime) -> Standing:
    if incident.severity is not None:
        # Answered before the grade that then asked for no such answer: nothing was owed.
        return Standing.VOID
    if state is ClockState.MET:
        return Standing.UNGRADED_ANSWERED
    past = state is ClockState.MET_LATE or clock.overdue(at)
    return Standing.UNGRADED_PAST_DUE if past else Standing.UNGRADED
