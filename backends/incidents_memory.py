"""The incident store in memory: for tests and the tour, gone with its process."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from threading import RLock
from zoneinfo import ZoneInfo

from backends.clock import Stopwatch
from backends.leases import PLACER
from backends.leases_memory import MemoryLeases
from backends.outbox_memory import MemoryOutbox
from backends.saving import OFFICE_ZONE, Last, Next, next_versions, spelled, year_in
from desk.caselog import Entry, Head, OfficeLink, link, logged
from desk.change import Change, Delivery, IncidentQuery, LoggedEvent, Notice, NoticeRow, Placement
from desk.errors import IncidentNotFound
from desk.incident import Incident
from desk.post import Outcome


class MemoryIncidentStore:
    """Incidents with their case log, placements and outbox in memory; `desk.ports.IncidentStore`."""

    def __init__(
        self,
        *,
        prefix: str = "云州",
        zone: ZoneInfo = OFFICE_ZONE,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._prefix = prefix
        self._zone = zone
        self._lock = RLock()
        self._last_numbers: Counter[int] = Counter()
        self._incidents: dict[str, Next] = {}
        self._entries: list[Entry] = []
        self._links: list[OfficeLink] = []
        self._placements: dict[str, Placement] = {}
        self._outbox = MemoryOutbox()
        self._leases = MemoryLeases(monotonic or Stopwatch().elapsed)

    def get(self, ref: str) -> Incident:
        """The incident with this id or number. Raises IncidentNotFound."""
        for incident in self._all():
            if ref in (incident.id, incident.number):
                return incident
        raise IncidentNotFound(f"no incident has the id or number {ref}")

    def find(self, query: IncidentQuery) -> list[Incident]:
        """The matching incidents, oldest first."""
        matching = (incident for incident in self._all() if _matches(incident, query))
        return sorted(matching, key=lambda incident: (incident.opened_at, incident.id))[: query.limit]

    def save(self, changes: Sequence[Change], *, epoch: int | None = None) -> None:
        """Writes all changes, in order, or nothing."""
        with self._lock:
            if epoch is not None:
                self._leases.require_held(PLACER, epoch)
            numbers = self._last_numbers.copy()
            # Whatever refuses the call does so in this line; what follows only puts away.
            steps = next_versions(
                changes, self._lasts(changes), number=lambda opened_at: self._number(numbers, opened_at)
            )
            self._last_numbers = numbers
            self._put_away(steps, changes)

    def due(self, now: datetime, *, limit: int) -> list[Incident]:
        """Incidents whose next moment has come, longest due first."""
        moments = [(incident.next_moment, incident.id, incident) for incident in self._all() if incident.next_moment]
        return [incident for moment, _, incident in sorted(moments, key=lambda row: row[:2]) if moment <= now][:limit]

    def next_moment(self) -> datetime | None:
        """The earliest next moment of all incidents."""
        return min((incident.next_moment for incident in self._all() if incident.next_moment), default=None)

    def open_versions(self) -> dict[str, int]:
        """The version of every open incident by its number."""
        return {incident.number or incident.id: incident.version for incident in self._all() if not incident.closed}

    def placements(self, post_ids: Collection[str]) -> dict[str, Placement]:
        """How these posts were placed."""
        return {post_id: self._placements[post_id] for post_id in post_ids if post_id in self._placements}

    def posts(self, incident_id: str) -> list[Placement]:
        """The posts of an incident in the order they were placed."""
        return [placement for placement in list(self._placements.values()) if placement.incident_id == incident_id]

    def unplaced(self, *, limit: int) -> list[Placement]:
        """The posts nobody could place, last placed first."""
        unplaced = [placed for placed in list(self._placements.values()) if placed.outcome is Outcome.UNPLACED]
        return unplaced[::-1][:limit]

    def outcomes(self) -> Mapping[Outcome, int]:
        """How many posts were placed with which outcome."""
        return dict(Counter(placement.outcome for placement in list(self._placements.values())))

    def timeline(self, incident_id: str) -> list[LoggedEvent]:
        """The incident's case log, oldest first."""
        return [logged(entry) for entry in self.case_log(incident_id)]

    def case_log(self, incident_id: str) -> list[Entry]:
        """The incident's chain with all that `desk.caselog.verify` asks for, oldest first."""
        return [entry for entry in list(self._entries) if entry.incident_id == incident_id]

    def office_chain(self) -> list[OfficeLink]:
        """The office's chain over all case logs."""
        return list(self._links)

    def notices(self, incident_id: str | None = None) -> list[NoticeRow]:
        """The notices of an incident, or all, with their delivery."""
        return self._outbox.rows(incident_id)

    def claim(self, now: datetime, *, lease: timedelta, limit: int) -> list[Notice]:
        """Waiting notices owed by now, longest owed first, taken for the lease."""
        with self._lock:
            return self._outbox.claim(now, lease=lease, limit=limit)

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """Records how attempts ended (`backends.outbox.settled`)."""
        with self._lock:
            self._outbox.settle(deliveries)

    def acquire_lease(self, name: str, holder: str, *, patience: timedelta) -> int | None:
        """Takes the named lease and returns its new epoch, or None while its holder is alive."""
        with self._lock:
            return self._leases.acquire(name, holder, patience=patience)

    def beat(self, name: str, epoch: int) -> None:
        """Shows that the holder lives. Raises Fenced when the lease has moved on."""
        with self._lock:
            self._leases.beat(name, epoch)

    def release_lease(self, name: str, epoch: int) -> None:
        """Gives the lease up; no effect when it has moved on."""
        with self._lock:
            self._leases.release(name, epoch)

    def close(self) -> None:
        """Nothing to let go of."""

    def _all(self) -> list[Incident]:
        return [step.incident for step in list(self._incidents.values())]

    def _lasts(self, changes: Sequence[Change]) -> dict[str, Last]:
        ids = {change.incident.id for change in changes if change.incident is not None}
        return {id_: self._incidents[id_].last for id_ in ids if id_ in self._incidents}

    def _number(self, numbers: Counter[int], opened_at: datetime) -> str:
        year = year_in(self._zone, opened_at)
        numbers[year] += 1
        return spelled(self._prefix, year, numbers[year])

    def _put_away(self, steps: Sequence[Next], changes: Sequence[Change]) -> None:
        self._incidents |= {step.incident.id: step for step in steps}
        for entry in (entry for step in steps for entry in step.entries):
            self._entries.append(entry)
            self._links.append(link(entry, after=self._office_head()))
        for change in changes:
            for placement in change.placements:
                self._placements.setdefault(placement.post_id, placement)
            self._outbox.owe(change.notices)

    def _office_head(self) -> Head:
        return Head(seq=self._links[-1][0], hash=self._links[-1][-1]) if self._links else Head()


def _matches(incident: Incident, query: IncidentQuery) -> bool:
    return (
        (query.states is None or incident.state in query.states)
        and not (query.open_only and incident.closed)
        and (query.since is None or incident.last_post_at >= query.since)
        and (query.after is None or (incident.opened_at, incident.id) > query.after)
    )
