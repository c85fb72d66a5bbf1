"""Notifying: owed notices are claimed, delivered and settled; a failed one comes back later, never lost."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import quote

from backends.clock import SHORT_PAUSE
from backends.telemetry import Logger
from desk.change import Delivery, Notice, Reached
from desk.errors import NotifyError
from desk.incident import Incident
from desk.ladder import superseded
from desk.notices import linked
from desk.ports import Clock, IncidentStore, Notifier

LEASE = timedelta(seconds=30)
"""After a crash in the middle of a delivery the notice is sent again this much later."""
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
LOOK_EVERY = timedelta(milliseconds=200)
"""How soon the resident loop sees what was saved: often enough to page within a second, rare enough to cost little."""

_BATCH = 50
_AT_A_TIME = 8
"""How many notices are on their way at once, so that one receiver that hangs does not hold up the others."""


REHEARSAL = "receiver"
"""The channel of a drill or a replay: the local receiver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How a notice arrived: whom it reached, and what somebody should know of it, if anything."""

    reached: tuple[Reached, ...]
    remark: str | None = None


class Courier(Protocol):
    """Whoever takes a notice to the people it is for."""

    def deliver(self, notice: Notice, now: datetime) -> Arrival:
        """Delivers it and says how it arrived. Raises NotifyError(permanent=…)."""


class ToOne:
    """Everything goes to one receiver: the local one of a drill or a replay."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def deliver(self, notice: Notice, now: datetime) -> Arrival:
        """Delivers to the one receiver. Raises NotifyError."""
        del now
        self._notifier.notify(notice)
        return Arrival(reached=(Reached(person=notice.person, channel=REHEARSAL),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of the notices owed."""

    sent: int = 0
    failed: int = 0
    withdrawn: int = 0


def deliver_owed(incidents: IncidentStore, courier: Courier, now: datetime, *, board: str) -> Delivered:
    """Delivers what is owed by `now`. A crash in between repeats a notice under the same key, and loses none."""
    sent = failed = withdrawn = 0
    while claimed := incidents.claim(now, lease=LEASE, limit=_BATCH):
        deliveries = [deliver_one(incidents, courier, notice, now, board=board) for notice in claimed]
        incidents.settle(deliveries)
        sent += sum(1 for each in deliveries if each.sent_at is not None)
        withdrawn += sum(1 for each in deliveries if each.withdrawn)
        failed += sum(1 for each in deliveries if each.sent_at is None and not each.withdrawn)
    return Delivered(sent=sent, failed=failed, withdrawn=withdrawn)


def deliver_one(incidents: IncidentStore, courier: Courier, notice: Notice, now: datetime, *, board: str) -> Delivery:
    """One attempt at a claimed notice, still to be settled; one that somebody's act made needless is withdrawn."""
    incident = incidents.get(notice.incident_id)
    needless = superseded(notice, incident)
    if needless is not None:
        return Delivery(key=notice.key, attempted_at=now, error=needless, withdrawn=True)
    try:
        arrival = courier.deliver(_with_link(notice, incident, board), now)
    except NotifyError as error:
        return _failure(incidents, notice, error, now)
    return Delivery(key=notice.key, attempted_at=now, sent_at=now, error=arrival.remark, reached=arrival.reached)


def notify_loop(
    incidents: IncidentStore,
    courier: Courier,
    clock: Clock,
    *,
    board: str,
    stopped: Callable[[], bool],
    logger: Logger,
) -> None:
    """Delivers what is saved as owed, within moments of its saving, until `stopped`; what is on its way is awaited.

    Raises StoreError; whatever was claimed then comes back after its lease.
    """
    underway: dict[str, Future[None]] = {}

    def attempt(notice: Notice) -> None:
        tried = deliver_one(incidents, courier, notice, clock.now(), board=board)
        # A receiver can take seconds: what is kept as sent is when it had the notice.
        delivery = tried if tried.sent_at is None else replace(tried, sent_at=clock.now())
        incidents.settle([delivery])
        _tell(logger, notice, delivery)

    with ThreadPoolExecutor(max_workers=_AT_A_TIME) as couriers:
        while not stopped():
            underway = _still(underway)
            claimed = incidents.claim(clock.now(), lease=LEASE, limit=_AT_A_TIME - len(underway))
            # One whose lease ran out while it is still on its way is not sent a second time beside it.
            fresh = [notice for notice in claimed if notice.key not in underway]
            underway |= {notice.key: couriers.submit(attempt, notice) for notice in fresh}
            # While there is work the next look is soon: a burst goes out as fast as it is taken.
            clock.sleep(SHORT_PAUSE if underway else LOOK_EVERY)
    _still(underway)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: doubling, from 15 s to 15 min."""
    doublings: int = 2 ** min(attempts, 10)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


def _with_link(notice: Notice, incident: Incident, board: str) -> Notice:
    # The number is the store's: it is not known yet when a notice is decided.
    number = incident.number or incident.id
    return linked(notice, number, f"{board}/incidents/{quote(number, safe='')}/acknowledge")


def _failure(incidents: IncidentStore, notice: Notice, error: NotifyError, now: datetime) -> Delivery:
    rows = incidents.notices(notice.incident_id)
    attempts = next((row.attempts for row in rows if row.notice.key == notice.key), 0)
    retry_at = None if error.permanent else now + wait_after(attempts)
    return Delivery(key=notice.key, attempted_at=now, error=str(error), retry_at=retry_at)


def _still(underway: dict[str, Future[None]]) -> dict[str, Future[None]]:
    """Those not done yet; the error of one that is done comes up here."""
    for attempt in underway.values():
        if attempt.done():
            attempt.result()
    return {key: attempt for key, attempt in underway.items() if not attempt.done()}


def _tell(logger: Logger, notice: Notice, delivery: Delivery) -> None:
    if delivery.sent_at is not None:
        waited = round((delivery.sent_at - notice.owed_at).total_seconds(), 1)
        tell = logger.info if delivery.error is None else logger.warning
        by = [each.channel for each in delivery.reached]
        tell("notice delivered", key=notice.key, waited=waited, by=by, remark=delivery.error)
    elif delivery.withdrawn:
        logger.info("notice withdrawn", key=notice.key, reason=delivery.error)
    else:
        logger.error("notice not delivered", key=notice.key, reason=delivery.error, again_at=delivery.retry_at)
