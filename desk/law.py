"""What no office may loosen, and what the desk can start and meet: every rule is held against both.

A rule that nothing starts, or whose evidence nothing produces, would be a promise nobody keeps: it is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from desk.moments import Basis
from desk.rules import Field, Pause, Rule, Scope, Stop
from desk.working_days import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """What the desk makes of a rule: whom it binds, what can start its clock, what meets it, what may pause it."""

    scope: Scope
    starts: tuple[Basis, ...]
    stop: Stop
    units: tuple[Unit, ...] = (Unit.HOURS, Unit.MINUTES)
    pause: Pause = Pause.NONE
    latest_start: bool = False


_HAPPENED = (Basis.OCCURRED, Basis.FIRST_PUBLIC, Basis.AWARE)
_DAYS = (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)

WIRED: Mapping[str, Wired] = {
    "C1": Wired(scope=Scope.MAJOR, starts=_HAPPENED, stop=Stop.RELEASE),
    "C2": Wired(scope=Scope.MAJOR, starts=_HAPPENED, stop=Stop.PRESS_CONFERENCE),
    "C3": Wired(scope=Scope.ANSWERABLE, starts=(*_HAPPENED, Basis.ASSIGNED), stop=Stop.RELEASE),
    "C4": Wired(scope=Scope.CONTINUING, starts=(Basis.LAST_RELEASE,), stop=Stop.RELEASE, pause=Pause.INVESTIGATION),
    "C5": Wired(scope=Scope.MAJOR, starts=_HAPPENED, stop=Stop.PRINCIPAL),
    "C6": Wired(scope=Scope.SUGGESTION, starts=(Basis.DECIDED,), stop=Stop.RESULT, units=_DAYS, latest_start=True),
    "C7": Wired(scope=Scope.DIFFICULTY, starts=(Basis.RESOLVED,), stop=Stop.RESULT, units=_DAYS, latest_start=True),
    "C8": Wired(scope=Scope.PROBLEM, starts=(Basis.ACCEPTED,), stop=Stop.RESULT, units=_DAYS, latest_start=True),
    "C9": Wired(scope=Scope.MISUNDERSTANDING, starts=_HAPPENED, stop=Stop.ANSWER),
    "C10": Wired(scope=Scope.FALSE_INFORMATION, starts=_HAPPENED, stop=Stop.CLARIFICATION),
    "C11": Wired(scope=Scope.UNLAWFUL, starts=(Basis.FOUND_UNLAWFUL,), stop=Stop.HANDOVER),
    "C12": Wired(scope=Scope.POLICY_TEXT, starts=(Basis.SOURCE_PUBLISHED,), stop=Stop.FULFILMENT),
    "C13": Wired(scope=Scope.INFORMATION, starts=(Basis.FORMED,), stop=Stop.FULFILMENT, units=(Unit.WORKING_DAYS,)),
    "C14": Wired(
        scope=Scope.REQUEST,
        starts=(Basis.RECEIVED,),
        stop=Stop.FULFILMENT,
        units=(Unit.WORKING_DAYS,),
        pause=Pause.CONSULTATION,
    ),
    "C15": Wired(scope=Scope.EMERGENCY, starts=_HAPPENED, stop=Stop.REPORT),
    "C16": Wired(scope=Scope.ASSIGNMENT, starts=(Basis.ASSIGNED,), stop=Stop.ACCEPTANCE),
    "C16V": Wired(scope=Scope.ASSIGNMENT, starts=(Basis.ASSIGNED,), stop=Stop.VERIFICATION),
}
"""What the desk's steps start and meet, by rule; one journey per rule shows it (tests/desk/test_duty_journeys.py)."""

LAW: Mapping[str, timedelta] = {
    "C1": timedelta(hours=5),
    "C2": timedelta(hours=24),
    "C3": timedelta(hours=48),
    "C9": timedelta(hours=48),
    "C10": timedelta(hours=48),
    "C12": timedelta(hours=24),
    "C13": timedelta(days=20),
    "C14": timedelta(days=20),
}
"""What no office may exceed: 国办发〔2016〕61号 and 80号, 国办发〔2017〕47号, 政府信息公开条例 26 and 33."""

_MAJOR_CLARIFICATION = timedelta(hours=5)
_REPLY_EXTENSION = timedelta(days=20)


def never_looser(rule_id: str) -> frozenset[Field]:
    """The fields of a rule that are held here: of the law's rules also start, length and pause."""
    held = frozenset({Field.SCOPE, Field.STOP})
    return held | {Field.LENGTH, Field.START, Field.PAUSE} if rule_id in LAW else held


def rule_problems(rules: Sequence[Rule]) -> list[str]:
    """Everything wrong with the rules together and each by itself."""
    ids = [rule.id for rule in rules]
    twice = sorted({rule_id for rule_id in ids if rule_id and ids.count(rule_id) > 1})
    missing = [rule_id for rule_id in WIRED if rule_id not in ids]
    return [
        *(f"policy.rule: {rule_id} stands twice: keep one" for rule_id in twice),
        *(f"policy.rule: {rule_id} is missing: {_why_needed(rule_id)}" for rule_id in missing),
        *(problem for rule in rules if rule.id for problem in _problems(rule)),
    ]


def _why_needed(rule_id: str) -> str:
    if rule_id in LAW or rule_id == "C4":
        return "the law's clocks cannot be left out"
    return "copy its row from the policy.toml that comes with Huiying"


def _problems(rule: Rule) -> list[str]:
    wired = WIRED.get(rule.id)
    if wired is None:
        return [f"policy.rule[{rule.id}].id: nothing in the desk starts or meets it: use one of {', '.join(WIRED)}"]
    found = _law_problems(rule, wired) if rule.id in LAW else _wiring_problems(rule, wired)
    return [f"policy.rule[{rule.id}].{problem}" for problem in [*found, *_shape_problems(rule, wired)]]


def _law_problems(rule: Rule, wired: Wired) -> list[str]:
    found = []
    if rule.length > LAW[rule.id]:
        found.append(f"length: longer than the law's {_said(LAW[rule.id], wired)}: never looser")
    if rule.start_basis not in wired.starts:
        found.append(f"start_basis: later than the law's: use {' or '.join(wired.starts)}")
    if rule.scope is not wired.scope:
        found.append(f"scope: whom the law binds cannot be changed: write '{wired.scope}'")
    if rule.pause is not wired.pause:
        known = "no pause" if wired.pause is Pause.NONE else "one pause only"
        found.append(f"pause: the law knows {known} of this clock: write '{wired.pause}'")
    if not rule.fixed:
        found.append("fixed: a rule of the law is fixed: write true")
    if rule.stop is not wired.stop:
        found.append("stop: the evidence the law asks for cannot be changed")
    return [*found, *_longer_lengths(rule)]


def _longer_lengths(rule: Rule) -> list[str]:
    found = []
    if rule.id == "C10" and (rule.length_major is None or rule.length_major > _MAJOR_CLARIFICATION):
        found.append("length_major: longer than the law's 5 hours: never looser")
    most = _REPLY_EXTENSION if rule.id == "C14" else timedelta()
    if rule.extension is not None and rule.extension > most:
        found.append(f"extension: longer than the law's {most.days} working days: never looser")
    return found


def _wiring_problems(rule: Rule, wired: Wired) -> list[str]:
    found = []
    if rule.start_basis not in wired.starts:
        starts = " or ".join(f"'{start}'" for start in wired.starts)
        found.append(f"start_basis: nothing in the desk starts it from '{rule.start_basis}': write {starts}")
    if rule.scope is not wired.scope:
        found.append(f"scope: the desk binds '{wired.scope}' by it: write '{wired.scope}'")
    if rule.stop is not wired.stop:
        found.append(f"stop: nothing in the desk meets it by '{rule.stop}': write '{wired.stop}'")
    if rule.pause not in (Pause.NONE, wired.pause):
        found.append(f"pause: nothing in the desk pauses it by '{rule.pause}': write '{wired.pause}'")
    return found


def _shape_problems(rule: Rule, wired: Wired) -> list[str]:
    found = []
    if rule.unit not in wired.units:
        units = " or ".join(f"'{unit}'" for unit in wired.units)
        found.append(f"unit: this clock counts other units: write {units}")
    later = [basis for basis in rule.fallbacks if basis not in wired.starts]
    found += [f"fallbacks: nothing in the desk starts it from '{basis}': leave it out" for basis in later]
    if wired.latest_start and rule.latest_start is None:
        found.append("latest_start: missing: not deciding would be a way out: write a whole number and its unit")
    if frozenset(rule.never_looser) != never_looser(rule.id):
        held = ", ".join(f'"{each}"' for each in sorted(never_looser(rule.id)))
        found.append(f"never_looser: not what the desk holds: write [{held}]")
    if rule.effective_to is not None and rule.effective_to < rule.effective_from:
        found.append("effective_to: before effective_from: write a later day or leave it out")
    return found


def _said(length: timedelta, wired: Wired) -> str:
    if Unit.WORKING_DAYS in wired.units:
        return f"{length.days} working days"
    return f"{length // timedelta(hours=1)} hours"
