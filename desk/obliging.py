"""Texts to repost, information to disclose, requests to reply to: taken in, fulfilled, and what moves their time."""

from dataclasses import replace
from datetime import timedelta

from desk.change import Fact
from desk.clock import Clock
from desk.clocks import pause
from desk.decided import Decided, Signed
from desk.duty_clocks import recounted_due, resumed
from desk.duty_records import Obligation, ObligationKind
from desk.duty_steps import Consult, Consulted, Correct, Extend, Fulfil, Oblige
from desk.errors import IllegalAction
from desk.incident import Incident
from desk.policy import Policy
from desk.rules import Pause
from desk.working_days import Unit, due_after

CORRECTION_ASKED_WITHIN = timedelta(days=7)
"""政府信息公开条例 30: what has to be corrected is said once, within seven working days."""


def oblige(incident: Incident, step: Oblige, signed: Signed) -> Decided:
    """The incident with what is to be published or answered beside its own answer."""
    if any(known.id == step.id for known in incident.obligations):
        raise IllegalAction(f"obligation {step.id} is already in the file of {incident.id}")
    if step.since > signed.now:
        raise IllegalAction(f"obligation {step.id} is dated in the future: {step.since.isoformat()}")
    if not step.title.strip() or not step.reference.strip():
        raise IllegalAction(f"obligation {step.id} has no title or no reference: say which text it is")
    taken = Obligation(
        id=step.id,
        kind=step.kind,
        title=step.title,
        reference=step.reference,
        since=step.since,
        entered_at=signed.now,
        entered_by=signed.by,
    )
    facts = {"obligation": step.id, "form": step.kind.value, "since": step.since.isoformat()}
    obliged = replace(incident, obligations=(*incident.obligations, taken))
    return Decided(incident=obliged, facts=facts, text=step.title)


def fulfil(incident: Incident, step: Fulfil, signed: Signed) -> Decided:
    """The obligation fulfilled at its own time; without a capture that time is self-reported."""
    owed = _open(incident, step.id)
    if step.at > signed.now:
        raise IllegalAction(f"obligation {step.id} is fulfilled in the future: {step.at.isoformat()}")
    if not step.evidence.strip():
        raise IllegalAction(f"obligation {step.id} has no evidence: name the page or the document")
    done = replace(owed, fulfilled_at=step.at, evidence=step.evidence, capture=step.capture)
    facts = {"obligation": step.id, "at": step.at.isoformat(), "evidence": step.evidence}
    return Decided(incident=_with(incident, done), facts=facts)


def correct(incident: Incident, step: Correct, signed: Signed, policy: Policy) -> Decided:
    """A request that came in corrected: its time runs anew from then, if the correction was asked for in time."""
    owed = _open(incident, step.id)
    if owed.kind is not ObligationKind.REPLY or owed.corrected_at is not None:
        raise IllegalAction(f"{step.id} is no request, or was corrected once already: its time does not run anew")
    if not step.document.strip():
        raise IllegalAction(f"the correction of {step.id} rests on no document: name the notice")
    last = due_after(owed.since, CORRECTION_ASKED_WITHIN, Unit.WORKING_DAYS, policy.calendar)
    if step.asked_at > last.at + timedelta(seconds=1) - timedelta(microseconds=1):
        raise IllegalAction(f"the correction of {step.id} was asked for after {last.at.isoformat()}: the time runs on")
    if not owed.since <= step.asked_at <= step.corrected_at <= signed.now:
        raise IllegalAction(f"the correction of {step.id} has its times out of order: received, asked, corrected, now")
    done = replace(owed, corrected_at=step.corrected_at, correction=step.document)
    facts = {"obligation": step.id, "corrected_at": step.corrected_at.isoformat(), "document": step.document}
    return Decided(incident=_with(incident, done), facts=facts)


def consult(incident: Incident, step: Consult, signed: Signed, policy: Policy) -> Decided:
    """The reply's time stands still while another body or a third party is asked (条例 33)."""
    clock = _clock_of(incident, step.id)
    if policy.rule(clock.rule_id).pause is not Pause.CONSULTATION:
        raise IllegalAction(f"{clock.key} knows no pause for a consultation")
    if not step.record.strip():
        raise IllegalAction(f"{clock.key} pauses only on the record of a consultation: name the letter")
    if clock.paused_at is not None:
        raise IllegalAction(f"{clock.key} is paused already: {clock.pause_ground}")
    if clock.overdue(signed.now):
        raise IllegalAction(f"{clock.key} was due at {clock.due_at.isoformat()}: no pause undoes that")
    paused = pause(clock, signed.now, step.record)
    return Decided(incident=_with_clock(incident, clock, paused), facts={"clock": clock.key, "record": step.record})


def consulted(incident: Incident, step: Consulted, signed: Signed, policy: Policy) -> Decided:
    """The reply's time runs on; the working days of the consultation are not counted."""
    clock = _clock_of(incident, step.id)
    if clock.paused_at is None:
        raise IllegalAction(f"{clock.key} is not paused: nothing to resume")
    running = resumed(clock, signed.now, policy)
    facts: dict[str, Fact] = {"clock": clock.key, "days": running.paused_days, "due_at": running.due_at.isoformat()}
    return Decided(incident=_with_clock(incident, clock, running), facts=facts)


def extend(incident: Incident, step: Extend, signed: Signed, policy: Policy) -> Decided:
    """The clock with the one extension its rule allows, under the approval's document, before it was due."""
    clock = next((each for each in incident.clocks if each.key == step.clock_key and each.open), None)
    if clock is None:
        raise IllegalAction(f"no clock {step.clock_key} runs in the file of {incident.id}")
    more = policy.rule(clock.rule_id).extension
    if more is None or clock.extension is not None:
        raise IllegalAction(f"{clock.key} cannot be extended, or was extended once already")
    if not step.document.strip():
        raise IllegalAction(f"{clock.key} is extended only under an approval: name the document")
    if clock.overdue(signed.now):
        raise IllegalAction(f"{clock.key} was due at {clock.due_at.isoformat()}: no extension undoes that")
    longer = recounted_due(replace(clock, length=clock.allowed + more, extension=step.document), policy)
    facts = {"clock": clock.key, "document": step.document, "due_at": longer.due_at.isoformat()}
    return Decided(incident=_with_clock(incident, clock, longer), facts=facts)


def _open(incident: Incident, obligation_id: str) -> Obligation:
    for obligation in incident.obligations:
        if obligation.id == obligation_id and obligation.fulfilled_at is None:
            return obligation
    raise IllegalAction(f"no obligation {obligation_id} is open in the file of {incident.id}")


def _clock_of(incident: Incident, obligation_id: str) -> Clock:
    for clock in incident.clocks:
        if clock.subject == obligation_id and clock.open and clock.rule_id in ("C12", "C13", "C14"):
            return clock
    raise IllegalAction(f"no clock of obligation {obligation_id} runs in the file of {incident.id}")


def _with(incident: Incident, changed: Obligation) -> Incident:
    return replace(
        incident, obligations=tuple(changed if each.id == changed.id else each for each in incident.obligations)
    )


def _with_clock(incident: Incident, clock: Clock, changed: Clock) -> Incident:
    return replace(incident, clocks=tuple(changed if each is clock else each for each in incident.clocks))
