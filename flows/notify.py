"""Notifying: owed notices are claimed, delivered and settled; a failed one comes back later, never lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.change import Delivery, Notice
from desk.errors import NotifyError
from desk.ports import IncidentStore, Notifier

LEASE = timedelta(seconds=60)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
_BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of the notices owed."""

    sent: int = 0
    failed: int = 0


def deliver_owed(incidents: IncidentStore, notifier: Notifier, now: datetime) -> Delivered:
    """Delivers what is owed by `now`. A crash in between repeats a notice under the same key, and loses none."""
    sent = failed = 0
    while claimed := incidents.claim(now, lease=LEASE, limit=_BATCH):
        deliveries = _deliver(incidents, notifier, claimed, now)
        incidents.settle(deliveries)
        sent += sum(1 for each in deliveries if each.sent_at is not None)
        failed += sum(1 for each in deliveries if each.sent_at is None)
    return Delivered(sent=sent, failed=failed)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: doubling, from 15 s to 15 min."""
    doublings: int = 2 ** min(attempts, 10)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


def _deliver(incidents: IncidentStore, notifier: Notifier, notices: Sequence[Notice], now: datetime) -> list[Delivery]:
    deliveries = []
    for notice in notices:
        try:
            notifier.notify(notice)
        except NotifyError as error:
            deliveries.append(_failure(incidents, notice, error, now))
        else:
            deliveries.append(Delivery(key=notice.key, attempted_at=now, sent_at=now))
    return deliveries


def _failure(incidents: IncidentStore, notice: Notice, error: NotifyError, now: datetime) -> Delivery:
    rows = incidents.notices(notice.incident_id)
    attempts = next((row.attempts for row in rows if row.notice.key == notice.key), 0)
    retry_at = None if error.permanent else now + wait_after(attempts)
    return Delivery(key=notice.key, attempted_at=now, error=str(error), retry_at=retry_at)
