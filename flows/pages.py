"""Prefect's server with its pages, for this machine only: a browser that shows them asks nobody else for anything.

Left alone, the pages call Prefect's own news and statistics from the browser, whatever the server is told (tried).
"""

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'self'; connect-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:;"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:;"
    " form-action 'self'; frame-ancestors 'none'"
)
_HOSTS = ["127.0.0.1", "localhost"]


class KeptIn:
    """Tells browsers with every answer that this page may load from here only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as the app does, with one header more."""

        async def send_kept_in(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self._app(scope, receive, send_kept_in)


def own_server() -> FastAPI:
    """Prefect's server as its own command makes it, kept in (`uvicorn --factory`)."""
    from prefect.server.api.server import create_app

    app = create_app(final=True)
    # A name elsewhere that leads to 127.0.0.1 must not open it to somebody else's page.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)
    app.add_middleware(KeptIn)
    return app
