"""The incident store on SQLite or PostgreSQL: the truth the board shows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from backends import caselog_sql, incident_rows, lease_sql, outbox_sql, placement_sql
from backends.clock import Stopwatch
from backends.database import Database
from backends.leases import PLACER, LeaseWatch
from backends.saving import OFFICE_ZONE, Last, Next, next_versions, spelled, year_in
from desk.caselog import Entry, OfficeLink, logged
from desk.change import Change, Delivery, IncidentQuery, LoggedEvent, Notice, NoticeRow, Placement
from desk.incident import Incident
from desk.post import Outcome


class SqlIncidentStore:
    """Incidents with their case log, placements and outbox in one database; `desk.ports.IncidentStore`."""

    def __init__(
        self,
        database: Database,
        *,
        prefix: str = "云州",
        zone: ZoneInfo = OFFICE_ZONE,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._database = database
        self._prefix = prefix
        self._zone = zone
        self._watch = LeaseWatch(monotonic or Stopwatch().elapsed)

    def get(self, ref: str) -> Incident:
        """The incident with this id or number. Raises IncidentNotFound."""
        with self._database.reading() as connection:
            return incident_rows.read(connection, ref)

    def find(self, query: IncidentQuery) -> list[Incident]:
        """The matching incidents, oldest first."""
        with self._database.reading() as connection:
            return incident_rows.find(connection, query)

    def save(self, changes: Sequence[Change], *, epoch: int | None = None) -> None:
        """Writes all changes, in order, in one transaction, or nothing."""
        with self._database.writing() as connection:
            if epoch is not None:
                lease_sql.require_held(connection, PLACER, epoch)
            self._write(connection, changes)

    def due(self, now: datetime, *, limit: int) -> list[Incident]:
        """Incidents whose next moment has come, longest due first."""
        with self._database.reading() as connection:
            return incident_rows.due(connection, now, limit=limit)

    def next_moment(self) -> datetime | None:
        """The earliest next moment of all incidents."""
        with self._database.reading() as connection:
            return incident_rows.next_moment(connection)

    def open_versions(self) -> dict[str, int]:
        """The version of every open incident by its number."""
        with self._database.reading() as connection:
            return incident_rows.open_versions(connection)

    def placements(self, post_ids: Collection[str]) -> dict[str, Placement]:
        """How these posts were placed."""
        with self._database.reading() as connection:
            return placement_sql.placed(connection, post_ids)

    def posts(self, incident_id: str) -> list[Placement]:
        """The posts of an incident in the order they were placed."""
        with self._database.reading() as connection:
            return placement_sql.of_incident(connection, incident_id)

    def unplaced(self, *, limit: int) -> list[Placement]:
        """The posts nobody could place, last placed first."""
        with self._database.reading() as connection:
            return placement_sql.unplaced(connection, limit=limit)

    def outcomes(self) -> Mapping[Outcome, int]:
        """How many posts were placed with which outcome."""
        with self._database.reading() as connection:
            return placement_sql.outcomes(connection)

    def timeline(self, incident_id: str) -> list[LoggedEvent]:
        """The incident's case log, oldest first."""
        return [logged(entry) for entry in self.case_log(incident_id)]

    def case_log(self, incident_id: str) -> list[Entry]:
        """The incident's chain with all that `desk.caselog.verify` asks for, oldest first."""
        with self._database.reading() as connection:
            return caselog_sql.entries_of(connection, incident_id)

    def office_chain(self) -> list[OfficeLink]:
        """The office's chain over all case logs."""
        with self._database.reading() as connection:
            return caselog_sql.office_links(connection)

    def notices(self, incident_id: str | None = None) -> list[NoticeRow]:
        """The notices of an incident, or all, with their delivery."""
        with self._database.reading() as connection:
            return outbox_sql.rows(connection, incident_id)

    def claim(self, now: datetime, *, lease: timedelta, limit: int) -> list[Notice]:
        """Waiting notices owed by now, longest owed first, taken for the lease."""
        with self._database.writing() as connection:
            return outbox_sql.claim(connection, now, lease=lease, limit=limit)

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """Records how attempts ended (`backends.outbox.settled`)."""
        with self._database.writing() as connection:
            outbox_sql.settle(connection, deliveries)

    def acquire_lease(self, name: str, holder: str, *, patience: timedelta) -> int | None:
        """Takes the named lease and returns its new epoch, or None while its holder is alive."""
        with self._database.writing() as connection:
            return lease_sql.acquire(connection, name, holder, watch=self._watch, patience=patience)

    def beat(self, name: str, epoch: int) -> None:
        """Shows that the holder lives. Raises Fenced when the lease has moved on."""
        with self._database.writing() as connection:
            lease_sql.beat(connection, name, epoch)

    def release_lease(self, name: str, epoch: int) -> None:
        """Gives the lease up; no effect when it has moved on."""
        with self._database.writing() as connection:
            lease_sql.release(connection, name, epoch)

    def close(self) -> None:
        """Lets go of files and connections."""
        self._database.close()

    def _write(self, connection: Connection, changes: Sequence[Change]) -> None:
        office = caselog_sql.lock_office(connection)
        ids = {change.incident.id for change in changes if change.incident is not None}
        stored = incident_rows.stored(connection, ids)
        steps = self._steps(connection, changes, stored)
        newest = {step.incident.id: step for step in steps}.values()
        incident_rows.add(connection, [step for step in newest if step.incident.id not in stored])
        incident_rows.replace_all(connection, [step for step in newest if step.incident.id in stored])
        caselog_sql.append(connection, [entry for step in steps for entry in step.entries], after=office)
        placement_sql.place(connection, [placement for change in changes for placement in change.placements])
        outbox_sql.owe(connection, [notice for change in changes for notice in change.notices])

    def _steps(self, connection: Connection, changes: Sequence[Change], stored: Mapping[str, Last]) -> list[Next]:
        def number(opened_at: datetime) -> str:
            year = year_in(self._zone, opened_at)
            return spelled(self._prefix, year, incident_rows.next_number(connection, year))

        return next_versions(changes, stored, number=number)
