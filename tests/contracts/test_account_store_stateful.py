"""Whatever is done to accounts in whatever order, also on old readings: SQL answers as memory does."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from backends.accounts_memory import MemoryAccountStore
from backends.accounts_sql import SqlAccountStore
from backends.database import Database
from desk.account_store import AccountStore, Throttled
from desk.accounts import Account, AccountRefused, Role, Session
from tests.build import MINUTE, NOON
from tests.incident_stores import an_empty_database

T = TypeVar("T")
IDS = st.sampled_from(["a-1", "a-2", "a-3"])
TOKENS = st.sampled_from(["t-1", "t-2", "t-3"])
NAMES = st.sampled_from(["王值班", "Admin", "admin"])
HASHES = st.sampled_from(["one", "two", "three"])
SUBJECTS = st.lists(
    st.builds(Throttled, key=st.sampled_from("xyz"), allowance=st.just(1)) | st.just(Throttled(key="w", allowance=2)),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each.key,
)


class TwinAccounts(RuleBasedStateMachine):
    """Does everything to both stores."""

    kind = "sqlite"
    readings: Bundle[Account] = Bundle("readings")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.database = Database(an_empty_database(self.kind, Path(self.folder.name)))
        self.sql = SqlAccountStore(self.database)
        self.memory = MemoryAccountStore()
        self.now: datetime = NOON

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    def both(self, ask: Callable[[AccountStore], T]) -> T | type[AccountRefused]:
        """What both stores answer."""
        answers = [answer(store, ask) for store in (self.memory, self.sql)]
        assert answers[0] == answers[1]
        return answers[1]

    @rule(minutes=st.sampled_from([0, 1, 59, 479, 480, 1439]))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(target=readings, id_=IDS, name=NAMES, role=st.sampled_from(Role), password_hash=HASHES)
    def add(self, id_: str, name: str, role: Role, password_hash: str) -> Account:
        account = Account(id=id_, name=name, role=role, password_hash=password_hash)
        self.both(lambda store: store.add(account))
        return account

    @rule(target=readings, reading=readings, password_hash=HASHES, must_change=st.booleans())
    def change_the_password_of_a_reading(
        self,
        reading: Account,
        password_hash: str,
        must_change: bool,  # noqa: FBT001
    ) -> Account | MultipleResults[Account]:
        changed = self.both(lambda store: store.set_password(reading, password_hash, must_change=must_change))
        return changed if isinstance(changed, Account) else multiple()

    @rule(id_=IDS, active=st.booleans())
    def open_or_close(self, id_: str, active: bool) -> None:  # noqa: FBT001
        self.both(lambda store: store.set_active(id_, active=active))

    @rule(reading=readings, token=TOKENS)
    def start_a_session_on_a_reading(self, reading: Account, token: str) -> None:
        session = Session(token_hash=token, account_id=reading.id, started_at=self.now, used_at=self.now)
        self.both(lambda store: store.end_session(token))
        self.both(lambda store: store.start_session(session, reading))

    @rule(token=TOKENS)
    def use_a_session(self, token: str) -> None:
        self.both(lambda store: store.signed_in(token, self.now))

    @rule(token=TOKENS)
    def end_a_session(self, token: str) -> None:
        self.both(lambda store: store.end_session(token))

    @rule(subjects=SUBJECTS, times=st.integers(1, 8))
    def fail(self, subjects: list[Throttled], times: int) -> None:
        for _ in range(times):
            self.both(lambda store: store.begin_attempt(subjects, self.now))

    @rule(subjects=SUBJECTS)
    def succeed(self, subjects: list[Throttled]) -> None:
        self.both(lambda store: store.attempt_succeeded(subjects))

    @invariant()
    def all_that_can_be_seen_is_the_same(self) -> None:
        self.both(lambda store: store.accounts())
        self.both(lambda store: [store.named(name) for name in ("王值班", "ADMIN", "李主任")])


def answer(store: AccountStore, ask: Callable[[AccountStore], T]) -> T | type[AccountRefused]:
    """What the store answers, or how it refuses."""
    try:
        return ask(store)
    except AccountRefused as refusal:
        return type(refusal)


class TwinAccountsOnPostgresql(TwinAccounts):
    kind = "postgresql"


TestTwinAccountsOnPostgresql = pytest.mark.engine(TwinAccountsOnPostgresql.TestCase)
TestTwinAccountsOnPostgresql.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)


TestTwinAccounts = TwinAccounts.TestCase
TestTwinAccounts.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
