import json
from pathlib import Path

import pytest

from backends.accounts_memory import MemoryAccountStore
from backends.passwords import Passwords
from console.accounts_command import add_account, first_admin, reset_account
from console.main import main
from desk.accounts import Account, AccountRefused, Role
from tests.console.web.visitors import a_browser, a_site, sign_in


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


def test_a_reset_lets_somebody_in_who_failed_too_often(tmp_path: Path) -> None:
    with a_site(tmp_path) as site:
        browser = a_browser(site)
        failed = [sign_in(browser, "officer", "错误的密码").status_code for _ in range(6)]

        password = reset_account(site.accounts, "OFFICER")

        assert failed[-1] == 429
        assert sign_in(browser, "officer", password).status_code == 303


def test_a_changed_role_is_told_listed_and_kept_in_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts(tmp_path, "add", "王值班")
    capsys.readouterr()

    code = accounts(tmp_path, "role", "王值班", "director")
    accounts(tmp_path, "list")

    told = capsys.readouterr().out.splitlines()
    lines = (tmp_path / "desk" / "log" / "accounts.jsonl").read_text(encoding="utf-8").splitlines()
    kept = json.loads(lines[-1])
    assert (code, told[0]) == (0, "王值班: director, was officer")
    assert told[1] == "王值班  director  one-time password"
    assert (kept["event"], kept["name"], kept["before"], kept["role"]) == (
        "account has another role",
        "王值班",
        "officer",
        "director",
    )


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
        (("role", "李四", "viewer"), "no account is named 李四: see `huiying accounts list`"),
        (("reset", "李四"), "no account is named 李四: see `huiying accounts list`"),
        (("close", "李四"), "no account is named 李四: see `huiying accounts list`"),
    ],
)
def test_account_that_cannot_be_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], why: str
) -> None:
    accounts(tmp_path, "add", "王值班")
    capsys.readouterr()

    code = accounts(tmp_path, *arguments)

    told = capsys.readouterr()
    assert code == 2
    assert told.out == ""
    assert why in told.err
    assert len(told.err.splitlines()) == 1
