"""One page asked for by hand, outside the crawl: with the same name, robots.txt obeyed, and a gap between questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
from protego import Protego

from backends.clock import Stopwatch
from desk.errors import HuiyingError
from desk.ports import Clock
from spiders.manners import OUR_NAME
from spiders.settings import DEFAULT_REQUEST_HEADERS, LARGEST_PAGE, MOST_REDIRECTS, PATIENCE_SECONDS

GAP = timedelta(seconds=1)
_NO_ROBOTS = range(400, 500)


class PageNotRead(HuiyingError):
    """Raised when a page asked for by hand cannot be had; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPage:
    """What an address answered, and where it was in the end."""

    address: str
    content_type: str
    body: bytes


class Asking:
    """Asks for pages one after the other; `contact` is how a site's keeper reaches the office, where it is known."""

    def __init__(self, clock: Clock, contact: str = "") -> None:
        reach = f"; +{contact}" if contact else ""
        agent = f"{OUR_NAME}/0.1 (response desk of a government press office{reach})"
        headers = {**DEFAULT_REQUEST_HEADERS, "User-Agent": agent}
        self._client = httpx.Client(timeout=PATIENCE_SECONDS, headers=headers, trust_env=False)
        self._clock = clock
        self._robots: dict[str, Protego] = {}
        self._asked_at: dict[str, datetime] = {}

    def page(self, address: str) -> AskedPage:
        """The page at an http or https address. Raises PageNotRead."""
        for _ in range(MOST_REDIRECTS + 1):
            if not self.robots(address).can_fetch(address, OUR_NAME):
                raise PageNotRead(f"page {address} is not read: its site's robots.txt asks not to")
            status, target, found = self._ask(address)
            if 200 <= status < 300:
                return found
            if not (300 <= status < 400 and target):
                raise PageNotRead(f"page {address} answered {status}")
            address = target
        raise PageNotRead(f"page {address} redirects more than {MOST_REDIRECTS} times")

    def robots(self, address: str) -> Protego:
        """The robots.txt of the address's site. Raises PageNotRead where it cannot be had."""
        site = _site(address)
        if site not in self._robots:
            status, _, found = self._ask(f"{site}/robots.txt")
            if status >= 500 or status == 429:
                raise PageNotRead(f"site {site} is not read: its robots.txt answered {status}, try again later")
            text = found.body.decode("utf-8-sig", errors="ignore") if 200 <= status < 300 else ""
            self._robots[site] = Protego.parse(text)
        return self._robots[site]

    def _ask(self, address: str) -> tuple[int, str, AskedPage]:
        self._keep_gap(_site(address))
        with _asking(address), self._client.stream("GET", address) as response:
            location = response.headers.get("Location", "")
            target = str(response.url.join(location)) if location else ""
            kind = response.headers.get("Content-Type", "")
            body = _body(response, address)
            return response.status_code, target, AskedPage(address=str(response.url), content_type=kind, body=body)

    def _keep_gap(self, site: str) -> None:
        before, now = self._asked_at.get(site), self._clock.now()
        if before is not None and now - before < GAP:
            self._clock.sleep(GAP - (now - before))
        self._asked_at[site] = self._clock.now()


def _body(response: httpx.Response, address: str) -> bytes:
    watch, body = Stopwatch(), bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > LARGEST_PAGE:
            raise PageNotRead(f"page {address} is larger than {LARGEST_PAGE} bytes")
        if watch.elapsed() > PATIENCE_SECONDS:
            raise PageNotRead(f"page {address} took longer than {PATIENCE_SECONDS} seconds")
    return bytes(body)


def _site(address: str) -> str:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        usable = False
    if not usable:
        raise PageNotRead(f"page {address[:200]!r} is not read: write an http or https address without user name")
    return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def _asking(address: str) -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise PageNotRead(f"page {address} cannot be had: {type(error).__name__}: {error}".rstrip(": ")) from None
