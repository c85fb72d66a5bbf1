"""Who may see and do what on the board: sessions, roles, and forms that only our own pages can send.

    @router.get("/incidents/{ref}")
    def page(request: Request, user: Annotated[SignedIn, Depends(signed_in)]) -> HTMLResponse: ...

    @router.post("/incidents/{ref}/grade")
    def grade(form: Annotated[CheckedForm, Depends(checked_form)],
              user: Annotated[SignedIn, Depends(require(Role.OFFICER))]) -> RedirectResponse: ...

Every GET route of a page has `signed_in` or `require(role)`, every POST route `checked_form` and `require(role)`: the
app does not start with one that lacks it. `csrf_field` stands in every form.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from markupsafe import Markup
from starlette.datastructures import FormData

from console.web.site import site_of
from console.web.visits import (
    SESSION_COOKIE,
    VISIT_COOKIE,
    cookie_of,
    form_token,
    same_origin,
    token_hash,
    tokens_match,
)
from desk.accounts import Account, Role

CSRF_FIELD = "csrf"
_MOST_FIELDS = 200
_SIGN_IN_FIRST = "请先登录。"
_ROLE_TOO_LOW = "您的账号没有此项权限，需要{role}及以上。"
_FORGED = "页面已过期或不是由本系统发出，没有做任何改动。请返回原页面刷新后重试。"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who is at the keyboard: `name` is what stands in the case log."""

    account_id: str
    name: str
    role: Role


class TurnedAway(Exception):
    """Raised when somebody may not do this: they are sent to `location`, or told `reason` with this status."""

    def __init__(self, status: int, reason: str, *, location: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.location = location


class CheckedForm:
    """The fields of a form that one of our pages sent for this session."""

    def __init__(self, fields: FormData) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        """What was written in the field, without space around it; empty where it was not sent."""
        return next(iter(self.all(name)), "")

    def exact(self, name: str) -> str:
        """The same with every space as it was typed: a password."""
        value = self._fields.get(name, "")
        return value if isinstance(value, str) else ""

    def all(self, name: str) -> Sequence[str]:
        """What was written in each field of that name, in their order."""
        return [value.strip() for value in self._fields.getlist(name) if isinstance(value, str)]


def account_of(request: Request) -> Account:
    """The account that is signed in, also one whose password has to be changed first. Raises TurnedAway."""
    site, token = site_of(request), cookie_of(request, SESSION_COOKIE)
    found = site.accounts.signed_in(token_hash(token), site.clock.now()) if token else None
    if found is None:
        raise TurnedAway(401, _SIGN_IN_FIRST, location=f"/sign-in?next={quote(_here(request), safe='')}")
    request.state.user = SignedIn(account_id=found.id, name=found.name, role=found.role)
    return found


def signed_in(request: Request, account: Annotated[Account, Depends(account_of)]) -> SignedIn:
    """Who is signed in, whatever their role; anybody else is sent to sign in and comes back here afterwards."""
    if account.must_change:
        raise TurnedAway(403, "请先修改一次性密码。", location=f"/password?next={quote(_here(request), safe='')}")
    user = request.state.user
    assert isinstance(user, SignedIn)
    return user


class Required:
    """The rule that a route is for accounts of this role and above."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, user: Annotated[SignedIn, Depends(signed_in)]) -> SignedIn:
        """Who is signed in. Raises TurnedAway for a lower role."""
        if not user.role.covers(self.role):
            raise TurnedAway(403, _ROLE_TOO_LOW.format(role=self.role.words))
        return user


def require(role: Role) -> Callable[[SignedIn], SignedIn]:
    """A dependency: whoever is signed in with this role or above; others are told that they may not."""
    return Required(role)


async def checked_form(request: Request, _account: Annotated[Account, Depends(account_of)]) -> CheckedForm:
    """The form, once it is sure that a page of ours sent it for this session. Raises TurnedAway; nothing happened."""
    return await _checked(request, SESSION_COOKIE)


async def checked_visit_form(request: Request) -> CheckedForm:
    """The same for somebody who has not signed in yet: only the sign-in page uses it."""
    return await _checked(request, VISIT_COOKIE)


def csrf_token(request: Request) -> str:
    """The token that forms of this visit carry; empty where there is no session and no sign-in form."""
    token = getattr(request.state, "visit", None) or cookie_of(request, SESSION_COOKIE)
    return form_token(token) if isinstance(token, str) else ""


def csrf_field(request: Request) -> Markup:
    """The hidden field every form contains; in templates it is `{{ csrf_field }}`."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, csrf_token(request))


async def _checked(request: Request, cookie: str) -> CheckedForm:
    token = cookie_of(request, cookie)
    if token is None or not same_origin(request):
        raise TurnedAway(403, _FORGED)
    form = CheckedForm(await request.form(max_files=0, max_fields=_MOST_FIELDS))
    if not tokens_match(form.text(CSRF_FIELD), form_token(token)):
        raise TurnedAway(403, _FORGED)
    return form


def _here(request: Request) -> str:
    """Where to come back to: this page; after a form that was not taken, the page with that form."""
    if request.method not in ("GET", "HEAD"):
        return "/" if request.url.path == "/sign-out" else quote(request.url.path)
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{quote(request.url.path)}{query}"
