"""The cookies of a visit, the token every form carries, and where a sign-in may lead: no store, no clock."""

import hmac
import re
import secrets
from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

SESSION_COOKIE = "huiying_session"
VISIT_COOKIE = "huiying_visit"
"""Of somebody who has not signed in yet: the sign-in form is bound to it."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_INNER_ADDRESS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_LONGEST_ADDRESS = 2000


def new_token() -> str:
    """A random token nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token: who reads the store cannot sign in with it."""
    return sha256(token.encode()).hexdigest()


def cookie_of(request: Request, name: str) -> str | None:
    """The token in this cookie, or None where there is none of ours."""
    given = request.cookies.get(name, "")
    return given if _TOKEN.fullmatch(given) else None


def set_cookie(request: Request, response: Response, name: str, token: str) -> None:
    """Gives the browser the token, until it is closed: for our own pages only, and out of reach of scripts."""
    response.set_cookie(name, token, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")


def form_token(token: str) -> str:
    """What the forms of this visit carry: it follows from the cookie, which no other site can read."""
    return hmac.new(token.encode(), b"huiying form", "sha256").hexdigest()


def tokens_match(given: str, wanted: str) -> bool:
    """Whether they are the same, in a time that does not tell how much of them is."""
    return hmac.compare_digest(given.encode(), wanted.encode())


def same_origin(request: Request) -> bool:
    """Whether the browser says that a page of ours sent this; browsers too old to say anything pass.

    Only the host is compared: a proxy in front may have taken the TLS off.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()


def inner_address(given: str) -> str:
    """The address within this site to go on to; the first page where it would lead anywhere else."""
    fits = len(given) <= _LONGEST_ADDRESS and _INNER_ADDRESS.fullmatch(given)
    return given if fits else "/"
