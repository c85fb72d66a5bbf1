import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from backends.telemetry import start_log, stop_log
from console.web.app import create_app
from console.web.frame import HEADERS, LARGEST_BODY
from console.web.site import Site
from desk.accounts import Role
from desk.errors import (
    HuiyingError,
    IllegalAction,
    IncidentNotFound,
    SchemaMismatch,
    SecondPersonNeeded,
    StaleIncident,
    StoreError,
)
from tests.console.web.visitors import a_browser, sign_in, signed_in, token_on

SECRET = "云州第二水厂的一句原话"
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
_OUTSIDE = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""", re.IGNORECASE)


def failing_with(site: Site, error: Exception) -> TestClient:
    """A browser at a board with one page that fails."""
    app: FastAPI = create_app(site)

    def fail() -> None:
        raise error

    app.add_api_route("/fails", fail)
    return TestClient(app, raise_server_exceptions=False)


def every_kind_of_answer(site: Site) -> dict[str, Response]:
    browser = signed_in(site, Role.OFFICER)
    return {
        "page": browser.get("/"),
        "redirect": a_browser(site).get("/"),
        "form": a_browser(site).get("/sign-in"),
        "missing": browser.get("/nowhere"),
        "wrong method": browser.put("/sign-in"),
        "bad field": browser.get("/search", params={"page": "x"}),
        "too large": browser.post("/sign-out", content=b"x" * (LARGEST_BODY + 1)),
        "refused": browser.post("/sign-out"),
        "health": browser.get("/healthz"),
        "metrics": browser.get("/metrics"),
        "style": browser.get("/static/huiying.css"),
        "no style": browser.get("/static/nothing.css"),
        "failed": failing_with(site, RuntimeError(SECRET)).get("/fails"),
    }


def test_every_answer_carries_every_header_of_the_frame(site: Site) -> None:
    answers = every_kind_of_answer(site)

    bare = {name: set(HEADERS.items()) - set(_as_sent(answer)) for name, answer in answers.items()}

    assert bare == {name: set() for name in answers}


def _as_sent(answer: Response) -> list[tuple[str, str]]:
    return [(name, answer.headers[name]) for name in HEADERS if name in answer.headers]


def test_nothing_but_static_files_may_be_kept_by_a_browser_or_proxy(site: Site) -> None:
    answers = every_kind_of_answer(site)

    kept = {name for name, answer in answers.items() if answer.headers["cache-control"] != "no-store"}

    assert kept == {"style"}


def test_only_an_answer_by_tls_asks_for_tls(site: Site) -> None:
    plain, protected = a_browser(site).get("/sign-in"), a_browser(site, "https://testserver").get("/sign-in")

    assert "strict-transport-security" not in plain.headers
    assert protected.headers["strict-transport-security"] == "max-age=31536000"


def test_no_script_or_style_may_run_that_is_not_a_file_of_ours(site: Site) -> None:
    policy = a_browser(site).get("/sign-in").headers["content-security-policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "data:" not in policy


@pytest.mark.parametrize(
    "path", ["/", "/search", "/search?q=x", "/sources", "/unplaced", "/password", "/sign-in", "/no"]
)
def test_pages_hold_nothing_the_policy_forbids(site: Site, path: str) -> None:
    page = signed_in(site, Role.OFFICER).get(path).text

    assert _INLINE.findall(page) == []
    assert _OUTSIDE.findall(page) == []


def test_body_of_the_largest_size_is_read_and_one_byte_more_is_not(site: Site) -> None:
    browser = signed_in(site, Role.OFFICER)
    start = f"csrf={token_on(browser, '/password')}&x="
    fits = {"content": start + "y" * (LARGEST_BODY - len(start)), "headers": _FORM}
    too_large = {"content": start + "y" * (LARGEST_BODY + 1 - len(start)), "headers": _FORM}

    answers = [browser.post("/sign-out", **each).status_code for each in (too_large, fits)]

    assert answers == [413, 303]


_FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_failure_is_a_page_for_people_and_a_line_in_the_log_without_the_words(site: Site, tmp_path: Path) -> None:
    start_log(tmp_path / "log", part="web", level="info")
    browser = failing_with(site, RuntimeError(SECRET))

    page = browser.get("/fails?q=secret-search")

    stop_log()
    lines = (tmp_path / "log" / "web.jsonl").read_text(encoding="utf-8")
    assert page.status_code == 500
    assert "系统已记录此问题" in page.text
    assert SECRET not in page.text
    assert "Traceback" not in page.text
    assert [json.loads(line)["event"] for line in lines.splitlines()] == ["page failed"]
    assert SECRET not in lines
    assert "secret-search" not in lines


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (IncidentNotFound(SECRET), 404, "没有这个事件"),
        (StaleIncident(SECRET), 409, "没有保存"),
        (IllegalAction(SECRET), 409, "没有做任何改动"),
        (SecondPersonNeeded(SECRET), 409, "两人签字"),
        (SchemaMismatch(SECRET), 503, "huiying migrate"),
        (StoreError(SECRET), 503, "无法读写"),
        (HuiyingError(SECRET), 500, "页面出错"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_refusal_is_a_page_in_plain_chinese(site: Site, error: HuiyingError, status: int, words: str) -> None:
    page = failing_with(site, error).get("/fails")

    assert page.status_code == status
    assert words in page.text
    assert SECRET not in page.text


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/drill/", 404), ("/static/../app.py", 404)])
def test_what_is_not_there_is_a_page_too(site: Site, path: str, status: int) -> None:
    page = signed_in(site, Role.OFFICER).get(path)

    assert page.status_code == status
    assert "没有找到" in page.text


XSS = "<script>alert('云州')</script>\"><img src=x onerror=alert(1)>"


def test_everything_shown_is_escaped(site: Site) -> None:
    real = site.desks[""]
    office = replace(real.parts.office, name=XSS)
    poisoned = replace(site, desks={"": replace(real, parts=replace(real.parts, office=office))})
    browser = a_browser(poisoned)

    pages = [
        browser.get("/sign-in", params={"next": "/" + XSS.replace(" ", "")}).text,
        sign_in(browser, XSS, XSS, to="/" + XSS).text,
        browser.get("/" + XSS).text,
        signed_in(poisoned, Role.OFFICER).get("/search", params={"q": XSS}).text,
    ]

    assert [page for page in pages if "<script>" in page or "<img" in page] == []
    assert all("&lt;script&gt;" in page for page in pages)


def test_api_pages_of_the_framework_are_off(site: Site) -> None:
    browser = signed_in(site, Role.ADMIN)

    assert [browser.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404, 404, 404]
