"""A board over real, empty stores, and people who come to it with a browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx import Response

from backends.clock import ManualClock
from backends.desk_folder import DeskFolder
from backends.passwords import Passwords
from backends.settings import load_settings
from backends.wiring import open_backends
from console.web.app import create_app
from console.web.desks import StandingDesks
from console.web.site import Site
from desk.accounts import Account, Role
from tests.build import NOON

PASSWORD = "云州的桥 都修好了"
FAST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
_TOKEN = re.compile('name="csrf" value="([0-9a-f]{64})"')


@contextmanager
def a_site(data: Path) -> Iterator[Site]:
    """The board over this data folder, with one account for each role: its name is the role's."""
    settings = load_settings({"data": str(data)}, {}, data)
    clock = ManualClock(NOON)
    with (
        open_backends(DeskFolder(data, "desk"), settings, migrate=True) as backends,
        StandingDesks(settings, backends, clock) as desks,
    ):
        for role in Role:
            backends.accounts.add(an_account(role))
        yield Site(desks=desks, settings=settings, accounts=backends.accounts, clock=clock, passwords=FAST)


def an_account(role: Role, *, must_change: bool = False) -> Account:
    """An account whose name is its role's."""
    name = role.value
    return Account(id=f"a-{name}", name=name, role=role, password_hash=FAST.hash(PASSWORD), must_change=must_change)


def a_browser(site: Site, address: str = "http://testserver", client: str = "203.0.113.7") -> TestClient:
    """A browser that has not been here yet; it shows redirects instead of following them."""
    return TestClient(
        create_app(site),
        base_url=address,
        client=(client, 50_000),
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def signed_in(site: Site, role: Role) -> TestClient:
    """A browser with the account of this role signed in."""
    browser = a_browser(site)
    assert sign_in(browser, role.value).status_code == 303
    return browser


def sign_in(browser: TestClient, name: str, password: str = PASSWORD, *, to: str = "/") -> Response:
    """Fills the sign-in form in and sends it."""
    fields = {"csrf": token_on(browser, "/sign-in"), "name": name, "password": password, "next": to}
    response: Response = browser.post("/sign-in", data=fields)
    return response


def token_on(browser: TestClient, path: str) -> str:
    """The token that the forms of this page carry."""
    found = _TOKEN.search(browser.get(path).text)
    assert found is not None
    return found[1]
