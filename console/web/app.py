"""The whole board as one web application: every desk's pages under its own prefix, behind one frame of safety."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from console.web import actions, board, calendar, health, incident, listings, live, search, sign_in
from console.web.access import account_of, signed_in
from console.web.error_pages import add_error_pages
from console.web.frame import Frame
from console.web.rendering import environment
from console.web.rules import route_rules
from console.web.site import Site, site_of
from desk.accounts import Account

_STATIC = Path(__file__).with_name("static")
_PAGES = (board, incident, actions, search, listings, calendar, live)
"""What every desk has."""

_THREADS = 12
"""Fewer than the connections a store has to give: nobody waits for one in vain."""


def create_app(site: Site) -> FastAPI:
    """The board of this site. Raises AssertionError when a route says nothing about who may use it."""
    app = FastAPI(
        title="Huiying", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=_few_threads
    )
    app.state.site = site
    app.state.templates = environment()
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.include_router(sign_in.router)
    app.include_router(health.router)
    _add_desk(app, "/drill", lambda _: "drill")
    _add_desk(app, "/replay/{replay}", lambda request: f"replay/{request.path_params['replay']}")
    _add_desk(app, "", lambda _: "")
    route_rules(app)
    add_error_pages(app)
    app.add_middleware(Frame)
    return app


def _add_desk(app: FastAPI, prefix: str, key_of: Callable[[Request], str]) -> None:
    """Adds the pages of the desk, drill or replay that `key_of` reads from a request."""

    def choose(request: Request, _account: Annotated[Account, Depends(account_of)]) -> None:
        key = key_of(request)
        # Only who is signed in learns which replays there are.
        if key not in (desks := site_of(request).desks):
            raise HTTPException(status_code=404)
        request.state.desk = desks[key]

    for page in _PAGES:
        app.include_router(page.router, prefix=prefix, dependencies=[Depends(choose)])
    if prefix:
        app.add_api_route(prefix, _with_slash, methods=["GET"], dependencies=[Depends(choose), Depends(signed_in)])


def _with_slash(request: Request) -> RedirectResponse:
    return RedirectResponse(f"{request.state.desk.prefix}/", status_code=303)


@asynccontextmanager
async def _few_threads(_app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = _THREADS
    yield
