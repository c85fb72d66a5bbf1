"""What every incident store does with a change before it writes: the next version, its number, its log entries."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.caselog import Entry, Head, seal
from desk.change import Change, Event
from desk.errors import StaleIncident
from desk.incident import Incident

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """What a new version goes on from: the last version, the incident's number, where its case log stands."""

    version: int
    number: str
    log: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The incident as it is to be stored, where its case log stands then, and the entries that led there."""

    incident: Incident
    number: str
    log: Head
    entries: tuple[Entry, ...]

    @property
    def last(self) -> Last:
        """What a later change of the same call goes on from."""
        return Last(version=self.incident.version, number=self.number, log=self.log)


def next_versions(
    changes: Sequence[Change], stored: Mapping[str, Last], *, number: Callable[[datetime], str]
) -> list[Next]:
    """What the changes make of their incidents, in order, each going on from the earlier ones.

    `stored` tells how the incidents stood before, `number` gives a new one its number. Raises StaleIncident when a
    change was decided on another version than the last one, and ValueError for events without an incident: they
    would belong to no case log.
    """
    last = dict(stored)
    steps = []
    for change in changes:
        if change.incident is None:
            _require_no_events(change)
            continue
        step = _next_version(change.incident, change.events, last.get(change.incident.id), number)
        last[step.incident.id] = step.last
        steps.append(step)
    return steps


def year_in(zone: ZoneInfo, opened_at: datetime) -> int:
    """The year of the office's calendar in which an incident was opened."""
    return opened_at.astimezone(zone).year


def spelled(prefix: str, year: int, count: int) -> str:
    """An incident's speakable number: 云州-2026-0042."""
    return f"{prefix}-{year}-{count:04d}"


def _next_version(
    incident: Incident, events: Sequence[Event], last: Last | None, number: Callable[[datetime], str]
) -> Next:
    _require_current(incident, last)
    given = number(incident.opened_at) if last is None else last.number
    log = Head() if last is None else last.log
    entries = _sealed(events, incident.id, after=log)
    return Next(
        incident=replace(incident, version=incident.version + 1, number=given),
        number=given,
        log=entries[-1].head if entries else log,
        entries=entries,
    )


def _require_no_events(change: Change) -> None:
    if change.events:
        raise ValueError(f"{change.events[0].kind} belongs to no incident: log it with the incident it is about")


def _require_current(incident: Incident, last: Last | None) -> None:
    if last is None and incident.version != 0:
        raise StaleIncident(f"incident {incident.id} is not stored, so it cannot be at version {incident.version}")
    if last is not None and incident.version != last.version:
        raise StaleIncident(
            f"incident {incident.id} is no longer at version {incident.version} but at {last.version}: read it again"
        )


def _sealed(events: Sequence[Event], incident_id: str, *, after: Head) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for event in events:
        entries.append(seal(event, incident_id=incident_id, after=after, salt=secrets.token_hex(16)))
        after = entries[-1].head
    return tuple(entries)
