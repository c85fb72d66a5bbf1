"""Who is on duty: officers of the desk by role, and their shifts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An officer of the desk: a role on the ladder and the addresses (channel, address) to page, in order."""

    id: str
    name: str
    role: str
    contacts: tuple[tuple[str, str], ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A person's duty in a role, from `since` (included) until `until` (excluded)."""

    person_id: str
    role: str
    since: datetime
    until: datetime
