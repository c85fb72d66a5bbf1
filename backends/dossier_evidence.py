"""The evidence a dossier takes along: captured pages as their WARC files, attached records as the files themselves."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from backends.archive_warc import body_of
from desk.dossier import CAPTURES, Case
from desk.errors import CaptureError

RECORDS = "records"
"""Where attached records stand in the archive, named by their hash."""

_WARC = ".warc.gz"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The evidence at hand: `members` by name, `names` by the hash of the page or record that each holds."""

    members: dict[str, bytes]
    names: dict[str, str]


def evidence_of(case: Case, archive: Path) -> Kept:
    """What the archive still holds of the evidence the incident names; the rest stays a hash in its row.

    Raises CaptureError for a file that no longer holds what it did: that is for a person to look into first.
    """
    incident = case.incident
    wanted = [
        *((each.capture, each.captured_at) for each in incident.releases),
        *((each.record_hash, None) for each in incident.conferences),
    ]
    kept = Kept(members={}, names={})
    for digest, captured_at in wanted:
        if digest is not None and digest not in kept.names and _DIGEST.fullmatch(digest):
            _keep(kept, digest, captured_at, archive)
    return kept


def holds(name: str, content: bytes, digest: str) -> bool:
    """Whether the member holds the page or record of this hash."""
    try:
        body = body_of(content) if name.endswith(_WARC) else content
    except CaptureError:
        return False
    return sha256(body).hexdigest() == digest


def _keep(kept: Kept, digest: str, captured_at: datetime | None, archive: Path) -> None:
    record = archive / RECORDS / digest
    if record.is_file():
        found, suffix = record.read_bytes(), ".bin"
        if sha256(found).hexdigest() != digest:
            raise CaptureError(f"record {record} no longer has its hash: restore it from the backup")
    else:
        found, suffix = _captured(digest, _of_the_moment(archive, captured_at)), _WARC
    if found:
        kept.names[digest] = f"{CAPTURES}{digest}{suffix}"
        kept.members[kept.names[digest]] = found


def _captured(digest: str, files: Iterable[Path]) -> bytes:
    for path in files:
        content = path.read_bytes()
        if sha256(body_of(content)).hexdigest() == digest:
            return content
    return b""


def _of_the_moment(archive: Path, captured_at: datetime | None) -> list[Path]:
    return [] if captured_at is None else sorted(archive.glob(f"{captured_at:%Y%m%dT%H%M%S%f}Z-*{_WARC}"))
