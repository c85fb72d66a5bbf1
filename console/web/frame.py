"""The frame around every answer: what a browser may do with it, how large a request may be, and no answer lost."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.telemetry import log
from console.web.error_pages import error_page

LARGEST_BODY: Final = 1_000_000

# Everything comes from this site, nothing is written into the pages that could run; nobody may frame them.
POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers would then send forms with the origin "null", and we could not tell them from others.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_STATIC = "/static/"
_BAD_REQUEST, _TOO_LARGE, _FAILED = 400, 413, 500


class _TooLarge(Exception):
    """Raised while reading a body that is larger than any form of ours."""


class Frame:
    """Wraps the whole application; whatever fails inside becomes a page, never a trace in the browser."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send)
        try:
            await self._app(scope, _limited(receive), answer.send)
        except _TooLarge:
            await answer.instead(_TOO_LARGE, "提交的内容过大", "没有做任何改动。请减少内容后重试。")
        except Exception as error:  # noqa: BLE001  # the outermost line of a request
            # The desk's people get a page, its log what happened, the browser no trace.
            log("web").exception("page failed", path=_route_of(scope), error=type(error).__name__)
            await answer.instead(_FAILED, "页面出错", "系统已记录此问题。请稍后重试，仍然出错时请联系系统管理员。")


class _Answer:
    """One answer on its way out, with the frame's headers on it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._started = False

    async def send(self, message: Message) -> None:
        """Passes the message on."""
        if message["type"] == "http.response.start":
            self._started = True
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            cached = str(self._scope["path"]).startswith(_STATIC) and message["status"] < _BAD_REQUEST
            headers.setdefault("Cache-Control", "max-age=300" if cached else "no-store")
            if self._scope.get("scheme") == "https":
                headers["Strict-Transport-Security"] = "max-age=31536000"
        await self._send(message)

    async def instead(self, status: int, title: str, text: str) -> None:
        """An error page instead of an answer that never began; one that began can only be broken off."""
        if self._started:
            return

        async def nothing_more() -> Message:
            return {"type": "http.disconnect"}

        page = error_page(Request(self._scope, nothing_more), status, title, text)
        await page(self._scope, nothing_more, self.send)


def _limited(receive: Receive) -> Receive:
    """Receives at most as much as the largest form of ours needs. Raises _TooLarge in the middle of more."""
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise _TooLarge
        return message

    return limited


def _route_of(scope: Scope) -> str:
    """Which page it was, without what was asked of it: a search is nobody's business but the searcher's."""
    return str(getattr(scope.get("route"), "path", "unknown"))
