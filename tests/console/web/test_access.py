from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from backends.accounts_memory import MemoryAccountStore
from backends.clock import ManualClock
from backends.desk_folder import DeskFolder
from backends.settings import load_settings
from backends.wiring import open_backends
from console.web.access import CheckedForm, SignedIn, checked_form, require, signed_in
from console.web.app import create_app
from console.web.rules import RouteRule, route_rules
from console.web.site import Site
from console.web.visits import SESSION_COOKIE, form_token, new_token, token_hash
from desk.accounts import Role, Session
from tests.build import NOON
from tests.console.web.visitors import FAST, a_site, an_account

VISITORS = [None, *Role]
DESKS = ("drill", "replay/past")


def every_rule() -> list[RouteRule]:
    settings, clock = load_settings({}, {}, Path.cwd()), ManualClock(NOON)
    site = Site(desks={}, settings=settings, accounts=MemoryAccountStore(), clock=clock, passwords=FAST)
    return route_rules(create_app(site))


RULES = every_rule()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("board")
    with a_site(data) as site:
        for name in DESKS:
            with open_backends(DeskFolder(data, name), site.settings, migrate=True):
                pass
        yield site


@pytest.fixture(scope="module")
def app(site: Site) -> FastAPI:
    return create_app(site)


@pytest.fixture(autouse=True)
def _no_waiting_for_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.web.live.LONGEST_SECONDS", 0.0)


def visitor(app: FastAPI, site: Site, role: Role | None) -> tuple[TestClient, str]:
    """A browser of this role, and what its forms carry; without a role it holds a session that never was."""
    token = new_token()
    if role is not None:
        account = site.accounts.named(role.value) or an_account(role)
        session = Session(token_hash=token_hash(token), account_id=account.id, started_at=NOON, used_at=NOON)
        site.accounts.start_session(session, account)
    browser = TestClient(app, follow_redirects=False, raise_server_exceptions=False, client=("127.0.0.1", 50_000))
    browser.cookies.set(SESSION_COOKIE, token)
    return browser, form_token(token)


def asked(browser: TestClient, rule: RouteRule, csrf: str) -> Response:
    path = rule.path.format(ref="云州-2026-0001", slug="grade", replay="past")
    form = {"csrf": csrf} if rule.method == "POST" else None
    response: Response = browser.request(rule.method, path, data=form)
    return response


def turned_away(response: Response) -> bool:
    return response.status_code in (401, 403) or response.headers.get("location", "").startswith("/sign-in?next=")


@pytest.mark.parametrize("role", VISITORS, ids=str)
@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if not rule.open], ids=lambda rule: f"{rule.method} {rule.path}"
)
def test_route_takes_exactly_those_its_rule_names(app: FastAPI, site: Site, rule: RouteRule, role: Role | None) -> None:
    browser, csrf = visitor(app, site, role)
    may = role is not None and (rule.role is None or role.covers(rule.role))

    response = asked(browser, rule, csrf)

    assert turned_away(response) is not may
    assert response.status_code < 500


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.open and rule.method == "GET"], ids=lambda rule: rule.path
)
def test_open_route_needs_no_session(app: FastAPI, site: Site, rule: RouteRule) -> None:
    browser, csrf = visitor(app, site, None)

    assert not turned_away(asked(browser, rule, csrf))


@pytest.mark.parametrize("role", VISITORS, ids=str)
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.method == "POST"], ids=lambda rule: rule.path)
def test_no_form_is_taken_without_its_token(app: FastAPI, site: Site, rule: RouteRule, role: Role | None) -> None:
    browser, _ = visitor(app, site, role)

    assert turned_away(asked(browser, rule, ""))


def test_only_signing_in_and_health_are_open() -> None:
    assert {rule.path for rule in RULES if rule.open} == {"/sign-in", "/healthz", "/metrics", "/static"}


def test_every_desk_has_the_same_routes_under_the_same_rules() -> None:
    real = {(rule.method, rule.path, rule.role) for rule in RULES}
    drill = {
        (rule.method, rule.path.removeprefix("/drill"), rule.role) for rule in RULES if rule.path.startswith("/drill/")
    }
    replay = {
        (rule.method, rule.path.removeprefix("/replay/{replay}"), rule.role)
        for rule in RULES
        if rule.path.startswith("/replay/{replay}/")
    }

    assert drill == replay
    assert drill <= real
    assert len(drill) >= 8


def test_somebody_not_signed_in_is_sent_to_sign_in_and_back(app: FastAPI, site: Site) -> None:
    browser, csrf = visitor(app, site, None)

    page = browser.get("/drill/search", params={"q": "水厂 & 桥"})
    form = browser.post("/drill/incidents/云州-2026-0001/grade", data={"csrf": csrf})

    assert page.headers["location"] == (
        "/sign-in?next=%2Fdrill%2Fsearch%3Fq%3D%25E6%25B0%25B4%25E5%258E%2582%2B%2526%2B%25E6%25A1%25A5"
    )
    assert form.headers["location"].startswith("/sign-in?next=%2Fdrill%2Fincidents%2F")
    assert form.headers["location"].endswith("%2Fgrade")


def test_page_that_listens_is_told_instead_of_sent_elsewhere(app: FastAPI, site: Site) -> None:
    browser, _ = visitor(app, site, None)

    response = browser.get("/live", headers={"accept": "text/event-stream"})

    assert response.status_code == 401
    assert "location" not in response.headers


def test_lower_role_is_told_which_one_it_takes(app: FastAPI, site: Site) -> None:
    browser, csrf = visitor(app, site, Role.VIEWER)

    response = browser.post("/incidents/云州-2026-0001/grade", data={"csrf": csrf})

    assert response.status_code == 403
    assert "需要值班员及以上" in response.text


@pytest.mark.parametrize("path", ["/replay/never/", "/replay/never", "/replay/..%2F..%2Fdesk/", "/replay/desk/"])
def test_replay_that_never_was_is_not_found(app: FastAPI, site: Site, path: str) -> None:
    browser, _ = visitor(app, site, Role.ADMIN)

    assert browser.get(path).status_code == 404


def test_who_is_not_signed_in_does_not_learn_which_replays_there_are(app: FastAPI, site: Site) -> None:
    browser, _ = visitor(app, site, None)

    answers = [browser.get(f"/replay/{name}/") for name in ("past", "never")]

    assert [answer.status_code for answer in answers] == [303, 303]


def anybody() -> str:
    return "ok"


def any_account(_user: Annotated[SignedIn, Depends(signed_in)]) -> str:
    return "ok"


def an_unchecked_form(_user: Annotated[SignedIn, Depends(require(Role.OFFICER))]) -> str:
    return "ok"


def a_form_for_any_account(
    _user: Annotated[SignedIn, Depends(signed_in)], _form: Annotated[CheckedForm, Depends(checked_form)]
) -> str:
    return "ok"


@pytest.mark.parametrize(
    ("method", "endpoint", "why"),
    [
        ("GET", anybody, "who may use it"),
        ("POST", an_unchecked_form, "a page of ours"),
        ("POST", a_form_for_any_account, "the role it takes"),
        ("POST", any_account, "a page of ours"),
    ],
)
def test_route_without_a_whole_rule_is_refused(method: str, endpoint: object, why: str) -> None:
    app = FastAPI(openapi_url=None)
    assert callable(endpoint)
    app.add_api_route("/new", endpoint, methods=[method])

    with pytest.raises(AssertionError, match=f"{method} /new .*{why}"):
        route_rules(app)
