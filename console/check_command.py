"""`huiying check`: settings, rules and stores looked at whole, every value with its origin, every problem at once."""

import argparse
import sys

from backends.database import is_server, name_of
from backends.desk_folder import DeskFolder
from backends.migrate import require_current
from backends.settings import Settings
from backends.wiring import database_of, engines
from console.wiring import existing_desks, policy_from, settings_from
from desk.errors import BadPolicy, HuiyingError
from desk.policy import Policy


def run(chosen: argparse.Namespace) -> int:
    """Prints what is in force; exit code 1 when something is wrong. Raises BadSettings with every problem."""
    settings = settings_from(chosen)
    for name, value in settings.shown.items():
        print(f"{name} = {value or '(empty)'}  [{settings.origins[name]}]")
    problems = [*_rule_problems(settings), *_store_problems(settings), *_engine_problems(settings)]
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
    for rule in policy.rules.values():
        hours = int(rule.length.total_seconds()) // 3600
        print(f"  {rule.id} {rule.title}: {hours} {rule.unit} from {rule.start_basis}  [{rule.citation}]")


def _store_problems(settings: Settings) -> list[str]:
    problems = []
    for name in existing_desks(settings):
        try:
            url = database_of(DeskFolder(settings.data, name), settings)
            require_current(url)
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


def _hints(settings: Settings) -> list[str]:
    hints = []
    if not settings.jurisdiction:
        hints.append(f"set jurisdiction in {settings.data}/huiying.toml: the division codes the office answers for")
    if settings.webhook_url is None:
        hints.append(f"set webhook_url in {settings.data}/huiying.toml: where notices are posted")
    return hints
