"""What people have decided about an incident, as one short mark: whether it is still what somebody was looking at."""

from hashlib import sha256

from desk.incident import Incident
from desk.release import Signature


def signed_mark(incident: Incident) -> str:
    """Changes with every decision of a person; posts that join and warnings that go out leave it as it is."""
    decided = (
        incident.state,
        incident.grades,
        incident.answer_kind,
        incident.no_answer_reason,
        incident.times.occurred,
        [(each.id, each.signature) for each in incident.releases if each.signature is not Signature.PROPOSED],
        [each.id for each in incident.conferences],
        [each.id for each in incident.consultations],
        [
            (each.id, each.disposition_class, each.answered_by, each.decision, each.finding)
            for each in incident.questions
        ],
        incident.assignments,
        incident.reports,
        incident.obligations,
        incident.handovers,
        [(each.key, each.paused_at, each.extension) for each in incident.clocks if each.paused_at or each.extension],
    )
    return sha256(repr(decided).encode()).hexdigest()[:16]
