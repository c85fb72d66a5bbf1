"""Lines of an archive file, plain or packed, one at a time and never more than one in memory."""

import gzip
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from spiders.arrival import UnreadableArchive

LONGEST_LINE = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
_OPENING = 64 * 1024
_GZIP, _XZ = b"\x1f\x8b", b"\xfd7zXZ\x00"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DAMAGE = (EOFError, OSError, lzma.LZMAError, zlib.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line with its number from 1; `read_bytes` is how much of the file stood read behind it.

    `flaw` says why a line could not be taken: `content` is then empty, and `length` and `digest` tell it again.
    """

    number: int
    content: bytes
    read_bytes: int
    length: int
    digest: str | None = None
    flaw: str | None = None


def lines(path: Path) -> Iterator[Line]:
    """The lines that hold anything, in order.

    A line over 64 MB is passed over and given with its flaw. Where a packed file is damaged, the last line given
    says so: what stands behind it cannot be read.
    """
    with path.open("rb") as raw, _unpacked(raw) as stream:
        number = 0
        while True:
            number += 1
            try:
                line = _next_line(stream, raw, number)
            except _DAMAGE as error:
                flaw = f"the archive is damaged from here on, the rest is not read: {error}"
                yield Line(number=number, content=b"", read_bytes=raw.tell(), length=0, flaw=flaw)
                return
            if line is None:
                return
            if line.content or line.flaw:
                yield line


def opening(path: Path) -> bytes:
    """The first 64 KB, unpacked. Raises UnreadableArchive where there is no file or it cannot be unpacked."""
    try:
        with path.open("rb") as raw, _unpacked(raw) as stream:
            return stream.read(_OPENING).removeprefix(_BYTE_ORDER_MARK)
    except _DAMAGE as error:
        raise UnreadableArchive(f"cannot read archive {path}: {error}") from error


def require_json_lines(path: Path) -> bytes:
    """The file's opening. Raises UnreadableArchive where it does not look like JSON Lines."""
    sample = opening(path)
    starts = [line.lstrip()[:1] for line in sample.splitlines() if line.strip()]
    looks_right = not starts or starts[0] == b"{" or (b"{" in starts and b"\0" not in sample)
    if looks_right:
        return sample
    hint = "it is one JSON array" if starts[0] == b"[" else "no line of its opening begins with {"
    raise UnreadableArchive(
        f"{path} is not a JSON Lines file: {hint}; write one JSON object a line, see docs/archive-format.md"
    )


def place_of(line: Line) -> bytes:
    """What quarantine keeps of a line that cannot be read: where to find it and how to know it again."""
    digest = line.digest or sha256(line.content).hexdigest()
    return msgspec.json.encode({"line": line.number, "bytes": line.length, "sha256": digest})


def _next_line(stream: BinaryIO, raw: BinaryIO, number: int) -> Line | None:
    content = stream.readline(LONGEST_LINE + 1)
    if not content:
        return None
    if len(content) > LONGEST_LINE:
        return _passed_over(content, stream, raw, number)
    stripped = content.removeprefix(_BYTE_ORDER_MARK if number == 1 else b"").strip()
    return Line(number=number, content=stripped, read_bytes=raw.tell(), length=len(content))


def _passed_over(beginning: bytes, stream: BinaryIO, raw: BinaryIO, number: int) -> Line:
    digest, length, chunk = sha256(), 0, beginning
    while chunk:
        digest.update(chunk)
        length += len(chunk)
        chunk = b"" if chunk.endswith(b"\n") else stream.readline(_CHUNK)
    return Line(
        number=number,
        content=b"",
        read_bytes=raw.tell(),
        length=length,
        digest=digest.hexdigest(),
        flaw=f"the line has {length} bytes, the limit is {LONGEST_LINE}: split the text or leave it out",
    )


def _unpacked(raw: BinaryIO) -> BinaryIO:
    """The file's content by its first bytes, not by its name."""
    first = raw.read(len(_XZ))
    raw.seek(0)
    if first.startswith(_GZIP):
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    if first == _XZ:
        return cast("BinaryIO", lzma.LZMAFile(raw))
    return raw
