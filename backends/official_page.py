"""One official page as it came over the wire: the page itself and nothing around it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import httpx

from backends.clock import Stopwatch
from desk.errors import CaptureError

USER_AGENT = "Huiying/0.1 (response desk of a government press office; keeps official releases as evidence)"
LARGEST_PAGE = 20_000_000
PATIENCE = timedelta(seconds=15)
_LONGEST_FETCH = timedelta(seconds=60)
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one address answered: the body as transferred, after any chunking was taken off."""

    url: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page with the redirects that led to it, in order."""

    redirects: tuple[Answer, ...]
    answer: Answer


Fetch: TypeAlias = Callable[[str], Page]


def fetch_page(url: str, *, patience: timedelta = PATIENCE, largest: int = LARGEST_PAGE) -> Page:
    """Fetches the page at an http or https address, following redirects to such addresses only.

    Raises CaptureError unless the last answer is a 200 with a body of at most `largest` bytes.
    """
    redirects: list[Answer] = []
    with httpx.Client(timeout=patience.total_seconds(), headers=_headers()) as client:
        target = _target(url, url)
        while True:
            answer = _ask(client, target, url, largest)
            if answer.status not in _REDIRECTS:
                return Page(redirects=tuple(redirects), answer=_accepted(answer, url))
            redirects.append(answer)
            if len(redirects) > _MOST_REDIRECTS:
                raise CaptureError(f"page {url} redirects more than {_MOST_REDIRECTS} times")
            target = _target(str(target.join(_location(answer, url))), url)


def _headers() -> dict[str, str]:
    # Bytes as they are: what is hashed is then what the server calls the page, whatever a decoder makes of it.
    return {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}


def _target(url: str, asked: str) -> httpx.URL:
    with _capturing(asked):
        parsed = httpx.URL(url)
        if parsed.userinfo:  # not named in the message: a password must stand neither in a log nor in the evidence
            raise CaptureError(
                f"page on {parsed.host} is asked for with a user name or password, give its plain address"
            )
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise CaptureError(f"page {asked} leads to {url}, only http and https pages are captured")
        return parsed.copy_with(fragment=None)  # a fragment never travels


def _location(answer: Answer, asked: str) -> httpx.URL:
    named = [value for name, value in answer.headers if name.lower() == "location"]
    if not named:
        raise CaptureError(f"page {asked} redirects to nowhere")
    with _capturing(asked):
        # Servers write Chinese addresses here as they are, in UTF-8.
        return httpx.URL(named[0].encode("latin-1").decode("utf-8", "replace"))


def _ask(client: httpx.Client, target: httpx.URL, asked: str, largest: int) -> Answer:
    with _capturing(asked), client.stream("GET", target) as response:
        return Answer(
            url=str(target),
            status=response.status_code,
            reason=response.reason_phrase,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw),
            body=_body(response, asked, largest),
        )


def _body(response: httpx.Response, asked: str, largest: int) -> bytes:
    stopwatch = Stopwatch()
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > largest:
            raise CaptureError(f"page {asked} is larger than {largest} bytes")
        if stopwatch.elapsed() > _LONGEST_FETCH.total_seconds():
            raise CaptureError(f"page {asked} took longer than {_LONGEST_FETCH.total_seconds():.0f} seconds")
    return bytes(body)


def _accepted(answer: Answer, asked: str) -> Answer:
    if answer.status != _OK:
        raise CaptureError(f"page {asked} answered {answer.status}")
    if not answer.body:
        raise CaptureError(f"page {asked} is empty")
    return answer


@contextmanager
def _capturing(asked: str) -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = f"{type(error).__name__}: {error}".rstrip(": ")
        raise CaptureError(f"page {asked} cannot be fetched: {reason}") from error
