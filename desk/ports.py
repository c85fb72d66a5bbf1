"""The ports: what the desk needs of the world, each docstring the contract its backends are tested against.

All are synchronous and batch-shaped. Times are aware UTC in and out and are kept to the microsecond; `now` is
always an argument. A refused write leaves nothing behind; every write is safe to repeat.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from desk.archive import Capture
from desk.caselog import Entry
from desk.change import Change, Delivery, IncidentQuery, LoggedEvent, Notice, NoticeRow, Placement
from desk.incident import Incident
from desk.people import Person, Shift
from desk.post import Observation, Outcome, Post, PostCounts, PostQuery, ScreenedPost, Verdict
from desk.source import CoverageGap, Cursor
from desk.travel import Outgoing, Record, Travelling


class Clock(Protocol):
    """The only way to learn the time or to wait."""

    def now(self) -> datetime:
        """The time now, aware UTC."""

    def sleep(self, duration: timedelta) -> None:
        """Waits that long; a manual clock moves itself on instead."""


class Codec(Protocol):
    """What travels, to and from bytes: versioned, and readable one version back."""

    def encode(self, travelling: Travelling) -> bytes:
        """The bytes of the current version."""

    def decode(self, record: bytes) -> Travelling:
        """What the bytes say. Raises BadPost naming what is wrong and where."""


class Subscription(AbstractContextManager["Subscription"], Protocol):
    """One reader of a topic for a group; leaving the context gives the topic up for another reader."""

    def poll(self, *, limit: int, timeout: timedelta) -> list[Record]:
        """The next records, at most `limit`, in order within a partition; empty once `timeout` passed without one.

        Moves the position on in memory only: what is not committed is delivered again to the next reader.
        Raises BusError when the bus cannot be read; the position is unchanged.
        """

    def commit(self) -> None:
        """Marks everything polled so far as done for this group. Raises BusError; then nothing was marked."""

    def lag(self) -> int:
        """How many records of the topic this group has not committed."""


class Bus(Protocol):
    """An ordered log per topic, at least once per group."""

    def publish(self, records: Iterable[Outgoing]) -> None:
        """Takes records over; they are durable only after `flush`."""

    def flush(self) -> None:
        """Returns once everything published is durable, or raises BusError and keeps it for the next flush."""

    def subscribe(self, topic: str, *, group: str) -> Subscription:
        """Joins a group on a topic.

        One subscriber of a group reads a partition of the topic at a time; a second polls nothing of it meanwhile,
        and takes over where the commits stand once the first has left or died.
        """

    def lag(self, topic: str, *, group: str) -> int:
        """How many records of a topic this group has not committed; looks on, and takes nobody's seat."""

    def forget(self, topic: str, before: datetime) -> int:
        """Deletes the records of a topic published before then, read or not, and says how many.

        Readers go on with what is left. Raises BusError; what is deleted then stays so.
        """

    def close(self) -> None:
        """Lets go of files and connections; unflushed records are dropped."""


class PostStore(Protocol):
    """Every screened post, searchable, until its retention ends."""

    def put(self, posts: Sequence[ScreenedPost], observations: Sequence[Observation] = ()) -> None:
        """Stores posts by id and observations by (post id, source, seen_at), all or none: twice changes nothing.

        The first stored version of a post stays. Raises StoreError; then nothing was written. Only a store of many
        servers, failing half way, may have written a part: a repeat writes the rest and doubles nothing.
        """

    def get(self, ids: Collection[str]) -> dict[str, ScreenedPost]:
        """The posts with these ids; unknown ids are left out."""

    def observations(self, post_id: str) -> list[Observation]:
        """What was seen of a post, oldest first."""

    def search(self, query: PostQuery) -> list[ScreenedPost]:
        """The matching posts, newest published first, then by id; at most `query.limit`."""

    def near_duplicates(self, fingerprint: str) -> int:
        """How many posts carry this very fingerprint."""

    def counts(self) -> PostCounts:
        """How many posts are stored, by outcome; derived from rows, so redelivery counts nothing twice."""

    def prune(self, before: datetime, *, keep: Collection[str] = ()) -> int:
        """Deletes posts collected before that time and their observations, but those in `keep`; says how many.

        Goes portion by portion, so that collection goes on meanwhile; a failure leaves whole portions deleted.
        """

    def close(self) -> None:
        """Lets go of files and connections."""


class IncidentStore(Protocol):
    """Incidents with their case log, placements and outbox: the truth the board shows."""

    def get(self, ref: str) -> Incident:
        """The incident with this id or number. Raises IncidentNotFound."""

    def find(self, query: IncidentQuery) -> list[Incident]:
        """The matching incidents, `opened_at` ascending then id, at most `query.limit`."""

    def save(self, changes: Sequence[Change], *, epoch: int | None = None) -> None:
        """Writes all changes, in order, in one transaction, or nothing.

        A change whose incident is not at `incident.version` raises StaleIncident (a later change of the same call
        sees the earlier ones: its version counts on). With `epoch`, raises Fenced unless the placer's lease is at
        that epoch. A new incident gets its number here. A placement of a post already placed is left as it was;
        a notice whose key is known is left as it was. Raises StoreError when it cannot write.
        """

    def due(self, now: datetime, *, limit: int) -> list[Incident]:
        """Incidents whose `next_moment` is at or before `now`, longest due first, then by id."""

    def next_moment(self) -> datetime | None:
        """The earliest `next_moment` of all incidents, or None."""

    def open_versions(self) -> dict[str, int]:
        """The version of every open incident by its number: the cheap way to see what changed."""

    def placements(self, post_ids: Collection[str]) -> dict[str, Placement]:
        """How these posts were placed; posts not placed yet are left out."""

    def posts(self, incident_id: str) -> list[Placement]:
        """The posts of an incident in the order they were placed."""

    def unplaced(self, *, limit: int) -> list[Placement]:
        """The newest posts nobody could place, newest first, for a person to look at."""

    def outcomes(self) -> Mapping[Outcome, int]:
        """How many posts were placed with which outcome; derived from rows."""

    def timeline(self, incident_id: str) -> list[LoggedEvent]:
        """The incident's case log, oldest first."""

    def case_log(self, incident_id: str) -> list[Entry]:
        """The incident's case log as its exact hashed bytes with texts and salts, oldest first; what proves it."""

    def office_chain(self) -> list[tuple[int, str, int, str, str]]:
        """The office's chain over all case logs: (office seq, incident id, seq, entry hash, office hash)."""

    def notices(self, incident_id: str | None = None) -> list[NoticeRow]:
        """The notices of an incident (or all) with their delivery, by `owed_at`, then key."""

    def claim(self, now: datetime, *, lease: timedelta, limit: int) -> list[Notice]:
        """Waiting notices owed by `now`, taken for `lease`: nobody else gets them until the lease is over."""

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """Records how attempts ended: sent, to be tried again at `retry_at`, or given up.

        Repeating changes nothing that was sent.
        """

    def acquire_lease(self, name: str, holder: str, *, patience: timedelta) -> int | None:
        """Takes the named lease and returns its new epoch, or None while its holder is alive.

        A lease is free when released, or when its beat stood still for `patience` on this observer's own monotonic
        clock since it first looked; hosts' clocks are never compared. Call again to go on observing.
        """

    def beat(self, name: str, epoch: int) -> None:
        """Shows that the holder lives. Raises Fenced when the lease has moved on."""

    def release_lease(self, name: str, epoch: int) -> None:
        """Gives the lease up; no effect when it has moved on."""

    def close(self) -> None:
        """Lets go of files and connections."""


class Notifier(Protocol):
    """One way to reach people."""

    def notify(self, notice: Notice) -> None:
        """Delivers the notice; the receiver can tell a repeat by its key. Raises NotifyError(permanent=…)."""


class Classifier(Protocol):
    """Proposes what posts are; people decide."""

    def classify(self, posts: Sequence[Post]) -> list[Verdict]:
        """One verdict per post, in order; independent of how posts are cut into batches."""


class SourceStore(Protocol):
    """Where collection of each source stands and what it could not see."""

    def cursor(self, source: str) -> Cursor:
        """The source's cursor; a fresh one for a source never seen."""

    def save_cursor(self, cursor: Cursor) -> None:
        """Replaces the source's cursor."""

    def cursors(self) -> list[Cursor]:
        """All cursors, by source key."""

    def open_gap(self, source: str, since: datetime, reason: str) -> None:
        """Notes that the source cannot be seen; no effect while a gap of it is open."""

    def close_gap(self, source: str, until: datetime) -> None:
        """Notes that it can be seen again; no effect without an open gap."""

    def gaps(self, since: datetime, until: datetime) -> list[CoverageGap]:
        """Gaps that touch the period, by start then source."""

    def close(self) -> None:
        """Lets go of files and connections."""


class PeopleStore(Protocol):
    """Who is on duty and how to reach them."""

    def save_person(self, person: Person) -> None:
        """Adds or replaces a person by id."""

    def people(self) -> list[Person]:
        """All persons, by id."""

    def save_shift(self, shift: Shift) -> None:
        """Adds a shift; the same shift twice is once."""

    def on_duty(self, role: str, now: datetime) -> list[Person]:
        """The active persons whose shift in that role covers `now`, by id; empty is itself an alarm."""

    def close(self) -> None:
        """Lets go of files and connections."""


class Archive(Protocol):
    """Captures of official pages as proof."""

    def capture(self, url: str, *, now: datetime) -> Capture:
        """Fetches and keeps the page. Raises CaptureError; then nothing was kept."""

    def read(self, capture: Capture) -> bytes:
        """The kept bytes. Raises CaptureError when they are gone or no longer have their hash."""
