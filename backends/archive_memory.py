"""Captured pages in memory: for tests and the tour."""

from datetime import datetime
from hashlib import sha256

from backends.official_page import Fetch, fetch_page
from desk.archive import Capture
from desk.errors import CaptureError
from desk.moments import as_utc


class MemoryArchive:
    """Keeps captured pages as long as it lives; `fetch` may stand for the network."""

    def __init__(self, fetch: Fetch = fetch_page) -> None:
        self._fetch = fetch
        self._kept: dict[str, bytes] = {}

    def capture(self, url: str, *, now: datetime) -> Capture:
        """Fetches and keeps the page. Raises CaptureError; then nothing was kept."""
        body = self._fetch(url).answer.body
        record = str(len(self._kept) + 1)
        self._kept[record] = body
        return Capture(url=url, captured_at=as_utc(now), sha256=sha256(body).hexdigest(), record=record)

    def read(self, capture: Capture) -> bytes:
        """The kept bytes. Raises CaptureError when they are gone or no longer have their hash."""
        body = self._kept.get(capture.record)
        if body is None:
            raise CaptureError(f"capture {capture.record} of {capture.url} is gone")
        if sha256(body).hexdigest() != capture.sha256:
            raise CaptureError(f"capture {capture.record} of {capture.url} no longer has hash {capture.sha256}")
        return body
