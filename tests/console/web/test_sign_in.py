from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from backends.clock import ManualClock
from console.web.site import Site
from console.web.visits import SESSION_COOKIE, VISIT_COOKIE
from desk.accounts import IDLE, WHOLE, Account, Role
from tests.build import HOUR, MICROSECOND, SECOND
from tests.console.web.visitors import FAST, PASSWORD, a_browser, sign_in, signed_in, token_on

NEW = "每天都有新的回应 是真的"


def is_in(browser: TestClient) -> bool:
    return bool(browser.get("/search").status_code == 200)


def advance(site: Site, duration: timedelta) -> None:
    assert isinstance(site.clock, ManualClock)
    site.clock.advance(duration)


def change(browser: TestClient, **fields: str) -> Response:
    given = {"csrf": token_on(browser, "/password"), "old": PASSWORD, "new": NEW, "again": NEW, **fields}
    response: Response = browser.post("/password", data=given)
    return response


def a_new_officer(site: Site) -> Account:
    account = Account(
        id="a-new", name="王值班", role=Role.OFFICER, password_hash=FAST.hash("one-time"), must_change=True
    )
    site.accounts.add(account)
    return account


def test_signing_in_leads_to_where_somebody_was_going(site: Site) -> None:
    browser = a_browser(site)

    response = sign_in(browser, "officer", to="/search?q=桥")

    assert response.status_code == 303
    assert response.headers["location"] == "/search?q=%E6%A1%A5"
    assert is_in(browser)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/" + "a" * 2_000,
    ],
)
def test_signing_in_leads_nowhere_else(site: Site, elsewhere: str) -> None:
    browser = a_browser(site)

    response = sign_in(browser, "officer", to=elsewhere)

    assert response.headers["location"] == "/"
    assert browser.get("/sign-in", params={"next": elsewhere}).headers["location"] == "/"


@pytest.mark.parametrize("name", ["officer", "nobody", "王 值班", "", "\x00", "closed"])
def test_wrong_says_never_what_of_it(site: Site, name: str) -> None:
    closed = Account(id="a-9", name="closed", role=Role.OFFICER, password_hash=FAST.hash("right"), active=False)
    site.accounts.add(closed)
    browser = a_browser(site)

    response = sign_in(browser, name, "right")

    assert response.status_code == 401
    assert "登录名或密码不正确。" in response.text
    assert SESSION_COOKIE not in browser.cookies
    assert name == "" or name not in response.text.replace("officer", name)


def test_session_gets_a_new_token_at_each_sign_in_and_the_old_one_is_over(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)
    before = browser.cookies[SESSION_COOKIE]
    other = a_browser(site)
    other.cookies.set(SESSION_COOKIE, before)
    browser.cookies.set(VISIT_COOKIE, "a" * 43)
    assert is_in(other)

    form = {"csrf": _visit_token(site), "name": "officer", "password": PASSWORD, "next": "/"}
    response = browser.post("/sign-in", data=form)

    assert response.status_code == 303
    assert browser.cookies[SESSION_COOKIE] != before
    assert not is_in(other)


def _visit_token(site: Site) -> str:
    stranger = a_browser(site)
    stranger.cookies.set(VISIT_COOKIE, "a" * 43)
    return token_on(stranger, "/sign-in")


def test_token_somebody_else_chose_never_becomes_a_session(site: Site) -> None:
    browser = a_browser(site)
    browser.cookies.set(SESSION_COOKIE, "b" * 43)

    response = sign_in(browser, "officer")

    assert "b" * 43 not in response.headers["set-cookie"]


@pytest.mark.parametrize(("address", "secure"), [("http://testserver", False), ("https://testserver", True)])
def test_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site, address: str, secure: bool) -> None:  # noqa: FBT001
    browser = a_browser(site, address)

    response = sign_in(browser, "officer")

    cookie = next(each for each in response.headers.get_list("set-cookie") if each.startswith(SESSION_COOKIE))
    attributes = {each.strip().lower() for each in cookie.split(";")[1:]}
    assert attributes == {"httponly", "path=/", "samesite=lax"} | ({"secure"} if secure else set())


def test_store_holds_neither_token_nor_password_nor_address(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)
    sign_in(a_browser(site), "typed-by-mistake", "wrong")

    stored = b"".join(path.read_bytes() for path in Path(site.settings.data).rglob("*") if path.is_file())

    hidden = (browser.cookies[SESSION_COOKIE], PASSWORD, "typed-by-mistake", "203.0.113.7")
    assert [each for each in hidden if each.encode() in stored] == []
    assert b"officer" in stored


def test_session_nobody_uses_is_over_after_a_shift(site: Site) -> None:
    browser, other = signed_in(site, Role.OFFICER), signed_in(site, Role.OFFICER)

    advance(site, IDLE - MICROSECOND)
    used_in_time = is_in(browser)
    advance(site, MICROSECOND)

    assert used_in_time
    assert is_in(browser)
    assert not is_in(other)


def test_session_in_use_is_over_after_a_day(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)

    used = []
    for hours in (7, 7, 7):
        advance(site, hours * HOUR)
        used.append(is_in(browser))
    advance(site, WHOLE - 21 * HOUR)

    assert used == [True, True, True]
    assert not is_in(browser)


def test_signing_out_ends_the_session_for_whoever_holds_its_token(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)
    token = browser.cookies[SESSION_COOKIE]

    response = browser.post("/sign-out", data={"csrf": token_on(browser, "/password")})

    browser.cookies.set(SESSION_COOKIE, token)
    assert response.headers["location"] == "/sign-in"
    assert not is_in(browser)


def test_sixth_try_at_a_name_has_to_wait_even_with_the_right_password(site: Site) -> None:
    browser = a_browser(site)
    wrong = [sign_in(browser, "officer", f"wrong {number}").status_code for number in range(5)]

    advance(site, 2 * SECOND - MICROSECOND)
    too_soon = sign_in(browser, "OFFICER")
    advance(site, MICROSECOND)

    assert wrong == [401] * 5
    assert too_soon.status_code == 429
    assert too_soon.headers["retry-after"] == "1"
    assert "请等待 1 秒后再试" in too_soon.text
    assert sign_in(browser, "officer").status_code == 303


def test_name_that_nobody_has_has_to_wait_just_as_long(site: Site) -> None:
    browser = a_browser(site)

    known = [sign_in(browser, "officer", "wrong").status_code for _ in range(6)]
    unknown = [sign_in(browser, "nobody", "wrong").status_code for _ in range(6)]

    assert known == unknown == [401] * 5 + [429]


def test_address_that_tries_many_names_has_to_wait_and_others_have_not(site: Site) -> None:
    browser, neighbour = a_browser(site), a_browser(site, client="203.0.113.8")

    tries = [sign_in(browser, f"nobody{number}", "wrong").status_code for number in range(22)]

    assert tries == [401] * 21 + [429]
    assert sign_in(browser, "officer").status_code == 429
    assert sign_in(neighbour, "officer").status_code == 303


def test_addresses_of_one_network_of_ipv6_count_together(site: Site) -> None:
    hosts = [f"2001:db8::{number:x}" for number in range(1, 23)]

    tries = [sign_in(a_browser(site, client=host), f"nobody{host[-2:]}", "x").status_code for host in hosts]

    assert tries == [401] * 21 + [429]
    assert sign_in(a_browser(site, client="2001:db8:0:1::1"), "officer").status_code == 303


def test_success_ends_the_wait_of_a_name(site: Site) -> None:
    browser = a_browser(site)
    for _ in range(4):
        sign_in(browser, "officer", "wrong")
    sign_in(browser, "officer")

    again = [sign_in(a_browser(site), "officer", "wrong").status_code for _ in range(5)]

    assert again == [401] * 5


def test_one_time_password_is_changed_before_anything_else(site: Site) -> None:
    a_new_officer(site)
    browser = a_browser(site)
    sign_in(browser, "王值班", "one-time", to="/search?q=桥")

    before = browser.get("/search?q=桥")
    changed = change(browser, old="one-time", next="/search?q=桥")

    assert before.headers["location"] == "/password?next=%2Fsearch%3Fq%3D%25E6%25A1%25A5"
    assert changed.headers["location"] == "/search?q=%E6%A1%A5"
    assert is_in(browser)
    assert sign_in(a_browser(site), "王值班", NEW).headers["location"] == "/"


def test_changing_the_password_ends_every_other_session(site: Site) -> None:
    browser, other = signed_in(site, Role.OFFICER), signed_in(site, Role.OFFICER)
    before = browser.cookies[SESSION_COOKIE]

    response = change(browser)

    assert response.status_code == 303
    assert is_in(browser)
    assert browser.cookies[SESSION_COOKIE] != before
    assert not is_in(other)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"old": "wrong"}, "当前密码不正确"),
        ({"again": "每天都有新的回复"}, "两次输入的新密码不一致"),
        ({"new": PASSWORD, "again": PASSWORD}, "不能与当前密码相同"),
        ({"new": "短了些", "again": "短了些"}, "至少 10 个字符"),
        ({"new": "i am the officer", "again": "i am the officer"}, "不能包含登录名"),
    ],
)
def test_password_that_cannot_be_is_refused_and_the_old_one_stays(site: Site, fields: dict[str, str], why: str) -> None:
    browser = signed_in(site, Role.OFFICER)

    response = change(browser, **fields)

    assert response.status_code == 422
    assert why in response.text
    assert is_in(browser)
    assert sign_in(a_browser(site), "officer").status_code == 303


def test_guessing_the_current_password_has_to_wait_as_well(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)

    tries = [change(browser, old="wrong").status_code for _ in range(6)]

    assert tries == [422] * 5 + [429]
    assert sign_in(a_browser(site), "officer").status_code == 429


def test_somebody_signed_in_is_not_asked_again(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)

    assert browser.get("/sign-in", params={"next": "/search"}).headers["location"] == "/search"


def test_account_that_is_closed_is_out_at_once(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)

    site.accounts.set_active("a-officer", active=False)

    assert not is_in(browser)
