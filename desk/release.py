"""What the office said: releases and press conferences, with the evidence that makes them count."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CAPTURE_GRACE = timedelta(minutes=10)
"""A capture up to this much later than the claimed time still proves it (docs/decisions/0004)."""


class ReleaseKind(StrEnum):
    """What a release is (权威发布)."""

    FIRST = "first"
    CONTINUING = "continuing"
    RESULT = "result"
    CLARIFICATION = "clarification"
    INTERPRETATION = "interpretation"
    CORRECTION = "correction"
    REPOST = "repost"


class Element(StrEnum):
    """The four elements of a full answer (四要素, HA-01)."""

    STANCE = "stance"
    FACTS = "facts"
    POLICY = "policy"
    OUTCOME = "outcome"


class Signature(StrEnum):
    """Whether a person has said that a proposed release answers the incident."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One authoritative release (权威发布) through a registered official channel.

    Times are aware UTC. `typed` says that a person typed `published_at`; otherwise it was read from the page.
    `capture` is the hash of the captured page or attached record, `captured_at` when it was taken.
    """

    id: str
    kind: ReleaseKind
    channel: str
    published_at: datetime
    entered_at: datetime
    entered_by: str
    address: str | None = None
    title: str = ""
    post_id: str | None = None
    typed: bool = True
    capture: str | None = None
    captured_at: datetime | None = None
    elements: frozenset[Element] = frozenset()
    signature: Signature = Signature.PROPOSED
    signed_by: str | None = None
    signed_at: datetime | None = None

    @property
    def evidenced(self) -> bool:
        """Whether a capture or an attached record stands behind it: only then does it meet a clock."""
        return self.capture is not None

    @property
    def self_reported(self) -> bool:
        """Whether the time rests on the office's word alone (DESIGN §4.1.4): shown and counted apart."""
        late = self.captured_at is None or self.captured_at > self.published_at + CAPTURE_GRACE
        return self.typed or late


class ConferenceKind(StrEnum):
    """Forms of meeting the press; only a press conference meets the 24 h clock (policy §5.6)."""

    PRESS_CONFERENCE = "press_conference"
    POLICY_BRIEFING = "policy_briefing"
    MEDIA_BRIEFING = "media_briefing"
    INTERVIEW = "interview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """An official who spoke, by role; whether the principal officer did is a flag of its own (C5)."""

    role: str
    is_principal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PressConference:
    """A press conference or a lesser form (新闻发布会、吹风会、通气会、采访), with its record."""

    id: str
    kind: ConferenceKind
    held_at: datetime
    speakers: tuple[Speaker, ...]
    entered_at: datetime
    entered_by: str
    record: str | None = None
    record_hash: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it is a press conference with speakers: what C2 asks for (DESIGN §4.1.4)."""
        return self.kind is ConferenceKind.PRESS_CONFERENCE and bool(self.speakers)

    @property
    def self_reported(self) -> bool:
        """Whether no attached record stands behind the typed time."""
        return self.record_hash is None
