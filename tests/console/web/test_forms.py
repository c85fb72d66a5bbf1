import pytest

from console.web.site import Site
from console.web.visits import SESSION_COOKIE, VISIT_COOKIE
from desk.accounts import Role
from tests.console.web.visitors import PASSWORD, a_browser, sign_in, signed_in, token_on

FORGED = "不是由本系统发出"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "http://testserver:8080"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
def test_form_of_another_site_is_refused_even_with_the_right_token(site: Site, headers: dict[str, str]) -> None:
    browser = signed_in(site, Role.OFFICER)
    token = token_on(browser, "/password")

    response = browser.post("/sign-out", data={"csrf": token}, headers=headers)

    assert response.status_code == 403
    assert FORGED in response.text
    assert browser.get("/search").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://testserver"},
        {"origin": "https://TestServer"},
        {"origin": "http://testserver", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
    ids=str,
)
def test_form_of_our_own_page_is_taken(site: Site, headers: dict[str, str]) -> None:
    browser = signed_in(site, Role.OFFICER)
    token = token_on(browser, "/password")

    response = browser.post("/sign-out", data={"csrf": token}, headers=headers)

    assert response.headers["location"] == "/sign-in"


@pytest.mark.parametrize("token", ["", "0" * 64, "不是令牌", "csrf"])
def test_form_with_a_wrong_token_is_refused(site: Site, token: str) -> None:
    browser = signed_in(site, Role.OFFICER)

    response = browser.post("/sign-out", data={"csrf": token})

    assert response.status_code == 403
    assert browser.get("/search").status_code == 200


def test_token_of_one_session_is_nothing_in_another(site: Site) -> None:
    browser, other = signed_in(site, Role.OFFICER), signed_in(site, Role.OFFICER)

    response = browser.post("/sign-out", data={"csrf": token_on(other, "/password")})

    assert response.status_code == 403


def test_token_in_the_address_counts_for_nothing(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)
    token = token_on(browser, "/password")

    assert browser.post("/sign-out", params={"csrf": token}).status_code == 403


def test_session_s_own_token_never_stands_in_a_page(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)

    pages = [browser.get(path).text for path in ("/", "/password", "/search", "/nowhere")]

    assert [page for page in pages if browser.cookies[SESSION_COOKIE] in page] == []


def test_nobody_can_be_signed_in_by_a_form_of_another_site(site: Site) -> None:
    browser = a_browser(site)
    form = {"name": "officer", "password": PASSWORD, "csrf": "0" * 64}

    without_a_visit = browser.post("/sign-in", data=form)
    browser.get("/sign-in")
    with_a_visit = browser.post("/sign-in", data=form)

    assert [without_a_visit.status_code, with_a_visit.status_code] == [403, 403]
    assert SESSION_COOKIE not in browser.cookies


def test_refused_sign_in_form_counts_as_no_attempt(site: Site) -> None:
    browser = a_browser(site)

    for _ in range(30):
        browser.post("/sign-in", data={"name": "officer", "password": "wrong", "csrf": "0" * 64})

    assert sign_in(a_browser(site), "officer").status_code == 303


@pytest.mark.parametrize("cookie", ["", "短", "a" * 42, "a" * 44, '"><script>', "é" * 43])
def test_cookie_that_is_none_of_ours_counts_as_none(site: Site, cookie: str) -> None:
    browser = a_browser(site)
    header = {"cookie": f"{SESSION_COOKIE}={cookie}; {VISIT_COOKIE}={cookie}".encode()}

    pages = [browser.get(path, headers=header) for path in ("/", "/sign-in")]

    assert [page.status_code for page in pages] == [303, 200]


@pytest.mark.parametrize(("fields", "status"), [(199, 303), (200, 400)])
def test_form_with_more_fields_than_any_of_ours_is_refused(site: Site, fields: int, status: int) -> None:
    browser = signed_in(site, Role.OFFICER)
    form = {"csrf": token_on(browser, "/password"), **{f"field{number}": "x" for number in range(fields)}}

    assert browser.post("/sign-out", data=form).status_code == status


def test_file_where_none_is_asked_for_is_refused(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)
    form = {"csrf": token_on(browser, "/password")}

    response = browser.post("/sign-out", data=form, files={"file": ("a.txt", b"x")})

    assert response.status_code == 400
