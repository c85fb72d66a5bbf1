"""The calendar duties of an office (C17–C23) as rows: what comes round or follows something, and by when.

They remind; what settles one is a document that is kept outside the desk so far, so no clock runs on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from desk.policy_reading import Reader
from desk.rule_reading import read_warn_points
from desk.rules import Field, WarnPoint


class Period(StrEnum):
    """What comes round."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    TWO_YEARS = "two_years"


class After(StrEnum):
    """What a duty follows."""

    CONCLUDED = "concluded"
    RELEASED = "released"
    ARCHIVED = "archived"
    COLLECTED = "collected"
    CLOSED = "closed"


class LongUnit(StrEnum):
    """What the length of a calendar duty counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    YEARS = "years"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRule:
    """One calendar duty: `every` period or `after` something, so long later, or `on` a day (month, day) of each year.

    `floor` says that the length is the least, not the most (an archive's years).
    """

    id: str
    title: str
    citation: str
    version: str
    effective_from: date
    effective_to: date | None
    scope: str
    every: Period | None
    after: After | None
    on: tuple[int, int] | None
    length: int
    unit: LongUnit
    pause: str
    stop: str
    warn: tuple[WarnPoint, ...]
    consequence: str
    fixed: bool
    floor: bool
    stricter: tuple[Field, ...]
    never_looser: tuple[Field, ...]


REMINDERS = ("C17", "C18", "C19", "C19G", "C19S", "C20", "C21", "C22", "C22C", "C23", "C23M", "C23Y", "C23T")
"""The calendar duties that cannot be left out of the file."""

_LATEST_DAYS: Mapping[str, tuple[int, int]] = {"C19": (1, 31), "C19G": (3, 31), "C19S": (2, 1)}
_MOST: Mapping[str, tuple[int, LongUnit]] = {
    "C22": (30, LongUnit.CALENDAR_DAYS),
    "C22C": (90, LongUnit.CALENDAR_DAYS),
}
_LEAST: Mapping[str, tuple[int, LongUnit]] = {"C21": (10, LongUnit.YEARS)}
_KEYS = frozenset(
    {
        *("id", "title", "citation", "effective_from", "effective_to", "scope", "every", "after", "on", "length"),
        *("unit", "pause", "stop", "warn", "consequence", "fixed", "floor", "stricter", "never_looser"),
    }
)
_A_LEAP_YEAR = 2024


def read_reminder(reader: Reader, version: str) -> ReminderRule:
    """The calendar duty of one row."""
    reader.only(_KEYS)
    on = _day_of_year(reader) if reader.has("on") else None
    if reader.has("every") == reader.has("after"):
        reader.problem("every", "write either every = … or after = …: one of the two starts it")
    return ReminderRule(
        id=reader.text("id"),
        title=reader.text("title"),
        citation=reader.text("citation"),
        version=version,
        effective_from=reader.day("effective_from"),
        effective_to=reader.day("effective_to") if reader.has("effective_to") else None,
        scope=reader.text("scope"),
        every=reader.choice("every", Period) if reader.has("every") else None,
        after=reader.choice("after", After) if reader.has("after") else None,
        on=on,
        length=0 if on is not None else reader.count("length", least=0),
        unit=LongUnit.CALENDAR_DAYS if on is not None else reader.choice("unit", LongUnit),
        pause=reader.text("pause"),
        stop=reader.text("stop"),
        warn=read_warn_points(reader),
        consequence=reader.text("consequence"),
        fixed=reader.flag("fixed"),
        floor=reader.flag("floor") if reader.has("floor") else False,
        stricter=reader.choices("stricter", Field),
        never_looser=reader.choices("never_looser", Field),
    )


def reminder_problems(rules: Sequence[ReminderRule]) -> list[str]:
    """Everything wrong with the calendar duties together and each by itself."""
    ids = [rule.id for rule in rules]
    twice = sorted({rule_id for rule_id in ids if rule_id and ids.count(rule_id) > 1})
    missing = [rule_id for rule_id in REMINDERS if rule_id not in ids]
    unknown = [rule_id for rule_id in ids if rule_id and rule_id not in REMINDERS]
    return [
        *(f"policy.reminder: {rule_id} stands twice: keep one" for rule_id in twice),
        *(
            f"policy.reminder: {rule_id} is missing: copy its row from the policy.toml that comes with Huiying"
            for rule_id in missing
        ),
        *(f"policy.reminder[{rule_id}].id: unknown: use one of {', '.join(REMINDERS)}" for rule_id in unknown),
        *(f"policy.reminder[{rule.id}].{problem}" for rule in rules for problem in _looser(rule)),
    ]


def _looser(rule: ReminderRule) -> list[str]:
    found = []
    latest = _LATEST_DAYS.get(rule.id)
    if latest is not None and (rule.on is None or rule.on > latest):
        found.append(f"on: later than the law's {latest[0]:02}-{latest[1]:02}: never looser")
    most = _MOST.get(rule.id)
    if most is not None and (rule.length > most[0] or rule.unit is not most[1]):
        found.append(f"length: longer than {most[0]} {most[1]}: raw posts are kept shorter, never longer")
    least = _LEAST.get(rule.id)
    if least is not None and (rule.length < least[0] or rule.unit is not least[1] or not rule.floor):
        found.append(f"length: shorter than {least[0]} {least[1]}, or floor is not true: records are kept so long")
    return found


def _day_of_year(reader: Reader) -> tuple[int, int]:
    text = reader.text("on")
    try:
        day = date.fromisoformat(f"{_A_LEAP_YEAR}-{text}")
    except ValueError:
        reader.problem("on", f"{text!r} is no day of a year: write month and day like '01-31'")
        return (1, 1)
    return day.month, day.day
