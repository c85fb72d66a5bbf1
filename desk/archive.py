"""A captured official page: proof of what was published."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A captured official page: what was kept, when, and the SHA-256 of its bytes."""

    url: str
    captured_at: datetime
    sha256: str
    record: str
