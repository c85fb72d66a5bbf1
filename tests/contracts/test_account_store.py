"""What every account store promises (`desk.account_store.AccountStore`)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from backends.accounts_memory import MemoryAccountStore
from backends.accounts_sql import SqlAccountStore
from backends.database import Database
from desk.account_store import AccountStore, Throttled
from desk.accounts import IDLE, QUIET, WHOLE, Account, AccountRefused, Role, Session
from tests.build import DAY, HOUR, MICROSECOND, MINUTE, NOON, SECOND
from tests.incident_stores import KINDS, SQL_KINDS, an_empty_database

OFFICER = Account(id="a-1", name="王值班", role=Role.OFFICER, password_hash="hash one")
ADMIN = Account(id="a-2", name="Admin", role=Role.ADMIN, password_hash="hash two", must_change=True)
SESSION = Session(token_hash="t-1", account_id="a-1", started_at=NOON, used_at=NOON)
NAME = Throttled(key="name")
ADDRESS = Throttled(key="address", allowance=5)
NOTHING = timedelta()


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AccountStore]:
    if request.param == "memory":
        yield MemoryAccountStore()
        return
    database = Database(an_empty_database(request.param, tmp_path))
    yield SqlAccountStore(database)
    database.close()


@pytest.fixture
def at_work(store: AccountStore) -> AccountStore:
    store.add(OFFICER)
    store.start_session(SESSION, OFFICER)
    return store


def a_new_password(store: AccountStore) -> None:
    store.set_password(OFFICER, "hash three", must_change=False)


def a_closed_account(store: AccountStore) -> None:
    store.set_active("a-1", active=False)


def test_accounts_are_listed_by_name_as_they_were_added(store: AccountStore) -> None:
    store.add(OFFICER)
    store.add(ADMIN)

    assert store.accounts() == [ADMIN, OFFICER]


def test_account_is_found_by_its_name_whatever_the_case(store: AccountStore) -> None:
    store.add(ADMIN)

    assert [store.named(name) for name in ("Admin", "ADMIN", "ａdmin", "admins")] == [ADMIN, ADMIN, ADMIN, None]


@pytest.mark.parametrize("other", [replace(ADMIN, id="a-3", name="admin"), replace(ADMIN, name="李主任")], ids=str)
def test_account_with_a_known_name_or_id_is_refused(store: AccountStore, other: Account) -> None:
    store.add(ADMIN)

    with pytest.raises(AccountRefused):
        store.add(other)

    assert store.accounts() == [ADMIN]


def test_new_password_ends_every_session_and_is_returned(at_work: AccountStore) -> None:
    changed = at_work.set_password(OFFICER, "hash three", must_change=True)

    assert changed == replace(OFFICER, password_hash="hash three", must_change=True)
    assert at_work.accounts() == [changed]
    assert at_work.signed_in("t-1", NOON) is None


def test_password_changed_meanwhile_is_not_changed_again(at_work: AccountStore) -> None:
    changed = at_work.set_password(OFFICER, "hash three", must_change=False)

    with pytest.raises(AccountRefused):
        at_work.set_password(OFFICER, "hash four", must_change=False)

    assert at_work.accounts() == [changed]


def test_password_of_nobody_is_refused(store: AccountStore) -> None:
    with pytest.raises(AccountRefused):
        store.set_password(OFFICER, "hash three", must_change=False)

    assert store.accounts() == []


def test_closed_account_is_signed_out_and_can_be_opened_again(at_work: AccountStore) -> None:
    at_work.set_active("a-1", active=False)
    closed = at_work.accounts()

    at_work.set_active("a-1", active=True)

    assert closed == [replace(OFFICER, active=False)]
    assert at_work.accounts() == [OFFICER]
    assert at_work.signed_in("t-1", NOON) is None


def test_closing_nobody_is_refused(store: AccountStore) -> None:
    with pytest.raises(AccountRefused):
        store.set_active("a-9", active=False)


@pytest.mark.parametrize("meanwhile", [a_new_password, a_closed_account])
def test_no_session_starts_on_what_was_checked_before_a_change(
    store: AccountStore, meanwhile: Callable[[AccountStore], None]
) -> None:
    store.add(OFFICER)
    meanwhile(store)

    with pytest.raises(AccountRefused):
        store.start_session(SESSION, OFFICER)

    assert store.signed_in("t-1", NOON) is None


def test_session_holds_for_a_shift_without_use_and_not_a_moment_longer(at_work: AccountStore) -> None:
    last, first_after = NOON + IDLE - MICROSECOND, NOON + IDLE

    assert at_work.signed_in("t-1", first_after) is None
    assert at_work.signed_in("t-1", last) == OFFICER
    assert at_work.signed_in("t-1", first_after) == OFFICER


def test_session_in_constant_use_ends_after_its_whole_time(at_work: AccountStore) -> None:
    used = [at_work.signed_in("t-1", NOON + hours * HOUR) for hours in range(24)]

    assert used == [OFFICER] * 24
    assert at_work.signed_in("t-1", NOON + WHOLE - MICROSECOND) == OFFICER
    assert at_work.signed_in("t-1", NOON + WHOLE) is None


def test_use_is_noted_once_a_minute(at_work: AccountStore) -> None:
    at_work.signed_in("t-1", NOON + MINUTE - MICROSECOND)
    not_noted = at_work.signed_in("t-1", NOON + IDLE)

    at_work.signed_in("t-1", NOON + MINUTE)

    assert not_noted is None
    assert at_work.signed_in("t-1", NOON + MINUTE + IDLE - MICROSECOND) == OFFICER


def test_use_of_long_ago_does_not_take_a_session_back(at_work: AccountStore) -> None:
    at_work.signed_in("t-1", NOON + 2 * HOUR)

    at_work.signed_in("t-1", NOON + HOUR)

    assert at_work.signed_in("t-1", NOON + 2 * HOUR + IDLE - MICROSECOND) == OFFICER


def test_ended_session_is_nobody_s_and_others_stay(at_work: AccountStore) -> None:
    at_work.start_session(replace(SESSION, token_hash="t-2"), OFFICER)

    at_work.end_session("t-1")
    at_work.end_session("t-9")

    assert at_work.signed_in("t-1", NOON) is None
    assert at_work.signed_in("t-2", NOON) == OFFICER


def test_starting_a_session_drops_those_that_are_over(at_work: AccountStore) -> None:
    later = NOON + DAY

    at_work.start_session(Session(token_hash="t-2", account_id="a-1", started_at=later, used_at=later), OFFICER)

    assert at_work.signed_in("t-1", NOON) is None
    assert at_work.signed_in("t-2", later) == OFFICER


def test_waits_begin_after_some_failures_and_grow(store: AccountStore) -> None:
    first = [store.begin_attempt([NAME], NOON) for _ in range(5)]
    too_soon = store.begin_attempt([NAME], NOON + 2 * SECOND - MICROSECOND)
    in_time = store.begin_attempt([NAME], NOON + 2 * SECOND)

    assert first == [NOTHING] * 5
    assert too_soon == MICROSECOND
    assert in_time == NOTHING
    assert store.begin_attempt([NAME], NOON + 2 * SECOND) == 4 * SECOND


def test_refused_attempt_counts_for_nobody(store: AccountStore) -> None:
    for _ in range(5):
        store.begin_attempt([NAME], NOON)

    refused = [store.begin_attempt([NAME, ADDRESS], NOON) for _ in range(100)]

    assert refused == [2 * SECOND] * 100
    assert [store.begin_attempt([ADDRESS], NOON) for _ in range(20)] == [NOTHING] * 20


def test_shared_address_may_fail_more_often(store: AccountStore) -> None:
    tries = [store.begin_attempt([ADDRESS], NOON) for _ in range(22)]

    assert tries == [NOTHING] * 21 + [2 * SECOND]


def test_success_clears_a_name_and_takes_one_back_from_an_address(store: AccountStore) -> None:
    for _ in range(4):
        store.begin_attempt([NAME, ADDRESS], NOON)
    store.begin_attempt([NAME, ADDRESS], NOON)

    store.attempt_succeeded([NAME, ADDRESS])

    assert [store.begin_attempt([NAME], NOON) for _ in range(5)] == [NOTHING] * 5
    assert [store.begin_attempt([ADDRESS], NOON) for _ in range(18)] == [NOTHING] * 17 + [2 * SECOND]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_role_is_changed_at_once_for_whoever_is_signed_in(at_work: AccountStore, role: Role) -> None:
    at_work.set_role(OFFICER.id, role)

    changed = replace(OFFICER, role=role)
    assert (at_work.named(OFFICER.name), at_work.signed_in("t-1", NOON)) == (changed, changed)


def test_role_of_nobody_cannot_be_changed(at_work: AccountStore) -> None:
    with pytest.raises(AccountRefused, match="no account has the id"):
        at_work.set_role("nobody", Role.ADMIN)

    assert at_work.accounts() == [OFFICER]


def test_failures_are_forgotten_after_a_quiet_day(store: AccountStore) -> None:
    for _ in range(5):
        store.begin_attempt([NAME], NOON)

    tries = [store.begin_attempt([NAME], NOON + QUIET) for _ in range(6)]

    assert tries == [NOTHING] * 5 + [2 * SECOND]


@pytest.mark.parametrize("kind", SQL_KINDS)
def test_of_many_that_add_one_name_at_once_one_succeeds_and_the_others_are_told(kind: str, tmp_path: Path) -> None:
    database = Database(an_empty_database(kind, tmp_path))
    store, start = SqlAccountStore(database), Barrier(6)

    def add(number: int) -> str:
        start.wait()
        try:
            store.add(replace(OFFICER, id=f"a-{number}"))
        except AccountRefused as refusal:
            return str(refusal)
        return ""

    with ThreadPoolExecutor(max_workers=6) as pool:
        told = sorted(pool.map(add, range(6)))

    assert told == ["", *["there is an account 王值班 already"] * 5]
    assert len(store.accounts()) == 1
    database.close()
