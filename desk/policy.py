"""The office's rules as data: read whole from a mapping, every problem named with its path."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from desk.errors import BadPolicy
from desk.incident import OpinionLevel
from desk.ladder import DEFAULT_LADDER, LadderStep
from desk.moments import Basis
from desk.policy_reading import Reader


class Scope(StrEnum):
    """Which incidents a rule binds."""

    MAJOR = "major"
    ANSWERABLE = "answerable"
    CONTINUING = "continuing"


class Unit(StrEnum):
    """What a rule's length counts; wall-clock hours run through nights and holidays."""

    HOURS = "hours"


class Pause(StrEnum):
    """What may pause a clock (DESIGN §4.1.7)."""

    NONE = "none"
    INVESTIGATION = "investigation"


class Stop(StrEnum):
    """What evidence meets a clock (DESIGN §4.1.4)."""

    RELEASE = "release"
    PRESS_CONFERENCE = "press_conference"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnPoint:
    """When to warn: at a percentage of the length, or some time before the due time."""

    percent: int | None = None
    before_due: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the law or of the office, with its source and its version."""

    id: str
    title: str
    citation: str
    version: str
    effective_from: date
    scope: Scope
    start_basis: Basis
    fallbacks: tuple[Basis, ...]
    length: timedelta
    length_major: timedelta | None
    unit: Unit
    pause: Pause
    stop: Stop
    warn: tuple[WarnPoint, ...]
    consequence: str
    fixed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All rules by id, and the office's own choices: whom the ladder pages when, what counts as a hot topic."""

    version: str
    rules: Mapping[str, Rule]
    hot_topic: bool
    level_floors: tuple[tuple[int, OpinionLevel], ...]
    ladder: tuple[LadderStep, ...]

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id; the reader made sure that the law's four are there."""
        return self.rules[rule_id]


LAW: Mapping[str, timedelta] = {
    "C1": timedelta(hours=5),
    "C2": timedelta(hours=24),
    "C3": timedelta(hours=48),
}
"""What no office may loosen: 国办发〔2016〕61号 and 80号."""

STARTS: Mapping[str, tuple[Basis, ...]] = {
    "C1": (Basis.OCCURRED, Basis.FIRST_PUBLIC, Basis.AWARE),
    "C2": (Basis.OCCURRED, Basis.FIRST_PUBLIC, Basis.AWARE),
    "C3": (Basis.OCCURRED, Basis.FIRST_PUBLIC, Basis.AWARE, Basis.ASSIGNED),
}
"""Where an office may let them start (policy §5.4, §5.6): what it decides itself later on would be looser."""

_SCOPES = {"C1": Scope.MAJOR, "C2": Scope.MAJOR, "C3": Scope.ANSWERABLE}
_WARN = re.compile(r"(?P<percent>\d{1,2})%|-(?P<count>\d{1,4})(?P<unit>min|h)")
_RULE_KEYS = frozenset(
    {
        *("id", "title", "citation", "effective_from", "scope", "start_basis", "fallbacks", "length", "length_major"),
        *("unit", "pause", "stop", "warn", "consequence", "fixed"),
    }
)


def read_policy(mapping: Mapping[str, object]) -> Policy:
    """The policy a mapping (a parsed policy.toml) describes. Raises BadPolicy with every problem at once."""
    reader = Reader("policy", mapping)
    reader.only({"version", "rule", "ladder", "answer", "opinion_level"})
    version = reader.text("version")
    rules = [_read_rule(each, version) for each in reader.tables("rule")]
    answer, levels = reader.table("answer"), reader.table("opinion_level")
    answer.only({"hot_topic"})
    levels.only({level.value for level in OpinionLevel} - {"L4"})
    policy = Policy(
        version=version,
        rules={rule.id: rule for rule in rules},
        hot_topic=answer.flag("hot_topic"),
        level_floors=tuple(
            (levels.count(level.value), level) for level in (OpinionLevel.L1, OpinionLevel.L2, OpinionLevel.L3)
        ),
        ladder=_read_ladder(reader),
    )
    problems = [*reader.problems, *_rule_problems(rules), *_level_problems(policy.level_floors)]
    if problems:
        raise BadPolicy(problems)
    return policy


def _read_rule(reader: Reader, version: str) -> Rule:
    reader.only(_RULE_KEYS)
    return Rule(
        id=reader.text("id"),
        title=reader.text("title"),
        citation=reader.text("citation"),
        version=version,
        effective_from=reader.day("effective_from"),
        scope=reader.choice("scope", Scope),
        start_basis=reader.choice("start_basis", Basis),
        fallbacks=reader.choices("fallbacks", Basis),
        length=timedelta(hours=reader.count("length")),
        length_major=timedelta(hours=reader.count("length_major")) if reader.has("length_major") else None,
        unit=reader.choice("unit", Unit),
        pause=reader.choice("pause", Pause),
        stop=reader.choice("stop", Stop),
        warn=tuple(_read_warn(reader, index, text) for index, text in enumerate(reader.texts("warn"))),
        consequence=reader.text("consequence"),
        fixed=reader.flag("fixed"),
    )


def _read_warn(reader: Reader, index: int, text: str) -> WarnPoint:
    match = _WARN.fullmatch(text)
    if match is None:
        reader.problem(f"warn[{index}]", f"{text!r} is no warn point: write '50%', '-30min' or '-12h'")
        return WarnPoint(percent=50)
    if match["percent"]:
        return WarnPoint(percent=int(match["percent"]))
    minutes = int(match["count"]) * (60 if match["unit"] == "h" else 1)
    return WarnPoint(before_due=timedelta(minutes=minutes))


def _read_ladder(reader: Reader) -> tuple[LadderStep, ...]:
    # A policy written before there was a ladder pages as it comes, rather than stopping the desk at an upgrade.
    if not reader.has("ladder"):
        return DEFAULT_LADDER
    noted = len(reader.problems)
    steps = [_read_step(each) for each in reader.tables("ladder")]
    # What could not be read stands as a stand-in here: its order says nothing.
    if len(reader.problems) == noted:
        reader.problems.extend(_ladder_problems(steps))
    return tuple(steps)


def _read_step(reader: Reader) -> LadderStep:
    reader.only({"role", "after_minutes"})
    return LadderStep(role=reader.text("role"), after=timedelta(minutes=reader.count("after_minutes", least=0)))


def _ladder_problems(steps: Sequence[LadderStep]) -> list[str]:
    if not steps:
        return ["policy.ladder: nobody would be paged: write at least one step"]
    found = []
    if steps[0].after:
        found.append("policy.ladder[0].after_minutes: the first step is paged at once: write 0")
    for index, (before, step) in enumerate(pairwise(steps), 1):
        if step.after <= before.after:
            least = before.after // timedelta(minutes=1) + 1
            found.append(f"policy.ladder[{index}].after_minutes: not later than the step before: write {least} or more")
    dotted = [index for index, step in enumerate(steps) if "·" in step.role]
    return [
        *found,
        *(f"policy.ladder[{index}].role: '·' parts the names in a notice's key: leave it out" for index in dotted),
    ]


def _rule_problems(rules: Sequence[Rule]) -> list[str]:
    ids = [rule.id for rule in rules]
    twice = sorted({rule_id for rule_id in ids if rule_id and ids.count(rule_id) > 1})
    missing = [rule_id for rule_id in (*LAW, "C4") if rule_id not in ids]
    return [
        *(f"policy.rule: {rule_id} stands twice: keep one" for rule_id in twice),
        *(f"policy.rule: {rule_id} is missing: the law's clocks cannot be left out" for rule_id in missing),
        *(problem for rule in rules for problem in _strictness_problems(rule)),
    ]


def _strictness_problems(rule: Rule) -> list[str]:
    law = LAW.get(rule.id)
    if law is None:
        return []
    found = []
    if rule.length > law:
        found.append(
            f"policy.rule[{rule.id}].length: longer than the law's {law // timedelta(hours=1)} hours: never looser"
        )
    if rule.start_basis not in STARTS[rule.id]:
        found.append(f"policy.rule[{rule.id}].start_basis: later than the law's: use {' or '.join(STARTS[rule.id])}")
    if rule.scope is not _SCOPES[rule.id]:
        found.append(f"policy.rule[{rule.id}].scope: whom the law binds cannot be changed: write '{_SCOPES[rule.id]}'")
    if rule.pause is not Pause.NONE:
        found.append(f"policy.rule[{rule.id}].pause: the law knows no pause of this clock: write 'none'")
    if not rule.fixed:
        found.append(f"policy.rule[{rule.id}].fixed: a rule of the law is fixed: write true")
    if rule.stop is not (Stop.PRESS_CONFERENCE if rule.id == "C2" else Stop.RELEASE):
        found.append(f"policy.rule[{rule.id}].stop: the evidence the law asks for cannot be changed")
    return found


def _level_problems(floors: Sequence[tuple[int, OpinionLevel]]) -> list[str]:
    counts = [count for count, _ in floors]
    ascending = counts == sorted(counts, reverse=True)
    return [] if ascending else ["policy.opinion_level: L1 needs at least as many posts as L2, and L2 as L3"]
