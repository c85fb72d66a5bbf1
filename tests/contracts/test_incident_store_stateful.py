"""Whatever is done in whatever order, also on old readings: the SQL store answers as the memory store does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from backends.incidents_memory import MemoryIncidentStore
from desk.caselog import verify, verify_office
from desk.change import Change, Event, IncidentQuery, Notice, Placement
from desk.errors import Fenced, HuiyingError, StaleIncident
from desk.incident import Incident, State
from desk.ports import IncidentStore
from desk.post import Outcome
from tests.build import MINUTE, NOON, SECOND, an_id
from tests.build_incidents import a_change, a_delivery, a_notice, a_placement, an_event, an_incident
from tests.incident_stores import Office, everything

T = TypeVar("T")
Refusal = type[HuiyingError]

INCIDENTS = st.integers(1, 4).map(an_id)
MOMENTS = st.integers(-3, 3).map(lambda minutes: NOON + minutes * MINUTE)
EVENTS = st.lists(st.builds(an_event, kind=st.sampled_from(["joined", "graded"]), at=MOMENTS), max_size=3).map(tuple)
PLACEMENTS = st.lists(
    st.builds(
        a_placement,
        post_id=st.integers(1, 12).map(an_id),
        outcome=st.sampled_from(Outcome),
        placed_at=MOMENTS,
        incident_id=st.none() | INCIDENTS,
    ),
    max_size=3,
).map(tuple)
# The door takes out what is no character of a text; PostgreSQL would refuse it.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=3)
NOTICES = st.lists(
    st.builds(a_notice, key=st.sampled_from("abcdef"), incident_id=INCIDENTS, owed_at=MOMENTS, text=TEXTS),
    max_size=3,
).map(tuple)
QUERIES = st.builds(
    IncidentQuery,
    states=st.none() | st.frozensets(st.sampled_from([State.REGISTERED, State.HANDLING, State.ARCHIVED]), max_size=2),
    open_only=st.booleans(),
    since=st.none() | MOMENTS,
    limit=st.integers(0, 4),
    after=st.none() | st.tuples(MOMENTS, INCIDENTS),
)
LEASES = st.sampled_from(["placer", "watch"])


class TwinStores(RuleBasedStateMachine):
    """Does everything to both stores; keeps of its own only which version each incident must be at."""

    kind = "sqlite"
    readings: Bundle[Incident] = Bundle("readings")
    claims: Bundle[Notice] = Bundle("claims")
    epochs: Bundle[int] = Bundle("epochs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.office = Office(self.kind, Path(self.folder.name))
        self.sql = self.office.open()
        self.reader = self.office.open()
        self.memory = MemoryIncidentStore(monotonic=self.office.clock)
        self.versions: dict[str, int] = {}
        self.now = NOON

    def teardown(self) -> None:
        chains = {id_: self.reader.case_log(id_) for id_ in self.versions}
        assert [verify(chain) for chain in chains.values()] == [None] * len(chains)
        assert verify_office(self.reader.office_chain(), chains) is None
        self.office.close()
        self.folder.cleanup()

    def both(self, ask: Callable[[IncidentStore], T]) -> T | Refusal:
        """What both stores answer."""
        answers = [answer(store, ask) for store in (self.memory, self.sql)]
        assert answers[0] == answers[1]
        return answers[1]

    def save(self, *changes: Change, epoch: int | None = None) -> Refusal | None:
        """Saves in both; they must refuse exactly when a change rests on an old reading."""
        expected = dict(self.versions)
        stale = False
        for incident in (change.incident for change in changes if change.incident is not None):
            stale = stale or expected.get(incident.id, 0) != incident.version
            expected[incident.id] = incident.version + 1
        refused = self.both(lambda store: store.save(changes, epoch=epoch))
        if refused is not Fenced:
            assert refused is (StaleIncident if stale else None)
        self.versions = expected if refused is None else self.versions
        return refused

    @rule(target=readings, id_=INCIDENTS, opened_at=MOMENTS, events=EVENTS, next_moment=st.none() | MOMENTS)
    def open_incident(
        self, id_: str, opened_at: datetime, events: tuple[Event, ...], next_moment: datetime | None
    ) -> Incident:
        opened = an_incident(id=id_, opened_at=opened_at, last_post_at=opened_at, next_moment=next_moment)
        self.save(a_change(incident=opened, events=events))
        return self.reader.get(id_)

    @rule(target=readings, reading=readings, state=st.sampled_from(State), next_moment=st.none() | MOMENTS)
    def act_on_a_reading(self, reading: Incident, state: State, next_moment: datetime | None) -> Incident:
        moved = replace(reading, state=state, next_moment=next_moment)
        self.save(a_change(incident=moved, events=(an_event(kind=state),)))
        return self.reader.get(reading.id)

    @rule(readings_=st.lists(readings, min_size=2, max_size=4), placements=PLACEMENTS, notices=NOTICES)
    def act_on_several_readings_at_once(
        self, readings_: list[Incident], placements: tuple[Placement, ...], notices: tuple[Notice, ...]
    ) -> None:
        changes = [a_change(incident=reading, events=(an_event(),)) for reading in readings_]
        self.save(*changes, Change(incident=None, placements=placements, notices=notices))

    @rule(reading=readings, steps=st.integers(2, 4), events=EVENTS)
    def go_several_steps_in_one_call(self, reading: Incident, steps: int, events: tuple[Event, ...]) -> None:
        onward = [replace(reading, version=reading.version + step, post_count=step) for step in range(steps)]
        self.save(*(a_change(incident=incident, events=events) for incident in onward))

    @rule(placements=PLACEMENTS, notices=NOTICES)
    def place_and_owe(self, placements: tuple[Placement, ...], notices: tuple[Notice, ...]) -> None:
        self.save(Change(incident=None, placements=placements, notices=notices))

    @rule(target=claims, seconds=st.integers(0, 120), lease=st.integers(1, 120), limit=st.integers(1, 4))
    def claim(self, seconds: int, lease: int, limit: int) -> MultipleResults[Notice]:
        self.now += seconds * SECOND
        claimed = self.both(lambda store: store.claim(self.now, lease=lease * SECOND, limit=limit))
        assert isinstance(claimed, list)
        return multiple(*claimed)

    @rule(claim=claims, attempted=st.integers(-120, 0), ending=st.sampled_from(["sent", "retry", "given up"]))
    def settle_a_claim_old_or_new(self, claim: Notice, attempted: int, ending: str) -> None:
        at = self.now + attempted * SECOND
        failed = a_delivery(key=claim.key, attempted_at=at, error=ending)
        endings = {"sent": replace(failed, sent_at=at), "retry": replace(failed, retry_at=at + MINUTE)}
        self.both(lambda store: store.settle([endings.get(ending, failed)] * 2))

    @rule(target=epochs, name=LEASES, holder=st.sampled_from("xy"))
    def acquire(self, name: str, holder: str) -> MultipleResults[int]:
        epoch = self.both(lambda store: store.acquire_lease(name, holder, patience=30 * SECOND))
        return multiple(epoch) if isinstance(epoch, int) else multiple()

    @rule(seconds=st.sampled_from([10.0, 29.0, 30.0]))
    def time_passes_for_the_observer(self, seconds: float) -> None:
        self.office.clock.seconds += seconds

    @rule(name=LEASES, epoch=epochs)
    def beat(self, name: str, epoch: int) -> None:
        self.both(lambda store: store.beat(name, epoch))

    @rule(name=LEASES, epoch=epochs)
    def release(self, name: str, epoch: int) -> None:
        self.both(lambda store: store.release_lease(name, epoch))

    @rule(reading=readings, epoch=epochs)
    def act_under_an_epoch(self, reading: Incident, epoch: int) -> None:
        self.save(a_change(incident=reading, events=(an_event(kind="placed"),)), epoch=epoch)

    @rule(query=QUERIES)
    def search(self, query: IncidentQuery) -> None:
        self.both(lambda store: store.find(query))

    @rule(now=MOMENTS, limit=st.integers(1, 3))
    def ask_what_is_due(self, now: datetime, limit: int) -> None:
        self.both(lambda store: store.due(now, limit=limit))
        self.both(lambda store: store.unplaced(limit=limit))

    @invariant()
    def all_that_can_be_seen_is_the_same(self) -> None:
        assert everything(self.reader) == everything(self.memory)


def answer(store: IncidentStore, ask: Callable[[IncidentStore], T]) -> T | Refusal:
    """What the store answers, or how it refuses."""
    try:
        return ask(store)
    except HuiyingError as refusal:
        return type(refusal)


class TwinStoresOnPostgresql(TwinStores):
    kind = "postgresql"


TestTwinStoresOnPostgresql = pytest.mark.engine(TwinStoresOnPostgresql.TestCase)
TestTwinStoresOnPostgresql.settings = settings(
    max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


TestTwinStores = TwinStores.TestCase
TestTwinStores.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
