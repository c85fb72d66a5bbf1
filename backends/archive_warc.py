"""Captured pages as WARC files on disk, one per capture: evidence that other tools can read too."""

import gzip
import re
import zlib
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from backends.official_page import USER_AGENT, Answer, Fetch, Page, fetch_page
from backends.whole_file import write_whole
from desk.archive import Capture
from desk.errors import CaptureError
from desk.moments import as_utc

_VERSION = "WARC/1.1"
_RECORD = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9a-f]{16}\.warc\.gz")
# These describe how the bytes travelled, not the bytes kept: a reader that believed them would misread the record.
_OF_THE_TRANSFER = frozenset({"transfer-encoding", "content-length"})
# AttributeError is what warcio raises for a record that lost its address line.
_BROKEN = (OSError, EOFError, ValueError, AttributeError, zlib.error, ArchiveLoadFailed)


class WarcArchive:
    """Keeps each captured page in one gzip WARC file of `folder`, whole or not at all; `fetch` reaches the page."""

    def __init__(self, folder: Path, fetch: Fetch = fetch_page) -> None:
        self._folder = folder
        self._fetch = fetch

    def capture(self, url: str, *, now: datetime) -> Capture:
        """Fetches and keeps the page with the redirects to it. Raises CaptureError; then nothing was kept."""
        at = as_utc(now)
        page = self._fetch(url)
        digest = sha256(page.answer.body).hexdigest()
        record = _record_name(url, digest, at)
        try:
            write_whole(self._folder / record, _warc(page, record, at))
        except OSError as error:
            raise CaptureError(f"page {url} cannot be kept in {self._folder}: {_reason(error)}") from error
        return Capture(url=url, captured_at=at, sha256=digest, record=record)

    def read(self, capture: Capture) -> bytes:
        """The kept bytes. Raises CaptureError when they are gone or no longer have their hash."""
        what = f"capture {capture.record} of {capture.url}"
        if _RECORD.fullmatch(capture.record) is None:
            raise CaptureError(f"{what} is no record of this archive")
        try:
            body = body_of((self._folder / capture.record).read_bytes())
        except FileNotFoundError:
            raise CaptureError(f"{what} is gone from {self._folder}") from None
        except (OSError, CaptureError) as error:
            raise CaptureError(f"{what} cannot be read: {str(error).lower()}") from error
        if sha256(body).hexdigest() != capture.sha256:
            raise CaptureError(f"{what} no longer has hash {capture.sha256}")
        return body


def body_of(record: bytes) -> bytes:
    """The page a record holds: the body of its last response. Raises CaptureError where it cannot be read."""
    try:
        # Unpacked here, because gzip notices every changed or missing byte and the WARC reader does not.
        return _last_response(gzip.decompress(record))
    except _BROKEN as error:
        raise CaptureError(str(error)) from error


def _record_name(url: str, digest: str, at: datetime) -> str:
    # Same address, same bytes, same moment: the same record, so that capturing twice does no harm.
    name = sha256(f"{url}\n{digest}".encode()).hexdigest()[:16]
    return f"{at:%Y%m%dT%H%M%S%f}Z-{name}.warc.gz"


def _warc(page: Page, record: str, at: datetime) -> bytes:
    written = BytesIO()
    writer = WARCWriter(written, gzip=True, warc_version=_VERSION)
    date = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    described = {"software": USER_AGENT, "format": _VERSION}
    writer.write_record(_dated(writer.create_warcinfo_record(record, described), date))
    for redirect in page.redirects:
        writer.write_record(_response(writer, redirect, date))
    writer.write_record(_response(writer, page.answer, date))
    return written.getvalue()


def _response(writer: WARCWriter, answer: Answer, date: str) -> ArcWarcRecord:
    headers = [(name, value) for name, value in answer.headers if name.lower() not in _OF_THE_TRANSFER]
    headers.append(("Content-Length", str(len(answer.body))))
    status = StatusAndHeaders(f"{answer.status} {answer.reason}".strip(), headers, protocol="HTTP/1.1")
    record = writer.create_warc_record(answer.url, "response", payload=BytesIO(answer.body), http_headers=status)
    return _dated(record, date)


def _dated(record: ArcWarcRecord, date: str) -> ArcWarcRecord:
    record.rec_headers.replace_header("WARC-Date", date)
    return record


def _last_response(warc: bytes) -> bytes:
    body: bytes | None = None
    for record in ArchiveIterator(BytesIO(warc)):
        if record.rec_type == "response":
            body = bytes(record.raw_stream.read())
    if body is None:
        raise ValueError("it holds no response")
    return body


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
