"""`huiying check`: settings, rules, stores and the duty ladder looked at whole, every problem at once."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from backends.bus_local import LocalBus
from backends.clock import SystemClock
from backends.database import Database, is_server, name_of
from backends.desk_folder import DeskFolder
from backends.migrate import require_current
from backends.people_memory import MemoryPeopleStore
from backends.people_sql import SqlPeopleStore
from backends.settings import Settings
from backends.wiring import database_of, engines
from console.duty_ladder import ladder_lines, uncovered
from console.wiring import existing_desks, policy_from, settings_from
from desk.errors import BadPolicy, HuiyingError
from desk.policy import Policy
from desk.ports import PeopleStore
from desk.rule_reading import STEPS

REAL = "desk"


def run(chosen: argparse.Namespace) -> int:
    """Prints what is in force; exit code 1 when something is wrong. Raises BadSettings with every problem."""
    settings = settings_from(chosen)
    for name, value in settings.shown.items():
        print(f"{name} = {value or '(empty)'}  [{settings.origins[name]}]")
    problems = [*_rule_problems(settings), *_store_problems(settings), *_engine_problems(settings)]
    hints = _hints(settings) if problems else [*_hints(settings), *_ladder_hints(settings)]
    for problem in problems:
        print(f"huiying: {problem}", file=sys.stderr)
    for hint in hints:
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
    for name in existing_desks(settings):
        try:
            folder = DeskFolder(settings.data, name)
            url = database_of(folder, settings)
            _require_current(folder, url)
            print(f"store {name}: current" + (f" ({name_of(url)})" if is_server(url) else ""))
        except HuiyingError as error:
            problems.append(str(error))
    return problems


def _engine_problems(settings: Settings) -> list[str]:
    problems = []
    for name, opened in engines(settings).items():
        try:
            opened().close()
            print(f"{name}: answers")
        except HuiyingError as error:
            problems.append(str(error))
    return problems


def _require_current(folder: DeskFolder, url: str) -> None:
    require_current(url)
    # Opening makes a file where there is none, and looking must not.
    if folder.bus.exists():
        LocalBus(folder.bus).close()


def _ladder_hints(settings: Settings) -> list[str]:
    """Prints who is paged when, as the rota stands now, and returns what it lacks."""
    ladder, now = policy_from(settings).ladder, SystemClock().now()
    print("duty ladder, while nobody takes a suspected incident on")
    with _rota(settings) as people:
        for line in ladder_lines(ladder, people, settings, now):
            print(line)
        return [
            f"put somebody on duty as {role}: huiying people add, then huiying people shift"
            for role in uncovered(ladder, people, now)
        ]


@contextmanager
def _rota(settings: Settings) -> Iterator[PeopleStore]:
    """The real desk's people; nobody where it has no store yet, and looking makes none."""
    if REAL not in existing_desks(settings):
        yield MemoryPeopleStore()
        return
    database = Database(database_of(DeskFolder(settings.data, REAL), settings))
    try:
        yield SqlPeopleStore(database)
    finally:
        database.close()


def _hints(settings: Settings) -> list[str]:
    hints = []
    if not settings.jurisdiction:
        hints.append(f"set jurisdiction in {settings.data}/huiying.toml: the division codes the office answers for")
    if settings.webhook_url is None:
        hints.append(f"set webhook_url in {settings.data}/huiying.toml: where notices are posted")
    return hints
