"""Captures on disk: readable by other tools, and never read back as another page than was captured."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from backends.archive_warc import WarcArchive
from backends.official_page import Answer, Page
from desk.archive import Capture
from desk.errors import CaptureError
from tests.build import MINUTE, NOON

OLD, NEW = "http://yunzhou.example/old", "http://yunzhou.example/tongbao"
NOTICE = "<html><title>情况通报</title><p>云州市清河区青石桥桥面下沉，现场已封闭。</p></html>".encode()
MOVED = Answer(url=OLD, status=301, reason="", headers=(("Location", "/tongbao"),), body=b"moved")
SHOWN = Answer(
    url=NEW, status=200, reason="OK", headers=(("Server", "云"), ("Transfer-Encoding", "chunked")), body=NOTICE
)


def fetch(_: str) -> Page:
    return Page(redirects=(MOVED,), answer=SHOWN)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def archive(folder: Path) -> WarcArchive:
    return WarcArchive(folder, fetch)


@pytest.fixture
def capture(archive: WarcArchive) -> Capture:
    return archive.capture(OLD, now=NOON)


def outcome_of(archive: WarcArchive, capture: Capture) -> bytes:
    try:
        return archive.read(capture)
    except CaptureError:
        return b"refused"


def test_a_byte_changed_anywhere_is_noticed_or_harmless(archive: WarcArchive, capture: Capture, folder: Path) -> None:
    whole = (folder / capture.record).read_bytes()
    outcomes = set()

    for place in range(len(whole)):
        (folder / capture.record).write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        outcomes.add(outcome_of(archive, capture))

    assert outcomes <= {NOTICE, b"refused"}
    assert b"refused" in outcomes


def test_a_file_cut_short_anywhere_is_refused(archive: WarcArchive, capture: Capture, folder: Path) -> None:
    whole = (folder / capture.record).read_bytes()
    outcomes = set()

    for length in range(len(whole)):
        (folder / capture.record).write_bytes(whole[:length])
        outcomes.add(outcome_of(archive, capture))

    assert outcomes == {b"refused"}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, 1500), length=st.integers(0, 60), put=st.binary(max_size=20))
def test_a_file_packed_again_after_a_change_never_reads_as_another_page(
    start: int, length: int, put: bytes, archive: WarcArchive, folder: Path
) -> None:
    capture = archive.capture(OLD, now=NOON)
    plain = gzip.decompress((folder / capture.record).read_bytes())

    (folder / capture.record).write_bytes(gzip.compress(plain[:start] + put + plain[start + length :]))

    assert outcome_of(archive, capture) in {NOTICE, b"refused"}


def test_other_tools_can_read_the_evidence(capture: Capture, folder: Path) -> None:
    with (folder / capture.record).open("rb") as file:
        records = [
            (record.rec_type, record.rec_headers["WARC-Target-URI"], record.rec_headers["WARC-Date"], body)
            for record in ArchiveIterator(file, check_digests="raise")
            for body in [bytes(record.content_stream().read())]
        ]

    assert [record[0] for record in records] == ["warcinfo", "response", "response"]
    assert records[1][1:] == (OLD, "2026-06-03T12:00:00.000000Z", b"moved")
    assert records[2][1:] == (NEW, "2026-06-03T12:00:00.000000Z", NOTICE)


def test_the_kept_headers_describe_the_kept_bytes(capture: Capture, folder: Path) -> None:
    with (folder / capture.record).open("rb") as file:
        *_, headers = [record.http_headers for record in ArchiveIterator(file) if record.rec_type == "response"]

        assert headers.get_header("Transfer-Encoding") is None
        assert headers.get_header("Content-Length") == str(len(NOTICE))
        assert headers.get_header("Server") is not None


def test_a_record_outside_the_folder_is_not_read(archive: WarcArchive, capture: Capture, folder: Path) -> None:
    (folder / capture.record).rename(folder.parent / capture.record)

    with pytest.raises(CaptureError, match="no record of this archive"):
        archive.read(replace(capture, record=f"../{capture.record}"))


def test_the_same_capture_twice_is_one_file(archive: WarcArchive, capture: Capture, folder: Path) -> None:
    again = archive.capture(OLD, now=NOON)

    assert again == capture
    assert [path.name for path in folder.iterdir()] == [capture.record]
    assert archive.read(capture) == NOTICE


def test_each_capture_is_one_file_and_nothing_beside_it(archive: WarcArchive, folder: Path) -> None:
    captures = [archive.capture(OLD, now=NOON + minute * MINUTE) for minute in range(3)]

    assert sorted(path.name for path in folder.iterdir()) == [capture.record for capture in captures]


def test_nothing_is_left_when_the_folder_cannot_be_used(archive: WarcArchive, folder: Path) -> None:
    folder.write_bytes(b"a file")

    with pytest.raises(CaptureError, match="cannot be kept"):
        archive.capture(OLD, now=NOON)

    assert folder.read_bytes() == b"a file"


def test_nothing_half_written_is_left_when_the_place_is_taken(
    archive: WarcArchive, capture: Capture, folder: Path
) -> None:
    (folder / capture.record).unlink()
    (folder / capture.record / "in the way").mkdir(parents=True)

    with pytest.raises(CaptureError, match="cannot be kept"):
        archive.capture(OLD, now=NOON)

    assert [path.name for path in folder.iterdir()] == [capture.record]
