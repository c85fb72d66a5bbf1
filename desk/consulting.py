"""What a consultation of the bodies concerned (会商) leaves in the file: a record, and no clock moved."""

from dataclasses import replace

from desk.decided import Decided, Signed
from desk.errors import IllegalAction
from desk.incident import Consultation, Incident
from desk.steps import RecordConsultation


def record_consultation(incident: Incident, step: RecordConsultation, signed: Signed) -> Decided:
    """The incident with the consultation on record; who entered it and when is the desk's."""
    held = replace(step.consultation, entered_by=signed.by, entered_at=signed.now)
    if any(known.id == held.id for known in incident.consultations):
        raise IllegalAction(f"consultation {held.id} is already in the file of {incident.id}")
    if held.held_at > signed.now:
        raise IllegalAction(f"consultation {held.id} has not been held yet: {held.held_at.isoformat()}")
    _require_content(held)
    recorded = replace(incident, consultations=(*incident.consultations, held))
    facts = {
        "consultation": held.id,
        "held_at": held.held_at.isoformat(),
        "bodies": "、".join(held.bodies),
        "attendees": "、".join(held.attendees),
    }
    return Decided(incident=recorded, facts=facts, text=held.conclusion)


def _require_content(held: Consultation) -> None:
    if not any(body.strip() for body in held.bodies):
        raise IllegalAction(f"consultation {held.id} names no body that took part")
    if not held.conclusion.strip():
        raise IllegalAction(f"consultation {held.id} has no conclusion: say what was agreed")
