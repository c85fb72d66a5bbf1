"""Accounts and their sessions in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock

from desk.account_store import Throttled
from desk.accounts import (
    USE_NOTED_EVERY,
    Account,
    AccountRefused,
    Failures,
    Role,
    Session,
    alive,
    failed_again,
    name_key,
    quiet,
    wait_left,
)


class MemoryAccountStore:
    """Accounts, their sessions, and the failures of signing in; `desk.account_store.AccountStore`."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._accounts: dict[str, Account] = {}
        self._sessions: dict[str, Session] = {}
        self._failures: dict[str, Failures] = {}

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        return sorted(self._accounts.values(), key=lambda account: name_key(account.name))

    def named(self, name: str) -> Account | None:
        """The account of this name, whatever the case of its letters."""
        return next((each for each in self.accounts() if name_key(each.name) == name_key(name)), None)

    def add(self, account: Account) -> None:
        """Adds an account. Raises AccountRefused when its id or name is known."""
        with self._lock:
            if account.id in self._accounts or self.named(account.name) is not None:
                raise AccountRefused(f"there is an account {account.name} already")
            self._accounts[account.id] = account

    def set_password(self, checked: Account, password_hash: str, *, must_change: bool) -> Account:
        """Changes the password and ends every session. Raises AccountRefused when it was changed meanwhile."""
        with self._lock:
            found = self._accounts.get(checked.id)
            if found is None or found.password_hash != checked.password_hash:
                raise AccountRefused(f"the password of {checked.name} was changed meanwhile")
            self._accounts[found.id] = replace(found, password_hash=password_hash, must_change=must_change)
            self._end_sessions_of(found.id)
            return self._accounts[found.id]

    def set_role(self, account_id: str, role: Role) -> None:
        """Changes what the account may do. Raises AccountRefused for an unknown id."""
        with self._lock:
            self._accounts[account_id] = replace(self._known(account_id), role=role)

    def set_active(self, account_id: str, *, active: bool) -> None:
        """Opens or closes the account. Raises AccountRefused for an unknown id."""
        with self._lock:
            self._accounts[account_id] = replace(self._known(account_id), active=active)
            if not active:
                self._end_sessions_of(account_id)

    def start_session(self, session: Session, checked: Account) -> None:
        """Starts a session. Raises AccountRefused when the account has changed since it was checked."""
        with self._lock:
            found = self._accounts.get(session.account_id)
            if found is None or not found.active or found.password_hash != checked.password_hash:
                raise AccountRefused(f"account {checked.name} was changed meanwhile")
            now = session.started_at
            self._sessions = {key: each for key, each in self._sessions.items() if alive(each, now)}
            self._sessions[session.token_hash] = session

    def signed_in(self, token_hash: str, now: datetime) -> Account | None:
        """The account of a session that is alive now, which this use keeps alive."""
        with self._lock:
            session = self._sessions.get(token_hash)
            if session is None or not alive(session, now):
                return None
            if now >= session.used_at + USE_NOTED_EVERY:
                self._sessions[token_hash] = replace(session, used_at=now)
            return self._accounts[session.account_id]

    def end_session(self, token_hash: str) -> None:
        """Ends the session; no effect where there is none."""
        with self._lock:
            self._sessions.pop(token_hash, None)

    def begin_attempt(self, subjects: Sequence[Throttled], now: datetime) -> timedelta:
        """Counts an attempt as failed, or returns how long it still has to wait."""
        with self._lock:
            waits = [wait_left(self._failures.get(each.key), now, allowance=each.allowance) for each in subjects]
            if any(waits):
                return max(waits)
            self._failures = {key: each for key, each in self._failures.items() if not quiet(each, now)}
            for each in subjects:
                self._failures[each.key] = failed_again(self._failures.get(each.key), now)
            return timedelta()

    def attempt_succeeded(self, subjects: Sequence[Throttled]) -> None:
        """Takes back what was counted."""
        with self._lock:
            for each in subjects:
                found = self._failures.get(each.key)
                if found is not None and each.shared and found.times > 1:
                    self._failures[each.key] = replace(found, times=found.times - 1)
                else:
                    self._failures.pop(each.key, None)

    def close(self) -> None:
        """Nothing to let go of."""

    def _known(self, account_id: str) -> Account:
        if account_id not in self._accounts:
            raise AccountRefused(f"no account has the id {account_id}")
        return self._accounts[account_id]

    def _end_sessions_of(self, account_id: str) -> None:
        self._sessions = {key: each for key, each in self._sessions.items() if each.account_id != account_id}
