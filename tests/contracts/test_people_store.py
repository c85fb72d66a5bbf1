"""What every people store promises (`desk.ports.PeopleStore`)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backends.database import Database
from backends.people_memory import MemoryPeopleStore
from backends.people_sql import SqlPeopleStore
from desk.people import Person, Shift
from desk.ports import PeopleStore
from tests.build import HOUR, NOON
from tests.build_incidents import MICROSECOND
from tests.incident_stores import KINDS, an_empty_database

DUTY = Person(id="p-2", name="王值班", role="duty_officer", contacts=(("dingtalk", "desk-1"), ("sms", "1001")))
CHIEF = Person(id="p-1", name="李主任", role="office_head")
SHIFT = Shift(person_id="p-2", role="duty_officer", since=NOON, until=NOON + 8 * HOUR)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PeopleStore]:
    store = open_people(request.param, tmp_path)
    yield store
    store.close()


def open_people(kind: str, folder: Path) -> PeopleStore:
    return MemoryPeopleStore() if kind == "memory" else SqlPeopleStore(Database(an_empty_database(kind, folder)))


def on_shift(store: PeopleStore, *people: Person) -> None:
    for person in people:
        store.save_person(person)
        store.save_shift(replace(SHIFT, person_id=person.id))


def test_people_are_listed_by_id_as_they_were_saved(store: PeopleStore) -> None:
    store.save_person(DUTY)
    store.save_person(CHIEF)

    assert store.people() == [CHIEF, DUTY]


def test_person_saved_again_is_replaced(store: PeopleStore) -> None:
    store.save_person(DUTY)
    moved = replace(DUTY, name="王主任", contacts=(("mail", "desk"),), active=False)

    store.save_person(moved)

    assert store.people() == [moved]


def test_shift_covers_its_first_moment_and_not_its_last(store: PeopleStore) -> None:
    on_shift(store, DUTY)

    covered = [store.on_duty("duty_officer", NOON + 8 * HOUR - MICROSECOND), store.on_duty("duty_officer", NOON)]
    uncovered = [store.on_duty("duty_officer", NOON - MICROSECOND), store.on_duty("duty_officer", NOON + 8 * HOUR)]

    assert covered == [[DUTY], [DUTY]]
    assert uncovered == [[], []]


def test_shift_saved_twice_is_once(store: PeopleStore) -> None:
    on_shift(store, DUTY)

    store.save_shift(SHIFT)

    assert store.on_duty("duty_officer", NOON) == [DUTY]


def test_overlapping_shifts_of_one_person_call_once(store: PeopleStore) -> None:
    on_shift(store, DUTY)

    store.save_shift(replace(SHIFT, since=NOON - HOUR))

    assert store.on_duty("duty_officer", NOON) == [DUTY]


def test_several_on_duty_come_by_id(store: PeopleStore) -> None:
    on_shift(store, DUTY, CHIEF, replace(DUTY, id="p-0"))

    found = store.on_duty("duty_officer", NOON)

    assert [person.id for person in found] == ["p-0", "p-1", "p-2"]


def test_duty_counts_by_the_role_of_the_shift(store: PeopleStore) -> None:
    on_shift(store, CHIEF)

    assert store.on_duty("duty_officer", NOON) == [CHIEF]
    assert store.on_duty("office_head", NOON) == []


def test_inactive_person_is_not_on_duty(store: PeopleStore) -> None:
    on_shift(store, DUTY)

    store.save_person(replace(DUTY, active=False))

    assert store.on_duty("duty_officer", NOON) == []


def test_shift_of_somebody_unknown_counts_once_they_are_known(store: PeopleStore) -> None:
    store.save_shift(SHIFT)
    before = store.on_duty("duty_officer", NOON)

    store.save_person(DUTY)

    assert (before, store.on_duty("duty_officer", NOON)) == ([], [DUTY])
