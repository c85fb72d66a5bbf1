"""`huiying check`: settings, rules and stores looked at whole, every value with its origin, every problem at once."""

import argparse
import sys

from backends.database import sqlite_url
from backends.desk_folder import DeskFolder
from backends.migrate import require_current
from backends.settings import Settings
from console.wiring import existing_desks, policy_from, settings_from
from desk.errors import BadPolicy, HuiyingError
from desk.policy import Policy
from desk.rule_reading import STEPS


def run(chosen: argparse.Namespace) -> int:
    """Prints what is in force; exit code 1 when something is wrong. Raises BadSettings with every problem."""
    settings = settings_from(chosen)
    for name, value in settings.shown.items():
        print(f"{name} = {value or '(empty)'}  [{settings.origins[name]}]")
    problems = [*_rule_problems(settings), *_store_problems(settings)]
    for problem in problems:
        print(f"huiying: {problem}", file=sys.stderr)
    for hint in _hints(settings):
        print(f"next: {hint}")
    return 1 if problems else 0


def _rule_problems(settings: Settings) -> list[str]:
    try:
        _print_rules(policy_from(settings))
    except BadPolicy as error:
        return list(error.problems)
    return []


def _print_rules(policy: Policy) -> None:
    print(f"policy {policy.version}")
    years = sorted(policy.calendar.years)
    print(f"working days: published through {years[-1] if years else 'no year'}  [{policy.calendar.source}]")
    for rule in policy.rules.values():
        length = rule.length // STEPS[rule.unit]
        stricter = ", ".join(rule.stricter) or "nothing"
        print(f"  {rule.id} {rule.title}: {length} {rule.unit} from {rule.start_basis}  [{rule.citation}]")
        print(f"     may be made stricter: {stricter}; never looser: {', '.join(sorted(rule.never_looser))}")
    for duty in policy.reminders.values():
        start = f"every {duty.every}" if duty.every is not None else f"after {duty.after}"
        due = f"on {duty.on[0]:02}-{duty.on[1]:02}" if duty.on else f"{duty.length} {duty.unit}"
        print(f"  {duty.id} {duty.title}: reminds, {due} {start}  [{duty.citation}]")


def _store_problems(settings: Settings) -> list[str]:
    problems = []
    for name in existing_desks(settings.data):
        try:
            require_current(sqlite_url(DeskFolder(settings.data, name).incidents))
            print(f"store {name}: current")
        except HuiyingError as error:
            problems.append(str(error))
    return problems


def _hints(settings: Settings) -> list[str]:
    hints = []
    if not settings.jurisdiction:
        hints.append(f"set jurisdiction in {settings.data}/huiying.toml: the division codes the office answers for")
    if settings.webhook_url is None:
        hints.append(f"set webhook_url in {settings.data}/huiying.toml: where notices are posted")
    return hints
