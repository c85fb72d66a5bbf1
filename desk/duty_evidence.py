"""What meets the duties beside the first answers: the earliest evidence in the file, at its own time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from desk.clock import Clock
from desk.incident import Incident
from desk.release import Element, Release, Signature
from desk.rules import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What meets a clock: which record, since when, and whether its time rests on the office's word alone."""

    at: datetime
    record: str
    self_reported: bool = False


_NEEDED = {
    Stop.ANSWER: frozenset[Element](),
    Stop.CLARIFICATION: frozenset({Element.FACTS}),
    Stop.RESULT: frozenset({Element.OUTCOME}),
}
"""What an answer to a question has to say so that its duty is met (HA-03…HA-08)."""


def evidence_of(incident: Incident, clock: Clock, stop: Stop) -> Evidence | None:
    """The earliest record that meets the clock, or None while there is none."""
    return min(_records(incident, clock, stop), key=lambda found: (found.at, found.record), default=None)


def _records(incident: Incident, clock: Clock, stop: Stop) -> Iterable[Evidence]:
    match stop:
        case Stop.PRINCIPAL:
            return _principal(incident)
        case Stop.ANSWER | Stop.CLARIFICATION | Stop.RESULT:
            return _answers(incident, clock, _NEEDED[stop])
        case Stop.HANDOVER:
            return [
                Evidence(at=each.at, record=each.id) for each in incident.handovers if _about(clock, each.question_id)
            ]
        case Stop.FULFILMENT:
            return _fulfilments(incident, clock)
        case Stop.REPORT:
            return [Evidence(at=each.sent_at, record=each.id) for each in incident.reports if each.receipt is not None]
        case Stop.ACCEPTANCE | Stop.VERIFICATION:
            return _assignments(incident, clock, stop)
        case Stop.RELEASE | Stop.PRESS_CONFERENCE:
            return ()


def _principal(incident: Incident) -> list[Evidence]:
    return [
        Evidence(at=held.held_at, record=held.id, self_reported=held.self_reported)
        for held in incident.conferences
        if any(speaker.is_principal for speaker in held.speakers)
    ]


def _answers(incident: Incident, clock: Clock, needed: frozenset[Element]) -> list[Evidence]:
    answering = {release for each in incident.questions if _about(clock, each.id) for release in each.answered_by}
    return [
        Evidence(at=release.published_at, record=release.id, self_reported=release.self_reported)
        for release in incident.releases
        if release.id in answering and _says(release, needed)
    ]


def _says(release: Release, needed: frozenset[Element]) -> bool:
    return release.signature is Signature.CONFIRMED and needed <= release.elements


def _fulfilments(incident: Incident, clock: Clock) -> list[Evidence]:
    return [
        Evidence(at=each.fulfilled_at, record=each.id, self_reported=each.capture is None)
        for each in incident.obligations
        if _about(clock, each.id) and each.fulfilled_at is not None
    ]


def _assignments(incident: Incident, clock: Clock, stop: Stop) -> list[Evidence]:
    own = [each for each in incident.assignments if _about(clock, each.id)]
    moments = [each.accepted_at if stop is Stop.ACCEPTANCE else each.verified_at for each in own]
    return [
        Evidence(at=moment, record=each.id) for each, moment in zip(own, moments, strict=True) if moment is not None
    ]


def _about(clock: Clock, subject: str) -> bool:
    return clock.subject == subject
