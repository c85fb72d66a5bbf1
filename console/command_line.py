"""Every command with its options and help; what a command needs is imported when it runs, so that starting is fast."""

import argparse
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path

from backends.settings import SETTINGS
from desk.moments import as_utc
from desk.week import Week, read_week

Command = Callable[[argparse.Namespace], int]
FORMATS = ("jsonl", "weibo_hot", "weibo_heat")


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Adds all commands."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (
        _add_run,
        _add_crawl,
        _add_sources,
        _add_extract,
        _add_drill,
        _add_replay,
        _add_incidents,
        _add_brief,
        _add_classify,
        _add_train,
        _add_evaluate,
        _add_check,
        _add_quarantine,
        _add_web,
        _add_accounts,
        _add_people,
        _add_migrate,
    ):
        add(commands)


_Commands = argparse._SubParsersAction  # noqa: SLF001  # argparse has no public name for it


def _command(commands: "_Commands[argparse.ArgumentParser]", name: str, sentence: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=sentence, description=sentence)
    parser.set_defaults(command=_later(f"console.{name}_command", "run"))
    return parser


def _later(module: str, function: str) -> Command:
    def call(chosen: argparse.Namespace) -> int:
        command: Command = getattr(import_module(module), function)
        return command(chosen)

    return call


def _add_run(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "run", "run the whole desk until stopped: collect, screen, place, watch, notify, show")
    _with_data(parser)
    _with_desk(parser)
    parser.add_argument(
        "--only",
        action="append",
        choices=("screen", "place", "watch", "notify", "calendar"),
        help="only this part, right here (repeatable); the whole desk by default",
    )
    parser.add_argument("--until-idle", action="store_true", help="stop once nothing waits on the bus")
    _with_settings(parser)


def _add_crawl(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "crawl", "collect from the sources into the desk until stopped")
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="only the source with this key")
    parser.add_argument("--once", action="store_true", help="ask each source once and stop")
    _with_data(parser)
    _with_settings(parser)


def _add_sources(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("sources", help="try, find or load the sources that posts are collected from")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, module, sentence in (
        ("check", "sources_command", "try each source once, keep nothing, and explain what was found"),
        ("add", "add_source_command", "find what a site can be collected from, and propose an entry"),
        ("load", "add_source_command", "put the rows of a board's or hotline's file onto the bus"),
    ):
        action = actions.add_parser(name, help=sentence, description=sentence)
        action.set_defaults(command=_later(f"console.{module}", name))
        if name == "check":
            action.add_argument("source", nargs="?", metavar="SOURCE", help="only the source with this key")
        elif name == "add":
            action.add_argument("url", metavar="URL", help="a feed, a sitemap, or any page of the site")
            action.add_argument("--write", action="store_true", help="append the first, switched off, to the sources")
        else:
            action.add_argument("source", metavar="SOURCE", help="key of a source of kind table")
            action.add_argument("file", type=Path, metavar="FILE", help="CSV, a JSON array, or JSON lines")
        _with_data(action)
        _with_settings(action)


def _add_extract(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "extract", "print title, time, source and text of pages, one JSON line each")
    parser.add_argument("page", nargs="+", metavar="FILE|URL", help="a saved page, packed or not, or its address")


def _add_drill(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "drill", "play the scripted drill (演练) of a fictional city to its end and show it")
    _with_data(parser)
    parser.add_argument("--again", action="store_true", help="forget the last drill and play it anew")
    parser.add_argument("--speed", type=_speed, default=None, help="max (default) or times real time, e.g. 3600")


def _add_replay(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "replay", "play an archive of posts through a desk of its own, in the archive's time")
    parser.add_argument("path", type=Path, metavar="PATH", help="file or folder of the archive")
    parser.add_argument("--format", choices=FORMATS, default="jsonl", help="of the archive (default jsonl)")
    parser.add_argument("--since", type=_moment, help="first moment played, e.g. 2022-03-21 or 2022-03-21T16:00+08:00")
    parser.add_argument("--until", type=_moment, help="first moment not played any more")
    parser.add_argument("--speed", type=_speed, default=None, help="max (default) or times real time, e.g. 3600")
    parser.add_argument("--name", type=str, help="name of the replay's folder (default from PATH and the dates)")
    _with_data(parser)
    _with_settings(parser)


def _add_incidents(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("incidents", help="list, show or export the incidents of a desk, drill or replay")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, sentence in (
        ("list", "one line per incident with its clocks"),
        ("show", "one incident whole: times, clocks with their rules, posts, timeline, notices"),
        ("export", "one JSON line per incident, for other programs"),
    ):
        action = actions.add_parser(name, help=sentence, description=sentence)
        action.set_defaults(command=_later("console.incidents_command", name))
        _with_data(action)
        _with_desk(action)
        action.add_argument("--now", type=_moment, help="clock states as of this moment (default: now)")
        if name == "show":
            action.add_argument("ref", metavar="INCIDENT", help="number (云州-2026-0042) or id")
        else:
            action.add_argument("--open", action="store_true", dest="open_only", help="only open ones")


def _add_brief(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "brief", "write a week's briefing (周报), as Word and as a page")
    parser.add_argument("--week", type=_week, help="e.g. 2026-W47 (default: the last whole week)")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where the files go (default: the desk's briefings)")
    _with_data(parser)
    _with_desk(parser)


def _add_people(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("people", help="list, add or put on duty the people who are paged")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, sentence in (
        ("list", "one line per person: role, channels, and until when on duty"),
        ("add", "add a person, or replace the one with this id"),
        ("shift", "put a person on duty"),
    ):
        action = actions.add_parser(name, help=sentence, description=sentence)
        action.set_defaults(command=_later("console.people_command", f"{name}_people" if name == "list" else name))
        _with_data(action)
        _with_desk(action)
        if name != "list":
            action.add_argument("id", metavar="ID", help="the person's account name on the board, or any short name")
    _with_person(actions.choices["add"])
    _with_shift(actions.choices["shift"])


def _with_person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="what people call them (default ID)")
    parser.add_argument("--role", required=True, help="role on the ladder of policy.toml, e.g. 值班员")
    parser.add_argument(
        "--contact",
        action="append",
        default=[],
        metavar="CHANNEL=ADDRESS",
        help="mail=NAME@DOMAIN or webhook=https://…; repeatable, tried in this order",
    )
    parser.add_argument("--inactive", action="store_true", help="keep the person, but page them no more")


def _with_shift(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", help="role of this shift (default: the person's own)")
    parser.add_argument("--since", type=_moment, required=True, help="first moment on duty, e.g. 2026-11-23T08:00")
    parser.add_argument("--until", type=_moment, required=True, help="first moment off duty again")


def _add_classify(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "classify", "propose for each post of a JSON Lines file whether it is an incident")
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="JSON lines; - for standard input")


def _add_train(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "train", "train the classifier from the hand-labelled archives")
    parser.add_argument("archives", type=Path, metavar="ARCHIVES", help="folder of the archives")
    parser.add_argument("--to", type=Path, help="where the model goes (default: the shipped one)")


def _add_evaluate(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "evaluate", "score the classifier, cross-fitted by day, and write its model card")
    parser.add_argument("archives", type=Path, metavar="ARCHIVES", help="folder of the archives")
    parser.add_argument("--card", type=Path, help="also write the model card to this file")


def _add_check(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "check", "check settings, rules and stores, and print each value with its origin")
    _with_data(parser)
    _with_settings(parser)


def _add_quarantine(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("quarantine", help="list or replay records that could not become posts")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, sentence in (
        ("list", "what is in quarantine and why"),
        ("replay", "put what is in quarantine through the door once more; what still fails comes back"),
    ):
        action = actions.add_parser(name, help=sentence, description=sentence)
        action.set_defaults(command=_later("console.quarantine_command", f"{name}_dead"))
        _with_data(action)
        _with_desk(action)


def _add_web(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "web", "serve the board for the browser on this machine until stopped")
    _with_data(parser)
    _with_settings(parser)


def _add_accounts(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("accounts", help="list, add, reset or close the accounts that sign in to the board")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, sentence in (
        ("list", "one line per account: name, role, state"),
        ("add", "add an account and print its one-time password"),
        ("reset", "give an account a new one-time password, end its sessions, open it if it was closed"),
        ("close", "close an account and end its sessions"),
    ):
        action = actions.add_parser(name, help=sentence, description=sentence)
        action.set_defaults(command=_later("console.accounts_command", name))
        _with_data(action)
        if name != "list":
            action.add_argument("name", metavar="NAME", help="what is typed at sign-in and stands in the case log")
        if name == "add":
            roles = ("viewer", "officer", "director", "admin")
            action.add_argument("--role", choices=roles, default="officer", help="what it may do (default officer)")


def _add_migrate(commands: "_Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "migrate", "bring a desk's stores to this program's version")
    _with_data(parser)
    _with_desk(parser)


def _with_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="FOLDER", help="the data folder (default ./var, or HUIYING_DATA)")


def _with_settings(parser: argparse.ArgumentParser) -> None:
    """Every setting that is no secret as a flag, unless the command has it already."""
    group = parser.add_argument_group("settings (see docs/settings.md)")
    for setting in SETTINGS:
        flag = f"--{setting.name.replace('_', '-')}"
        if not setting.kind.secret and flag not in parser._option_string_actions:  # noqa: SLF001  # no public name
            group.add_argument(flag, metavar=setting.name.upper(), help=setting.help)


def _with_desk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--desk", metavar="NAME", help="desk, drill or replay/NAME (default: the only one there is)")


def _moment(text: str) -> datetime:
    """A moment; a date or a time without a zone is Beijing time, as people here write it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write 2022-03-21 or 2022-03-21T16:00+08:00") from None
    return as_utc(moment if moment.tzinfo else datetime.fromisoformat(f"{moment.isoformat()}+08:00"))


def _week(text: str) -> Week:
    try:
        return read_week(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if speed <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed: write max, or a number above 0")
    return speed
