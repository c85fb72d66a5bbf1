"""The office's rules as data: read whole from a mapping, every problem named with its path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from desk.errors import BadPolicy
from desk.incident import OpinionLevel, Severity
from desk.ladder import DEFAULT_LADDER, LadderStep
from desk.law import rule_problems
from desk.policy_reading import Reader
from desk.post import EventKind
from desk.reminder_rules import ReminderRule, read_reminder, reminder_problems
from desk.rule_reading import read_report_limit, read_rule
from desk.rules import ReportLimit, Rule
from desk.working_days import UNPUBLISHED, WorkCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All rules by id, and the office's own choices: whom the ladder pages when, what counts as a hot topic."""

    version: str
    rules: Mapping[str, Rule]
    hot_topic: bool
    level_floors: tuple[tuple[int, OpinionLevel], ...]
    ladder: tuple[LadderStep, ...]
    reports: tuple[ReportLimit, ...]
    reminders: Mapping[str, ReminderRule]
    calendar: WorkCalendar

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id; the reader made sure that every clock's is there."""
        return self.rules[rule_id]

    def report_limit(self, kind: EventKind | None, severity: Severity | None) -> ReportLimit:
        """How fast such an emergency is reported up: the row of its severity, else of its kind, else of all others."""
        rows = [row for row in self.reports if row.kind in (kind, None)]
        fitting = [row for row in rows if not row.severities or severity in row.severities]
        return min(fitting, key=lambda row: (row.kind is None, not row.severities))


def read_policy(mapping: Mapping[str, object], calendar: WorkCalendar = UNPUBLISHED) -> Policy:
    """The policy a mapping (a parsed policy.toml) describes, counting the calendar's working days.

    Raises BadPolicy with every problem at once.
    """
    reader = Reader("policy", mapping)
    reader.only({"version", "rule", "report", "reminder", "ladder", "answer", "opinion_level"})
    version = reader.text("version")
    rules = [read_rule(each, version) for each in reader.tables("rule")]
    reports = [read_report_limit(each) for each in reader.tables("report")]
    reminders = [read_reminder(each, version) for each in reader.tables("reminder")]
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
        reports=tuple(reports),
        reminders={reminder.id: reminder for reminder in reminders},
        calendar=calendar,
    )
    problems = [
        *reader.problems,
        *rule_problems(rules),
        *_report_problems(reports),
        *reminder_problems(reminders),
        *_level_problems(policy.level_floors),
    ]
    if problems:
        raise BadPolicy(problems)
    return policy


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


def _report_problems(rows: Sequence[ReportLimit]) -> list[str]:
    named = [(row.kind, severity) for row in rows for severity in row.severities or (None,)]
    found = []
    if (None, None) not in named:
        found.append("policy.report: nobody says how fast other emergencies are reported: write a row without kind")
    if len(named) != len(set(named)):
        found.append("policy.report: two rows are for the same kind and severity: keep one")
    return found


def _level_problems(floors: Sequence[tuple[int, OpinionLevel]]) -> list[str]:
    counts = [count for count, _ in floors]
    ascending = counts == sorted(counts, reverse=True)
    return [] if ascending else ["policy.opinion_level: L1 needs at least as many posts as L2, and L2 as L3"]
