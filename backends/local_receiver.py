"""The receiver of a drill or replay: a real web server on this machine that keeps every notice once."""

import hmac
import os
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from types import TracebackType
from typing import Self

import msgspec

from backends.notify_webhook import (
    KEY_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    WebhookNotifier,
    key_of_header,
    signature,
)
from backends.whole_file import sync_folder
from desk.change import Notice
from desk.errors import StoreError
from desk.ports import Clock

FILE_NAME = "received.jsonl"
_LARGEST_BODY = 1_000_000
_SECONDS = re.compile("[0-9]{1,11}")
_LENGTH = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedNotice:
    """A notice as it arrived first, with the sender's time of that attempt in whole seconds."""

    sent_at: datetime
    notice: Notice


class LocalReceiver:
    """Receives notices on 127.0.0.1 while its context lasts and keeps them in `folder`, across restarts.

    Raises StoreError when what it kept cannot be read.
    """

    def __init__(self, folder: Path, secret: str) -> None:
        self._secret = secret
        self._book = _Book(folder / FILE_NAME)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._book.open()
        self._server = _Server(self._book, self._secret)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        self._server = self._thread = None
        self._book.close()

    @property
    def url(self) -> str:
        """Where it listens. Raises StoreError outside its context."""
        if self._server is None:
            raise StoreError("local receiver is not running, enter its context first")
        return f"http://127.0.0.1:{self._server.server_port}/"

    @property
    def repeats(self) -> int:
        """How many notices came again since it was entered."""
        return self._book.repeats

    def notifier(self, clock: Clock) -> WebhookNotifier:
        """The only notifier a drill or replay gets: it can reach nobody but this receiver."""
        return WebhookNotifier(self.url, self._secret, clock=clock, allow="loopback")

    def received(self) -> list[ReceivedNotice]:
        """The notices it got, each once, in the order they first came."""
        return self._book.received()


class _Book:
    """The kept notices: one line each in a file that only grows, every line on the disk before it is answered for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._whole = 0
        self._by_key = {received.notice.key: received for received in _lines(path)}
        self.repeats = 0

    def open(self) -> None:
        """Opens the file for adding; a line that a killed process left half-written goes."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            self._whole = _whole_length(self._path.read_bytes())
            os.ftruncate(self._descriptor, self._whole)
            sync_folder(self._path.parent)
        except OSError as error:
            self.close()
            raise StoreError(f"cannot write {self._path}: {(error.strerror or str(error)).lower()}") from error

    def keep(self, received: ReceivedNotice) -> None:
        """Keeps a notice, or counts it as a repeat. Raises OSError; then nothing was kept."""
        with self._lock:
            if received.notice.key in self._by_key:
                self.repeats += 1
                return
            self._append(msgspec.json.encode(received) + b"\n")
            self._by_key[received.notice.key] = received

    def received(self) -> list[ReceivedNotice]:
        """All kept notices in their order."""
        with self._lock:
            return list(self._by_key.values())

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
            self._descriptor = None

    def _append(self, line: bytes) -> None:
        if self._descriptor is None:
            raise OSError("the receiver is closed")
        os.ftruncate(self._descriptor, self._whole)  # what a failed write left behind must not stand before this line
        if os.write(self._descriptor, line) < len(line):
            raise OSError("the disk is full")
        os.fsync(self._descriptor)
        self._whole += len(line)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # the usual 5 makes a burst of senders wait for a second try of the kernel

    def __init__(self, book: _Book, secret: str) -> None:
        self.book = book
        self.secret = secret
        super().__init__(("127.0.0.1", 0), _Reception)

    def server_bind(self) -> None:
        # HTTPServer would ask the name service who 127.0.0.1 is, which can take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


class _Refused(Exception):
    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class _Reception(BaseHTTPRequestHandler):
    timeout = 10.0
    server: _Server

    def do_POST(self) -> None:
        """Answers one notice: 200 once it is on the disk."""
        try:
            self.server.book.keep(self._notice())
            status = HTTPStatus.OK
        except _Refused as refusal:
            status = refusal.status
        except OSError:
            status = HTTPStatus.INSUFFICIENT_STORAGE
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the name http.server gives
        """Writes nothing: what arrived stands in the file."""

    def _notice(self) -> ReceivedNotice:
        timestamp = self.headers.get(TIMESTAMP_HEADER, "")
        body = self._body()
        expected = signature(self.server.secret, timestamp, body)
        given = self.headers.get(SIGNATURE_HEADER, "")
        if not hmac.compare_digest(given.encode(), expected.encode()) or not _SECONDS.fullmatch(timestamp):
            raise _Refused(HTTPStatus.UNAUTHORIZED)
        try:
            notice = msgspec.json.decode(body, type=Notice)
        except msgspec.DecodeError:
            raise _Refused(HTTPStatus.BAD_REQUEST) from None
        if key_of_header(self.headers.get(KEY_HEADER, "")) != notice.key:
            raise _Refused(HTTPStatus.BAD_REQUEST)
        return ReceivedNotice(sent_at=datetime.fromtimestamp(int(timestamp), UTC), notice=notice)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if _LENGTH.fullmatch(length) is None:
            raise _Refused(HTTPStatus.LENGTH_REQUIRED)
        if int(length) > _LARGEST_BODY:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self.rfile.read(int(length))


def _lines(path: Path) -> list[ReceivedNotice]:
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    return [_line(path, number, line) for number, line in enumerate(written[: _whole_length(written)].splitlines(), 1)]


def _line(path: Path, number: int, line: bytes) -> ReceivedNotice:
    try:
        return msgspec.json.decode(line, type=ReceivedNotice)
    except msgspec.DecodeError as error:
        raise StoreError(f"{path}, line {number}, is no notice: {str(error).lower()}") from error


def _whole_length(written: bytes) -> int:
    # What stands behind the last line end was never answered for: its sender tries again.
    return written.rfind(b"\n") + 1
