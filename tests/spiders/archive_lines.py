"""Archives written for tests, and what a reading of them gave."""

import gzip
import json
import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from desk.post import Observation, Post
from spiders.arrival import Arrival, Reading, Refused

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

EVENING = "2026-06-10T18:20:00+08:00"


def a_line(**fields: Json) -> dict[str, Json]:
    """A line of a JSON Lines archive; only what matters to a test is written out there."""
    return {"source": "云州论坛", "title": "桐山县自来水发黄", "published_at": EVENING} | fields


def written(path: Path, lines: Sequence[Mapping[str, Json] | bytes]) -> Path:
    """The file with those lines, packed as its name says."""
    content = b"".join(line if isinstance(line, bytes) else as_bytes(line) + b"\n" for line in lines)
    match path.suffix:
        case ".gz":
            path.write_bytes(gzip.compress(content))
        case ".xz":
            path.write_bytes(lzma.compress(content))
        case _:
            path.write_bytes(content)
    return path


def as_bytes(line: Mapping[str, Json]) -> bytes:
    return json.dumps(line, ensure_ascii=False).encode()


def arrivals_of(reading: Reading) -> list[Arrival]:
    """What arrived; nothing may have been refused."""
    given = list(reading)
    assert [item for item in given if isinstance(item, Refused)] == []
    return [item for item in given if isinstance(item, Arrival)]


def refused_of(reading: Reading) -> list[Refused]:
    return [item for item in reading if isinstance(item, Refused)]


def posts_of(reading: Reading) -> list[Post]:
    return [arrival.item for arrival in arrivals_of(reading) if isinstance(arrival.item, Post)]


def observations_of(reading: Reading) -> list[Observation]:
    return [arrival.item for arrival in arrivals_of(reading) if isinstance(arrival.item, Observation)]


def titles_of(reading: Reading) -> list[str]:
    return [post.title for post in posts_of(reading)]
