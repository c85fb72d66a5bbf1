"""Reading the rows of the policy file: rules and the report table, every problem with its row and field."""

import re
from collections.abc import Mapping
from datetime import timedelta

from desk.incident import OpinionLevel, Severity
from desk.moments import Basis
from desk.policy_reading import Reader
from desk.post import EventKind
from desk.rules import Field, Limit, Overdue, Pause, ReportLimit, Rule, Scope, Stop, WarnPoint
from desk.working_days import Unit

_WARN = re.compile(r"(?P<percent>\d{1,2})%|-(?P<count>\d{1,4})(?P<unit>min|h|wd|d)")
_RULE_KEYS = frozenset(
    {
        *("id", "title", "citation", "effective_from", "effective_to", "scope", "start_basis", "fallbacks"),
        *("latest_start", "latest_start_unit", "length", "length_major", "length_by_level", "extension", "unit"),
        *("pause", "stop", "warn", "consequence", "overdue", "fixed", "stricter", "never_looser"),
    }
)
STEPS = {
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.WORKING_DAYS: timedelta(days=1),
    Unit.CALENDAR_DAYS: timedelta(days=1),
}
_LEGAL_REPORT_MINUTES = {EventKind.ACCIDENT: 120, EventKind.PUBLIC_HEALTH: 120}
"""生产安全事故报告和调查处理条例 11, 突发公共卫生事件应急条例 20: two hours at each level."""


def read_rule(reader: Reader, version: str) -> Rule:
    """The rule of one row."""
    reader.only(_RULE_KEYS)
    unit = reader.choice("unit", Unit)
    return Rule(
        id=reader.text("id"),
        title=reader.text("title"),
        citation=reader.text("citation"),
        version=version,
        effective_from=reader.day("effective_from"),
        effective_to=reader.day("effective_to") if reader.has("effective_to") else None,
        scope=reader.choice("scope", Scope),
        start_basis=reader.choice("start_basis", Basis),
        fallbacks=reader.choices("fallbacks", Basis),
        length=_length(reader, "length", unit),
        length_major=_length(reader, "length_major", unit) if reader.has("length_major") else None,
        length_by_level=_lengths_by_level(reader, unit),
        extension=_length(reader, "extension", unit) if reader.has("extension") else None,
        latest_start=_latest_start(reader),
        unit=unit,
        pause=reader.choice("pause", Pause),
        stop=reader.choice("stop", Stop),
        warn=read_warn_points(reader),
        consequence=reader.text("consequence"),
        overdue=reader.choice("overdue", Overdue) if reader.has("overdue") else Overdue.BREACH,
        fixed=reader.flag("fixed"),
        stricter=reader.choices("stricter", Field),
        never_looser=reader.choices("never_looser", Field),
    )


def read_warn_points(reader: Reader) -> tuple[WarnPoint, ...]:
    """The row's warn points."""
    return tuple(_warn_point(reader, index, text) for index, text in enumerate(reader.texts("warn")))


def read_report_limit(reader: Reader) -> ReportLimit:
    """One row of the report table, never slower than the law's."""
    reader.only({"kind", "severities", "minutes", "start_basis", "citation"})
    limit = ReportLimit(
        kind=reader.choice("kind", EventKind) if reader.has("kind") else None,
        severities=reader.choices("severities", Severity) if reader.has("severities") else (),
        length=timedelta(minutes=reader.count("minutes")),
        start_basis=reader.choice("start_basis", Basis),
        citation=reader.text("citation"),
    )
    if limit.start_basis not in (Basis.OCCURRED, Basis.FIRST_PUBLIC, Basis.AWARE):
        reader.problem("start_basis", "nothing in the desk starts a report from it: write 'occurred' or 'aware'")
    most = _LEGAL_REPORT_MINUTES.get(limit.kind) if limit.kind is not None else None
    if most is not None and limit.length > timedelta(minutes=most):
        reader.problem("minutes", f"longer than the law's {most} minutes: never looser")
    return limit


def _length(reader: Reader, key: str, unit: Unit) -> timedelta:
    return reader.count(key) * STEPS[unit]


def _lengths_by_level(reader: Reader, unit: Unit) -> Mapping[OpinionLevel, timedelta]:
    if not reader.has("length_by_level"):
        return {}
    table = reader.table("length_by_level")
    table.only({level.value for level in OpinionLevel})
    return {level: _length(table, level.value, unit) for level in OpinionLevel}


def _latest_start(reader: Reader) -> Limit | None:
    if not reader.has("latest_start"):
        return None
    unit = reader.choice("latest_start_unit", Unit)
    return Limit(length=_length(reader, "latest_start", unit), unit=unit)


def _warn_point(reader: Reader, index: int, text: str) -> WarnPoint:
    match = _WARN.fullmatch(text)
    if match is None:
        reader.problem(f"warn[{index}]", f"{text!r} is no warn point: write '50%', '-30min', '-12h', '-2wd' or '-10d'")
        return WarnPoint(percent=50)
    if match["percent"]:
        return WarnPoint(percent=int(match["percent"]))
    count = int(match["count"])
    match match["unit"]:
        case "wd":
            return WarnPoint(working_days=count)
        case "d":
            return WarnPoint(days=count)
        case unit:
            return WarnPoint(before_due=timedelta(minutes=count * (60 if unit == "h" else 1)))
