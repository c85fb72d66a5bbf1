"""What every incident store promises to find again (`desk.ports.IncidentStore`)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desk.caselog import verify, verify_office
from desk.change import Change, IncidentQuery
from desk.errors import IncidentNotFound
from desk.incident import CLOSED, Incident, State
from desk.post import Outcome
from tests.build import HOUR, MINUTE, NOON, SECOND, an_id
from tests.build_incidents import (
    A_FULL_INCIDENT,
    MICROSECOND,
    a_change,
    a_full_change,
    a_placement,
    an_event,
    an_incident,
)
from tests.incident_stores import KINDS, AuditedStore, Office, everything


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AuditedStore]:
    office = Office(request.param, tmp_path)
    yield office.open()
    office.close()


def open_incidents(store: AuditedStore, *incidents: Incident) -> None:
    store.save([a_change(incident=incident) for incident in incidents])


def ids(incidents: list[Incident]) -> list[str]:
    return [incident.id for incident in incidents]


def test_saved_incident_is_read_back_whole(store: AuditedStore) -> None:
    store.save([a_change(incident=A_FULL_INCIDENT)])

    found = store.get(A_FULL_INCIDENT.id)

    assert found == replace(A_FULL_INCIDENT, version=1, number="云州-2026-0001")


def test_incident_is_found_by_the_number_people_say(store: AuditedStore) -> None:
    open_incidents(store, an_incident(id=an_id(7)))

    found = store.get("云州-2026-0001")

    assert found.id == an_id(7)


@pytest.mark.parametrize("ref", [an_id(2), "云州-2026-0002", "", "%"])
def test_unknown_reference_is_refused_by_name(store: AuditedStore, ref: str) -> None:
    open_incidents(store, an_incident())

    with pytest.raises(IncidentNotFound, match=f"no incident has the id or number {ref}"):
        store.get(ref)


def test_incidents_come_by_opening_then_by_id(store: AuditedStore) -> None:
    early = an_incident(id=an_id(9), opened_at=NOON - MICROSECOND)
    open_incidents(store, an_incident(id=an_id(3)), an_incident(id=an_id(2)), early)

    found = store.find(IncidentQuery())

    assert ids(found) == [an_id(9), an_id(2), an_id(3)]


def test_search_gives_no_more_than_asked_for(store: AuditedStore) -> None:
    open_incidents(store, *(an_incident(id=an_id(number)) for number in range(4)))

    found = store.find(IncidentQuery(limit=3))

    assert ids(found) == [an_id(0), an_id(1), an_id(2)]


def test_search_by_state_finds_those_states_only(store: AuditedStore) -> None:
    states = [State.REGISTERED, State.JUDGING, State.DISMISSED]
    open_incidents(store, *(an_incident(id=an_id(n), state=state) for n, state in enumerate(states)))

    found = store.find(IncidentQuery(states=frozenset({State.JUDGING, State.DISMISSED})))

    assert ids(found) == [an_id(1), an_id(2)]
    assert store.find(IncidentQuery(states=frozenset())) == []


@pytest.mark.parametrize("state", sorted(State))
def test_open_search_leaves_closed_states_out(store: AuditedStore, state: State) -> None:
    open_incidents(store, an_incident(state=state))

    found = store.find(IncidentQuery(open_only=True))

    assert bool(found) is (state not in CLOSED)


def test_open_search_follows_an_incident_that_closes(store: AuditedStore) -> None:
    open_incidents(store, an_incident())
    store.save([a_change(incident=replace(store.get(an_id(1)), state=State.DISMISSED))])

    found = store.find(IncidentQuery(open_only=True))

    assert found == []
    assert ids(store.find(IncidentQuery(states=frozenset({State.DISMISSED})))) == [an_id(1)]


def test_search_since_includes_that_very_moment(store: AuditedStore) -> None:
    open_incidents(store, an_incident(last_post_at=NOON))

    assert ids(store.find(IncidentQuery(since=NOON))) == [an_id(1)]
    assert store.find(IncidentQuery(since=NOON + MICROSECOND)) == []


def test_search_goes_on_behind_the_last_one_seen(store: AuditedStore) -> None:
    opened = [NOON, NOON, NOON + SECOND, NOON + SECOND, NOON + MINUTE]
    open_incidents(store, *(an_incident(id=an_id(n), opened_at=at) for n, at in enumerate(opened)))

    first = store.find(IncidentQuery(limit=3))
    rest = store.find(IncidentQuery(limit=3, after=(first[-1].opened_at, first[-1].id)))

    assert ids(first) + ids(rest) == [an_id(number) for number in range(5)]


def test_incident_is_due_from_its_moment_on(store: AuditedStore) -> None:
    open_incidents(store, an_incident(next_moment=NOON))

    assert store.due(NOON - MICROSECOND, limit=9) == []
    assert ids(store.due(NOON, limit=9)) == [an_id(1)]


def test_longest_due_comes_first_then_by_id(store: AuditedStore) -> None:
    moments = {4: NOON, 3: NOON, 2: NOON - HOUR, 5: None, 1: NOON + SECOND}
    open_incidents(store, *(an_incident(id=an_id(n), next_moment=moment) for n, moment in moments.items()))

    found = store.due(NOON, limit=9)

    assert ids(found) == [an_id(2), an_id(3), an_id(4)]
    assert ids(store.due(NOON, limit=2)) == [an_id(2), an_id(3)]


def test_next_moment_is_the_earliest_and_goes_with_its_incident(store: AuditedStore) -> None:
    nothing_waits = store.next_moment()
    open_incidents(store, an_incident(id=an_id(1), next_moment=NOON), an_incident(id=an_id(2), next_moment=NOON + HOUR))
    earliest = store.next_moment()

    store.save([a_change(incident=replace(store.get(an_id(1)), next_moment=None))])

    assert (nothing_waits, earliest, store.next_moment()) == (None, NOON, NOON + HOUR)


def test_more_placements_are_asked_for_than_a_statement_takes_parameters(store: AuditedStore) -> None:
    placements = tuple(a_placement(post_id=an_id(number * 100_000)) for number in range(3))
    store.save([a_change(placements=placements)])

    found = store.placements([an_id(number) for number in range(260_000)])

    assert list(found) == [an_id(0), an_id(100_000), an_id(200_000)]
    assert store.placements([]) == {}


def test_posts_of_an_incident_come_in_the_order_they_were_placed(store: AuditedStore) -> None:
    third, first, second = (a_placement(post_id=an_id(number)) for number in (3, 1, 2))
    stranger = a_placement(post_id=an_id(4), incident_id=an_id(9))

    store.save([a_change(placements=(third, stranger, first))])
    store.save([Change(incident=None, placements=(second,))])

    assert store.posts(an_id(1)) == [third, first, second]
    assert store.posts(an_id(8)) == []


def test_unplaced_posts_come_newest_first(store: AuditedStore) -> None:
    lost = [
        a_placement(post_id=an_id(n), outcome=Outcome.UNPLACED, incident_id=None, placed_at=NOON + n * SECOND)
        for n in range(3)
    ]
    store.save([Change(incident=None, placements=(*lost, a_placement(post_id=an_id(9))))])

    assert store.unplaced(limit=9) == [lost[2], lost[1], lost[0]]
    assert store.unplaced(limit=2) == [lost[2], lost[1]]


def test_outcomes_are_counted_from_the_rows(store: AuditedStore) -> None:
    outcomes = [Outcome.OPENED, Outcome.JOINED, Outcome.JOINED, Outcome.OFFICIAL]
    placements = tuple(a_placement(post_id=an_id(n), outcome=outcome) for n, outcome in enumerate(outcomes))

    store.save([a_change(placements=placements)])

    assert store.outcomes() == {Outcome.OPENED: 1, Outcome.JOINED: 2, Outcome.OFFICIAL: 1}


def test_timeline_tells_each_event_as_it_was_written(store: AuditedStore) -> None:
    flagged = an_event(at=NOON + MICROSECOND, facts={"post": an_id(1), "score": 97, "official": False, "place": None})
    signed = an_event(kind="graded", by="李主任", text="依据值班快报，先按较大处理。\n“待核实”")

    store.save([a_change(events=(flagged, signed))])

    timeline = store.timeline(an_id(1))
    assert [(line.incident_id, line.seq, line.event) for line in timeline] == [
        (an_id(1), 1, flagged),
        (an_id(1), 2, signed),
    ]
    assert store.timeline(an_id(2)) == []


def test_typed_text_is_not_in_the_hashed_bytes(store: AuditedStore) -> None:
    store.save([a_change(events=(an_event(text="来电人说水有异味"),))])

    (line,) = store.timeline(an_id(1))

    assert "水有异味".encode() not in line.entry
    assert line.event.text == "来电人说水有异味"


def test_case_log_gives_each_entry_s_exact_bytes_with_its_text_oldest_first(store: AuditedStore) -> None:
    told, untold = an_event(kind="graded", text="依据"), an_event(kind="joined")
    store.save([a_change(events=(told, untold))])

    graded, joined = store.case_log(an_id(1))

    assert [graded.content, joined.content] == [line.entry for line in store.timeline(an_id(1))]
    assert [graded.entry_hash, joined.entry_hash] == [line[3] for line in store.office_chain()]
    assert (graded.seq, graded.text, joined.seq, joined.text, joined.salt) == (1, "依据", 2, None, None)


def test_case_log_of_an_unknown_incident_is_empty(store: AuditedStore) -> None:
    store.save([a_change(events=(an_event(),))])

    assert store.case_log(an_id(9)) == []


def test_same_text_twice_leaves_different_digests(store: AuditedStore) -> None:
    store.save([a_change(events=(an_event(text="同意"), an_event(text="同意")))])

    salts = {entry.salt for entry in store.case_log(an_id(1))}

    assert len(salts) == 2
    assert {len(salt or "") for salt in salts} == {32}


def test_both_chains_verify_over_interleaved_saves(store: AuditedStore) -> None:
    open_incidents(store, an_incident(id=an_id(1)), an_incident(id=an_id(2)))
    for turn in range(6):
        incident = store.get(an_id(turn % 2 + 1))
        store.save([a_change(incident=incident, events=(an_event(kind=f"turn {turn}", text="记"), an_event()))])

    chains = {id_: store.case_log(id_) for id_ in (an_id(1), an_id(2))}

    assert [verify(chain) for chain in chains.values()] == [None, None]
    assert verify_office(store.office_chain(), chains) is None
    assert [link[0] for link in store.office_chain()] == list(range(1, 13))
    assert [entry.seq for entry in chains[an_id(2)]] == list(range(1, 7))


@pytest.mark.parametrize("kind", KINDS)
def test_next_opener_sees_all_that_was_saved(kind: str, tmp_path: Path) -> None:
    office = Office(kind, tmp_path)
    first = office.open()
    first.save([a_full_change(A_FULL_INCIDENT)])
    before = everything(first)
    first.close()

    second = office.open()

    assert everything(second) == before
    office.close()


def test_only_open_incidents_have_a_version_worth_looking_at(store: AuditedStore) -> None:
    open_incidents(store, an_incident(id=an_id(1)), an_incident(id=an_id(2), state=State.CONCLUDED))
    before = store.open_versions()

    store.save([a_change(incident=store.get(an_id(1)))])

    assert (before, store.open_versions()) == ({"云州-2026-0001": 1}, {"云州-2026-0001": 2})
