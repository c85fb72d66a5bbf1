"""An incident's file as the desk knew it at an earlier moment: what was signed or entered later is left out.

A weekly briefing so says the same whenever it is written, and each answer counts in the one week it was signed in. Not
told from the file alone, and left as they stand now: a corrected start, a finished pause, a shorter interval of C4, and
when a time limit that had been ended began to run again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from desk.answering import with_awaited
from desk.clock import Clock
from desk.incident import Incident
from desk.moments import whole_seconds
from desk.release import Release, Signature

Learned = Mapping[str, datetime]
"""When the desk learned of an answer, by the id of its release or conference."""


def known_then(incident: Incident, at: datetime) -> Incident:
    """The incident as the desk knew it at that moment, with the clocks that ran or had ended by then."""
    learned = learned_of(incident)
    stood = replace(
        incident,
        grades=tuple(grade for grade in incident.grades if grade.at <= at),
        releases=tuple(_release_then(each, at) for each in incident.releases if each.entered_at <= at),
        conferences=tuple(held for held in incident.conferences if held.entered_at <= at),
        clocks=tuple(_clock_then(clock, learned, at) for clock in incident.clocks if _stood(clock, incident, at)),
        closed_at=incident.closed_at if incident.closed_at is not None and incident.closed_at <= at else None,
    )
    awaiting = with_awaited(stood)
    return replace(awaiting, clocks=tuple(_with_breach_then(clock, awaiting, at) for clock in awaiting.clocks))


def learned_of(incident: Incident) -> Learned:
    """When the desk learned of each answer: a release by its signature, a conference by its entry."""
    signed = {each.id: each.signed_at for each in incident.releases if each.signature is Signature.CONFIRMED}
    known = {release_id: moment for release_id, moment in signed.items() if moment is not None}
    return known | {held.id: held.entered_at for held in incident.conferences}


def settled_at(clock: Clock, learned: Learned) -> datetime | None:
    """When the desk learned that the clock no longer runs, or None while it runs."""
    if clock.met_at is not None:
        return learned.get(clock.evidence or "", clock.met_at)
    return clock.voided_at


def _release_then(release: Release, at: datetime) -> Release:
    if release.signed_at is None or release.signed_at <= at:
        return release
    return replace(release, signature=Signature.PROPOSED, signed_by=None, signed_at=None)


def _stood(clock: Clock, incident: Incident, at: datetime) -> bool:
    """Whether the clock was in the file by then."""
    if clock.began_at is not None:
        return clock.began_at <= at
    if clock.rule_id == "C4":
        return _continuing_since(clock, incident) <= at
    if clock.cycle == 1:
        return True
    ended = [each.voided_at for each in incident.clocks if (each.rule_id, each.cycle) == _last_cycle(clock)]
    graded = any(grade.at <= at for grade in incident.grades)
    # Once graded a clock binds as it begins: one that binds by a later grading began with it.
    began_later = graded and clock.graded_at is not None and clock.graded_at > at
    return not began_later and any(moment is not None and moment <= at for moment in ended)


def _last_cycle(clock: Clock) -> tuple[str, int]:
    return clock.rule_id, clock.cycle - 1


def _continuing_since(clock: Clock, incident: Incident) -> datetime:
    """C4 starts at its release's own time, and begins to run once that release is signed."""
    signed = [
        release.signed_at
        for release in incident.releases
        if release.signed_at is not None
        and release.signature is Signature.CONFIRMED
        and whole_seconds(release.published_at) == clock.start_at
    ]
    return min(signed, default=clock.start_at)


def _clock_then(clock: Clock, learned: Learned, at: datetime) -> Clock:
    settled = settled_at(clock, learned)
    if settled is not None and settled > at:
        clock = replace(
            clock,
            met_at=None,
            met_late=False,
            evidence=None,
            self_reported=False,
            voided_at=None,
            void_reason=None,
        )
    if clock.graded_at is not None and clock.graded_at > at and clock.rule_id != "C4" and clock.began_at is None:
        clock = replace(clock, binding=False, graded_at=None, operational_due_at=None)
    return replace(clock, paused_at=None) if clock.paused_at is not None and clock.paused_at > at else clock


def _with_breach_then(clock: Clock, incident: Incident, at: datetime) -> Clock:
    if not clock.open or not clock.breach_recorded:
        return clock
    recorded = clock.firm and clock.overdue(at) and not _excused(clock, incident)
    return replace(clock, breach_recorded=recorded)


def _excused(clock: Clock, incident: Incident) -> bool:
    """Whether a release said in time waited in the file before the breach could be recorded."""
    waiting = [release.entered_at for release in incident.releases if release.id == clock.awaiting]
    could_be_recorded = max(clock.due_at, clock.graded_at or clock.due_at)
    return clock.awaited_in_time and any(whole_seconds(entered) <= could_be_recorded for entered in waiting)
