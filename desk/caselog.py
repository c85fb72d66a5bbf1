"""The case log of an incident: entries chained by the hash of their exact bytes, so that no line changes unnoticed.

An entry holds a salted digest of its free text, never the text: that stands beside it and can be erased without
breaking the chain. The office's chain runs over the entries of all incidents, so that none can be cut off at its end.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import TypeAlias, TypedDict

from desk.change import Event, Fact, LoggedEvent
from desk.moments import from_microseconds, to_microseconds

OFFICE = "office"
"""The name of the office's chain where a break is reported."""

OfficeLink: TypeAlias = tuple[int, str, int, str, str]
"""A link of the office's chain: (office seq, incident id, seq, entry hash, office hash)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a chain stands: the place and the hash of its last entry; before the first: 0 and nothing."""

    seq: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: its exact hashed bytes, and beside them the free text with its salt.

    `text` and `salt` are None where nobody typed a text, or where it was erased.
    """

    incident_id: str
    seq: int
    content: bytes
    entry_hash: str
    text: str | None = None
    salt: str | None = None

    @property
    def head(self) -> Head:
        """Where the chain stands behind this entry."""
        return Head(seq=self.seq, hash=self.entry_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first bad entry: of which chain (an incident's id or `OFFICE`), at which place from 1, and what is wrong."""

    chain: str
    seq: int
    why: str


class _Content(TypedDict):
    at: int
    by: str
    facts: dict[str, Fact]
    incident: str
    kind: str
    previous: str
    recorded_at: int
    seq: int
    text: str | None


def seal(event: Event, *, incident_id: str, after: Head, salt: str) -> Entry:
    """The event as the next entry of its incident's chain.

    Raises TypeError for a fact that is no string, whole number, truth value or None: floats have no one spelling.
    Raises ValueError for a time without a zone.
    """
    content = _canonical(
        _Content(
            at=to_microseconds(event.at),
            by=event.by,
            facts=_plain(event.facts),
            incident=incident_id,
            kind=event.kind,
            previous=after.hash,
            recorded_at=to_microseconds(event.recorded_at),
            seq=after.seq + 1,
            text=_digest(salt, event.text) if event.text else None,
        )
    )
    return Entry(
        incident_id=incident_id,
        seq=after.seq + 1,
        content=content,
        entry_hash=sha256(content).hexdigest(),
        text=event.text or None,
        salt=salt if event.text else None,
    )


def logged(entry: Entry) -> LoggedEvent:
    """The entry as the timeline shows it; an erased text reads as none."""
    content = _read(entry.content)
    event = Event(
        kind=content["kind"],
        at=from_microseconds(content["at"]),
        recorded_at=from_microseconds(content["recorded_at"]),
        by=content["by"],
        facts=content["facts"],
        text=entry.text or "",
    )
    return LoggedEvent(
        incident_id=entry.incident_id,
        seq=entry.seq,
        event=event,
        entry=entry.content,
        entry_hash=entry.entry_hash,
    )


def verify(entries: Sequence[Entry]) -> Broken | None:
    """The first bad entry of an incident's chain, or None where all of it holds."""
    head = Head()
    for entry in entries:
        why = _fault(entry, after=head, incident_id=entries[0].incident_id)
        if why is not None:
            return Broken(chain=entries[0].incident_id, seq=head.seq + 1, why=why)
        head = entry.head
    return None


def link(entry: Entry, *, after: Head) -> OfficeLink:
    """The entry as the next link of the office's chain."""
    return _linked(entry.incident_id, entry.seq, entry.entry_hash, after=after)


def verify_office(links: Sequence[OfficeLink], chains: Mapping[str, Sequence[Entry]]) -> Broken | None:
    """The first bad link of the office's chain, else the first entry of `chains` that it does not vouch for.

    A chain whose last entries were cut off still verifies alone; against the office's chain it does not.
    """
    head = Head()
    for number, incident_id, seq, entry_hash, office_hash in links:
        if (number, incident_id, seq, entry_hash, office_hash) != _linked(incident_id, seq, entry_hash, after=head):
            return Broken(chain=OFFICE, seq=head.seq + 1, why=f"link {number} does not follow link {head.seq}")
        head = Head(seq=number, hash=office_hash)
    return next((broken for id_, chain in chains.items() if (broken := _unvouched(id_, chain, links))), None)


def _unvouched(incident_id: str, entries: Sequence[Entry], links: Sequence[OfficeLink]) -> Broken | None:
    vouched = [Head(seq=seq, hash=entry_hash) for _, of, seq, entry_hash, _ in links if of == incident_id]
    pairs = zip_longest(vouched, [entry.head for entry in entries])
    for place, (expected, found) in enumerate(pairs, start=1):
        if expected != found:
            return Broken(chain=incident_id, seq=place, why="not the entry the office's chain vouches for")
    return None


def _linked(incident_id: str, seq: int, entry_hash: str, *, after: Head) -> OfficeLink:
    number = after.seq + 1
    content = _canonical([number, after.hash, incident_id, seq, entry_hash])
    return number, incident_id, seq, entry_hash, sha256(content).hexdigest()


def _fault(entry: Entry, *, after: Head, incident_id: str) -> str | None:
    if sha256(entry.content).hexdigest() != entry.entry_hash:
        return "its bytes do not have its hash"
    try:
        content = _read(entry.content)
        stands = (content["incident"], content["seq"], content["previous"], content["text"])
    except (ValueError, KeyError, TypeError):
        return "its bytes are no entry"
    if stands[:2] != (incident_id, after.seq + 1) or (entry.incident_id, entry.seq) != stands[:2]:
        return f"entry {stands[1]} of {stands[0]} stands where entry {after.seq + 1} of {incident_id} belongs"
    if stands[2] != after.hash:
        return "it does not follow the entry before it"
    return _text_fault(entry, stands[3])


def _text_fault(entry: Entry, digest: str | None) -> str | None:
    if entry.text is None:
        return None
    if entry.salt is None or _digest(entry.salt, entry.text) != digest:
        return "its text is not the one that was written"
    return None


def _digest(salt: str, text: str) -> str:
    return sha256((salt + text).encode()).hexdigest()


def _plain(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    for name, fact in facts.items():
        if not isinstance(fact, str | int | None):
            raise TypeError(f"fact {name} is a {type(fact).__name__}: write it as text or as a whole number")
    return dict(facts)


def _canonical(content: _Content | list[str | int]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _read(content: bytes) -> _Content:
    found: _Content = json.loads(content)
    return found
