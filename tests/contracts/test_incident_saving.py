"""What every incident store promises about saving: all of a call or nothing, on the newest version only."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.change import Change, IncidentQuery
from desk.errors import StaleIncident
from desk.incident import Incident
from desk.post import Outcome
from tests.build import HOUR, NOON, an_id
from tests.build_incidents import (
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


def test_each_save_makes_the_version_one_more(store: AuditedStore) -> None:
    open_incidents(store, an_incident())

    store.save([a_change(incident=replace(store.get(an_id(1)), post_count=2))])

    assert (store.get(an_id(1)).version, store.get(an_id(1)).post_count) == (2, 2)


def test_numbers_count_up_within_a_year(store: AuditedStore) -> None:
    next_year = an_incident(id=an_id(3), opened_at=datetime(2027, 3, 1, tzinfo=UTC))

    open_incidents(store, an_incident(id=an_id(1)), an_incident(id=an_id(2)), next_year)
    open_incidents(store, an_incident(id=an_id(4)))

    numbers = [store.get(an_id(number)).number for number in (1, 2, 3, 4)]
    assert numbers == ["云州-2026-0001", "云州-2026-0002", "云州-2027-0001", "云州-2026-0003"]


def test_year_of_a_number_turns_at_midnight_of_the_office(store: AuditedStore) -> None:
    midnight = datetime(2026, 12, 31, 16, tzinfo=UTC)

    open_incidents(store, an_incident(id=an_id(1), opened_at=midnight - MICROSECOND))
    open_incidents(store, an_incident(id=an_id(2), opened_at=midnight))

    assert store.get(an_id(1)).number == "云州-2026-0001"
    assert store.get(an_id(2)).number == "云州-2027-0001"


def test_number_once_given_stays(store: AuditedStore) -> None:
    open_incidents(store, an_incident())
    moved = replace(store.get(an_id(1)), number="云州-2031-0099", opened_at=datetime(2031, 1, 1, tzinfo=UTC))

    store.save([a_change(incident=moved)])

    assert store.get(an_id(1)).number == "云州-2026-0001"
    assert store.get("云州-2026-0001").id == an_id(1)


def test_later_change_of_a_call_goes_on_from_the_earlier(store: AuditedStore) -> None:
    opened = a_change(incident=an_incident(), events=(an_event(kind="flagged"),))
    joined = a_change(incident=an_incident(version=1, post_count=2), events=(an_event(kind="joined"),))

    store.save([opened, joined])

    assert (store.get(an_id(1)).version, store.get(an_id(1)).number) == (2, "云州-2026-0001")
    assert [(line.seq, line.event.kind) for line in store.timeline(an_id(1))] == [(1, "flagged"), (2, "joined")]
    assert store.get(an_id(1)).post_count == 2


@pytest.mark.parametrize("version", [0, 1, 3])
def test_change_on_another_version_is_refused_and_nothing_happens(store: AuditedStore, version: int) -> None:
    open_incidents(store, an_incident())
    store.save([a_change(incident=store.get(an_id(1)))])
    before = everything(store)

    with pytest.raises(StaleIncident, match=f"no longer at version {version} but at 2"):
        store.save([a_full_change(an_incident(version=version))])

    assert everything(store) == before
    assert store.placements([an_id(50)]) == {}


def test_change_of_an_incident_never_stored_is_refused(store: AuditedStore) -> None:
    before = everything(store)

    with pytest.raises(StaleIncident, match="not stored"):
        store.save([a_full_change(an_incident(version=1))])

    assert everything(store) == before


def test_one_refused_change_takes_the_whole_call_with_it(store: AuditedStore) -> None:
    open_incidents(store, an_incident())
    before = everything(store)
    good = a_full_change(an_incident(id=an_id(2)))

    with pytest.raises(StaleIncident):
        store.save([good, a_full_change(an_incident(version=9))])

    assert everything(store) == before


def test_same_version_twice_in_a_call_is_refused(store: AuditedStore) -> None:
    before = everything(store)

    with pytest.raises(StaleIncident, match="no longer at version 0 but at 1"):
        store.save([a_change(incident=an_incident()), a_change(incident=an_incident())])

    assert everything(store) == before


def test_refused_call_consumes_no_number(store: AuditedStore) -> None:
    with pytest.raises(StaleIncident):
        store.save([a_change(incident=an_incident(id=an_id(2))), a_change(incident=an_incident(version=4))])

    open_incidents(store, an_incident(id=an_id(3)))

    assert store.get(an_id(3)).number == "云州-2026-0001"


def test_events_without_an_incident_are_refused(store: AuditedStore) -> None:
    before = everything(store)

    with pytest.raises(ValueError, match="flagged belongs to no incident"):
        store.save([a_full_change(an_incident()), Change(incident=None, events=(an_event(),))])

    assert everything(store) == before


def test_fact_that_is_a_float_is_refused(store: AuditedStore) -> None:
    event = an_event(facts={"probability": 0.5})  # type: ignore[dict-item]  # what mypy forbids, a caller may still do
    before = everything(store)

    with pytest.raises(TypeError, match="fact probability is a float"):
        store.save([a_full_change(an_incident()), a_change(incident=an_incident(version=1), events=(event,))])

    assert everything(store) == before


def test_saving_nothing_is_harmless(store: AuditedStore) -> None:
    before = everything(store)

    store.save([])

    assert everything(store) == before


def test_post_is_placed_once_and_the_first_placing_stays(store: AuditedStore) -> None:
    first = a_placement(post_id=an_id(5), incident_id=an_id(1))
    again = a_placement(post_id=an_id(5), outcome=Outcome.ELSEWHERE, placed_at=NOON + HOUR, incident_id=None)

    store.save([a_change(placements=(first, again))])
    store.save([Change(incident=None, placements=(again,))])

    assert store.placements([an_id(5), an_id(6)]) == {an_id(5): first}
    assert store.outcomes() == {Outcome.OPENED: 1}


def test_post_can_be_placed_without_touching_an_incident(store: AuditedStore) -> None:
    elsewhere = a_placement(outcome=Outcome.ELSEWHERE, incident_id=None)

    store.save([Change(incident=None, placements=(elsewhere,))])

    assert store.placements([elsewhere.post_id]) == {elsewhere.post_id: elsewhere}
    assert store.find(IncidentQuery()) == []
