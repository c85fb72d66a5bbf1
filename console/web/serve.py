"""Serving the board on this machine: one process, its handlers in a few threads, until it is asked to stop."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from backends.clock import SystemClock
from backends.settings import Settings
from backends.wiring import Backends
from console.web.desks import StandingDesks
from console.web.live import end_streams
from console.web.site import Site
from desk.errors import BadSettings

HOST = "127.0.0.1"
"""Others reach the board by way of the office's own proxy, which brings the TLS along."""

_GOODBYE_SECONDS = 1


@contextmanager
def standing_site(settings: Settings, backends: Backends) -> Iterator[Site]:
    """The board over the real desk's opened backends and every drill and replay beside it."""
    clock = SystemClock()
    with StandingDesks(settings, backends, clock) as desks:
        yield Site(desks=desks, settings=settings, accounts=backends.accounts, clock=clock)


def listening(port: int, *, host: str = HOST) -> socket.socket:
    """The port, taken. Raises BadSettings when somebody else has it."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        hint = "stop what has it, or choose another with --web-port"
        raise BadSettings(
            [f"port {port} (web_port) cannot be used on {host}, {(error.strerror or '').lower()}: {hint}"]
        ) from None


class _Server(uvicorn.Server):
    """Lets the pages that listen go first: nothing else would end their streams."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams, then everything else."""
        end_streams(self._app)
        await super().shutdown(sockets)


def serve(app: FastAPI, taken: socket.socket) -> None:
    """Answers until SIGTERM or SIGINT; pages that listen are let go at once, others have a second."""
    config = uvicorn.Config(
        app,
        # No log of addresses asked for: a search is nobody's business but the searcher's.
        access_log=False,
        log_config=None,
        # What fails in a page is logged by the frame; what is broken off at a stop is no news.
        log_level="critical",
        server_header=False,
        date_header=True,
        # Only a proxy on this machine is believed when it says who asked, and whether by TLS.
        proxy_headers=True,
        forwarded_allow_ips=HOST,
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
        timeout_keep_alive=20,
        limit_concurrency=500,
        ws="none",
    )
    _Server(config, app).run(sockets=[taken])
