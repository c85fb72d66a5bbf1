"""`huiying accounts`: who may sign in to the board, kept by whoever can run commands on this machine."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from backends.desk_folder import DeskFolder
from backends.passwords import Passwords, one_time_password
from backends.telemetry import log, start_log, stop_log
from backends.wiring import open_backends
from console.wiring import existing_desks, settings_from
from desk.account_store import AccountStore, throttled_name
from desk.accounts import Account, AccountRefused, Role, account_name

FIRST_NAME = "admin"
_PART = "accounts"


def first_admin(accounts: AccountStore) -> str | None:
    """Makes the first account where there is none, and returns its one-time password; None where there is one."""
    if accounts.accounts():
        return None
    try:
        return add_account(accounts, FIRST_NAME, Role.ADMIN)
    except AccountRefused:
        # Another process was first; it has told its password.
        return None


def add_account(accounts: AccountStore, name: str, role: Role) -> str:
    """Adds an account and returns its one-time password. Raises AccountRefused for a name that is taken."""
    password = one_time_password()
    made = Account(
        id=uuid4().hex,
        name=account_name(name),
        role=role,
        password_hash=Passwords().hash(password),
        must_change=True,
    )
    accounts.add(made)
    _note("account added", made)
    return password


def reset_account(accounts: AccountStore, name: str) -> str:
    """A new one-time password, every session ended, failures forgotten, a closed account open again.

    Raises AccountRefused for nobody.
    """
    account = _existing(accounts, name)
    password = one_time_password()
    accounts.set_password(account, Passwords().hash(password), must_change=True)
    accounts.set_active(account.id, active=True)
    accounts.attempt_succeeded([throttled_name(account.name)])
    _note("account reset", account)
    return password


def list(chosen: argparse.Namespace) -> int:  # noqa: A001  # named for the action people type
    """One line per account."""
    with _opened(chosen) as accounts:
        for account in accounts.accounts():
            state = "closed" if not account.active else "one-time password" if account.must_change else "open"
            print(f"{account.name}  {account.role.value}  {state}")
    return 0


def add(chosen: argparse.Namespace) -> int:
    """Adds an account and prints its one-time password."""
    with _opened(chosen) as accounts:
        print(f"{chosen.name}: one-time password {add_account(accounts, chosen.name, Role(chosen.role))}")
    return 0


def reset(chosen: argparse.Namespace) -> int:
    """Gives an account a new one-time password and prints it."""
    with _opened(chosen) as accounts:
        print(f"{chosen.name}: one-time password {reset_account(accounts, chosen.name)}")
    return 0


def role(chosen: argparse.Namespace) -> int:
    """Changes what an account may do, from its next page on."""
    with _opened(chosen) as accounts:
        account, given = _existing(accounts, chosen.name), Role(chosen.role)
        accounts.set_role(account.id, given)
        _note("account has another role", replace(account, role=given), before=account.role)
        print(f"{account.name}: {given.value}, was {account.role.value}")
    return 0


def close(chosen: argparse.Namespace) -> int:
    """Closes an account: nobody signs in with it, and whoever is signed in is out."""
    with _opened(chosen) as accounts:
        account = _existing(accounts, chosen.name)
        accounts.set_active(account.id, active=False)
        _note("account closed", account)
        print(f"{chosen.name}: closed; `huiying accounts reset {chosen.name}` opens it again")
    return 0


@contextmanager
def _opened(chosen: argparse.Namespace) -> Iterator[AccountStore]:
    settings = settings_from(chosen)
    folder = DeskFolder(settings.data, "desk")
    with open_backends(folder, settings, migrate=folder.name not in existing_desks(settings)) as backends:
        start_log(folder.log, part=_PART, level=settings.log_level)
        try:
            yield backends.accounts
        finally:
            stop_log()


def _note(what: str, account: Account, *, before: Role | None = None) -> None:
    was = {"before": before.value} if before else {}
    log(_PART).info(what, account=account.id, name=account.name, role=account.role.value, **was)


def _existing(accounts: AccountStore, name: str) -> Account:
    account = accounts.named(name)
    if account is None:
        raise AccountRefused(f"no account is named {name}: see `huiying accounts list`")
    return account
