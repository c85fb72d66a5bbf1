"""What every incident store promises about leases: one holder at a time, an old one is fenced off."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk.errors import Fenced
from tests.build import an_id
from tests.build_incidents import a_change, a_full_change
from tests.incident_stores import KINDS, SQL_KINDS, AuditedStore, HandClock, Office, everything

PATIENCE = timedelta(seconds=30)
BARELY = 29.999


@pytest.fixture(params=KINDS)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    office = Office(request.param, tmp_path)
    yield office
    office.close()


def acquire(store: AuditedStore, holder: str = "first", *, name: str = "placer") -> int | None:
    return store.acquire_lease(name, holder, patience=PATIENCE)


def test_free_lease_is_taken_at_once(office: Office) -> None:
    assert acquire(office.open()) == 1


def test_held_lease_is_refused_while_its_holder_is_alive(office: Office) -> None:
    store = office.open()
    acquire(store)

    assert acquire(store, "second") is None
    assert acquire(store, "first") is None


def test_lease_is_free_once_its_beat_stood_still_for_the_patience(office: Office) -> None:
    store = office.open()
    acquire(store)
    first_look = acquire(store, "second")

    office.clock.seconds += BARELY
    too_early = acquire(store, "second")
    office.clock.seconds += 30 - BARELY
    epoch = acquire(store, "second")

    assert (first_look, too_early, epoch) == (None, None, 2)


def test_patience_counts_from_the_observers_own_first_look(office: Office) -> None:
    store = office.open()
    acquire(store)
    office.clock.seconds += 3_600

    assert acquire(store, "second") is None


def test_each_beat_begins_the_patience_anew(office: Office) -> None:
    store = office.open()
    epoch = acquire(store) or 0
    acquire(store, "second")
    office.clock.seconds += BARELY
    store.beat("placer", epoch)

    office.clock.seconds += BARELY

    assert acquire(store, "second") is None


def test_lease_taken_anew_begins_the_patience_anew(office: Office) -> None:
    store = office.open()
    store.release_lease("placer", acquire(store) or 0)
    acquire(store, "second")
    acquire(store, "third")
    office.clock.seconds += BARELY

    assert acquire(store, "third") is None


def test_released_lease_is_taken_at_once_under_a_higher_epoch(office: Office) -> None:
    store = office.open()
    store.release_lease("placer", acquire(store) or 0)

    assert acquire(store, "second") == 2


def test_giving_up_a_lease_that_moved_on_has_no_effect(office: Office) -> None:
    store = office.open()
    store.release_lease("placer", acquire(store) or 0)
    acquire(store, "second")

    store.release_lease("placer", 1)

    store.beat("placer", 2)
    assert acquire(store, "third") is None


def test_beat_under_an_old_epoch_is_fenced_and_does_not_help_the_old_holder(office: Office) -> None:
    store = office.open()
    acquire(store)
    acquire(store, "second")
    office.clock.seconds += 30
    acquire(store, "second")

    with pytest.raises(Fenced, match="placer is no longer held under epoch 1"):
        store.beat("placer", 1)

    assert acquire(store, "third") is None


@pytest.mark.parametrize("epoch", [0, 1, 2])
def test_beat_without_a_holder_is_fenced(office: Office, epoch: int) -> None:
    store = office.open()
    store.release_lease("placer", acquire(store) or 0)

    with pytest.raises(Fenced):
        store.beat("placer", epoch)

    assert acquire(store, "second") == 2


def test_leases_of_different_names_know_nothing_of_each_other(office: Office) -> None:
    store = office.open()

    assert acquire(store, name="placer") == 1
    assert acquire(store, name="watch") == 1
    store.release_lease("watch", 1)
    store.beat("placer", 1)


def test_current_placer_saves(office: Office) -> None:
    store = office.open()
    epoch = acquire(store)

    store.save([a_change()], epoch=epoch)

    assert store.get(an_id(1)).version == 1


def test_save_under_another_epoch_is_fenced_and_nothing_happens(office: Office) -> None:
    store = office.open()
    store.release_lease("placer", acquire(store) or 0)
    acquire(store, "second")
    before = everything(store)

    for epoch in (0, 1, 3):
        with pytest.raises(Fenced, match=f"placer is no longer held under epoch {epoch}"):
            store.save([a_full_change()], epoch=epoch)

    assert everything(store) == before


def test_save_under_a_lease_given_up_is_fenced_and_nothing_happens(office: Office) -> None:
    store = office.open()
    store.release_lease("placer", acquire(store) or 0)
    before = everything(store)

    with pytest.raises(Fenced):
        store.save([a_full_change()], epoch=1)

    assert everything(store) == before


def test_lease_of_another_name_does_not_let_anybody_place(office: Office) -> None:
    store = office.open()
    epoch = acquire(store, name="watch")

    with pytest.raises(Fenced):
        store.save([a_full_change()], epoch=epoch)

    assert store.placements([an_id(50)]) == {}


def test_save_without_an_epoch_asks_for_no_lease(office: Office) -> None:
    store = office.open()
    acquire(store)

    store.save([a_full_change()])

    assert store.get(an_id(1)).version == 1


@pytest.mark.parametrize("kind", SQL_KINDS)
def test_observers_whose_clocks_are_years_apart_agree(kind: str, tmp_path: Path) -> None:
    office, years_ahead = Office(kind, tmp_path), HandClock()
    years_ahead.seconds += 1e9
    holder, observer = office.open(), office.open(years_ahead)
    epoch = acquire(holder) or 0

    first_look = acquire(observer, "second")
    years_ahead.seconds += BARELY
    holder.beat("placer", epoch)
    alive = acquire(observer, "second")
    years_ahead.seconds += 30

    assert (first_look, alive, acquire(observer, "second")) == (None, None, 2)
    office.close()
