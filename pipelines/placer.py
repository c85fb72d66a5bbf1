"""Placing: the one writer of incidents reads flagged posts in order and saves one change a post.

It holds the placer's lease; an older placer that wakes up again is refused by the store (`Fenced`) and leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.change import Change, IncidentQuery
from desk.errors import BadPost, Fenced, StaleIncident
from desk.incident import Incident
from desk.office import Office
from desk.placing import WINDOW, place
from desk.policy import Policy
from desk.ports import Bus, Codec, IncidentStore, Subscription
from desk.post import Outcome
from desk.travel import DEAD, FLAGGED, DeadRecord, FlaggedPost, Outgoing, Record

GROUP = "place"
LEASE = "placer"
_ATTEMPTS = 5
_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What became of one batch of flagged posts; `repeats` were placed before."""

    records: int = 0
    opened: int = 0
    repeats: int = 0
    dead: int = 0


class Placer:
    """The one placer of a desk."""

    def __init__(
        self, bus: Bus, incidents: IncidentStore, codec: Codec, office: Office, policy: Policy, *, batch: int
    ) -> None:
        self._bus = bus
        self._incidents = incidents
        self._codec = codec
        self._office = office
        self._policy = policy
        self._batch = batch

    def subscribe(self) -> Subscription:
        """Joins the placer's group on the flagged posts."""
        return self._bus.subscribe(FLAGGED, group=GROUP)

    def acquire(self, holder: str, *, patience: timedelta) -> int | None:
        """Takes the placer's lease and returns its epoch, or None while another placer lives."""
        return self._incidents.acquire_lease(LEASE, holder, patience=patience)

    def beat(self, epoch: int) -> None:
        """Shows that this placer lives. Raises Fenced when a newer one has taken over."""
        self._incidents.beat(LEASE, epoch)

    def release(self, epoch: int) -> None:
        """Gives the lease up for the next placer."""
        self._incidents.release_lease(LEASE, epoch)

    def step(self, subscription: Subscription, epoch: int, *, timeout: timedelta) -> Placed:
        """Places the next batch, if any. Raises Fenced, BusError or StoreError; the batch will come again."""
        records = subscription.poll(limit=self._batch, timeout=timeout)
        if not records:
            return Placed()
        placed = self.place(records, epoch)
        # Commit last: a crash before this line means the batch is looked at twice, and placed once.
        subscription.commit()
        return placed

    def place(self, records: Sequence[Record], epoch: int) -> Placed:
        """Places records under this epoch; a post placed before is left as it was."""
        flagged, dead = self._decoded(records)
        changes, repeats = self._saved(flagged, epoch)
        if dead:
            self._bus.publish([Outgoing(topic=DEAD, key=each.key, value=self._codec.encode(each)) for each in dead])
            self._bus.flush()
        opened = sum(1 for change in changes for each in change.placements if each.outcome is Outcome.OPENED)
        return Placed(records=len(records), opened=opened, repeats=repeats, dead=len(dead))

    def _decoded(self, records: Sequence[Record]) -> tuple[list[FlaggedPost], list[DeadRecord]]:
        flagged: list[FlaggedPost] = []
        dead: list[DeadRecord] = []
        for record in records:
            try:
                flagged.append(self._flagged(record))
            except BadPost as error:
                value = record.value
                dead.append(
                    DeadRecord(topic=record.topic, offset=record.offset, key=record.key, value=value, reason=str(error))
                )
        return flagged, dead

    def _flagged(self, record: Record) -> FlaggedPost:
        travelling = self._codec.decode(record.value)
        if not isinstance(travelling, FlaggedPost):
            raise BadPost(f"a {type(travelling).__name__} on the topic of flagged posts")
        return travelling

    def _saved(self, flagged: Sequence[FlaggedPost], epoch: int) -> tuple[list[Change], int]:
        # A person may act on an incident while we decide: then read and decide again. There is no lock.
        for attempt in range(_ATTEMPTS):
            fresh = self._not_placed(flagged)
            changes = self._decided(fresh)
            try:
                self._incidents.save(changes, epoch=epoch)
            except Fenced:
                raise
            except StaleIncident:
                if attempt == _ATTEMPTS - 1:
                    raise
                continue
            return changes, len(flagged) - len(fresh)
        return [], len(flagged)

    def _not_placed(self, flagged: Sequence[FlaggedPost]) -> list[FlaggedPost]:
        placed = self._incidents.placements({each.post.id for each in flagged})
        first = {each.post.id: each for each in reversed(flagged) if each.post.id not in placed}
        return [each for each in flagged if first.get(each.post.id) is each]

    def _decided(self, flagged: Sequence[FlaggedPost]) -> list[Change]:
        if not flagged:
            return []
        since = min(each.post.collected_at for each in flagged) - WINDOW
        live = {incident.id: incident for incident in self._live(since.replace(microsecond=0))}
        changes = []
        for each in flagged:
            change = place(each, live.values(), self._office, self._policy)
            changes.append(change)
            if change.incident is not None:
                # The next post of the batch is decided on what this one leaves, as if it had been saved already.
                live[change.incident.id] = replace(change.incident, version=change.incident.version + 1)
        return changes

    def _live(self, since: datetime) -> list[Incident]:
        found: list[Incident] = []
        query = IncidentQuery(open_only=True, since=since, limit=_PAGE)
        while page := self._incidents.find(query):
            found.extend(page)
            if len(page) < _PAGE:
                break
            query = replace(query, after=(page[-1].opened_at, page[-1].id))
        return found
