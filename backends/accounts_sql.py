"""Accounts and their sessions on SQLite or PostgreSQL."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.engine import Row

from backends.database import Database, insert_or_ignore, insert_or_replace
from backends.incident_tables import account as accounts
from backends.incident_tables import session as sessions
from backends.incident_tables import sign_in_failure as failures
from desk.account_store import Throttled
from desk.accounts import (
    IDLE,
    QUIET,
    USE_NOTED_EVERY,
    WHOLE,
    Account,
    AccountRefused,
    Failures,
    Role,
    Session,
    alive,
    failed_again,
    name_key,
    wait_left,
)
from desk.errors import StoreError

_ACCOUNT = (
    accounts.c.id,
    accounts.c.name,
    accounts.c.role,
    accounts.c.password_hash,
    accounts.c.must_change,
    accounts.c.active,
)
_Columns = tuple[str, str, str, str, bool, bool]


class SqlAccountStore:
    """Accounts, their sessions, and the failures of signing in; `desk.account_store.AccountStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        with self._database.reading() as connection:
            return [_account(row) for row in connection.execute(select(*_ACCOUNT).order_by(accounts.c.name_key))]

    def named(self, name: str) -> Account | None:
        """The account of this name, whatever the case of its letters."""
        with self._database.reading() as connection:
            row = connection.execute(select(*_ACCOUNT).where(accounts.c.name_key == name_key(name))).one_or_none()
        return None if row is None else _account(row)

    def add(self, account: Account) -> None:
        """Adds an account. Raises AccountRefused when its id or name is known."""
        row = asdict(account) | {"role": account.role.value, "name_key": name_key(account.name)}
        same = or_(accounts.c.id == account.id, accounts.c.name_key == name_key(account.name))
        with self._database.writing() as connection:
            if connection.execute(select(accounts.c.id).where(same)).first() is not None:
                raise AccountRefused(f"there is an account {account.name} already")
            insert_or_ignore(connection, accounts, [row])
            # On a server two can get this far with one name: whoever is second finds no row of its own.
            if connection.execute(select(accounts.c.id).where(accounts.c.id == account.id)).first() is None:
                raise AccountRefused(f"there is an account {account.name} already")

    def set_password(self, checked: Account, password_hash: str, *, must_change: bool) -> Account:
        """Changes the password and ends every session. Raises AccountRefused when it was changed meanwhile."""
        as_checked = (accounts.c.id == checked.id, accounts.c.password_hash == checked.password_hash)
        changed = update(accounts).where(*as_checked).values(password_hash=password_hash, must_change=must_change)
        with self._database.writing() as connection:
            row = connection.execute(changed.returning(*_ACCOUNT)).one_or_none()
            if row is None:
                raise AccountRefused(f"the password of {checked.name} was changed meanwhile")
            _end_sessions_of(connection, checked.id)
        return _account(row)

    def set_role(self, account_id: str, role: Role) -> None:
        """Changes what the account may do. Raises AccountRefused for an unknown id."""
        with self._database.writing() as connection:
            _change(connection, account_id, {"role": role.value})

    def set_active(self, account_id: str, *, active: bool) -> None:
        """Opens or closes the account. Raises AccountRefused for an unknown id."""
        with self._database.writing() as connection:
            _change(connection, account_id, {"active": active})
            if not active:
                _end_sessions_of(connection, account_id)

    def start_session(self, session: Session, checked: Account) -> None:
        """Starts a session. Raises AccountRefused when the account has changed since it was checked."""
        as_checked = select(accounts.c.id).where(
            accounts.c.id == session.account_id,
            accounts.c.active.is_(True),
            accounts.c.password_hash == checked.password_hash,
        )
        now = session.started_at
        over = or_(sessions.c.used_at <= now - IDLE, sessions.c.started_at <= now - WHOLE)
        with self._database.writing() as connection:
            if connection.execute(as_checked.with_for_update()).first() is None:
                raise AccountRefused(f"account {checked.name} was changed meanwhile")
            connection.execute(delete(sessions).where(over))
            insert_or_ignore(connection, sessions, [asdict(session)])

    def signed_in(self, token_hash: str, now: datetime) -> Account | None:
        """The account of a session that is alive now, which this use keeps alive."""
        asked = select(*_ACCOUNT, sessions).join(sessions, sessions.c.account_id == accounts.c.id)
        with self._database.reading() as connection:
            row = connection.execute(asked.where(sessions.c.token_hash == token_hash)).one_or_none()
        if row is None:
            return None
        session = Session(
            token_hash=token_hash, account_id=row.account_id, started_at=row.started_at, used_at=row.used_at
        )
        if not alive(session, now):
            return None
        if now >= session.used_at + USE_NOTED_EVERY:
            self._note_use(token_hash, now)
        return _account(row)

    def end_session(self, token_hash: str) -> None:
        """Ends the session; no effect where there is none."""
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def begin_attempt(self, subjects: Sequence[Throttled], now: datetime) -> timedelta:
        """Counts an attempt as failed, or returns how long it still has to wait."""
        with self._database.writing() as connection:
            known = _locked_failures(connection, subjects, now)
            waits = [wait_left(known.get(each.key), now, allowance=each.allowance) for each in subjects]
            if any(waits):
                return max(waits)
            connection.execute(delete(failures).where(failures.c.last_at <= now - QUIET))
            for each in subjects:
                row = {"key": each.key, **asdict(failed_again(known.get(each.key), now))}
                insert_or_replace(connection, failures, row)
        return timedelta()

    def attempt_succeeded(self, subjects: Sequence[Throttled]) -> None:
        """Takes back what was counted."""
        with self._database.writing() as connection:
            for each in subjects:
                this = failures.c.key == each.key
                left = failures.c.times - 1 if each.shared else 0
                connection.execute(update(failures).where(this).values(times=left))
            connection.execute(delete(failures).where(failures.c.times <= 0))

    def close(self) -> None:
        """Lets go of files and connections."""
        self._database.close()

    def _note_use(self, token_hash: str, now: datetime) -> None:
        noted = update(sessions).where(sessions.c.token_hash == token_hash, sessions.c.used_at < now)
        # Reading goes on when nothing can be written: a full disk must not lock people out of their board.
        with suppress(StoreError), self._database.writing() as connection:
            connection.execute(noted.values(used_at=now))


def _account(row: Row[_Columns]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        password_hash=row.password_hash,
        must_change=row.must_change,
        active=row.active,
    )


def _change(connection: Connection, account_id: str, values: dict[str, str | bool]) -> None:
    if connection.execute(update(accounts).where(accounts.c.id == account_id).values(values)).rowcount == 0:
        raise AccountRefused(f"no account has the id {account_id}")


def _end_sessions_of(connection: Connection, account_id: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.account_id == account_id))


def _locked_failures(connection: Connection, subjects: Sequence[Throttled], now: datetime) -> dict[str, Failures]:
    # A row for each first, because only a row can be locked: on a server, two tries must not read the same count.
    insert_or_ignore(connection, failures, [{"key": each.key, "times": 0, "last_at": now} for each in subjects])
    asked = select(failures).where(failures.c.key.in_([each.key for each in subjects])).order_by(failures.c.key)
    rows = connection.execute(asked.with_for_update())
    return {row.key: Failures(times=row.times, last_at=row.last_at) for row in rows}
