"""Rows of a file that a board or hotline gave: CSV, a JSON array or JSON lines, read by the columns that are named."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desk.errors import BadPost
from spiders.arrival import UnreadableArchive
from spiders.charset import readable
from spiders.door import RawItem
from spiders.sources import Source
from spiders.written_time import read_marked_time

LARGEST_FILE = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row by its number from 1; no column but the named ones is ever in it."""

    number: int
    columns: Mapping[str, str]


def read_rows(path: Path, columns: Mapping[str, str]) -> Iterator[Row]:
    """The rows of the file. Raises UnreadableArchive where it is none, or lacks a named column altogether."""
    rows = _rows(_text(path), path)
    for number, whole in enumerate(rows, start=1):
        missing = [column for column in columns.values() if column not in whole]
        if number == 1 and missing:
            raise UnreadableArchive(f"{path} has no column {missing[0]!r}: there is {', '.join(list(whole)[:20])}")
        yield Row(number=number, columns={name: whole.get(column, "") for name, column in columns.items()})


def item_of_row(row: Row, source: Source) -> RawItem:
    """The item of a row. Raises BadPost where it says no time."""
    found = row.columns
    written = read_marked_time(found.get("published", ""))
    if written is None:
        raise BadPost(f"row {row.number} says no time in column {source.columns['published']!r}: correct it")
    return RawItem(
        source=source.key,
        published_at=written.at,
        precision=written.precision,
        title=found.get("title", ""),
        text=found.get("text", ""),
        address=found.get("address") or None,
        given_id=found.get("id") or None,
        jurisdiction=source.jurisdiction,
        official=source.official,
        channel=source.channel,
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UnreadableArchive(f"{path} is larger than {LARGEST_FILE} bytes: cut it in parts")
        return readable(path.read_bytes())
    except OSError as error:
        raise UnreadableArchive(f"cannot read {path}: {error.strerror}") from None


def _rows(text: str, path: Path) -> Iterator[dict[str, str]]:
    beginning = text.lstrip()[:1]
    if beginning == "[":
        try:
            whole = msgspec.json.decode(text, type=list[dict[str, object]])
        except msgspec.DecodeError as error:
            raise UnreadableArchive(f"{path} is no JSON array of objects: {error}") from None
        yield from (_as_texts(each) for each in whole)
    elif beginning == "{":
        yield from (_of_line(line, number, path) for number, line in enumerate(text.splitlines(), 1) if line.strip())
    else:
        # A column more than the heading names, or one less, must not stop the rest.
        reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="")
        try:
            yield from ({name.strip(): value for name, value in row.items() if name} for row in reader)
        except csv.Error as error:
            raise UnreadableArchive(f"{path} is no CSV file from line {reader.line_num} on: {error}") from None


def _of_line(line: str, number: int, path: Path) -> dict[str, str]:
    try:
        return _as_texts(msgspec.json.decode(line, type=dict[str, object]))
    except msgspec.DecodeError as error:
        raise UnreadableArchive(f"{path} line {number} is no JSON object: {error}") from None


def _as_texts(row: dict[str, object]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}
