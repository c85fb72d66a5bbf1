"""The day's list of calendar duties (日历提醒), written once a day and shown on the board."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from backends.desk_folder import DeskFolder
from backends.whole_file import write_whole
from desk.change import IncidentQuery
from desk.errors import StoreError
from desk.incident import Incident
from desk.policy import Policy
from desk.ports import IncidentStore
from desk.reminder_rules import Period, ReminderRule
from desk.reminders import Coming, coming

FRESH = timedelta(hours=25)
"""A list older than this is none: the duty that writes it has not come."""

_PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderLine:
    """One calendar duty in words; `number` is the incident it follows, empty for the office's own."""

    rule_id: str
    title: str
    about: str
    number: str
    due_at: datetime
    near: bool
    certain: bool
    stop: str
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderList:
    """What was coming when the list was written."""

    listed_at: datetime
    lines: tuple[ReminderLine, ...]


def list_now(incidents: IncidentStore, policy: Policy, now: datetime) -> ReminderList:
    """The list as it is now."""
    found = coming(policy, _every(incidents), now)
    return ReminderList(listed_at=now, lines=tuple(_line(each, policy, now) for each in found))


def write_list(folder: DeskFolder, listed: ReminderList) -> None:
    """Keeps the list for the board. Raises StoreError."""
    try:
        write_whole(_file(folder), msgspec.json.encode(listed))
    except OSError as error:
        raise StoreError(f"cannot write the calendar's list in {folder.path}: {error.strerror or error}") from None


def fresh_list(folder: DeskFolder, now: datetime) -> ReminderList | None:
    """The day's list, or None where none was written or it is an older one."""
    try:
        listed = msgspec.json.decode(_file(folder).read_bytes(), type=ReminderList)
    except (OSError, msgspec.DecodeError):
        return None
    return listed if timedelta() <= now - listed.listed_at < FRESH else None


def _file(folder: DeskFolder) -> Path:
    return folder.path / "reminders.json"


def _every(incidents: IncidentStore) -> Iterator[Incident]:
    query = IncidentQuery(limit=_PORTION)
    while portion := incidents.find(query):
        yield from portion
        last = portion[-1]
        query = IncidentQuery(limit=_PORTION, after=(last.opened_at, last.id))


def _line(found: Coming, policy: Policy, now: datetime) -> ReminderLine:
    rule, incident = policy.reminders[found.reminder.rule_id], found.incident
    return ReminderLine(
        rule_id=rule.id,
        title=rule.title,
        about=_period(rule, found.reminder.about) if incident is None else incident.title,
        number="" if incident is None else incident.number or incident.id,
        due_at=found.reminder.due_at,
        near=found.near(now),
        certain=found.reminder.certain,
        stop=rule.stop,
        citation=rule.citation,
    )


def _period(rule: ReminderRule, ends: str) -> str:
    """The period that ends on that day, as people call it."""
    day = date.fromisoformat(ends)
    match rule.every:
        case Period.MONTH:
            return f"{day.year}年{day.month}月"
        case Period.QUARTER:
            return f"{day.year}年第{(day.month + 2) // 3}季度"
        case Period.HALF_YEAR:
            return f"{day.year}年{'上' if day.month <= _MIDYEAR else '下'}半年"
        case Period.TWO_YEARS:
            return f"{day.year - 1}年至{day.year}年"
        case _:
            return f"{day.year}年"


_MIDYEAR = 6
