"""What a dossier says beside the case log: notices, releases, press conferences and officials, as rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from desk.change import NoticeRow
from desk.dossier import SYSTEM, Case
from desk.release import Element, PressConference, Release

SYSTEM_WRITERS = frozenset({"desk", "placer", "watch"})
"""Who stands in the case log where it was no person."""

_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Whom a notice reached, by account name and role, and by which channel; never the address."""

    person: str
    role: str | None
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """A notice with how its delivery ended."""

    key: str
    clock: str
    rung: str
    person: str
    role: str | None
    owed_at: datetime
    title: str
    text: str
    state: str
    attempts: int
    sent_at: datetime | None
    reached: tuple[Arrival, ...]
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRecord:
    """A release; `capture` is the hash of the captured page or attached file, `kept` the member that holds it."""

    id: str
    kind: str
    channel: str
    title: str
    address: str | None
    published_at: datetime
    typed: bool
    self_reported: bool
    elements: tuple[str, ...]
    signature: str
    signed_by: str | None
    signed_at: datetime | None
    entered_by: str
    entered_at: datetime
    capture: str | None
    captured_at: datetime | None
    kept: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceRecord:
    """A press conference or lesser form; its speakers are roles."""

    id: str
    kind: str
    held_at: datetime
    speakers: tuple[tuple[str, bool], ...]
    self_reported: bool
    entered_by: str
    entered_at: datetime
    capture: str | None
    kept: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialRecord:
    """Somebody named in this dossier, by account name and role; the role is None where nobody knows it any more."""

    name: str
    role: str | None


def notice_records(case: Case) -> tuple[NoticeRecord, ...]:
    """The notices by the time they were owed, with their deliveries."""
    return tuple(_notice(row, case.roles) for row in without_addresses(case.notices))


def without_addresses(rows: Sequence[NoticeRow]) -> tuple[NoticeRow, ...]:
    """The notices as others may read them: what a mail server answered may hold an official's address."""
    return tuple(
        replace(row, last_error=_ADDRESS.sub("<邮箱>", row.last_error)) if row.last_error else row for row in rows
    )


def release_records(case: Case, kept: Mapping[str, str]) -> tuple[ReleaseRecord, ...]:
    """The releases; `kept` names the member that holds the evidence of a hash."""
    return tuple(_release(each, kept) for each in case.incident.releases)


def conference_records(case: Case, kept: Mapping[str, str]) -> tuple[ConferenceRecord, ...]:
    """The press conferences, as release_records."""
    return tuple(_conference(each, kept) for each in case.incident.conferences)


def official_records(case: Case, writers: frozenset[str]) -> tuple[OfficialRecord, ...]:
    """The writers of the case log and the people paged, each once, by name."""
    paged = {row.notice.person for row in case.notices}
    reached = {each.person for row in case.notices for each in row.reached}
    names = sorted((writers | paged | reached) - {""})
    return tuple(OfficialRecord(name=name, role=_role(name, case.roles)) for name in names)


def _notice(row: NoticeRow, roles: Mapping[str, str]) -> NoticeRecord:
    notice = row.notice
    return NoticeRecord(
        key=notice.key,
        clock=notice.clock_key,
        rung=notice.rung,
        person=notice.person,
        role=_role(notice.person, roles),
        owed_at=notice.owed_at,
        title=notice.title,
        text=notice.text,
        state=row.state,
        attempts=row.attempts,
        sent_at=row.sent_at,
        reached=tuple(
            Arrival(person=each.person, role=_role(each.person, roles), channel=each.channel) for each in row.reached
        ),
        last_error=row.last_error,
    )


def _release(release: Release, kept: Mapping[str, str]) -> ReleaseRecord:
    return ReleaseRecord(
        id=release.id,
        kind=release.kind,
        channel=release.channel,
        title=release.title,
        address=release.address,
        published_at=release.published_at,
        typed=release.typed,
        self_reported=release.self_reported,
        elements=tuple(each.value for each in Element if each in release.elements),
        signature=release.signature,
        signed_by=release.signed_by,
        signed_at=release.signed_at,
        entered_by=release.entered_by,
        entered_at=release.entered_at,
        capture=release.capture,
        captured_at=release.captured_at,
        kept=kept.get(release.capture or ""),
    )


def _conference(held: PressConference, kept: Mapping[str, str]) -> ConferenceRecord:
    return ConferenceRecord(
        id=held.id,
        kind=held.kind,
        held_at=held.held_at,
        speakers=tuple((each.role, each.is_principal) for each in held.speakers),
        self_reported=held.self_reported,
        entered_by=held.entered_by,
        entered_at=held.entered_at,
        capture=held.record_hash,
        kept=kept.get(held.record_hash or ""),
    )


def _role(name: str, roles: Mapping[str, str]) -> str | None:
    return SYSTEM if name in SYSTEM_WRITERS else roles.get(name)
