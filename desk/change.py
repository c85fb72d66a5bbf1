"""What a decision writes: one change of one incident with its events, notices and placements, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from desk.incident import Incident, State
from desk.post import Outcome

Fact: TypeAlias = str | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of an incident's timeline: append-only, hash-chained in the store.

    `at` is when it happened in the incident's time (a breach: its computed due second), `recorded_at` when the
    desk wrote it. `facts` hold ids, times (ISO 8601), counts and codes; `text` is free text a person typed, of
    which the chain keeps a salted digest only.
    """

    kind: str
    at: datetime
    recorded_at: datetime
    by: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message owed to somebody on duty; its key makes sending twice harmless.

    `key` is incident · clock · rung · person · cycle; a channel is an attempt and no part of it. `text` is in the
    office's plain Chinese. It is not sent before `owed_at`.
    """

    key: str
    incident_id: str
    clock_key: str
    rung: str
    person: str
    title: str
    text: str
    owed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """How placing a post ended; written once per post id and never changed by a repeat."""

    post_id: str
    outcome: Outcome
    placed_at: datetime
    incident_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The only thing an incident store writes: the incident as decided, and all that follows from it.

    `incident.version` is the version the decision was made on (0 for a new one); saving makes it one more.
    `incident` is None where a post was placed without touching any incident.
    """

    incident: Incident | None
    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()
    placements: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """An event as it stands in the case log, with its place in the incident's chain."""

    incident_id: str
    seq: int
    event: Event
    entry: bytes
    entry_hash: str


class NoticeState(StrEnum):
    """Where a notice stands in the outbox."""

    WAITING = "waiting"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Whom a notice reached, by id, and by which channel; `person` is empty where it went to nobody in particular."""

    person: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How an attempt to deliver a claimed notice ended; settled in the store.

    `retry_at` is None when it was delivered (`sent_at` set), given up, or `withdrawn`: never sent, because somebody
    acted before. `error` says why; beside `sent_at` it is what somebody should know of the delivery, and `reached`
    who got it.
    """

    key: str
    attempted_at: datetime
    sent_at: datetime | None = None
    reached: tuple[Reached, ...] = ()
    error: str | None = None
    retry_at: datetime | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice with its delivery so far, as the board shows it."""

    notice: Notice
    state: NoticeState
    attempts: int
    sent_at: datetime | None
    last_error: str | None
    reached: tuple[Reached, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentQuery:
    """Which incidents: by state, by the time of their last post, oldest `opened_at` first, at most `limit`.

    `open_only` leaves the closed states out; `since` bounds `last_post_at` (included). `after` continues behind
    the (opened_at, id) of the last one seen.
    """

    states: frozenset[State] | None = None
    open_only: bool = False
    since: datetime | None = None
    limit: int = 200
    after: tuple[datetime, str] | None = None
