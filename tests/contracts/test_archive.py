"""The contract of every archive: a page kept whole with its hash, or CaptureError and nothing."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backends.archive_memory import MemoryArchive
from backends.archive_warc import WarcArchive
from backends.official_page import USER_AGENT, fetch_page
from desk.errors import CaptureError
from desk.ports import Archive
from tests.build import MINUTE, NOON

NOTICE = "<html><title>情况通报</title><p>云州市清河区青石桥桥面下沉，现场已封闭。</p></html>".encode()
HOST = "127.0.0.1"
Kinds = Callable[[Path, int], Archive]


class Site(HTTPServer):
    """An official site: pages by path, and what it was asked."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), Pages)
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {"/tongbao": (200, {}, NOTICE)}
        self.asked: list[tuple[str, str]] = []

    def at(self, path: str) -> str:
        return f"http://{HOST}:{self.server_port}{path}"


class Pages(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        status, headers, body = self.server.pages.get(self.path, (404, {}, b"gone"))
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Keeps quiet."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", HOST)


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def memory(_: Path, largest: int) -> Archive:
    return MemoryArchive(partial(fetch_page, largest=largest))


def warc(folder: Path, largest: int) -> Archive:
    return WarcArchive(folder, partial(fetch_page, largest=largest))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture(params=[memory, warc], ids=["memory", "warc"])
def archive(request: pytest.FixtureRequest, folder: Path) -> Archive:
    kind: Kinds = request.param
    return kind(folder, 1000)


def test_a_page_is_kept_as_it_came(archive: Archive, site: Site) -> None:
    capture = archive.capture(site.at("/tongbao"), now=NOON)

    assert (capture.url, capture.captured_at) == (site.at("/tongbao"), NOON)
    assert capture.sha256 == sha256(NOTICE).hexdigest()
    assert archive.read(capture) == NOTICE


def test_a_page_that_changed_later_is_kept_as_it_was(archive: Archive, site: Site) -> None:
    before = archive.capture(site.at("/tongbao"), now=NOON)
    site.pages["/tongbao"] = (200, {}, b"corrected")

    after = archive.capture(site.at("/tongbao"), now=NOON + MINUTE)

    assert (archive.read(before), archive.read(after)) == (NOTICE, b"corrected")


def test_only_the_page_itself_is_asked_for_under_our_name(archive: Archive, site: Site) -> None:
    site.pages["/tongbao"] = (200, {}, b'<img src="/comments.png"><script src="/c.js"></script>')

    archive.capture(site.at("/tongbao#comments"), now=NOON)

    assert site.asked == [("/tongbao", USER_AGENT)]


def test_the_evidence_names_the_address_that_was_asked(site: Site) -> None:
    page = fetch_page(site.at("/tongbao#comments"))

    assert page.answer.url == site.at("/tongbao")


@pytest.mark.parametrize("status", [204, 206, 304, 403, 404, 500, 503])
def test_any_answer_but_a_page_is_refused(status: int, archive: Archive, site: Site, folder: Path) -> None:
    site.pages["/tongbao"] = (status, {}, b"")

    with pytest.raises(CaptureError, match=f"answered {status}"):
        archive.capture(site.at("/tongbao"), now=NOON)

    assert not folder.exists()


def test_an_empty_page_proves_nothing(archive: Archive, site: Site, folder: Path) -> None:
    site.pages["/tongbao"] = (200, {}, b"")

    with pytest.raises(CaptureError, match="is empty"):
        archive.capture(site.at("/tongbao"), now=NOON)

    assert not folder.exists()


def test_a_page_of_the_largest_size_is_kept(archive: Archive, site: Site) -> None:
    site.pages["/tongbao"] = (200, {}, b"x" * 1000)

    capture = archive.capture(site.at("/tongbao"), now=NOON)

    assert len(archive.read(capture)) == 1000


def test_a_page_one_byte_larger_is_refused(archive: Archive, site: Site, folder: Path) -> None:
    site.pages["/tongbao"] = (200, {}, b"x" * 1001)

    with pytest.raises(CaptureError, match="larger than 1000 bytes"):
        archive.capture(site.at("/tongbao"), now=NOON)

    assert not folder.exists()


def test_a_page_cut_off_on_its_way_is_refused(archive: Archive, site: Site, folder: Path) -> None:
    site.pages["/tongbao"] = (200, {"Content-Length": str(len(NOTICE) + 1)}, NOTICE)

    with pytest.raises(CaptureError, match="cannot be fetched"):
        archive.capture(site.at("/tongbao"), now=NOON)

    assert not folder.exists()


def test_a_redirect_to_a_page_is_followed(archive: Archive, site: Site) -> None:
    site.pages["/old"] = (302, {"Location": "/tongbao"}, b"moved")

    capture = archive.capture(site.at("/old"), now=NOON)

    assert capture.url == site.at("/old")
    assert archive.read(capture) == NOTICE


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://yunzhou.example/", "javascript:alert(1)", "http://[", ""]
)
def test_a_redirect_to_anything_else_is_refused(target: str, archive: Archive, site: Site, folder: Path) -> None:
    site.pages["/old"] = (302, {"Location": target}, b"")

    with pytest.raises(CaptureError):
        archive.capture(site.at("/old"), now=NOON)

    assert not folder.exists()


def test_a_redirect_in_a_circle_ends(archive: Archive, site: Site) -> None:
    site.pages["/old"] = (302, {"Location": "/old"}, b"")

    with pytest.raises(CaptureError, match="more than 5 times"):
        archive.capture(site.at("/old"), now=NOON)

    assert len(site.asked) == 6


@pytest.mark.parametrize(
    "url", ["", "tongbao", "file:///etc/passwd", "ftp://yunzhou.example/", "http://", "http://a:b/"]
)
def test_only_web_addresses_are_captured(url: str, archive: Archive, folder: Path) -> None:
    with pytest.raises(CaptureError):
        archive.capture(url, now=NOON)

    assert not folder.exists()


def test_an_address_with_a_password_is_refused_without_telling_it(archive: Archive) -> None:
    with pytest.raises(CaptureError, match="plain address") as refusal:
        archive.capture("http://duty:hunter2@yunzhou.example/", now=NOON)

    assert "hunter2" not in str(refusal.value)


def test_a_site_that_is_down_is_told(archive: Archive, site: Site, folder: Path) -> None:
    site.shutdown()
    site.server_close()

    with pytest.raises(CaptureError, match="cannot be fetched: ConnectError"):
        archive.capture(site.at("/tongbao"), now=NOON)

    assert not folder.exists()


def test_a_capture_with_another_hash_is_refused(archive: Archive, site: Site) -> None:
    capture = archive.capture(site.at("/tongbao"), now=NOON)

    with pytest.raises(CaptureError, match="no longer has hash"):
        archive.read(replace(capture, sha256="0" * 64))


@pytest.mark.parametrize("record", ["20260603T120000000000Z-0123456789abcdef.warc.gz", "../../etc/passwd", "", "."])
def test_a_capture_that_is_not_there_is_refused(record: str, archive: Archive, site: Site) -> None:
    capture = archive.capture(site.at("/tongbao"), now=NOON)

    with pytest.raises(CaptureError):
        archive.read(replace(capture, record=record))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(min_size=1, max_size=1000))
def test_any_bytes_are_kept(body: bytes, archive: Archive, site: Site) -> None:
    site.pages["/tongbao"] = (200, {"Content-Type": "application/octet-stream"}, body)

    capture = archive.capture(site.at("/tongbao"), now=NOON)

    assert archive.read(capture) == body


def test_bytes_a_server_packed_are_kept_packed(archive: Archive, site: Site) -> None:
    site.pages["/tongbao"] = (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b not really gzip")

    capture = archive.capture(site.at("/tongbao"), now=NOON)

    assert archive.read(capture) == b"\x1f\x8b not really gzip"
