"""Signing in and out, and changing one's password; a one-time password is changed before anything else."""

from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from backends.telemetry import log
from console.web.access import CheckedForm, account_of, checked_form, checked_visit_form
from console.web.attempts import known_name, wait_words
from console.web.rendering import render
from console.web.site import Site, site_of
from console.web.visits import (
    SESSION_COOKIE,
    VISIT_COOKIE,
    cookie_of,
    inner_address,
    new_token,
    set_cookie,
    token_hash,
)
from desk.account_store import Throttled, throttled_name
from desk.accounts import Account, AccountRefused, Session, weakness

router = APIRouter()

_WRONG = "登录名或密码不正确。"
_WRONG_OLD = "当前密码不正确。"
_NOT_THE_SAME = "两次输入的新密码不一致。"
_NOT_NEW = "新密码不能与当前密码相同。"
_MANY = 5
"""So much more often than a name may an address fail: a whole office may share it."""


@router.get("/sign-in")
def ask(request: Request, next: str = "/") -> Response:  # noqa: A002  # the word in the address
    """The form, or straight on for somebody who is signed in."""
    site, token = site_of(request), cookie_of(request, SESSION_COOKIE)
    if token is not None and site.accounts.signed_in(token_hash(token), site.clock.now()) is not None:
        return RedirectResponse(inner_address(next), status_code=303)
    return _form(request, next_address=inner_address(next))


@router.post("/sign-in")
def sign_in(request: Request, form: Annotated[CheckedForm, Depends(checked_visit_form)]) -> Response:
    """Starts a session, under a new token; or says that it was wrong, never what of it."""
    site, next_address = site_of(request), inner_address(form.text("next"))
    name, password = known_name(form.text("name")), form.exact("password")
    subjects = _subjects(request, name)
    wait = site.accounts.begin_attempt(subjects, site.clock.now())
    if wait:
        return _form(request, next_address=next_address, problem=wait_words(wait), wait=wait)
    account = site.accounts.named(name) if name else None
    fits = site.passwords.fits(password, account.password_hash if account else None)
    if account is None or not fits or not account.active:
        log("web").warning("sign-in refused", account=account.id if account else "unknown")
        return _form(request, next_address=next_address, problem=_WRONG, status=401)
    site.accounts.attempt_succeeded(subjects)
    log("web").info("signed in", account=account.id)
    return _started(request, site, account, next_address)


@router.post("/sign-out")
def sign_out(
    request: Request,
    _account: Annotated[Account, Depends(account_of)],
    _form: Annotated[CheckedForm, Depends(checked_form)],
) -> Response:
    """Ends the session here and in the store."""
    site_of(request).accounts.end_session(token_hash(cookie_of(request, SESSION_COOKIE) or ""))
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@router.get("/password")
def ask_password(
    request: Request,
    account: Annotated[Account, Depends(account_of)],
    next: str = "/",  # noqa: A002  # the word in the address
) -> Response:
    """The form to change one's password."""
    return _password_form(request, account, inner_address(next))


@router.post("/password")
def change_password(
    request: Request,
    account: Annotated[Account, Depends(account_of)],
    form: Annotated[CheckedForm, Depends(checked_form)],
) -> Response:
    """Changes the password, ends every other session, and goes on in a new one."""
    site, next_address = site_of(request), inner_address(form.text("next"))
    wait = site.accounts.begin_attempt(_subjects(request, account.name), site.clock.now())
    if wait:
        return _password_form(request, account, next_address, wait_words(wait), status=429)
    if not site.passwords.fits(form.exact("old"), account.password_hash):
        return _password_form(request, account, next_address, _WRONG_OLD, status=422)
    site.accounts.attempt_succeeded(_subjects(request, account.name))
    problem = _unfit(account, form)
    if problem:
        return _password_form(request, account, next_address, problem, status=422)
    try:
        changed = site.accounts.set_password(account, site.passwords.hash(form.exact("new")), must_change=False)
    except AccountRefused:
        return _password_form(request, account, next_address, _WRONG_OLD, status=422)
    log("web").info("password changed", account=account.id)
    return _started(request, site, changed, next_address)


def _started(request: Request, site: Site, account: Account, next_address: str) -> Response:
    """On to where somebody was going, in a new session; the one before, if any, is over."""
    now, token = site.clock.now(), new_token()
    before = cookie_of(request, SESSION_COOKIE)
    if before is not None:
        site.accounts.end_session(token_hash(before))
    session = Session(token_hash=token_hash(token), account_id=account.id, started_at=now, used_at=now)
    try:
        site.accounts.start_session(session, account)
    except AccountRefused:
        return _form(request, next_address=next_address, problem=_WRONG, status=401)
    response = RedirectResponse(next_address, status_code=303)
    set_cookie(request, response, SESSION_COOKIE, token)
    response.delete_cookie(VISIT_COOKIE, path="/")
    return response


def _form(
    request: Request, *, next_address: str, problem: str = "", status: int = 200, wait: timedelta = timedelta()
) -> Response:
    token = cookie_of(request, VISIT_COOKIE) or new_token()
    request.state.visit = token
    response = render(request, "sign_in.html", 429 if wait else status, next_address=next_address, problem=problem)
    if wait:
        response.headers["Retry-After"] = str(ceil(wait.total_seconds()))
    set_cookie(request, response, VISIT_COOKIE, token)
    return response


def _password_form(
    request: Request, account: Account, next_address: str, problem: str = "", *, status: int = 200
) -> Response:
    return render(
        request,
        "password.html",
        status,
        next_address=next_address,
        problem=problem,
        must_change=account.must_change,
    )


def _unfit(account: Account, form: CheckedForm) -> str | None:
    """Why the new password cannot be taken, or None."""
    new = form.exact("new")
    if new != form.exact("again"):
        return _NOT_THE_SAME
    if new == form.exact("old"):
        return _NOT_NEW
    return weakness(new, name=account.name)


def _subjects(request: Request, name: str) -> tuple[Throttled, Throttled]:
    """Whose failures count: the name's and the address's."""
    return (
        throttled_name(name),
        Throttled(key=f"address {sha256(_network_of(request).encode()).hexdigest()}", allowance=_MANY),
    )


def _network_of(request: Request) -> str:
    """Where the request came from; of IPv6 the network, for everybody has as many addresses there as they like."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else host  # IPv6
