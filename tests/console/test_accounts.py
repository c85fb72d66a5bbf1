from pathlib import Path

import pytest

from backends.accounts_memory import MemoryAccountStore
from backends.passwords import Passwords
from console.accounts_command import add_account, first_admin
from console.main import main
from desk.accounts import Account, AccountRefused, Role


def accounts(data: Path, *arguments: str) -> int:
    return main(["accounts", *arguments, "--data", str(data)])


def test_first_start_makes_one_admin_and_tells_its_password_once() -> None:
    store = MemoryAccountStore()

    password, again = first_admin(store), first_admin(store)

    admin = store.accounts()[0]
    assert password is not None
    assert again is None
    assert (admin.name, admin.role, admin.must_change, len(store.accounts())) == ("admin", Role.ADMIN, True, 1)
    assert Passwords().fits(password, admin.password_hash)


def test_desk_with_any_account_gets_no_first_admin() -> None:
    store = MemoryAccountStore()
    add_account(store, "王值班", Role.VIEWER)

    assert first_admin(store) is None
    assert [account.name for account in store.accounts()] == ["王值班"]


class AnotherIsFaster(MemoryAccountStore):
    def add(self, account: Account) -> None:
        raise AccountRefused(f"there is an account {account.name} already")


def test_start_beside_another_start_tells_no_password() -> None:
    assert first_admin(AnotherIsFaster()) is None


def test_account_is_added_listed_closed_and_opened_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = [
        accounts(tmp_path, "add", "王值班", "--role", "director"),
        accounts(tmp_path, "add", "李四"),
        accounts(tmp_path, "close", "王值班"),
        accounts(tmp_path, "list"),
        accounts(tmp_path, "reset", "王值班"),
        accounts(tmp_path, "list"),
    ]

    told = capsys.readouterr().out.splitlines()
    assert steps == [0] * 6
    assert told[0].startswith("王值班: one-time password ")
    assert told[3:5] == ["李四  officer  one-time password", "王值班  director  closed"]
    assert told[5].startswith("王值班: one-time password ")
    assert told[5] != told[0]
    assert told[7] == "王值班  director  one-time password"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("add", "王值班"), "there is an account 王值班 already"),
        (("add", "王 值班"), "use 1 to 30 characters without spaces"),
        (("reset", "李四"), "no account is named 李四: see `huiying accounts list`"),
        (("close", "李四"), "no account is named 李四: see `huiying accounts list`"),
    ],
)
def test_account_that_cannot_be_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str], why: str
) -> None:
    accounts(tmp_path, "add", "王值班")
    capsys.readouterr()

    code = accounts(tmp_path, *arguments)

    told = capsys.readouterr()
    assert code == 2
    assert told.out == ""
    assert why in told.err
    assert len(told.err.splitlines()) == 1
