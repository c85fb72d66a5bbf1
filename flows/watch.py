"""Watching: what the passing of time makes due is recorded and owed, at its computed second."""

from datetime import datetime

from desk.decided import one_change
from desk.errors import StaleIncident
from desk.office import Office
from desk.policy import Policy
from desk.ports import IncidentStore
from desk.watching import watch

_BATCH = 200


def watch_deadlines(incidents: IncidentStore, office: Office, policy: Policy, now: datetime) -> int:
    """Looks at every incident that is due; says how many changed. One that a person just changed waits a turn."""
    changed = 0
    while due := incidents.due(now, limit=_BATCH):
        saved = sum(_watch_one(incidents, incident.id, office, policy, now) for incident in due)
        changed += saved
        if not saved:
            break
    return changed


def watch_until(incidents: IncidentStore, office: Office, policy: Policy, until: datetime) -> int:
    """Steps through every due moment up to `until`, as if the desk had watched all the time."""
    changed = 0
    while (moment := incidents.next_moment()) is not None and moment <= until:
        saved = watch_deadlines(incidents, office, policy, moment)
        changed += saved
        if not saved:
            break
    return changed


def _watch_one(incidents: IncidentStore, incident_id: str, office: Office, policy: Policy, now: datetime) -> int:
    incident = incidents.get(incident_id)
    # Nothing new to say means the stored moment is out of date: saving as it is computes it anew.
    change = watch(incident, now, office, policy) or one_change(incident, [])
    try:
        incidents.save([change])
    except StaleIncident:
        return 0
    return 1
