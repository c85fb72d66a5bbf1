"""The policy file: read from disk, refused whole when anything in it is wrong."""

import tomllib
from pathlib import Path

from desk.errors import BadPolicy
from desk.policy import Policy, read_policy
from desk.working_days import UNPUBLISHED, WorkCalendar


def load_policy(path: Path, calendar: WorkCalendar = UNPUBLISHED) -> Policy:
    """The policy in this file, counting the calendar's working days.

    Raises BadPolicy naming the file and every problem in it.
    """
    try:
        mapping = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadPolicy([f"{path}: cannot be read: {error.strerror or error}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadPolicy([f"{path}: not a TOML file: {error}"]) from None
    try:
        return read_policy(mapping, calendar)
    except BadPolicy as error:
        raise BadPolicy([f"{path}: {problem}" for problem in error.problems]) from None
