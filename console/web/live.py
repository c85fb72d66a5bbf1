"""Live news for open pages: server-sent events that name the incidents which changed, one poller for all who listen."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from console.web.access import SignedIn, signed_in
from console.web.site import OpenDesk, desk_of, site_of
from desk.errors import HuiyingError

router = APIRouter()

POLL_SECONDS = 0.25
KEEP_ALIVE_SECONDS = 15.0
LONGEST_SECONDS = 600.0
"""A page then asks again, and is asked again whether it is still signed in."""

Versions = Mapping[str, int]


class Poller:
    """Looks at one desk's open incidents while anybody listens, and tells every listener what changed."""

    def __init__(self, desk: Callable[[], OpenDesk], every: float = POLL_SECONDS) -> None:
        self._desk = desk
        self._every = every
        self._listeners: set[asyncio.Queue[list[str] | None]] = set()
        self._ended = False
        self._task: asyncio.Task[None] | None = None
        self.looks = 0

    async def changes(self) -> AsyncIterator[list[str]]:
        """The numbers of what changed, each time something does; an empty list when nothing did for a while."""
        queue: asyncio.Queue[list[str] | None] = asyncio.Queue()
        self._listeners.add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        loop = asyncio.get_running_loop()
        end = loop.time() + LONGEST_SECONDS
        try:
            while loop.time() < end and not self._ended:
                try:
                    changed = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    changed = []
                if changed is not None:
                    yield changed
        finally:
            self._leave(queue)

    def end(self) -> None:
        """Lets every listener go, now and from now on: the board stops."""
        self._ended = True
        for queue in self._listeners:
            queue.put_nowait(None)

    def _leave(self, queue: asyncio.Queue[list[str] | None]) -> None:
        self._listeners.discard(queue)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _look(self) -> None:
        last: Versions | None = None
        while True:
            # A store that cannot be read now is read again; the pages stand as they were meanwhile.
            with suppress(HuiyingError):
                found = await run_in_threadpool(self._versions)
                self.looks += 1
                if last is not None and (changed := changed_numbers(last, found)):
                    for queue in self._listeners:
                        queue.put_nowait(changed)
                last = found
            await asyncio.sleep(self._every)

    def _versions(self) -> Versions:
        return self._desk().parts.incidents.open_versions()


def changed_numbers(before: Versions, after: Versions) -> list[str]:
    """Which incidents are new, at another version, or no longer open."""
    return sorted(number for number in {*before, *after} if before.get(number) != after.get(number))


@router.get("/live")
async def live(request: Request, _user: Annotated[SignedIn, Depends(signed_in)]) -> StreamingResponse:
    """The stream of one page; it ends with the connection."""
    return StreamingResponse(
        _events(poller_of(request)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def poller_of(request: Request) -> Poller:
    """The one poller of this process for the desk of this request."""
    pollers = _pollers(request.app)
    site, key = site_of(request), desk_of(request).key
    if key not in pollers:
        # Looked up each time: a drill played again stands in new files.
        pollers[key] = Poller(lambda: site.desks[key])
    return pollers[key]


def end_streams(app: FastAPI) -> None:
    """Ends the stream of every page that listens; the pages ask again by themselves."""
    for poller in _pollers(app).values():
        poller.end()


def _pollers(app: FastAPI) -> dict[str, Poller]:
    found: dict[str, Poller] = app.state.__dict__.setdefault("pollers", {})
    return found


async def _events(poller: Poller) -> AsyncIterator[str]:
    # The first words make proxies and browsers believe in the stream.
    yield ": here\n\nretry: 3000\n\n"
    async for changed in poller.changes():
        yield f"event: changed\ndata: {json.dumps(changed, ensure_ascii=False)}\n\n" if changed else ": still here\n\n"
