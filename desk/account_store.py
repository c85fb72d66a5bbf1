"""The port of accounts: who may sign in, who has, and who failed; its docstrings are the contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from desk.accounts import Account, Role, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """Whose failures are counted together: a name's, or those of an address that many share (`allowance` above 1)."""

    key: str
    allowance: int = 1

    @property
    def shared(self) -> bool:
        """Whether one success says nothing about the other failures."""
        return self.allowance > 1


def throttled_name(name: str) -> Throttled:
    """The subject that failures under this name count for; a hash, because people type passwords there."""
    return Throttled(key=f"name {sha256(name.casefold().encode()).hexdigest()}")


class AccountStore(Protocol):
    """Accounts, their sessions, and the failures of signing in."""

    def accounts(self) -> list[Account]:
        """All accounts, by name."""

    def named(self, name: str) -> Account | None:
        """The account of this name, whatever the case of its letters; None where there is none."""

    def add(self, account: Account) -> None:
        """Adds an account. Raises AccountRefused when its id or name (whatever the case) is known."""

    def set_password(self, checked: Account, password_hash: str, *, must_change: bool) -> Account:
        """Changes the password, ends every session of the account, and returns it as it is now.

        Raises AccountRefused when it is unknown or meanwhile has another password than `checked` had.
        """

    def set_role(self, account_id: str, role: Role) -> None:
        """Changes what the account may do, from its next page on. Raises AccountRefused for an unknown id."""

    def set_active(self, account_id: str, *, active: bool) -> None:
        """Opens or closes the account; closing ends every session of it. Raises AccountRefused for an unknown id."""

    def start_session(self, session: Session, checked: Account) -> None:
        """Starts a session for the account as it was when its password was checked, and drops those that are over.

        Raises AccountRefused when it meanwhile has another password or was closed.
        """

    def signed_in(self, token_hash: str, now: datetime) -> Account | None:
        """The account of a session that is alive now, which this use keeps alive; None for any other.

        The use is written down at most once a minute: a session may end that much earlier than its last use says.
        """

    def end_session(self, token_hash: str) -> None:
        """Ends the session; no effect where there is none."""

    def begin_attempt(self, subjects: Sequence[Throttled], now: datetime) -> timedelta:
        """Counts an attempt as failed for every subject and returns zero.

        When one of them still has to wait, counts nothing and returns the longest wait. Counted before the password
        is looked at, in one transaction: many tries at the same moment are no way round.
        """

    def attempt_succeeded(self, subjects: Sequence[Throttled]) -> None:
        """Takes back what `begin_attempt` counted: of a subject of its own all failures, of a shared one only this."""
