"""Rows of a dossier as JSON Lines: one canonical spelling each, read back strictly."""

from collections.abc import Iterable
from hashlib import sha256
from typing import TypeVar

import msgspec

Row = TypeVar("Row")


def lines_of(rows: Iterable[object]) -> bytes:
    """The rows, one JSON line each."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def row_hashes(member: bytes) -> tuple[str, ...]:
    """The hash of each line; what follows the last line break counts as one more."""
    return tuple(sha256(line).hexdigest() for line in _lines(member))


def read_rows(member: bytes, kind: type[Row]) -> list[Row]:
    """The rows read back. Raises ValueError naming the first line that is none."""
    rows = []
    for number, line in enumerate(_lines(member), start=1):
        try:
            rows.append(msgspec.json.decode(line, type=kind))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"第 {number} 条不是有效的记录") from error
    return rows


def _lines(member: bytes) -> list[bytes]:
    lines = member.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines
