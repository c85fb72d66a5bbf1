"""What the commands of the command line are made of: their options in common, and how written times are read."""

import argparse
from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from backends.settings import SETTINGS
from desk.moments import as_utc
from desk.week import Week, read_week

Command = Callable[[argparse.Namespace], int]
Commands = argparse._SubParsersAction  # noqa: SLF001  # argparse has no public name for it


def command(commands: "Commands[argparse.ArgumentParser]", name: str, sentence: str) -> argparse.ArgumentParser:
    """A command of the module `console.NAME_command`, with its one sentence of help."""
    parser = commands.add_parser(name, help=sentence, description=sentence)
    parser.set_defaults(command=later(f"console.{name}_command", "run"))
    return parser


def later(module: str, function: str) -> Command:
    """The function of that module, imported when it is called."""

    def call(chosen: argparse.Namespace) -> int:
        run: Command = getattr(import_module(module), function)
        return run(chosen)

    return call


def with_data(parser: argparse.ArgumentParser) -> None:
    """Adds the data folder."""
    parser.add_argument("--data", metavar="FOLDER", help="the data folder (default ./var, or HUIYING_DATA)")


def with_settings(parser: argparse.ArgumentParser) -> None:
    """Every setting that is no secret as a flag, unless the command has it already."""
    group = parser.add_argument_group("settings (see docs/settings.md)")
    for setting in SETTINGS:
        flag = f"--{setting.name.replace('_', '-')}"
        if not setting.kind.secret and flag not in parser._option_string_actions:  # noqa: SLF001  # no public name
            group.add_argument(flag, metavar=setting.name.upper(), help=setting.help)


def with_desk(parser: argparse.ArgumentParser) -> None:
    """Adds which desk of the folder is meant."""
    parser.add_argument("--desk", metavar="NAME", help="desk, drill or replay/NAME (default: the only one there is)")


def moment(text: str) -> datetime:
    """A moment; a date or a time without a zone is Beijing time, as people here write it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write 2022-03-21 or 2022-03-21T16:00+08:00") from None
    return as_utc(found if found.tzinfo else datetime.fromisoformat(f"{found.isoformat()}+08:00"))


def week(text: str) -> Week:
    """A week as people write it: 2026-W47."""
    try:
        return read_week(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def speed(text: str) -> float | None:
    """Times real time, or None for as fast as it goes."""
    if text == "max":
        return None
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if found <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed: write max, or a number above 0")
    return found
