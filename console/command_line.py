"""Every command with its options and help; what a command needs is imported when it runs, so that starting is fast."""

import argparse
from pathlib import Path

from console.command_line_dossier import add_dossier, add_heads, add_verify
from console.command_line_people import add_accounts, add_people
from console.command_parts import Commands, command, later, moment, speed, week, with_data, with_desk, with_settings

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
        add_dossier,
        add_verify,
        add_heads,
        _add_classify,
        _add_train,
        _add_evaluate,
        _add_check,
        _add_health,
        _add_quarantine,
        _add_web,
        add_accounts,
        add_people,
        _add_migrate,
    ):
        add(commands)


def _add_run(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "run", "run the whole desk until stopped: collect, screen, place, watch, notify, show")
    with_data(parser)
    with_desk(parser)
    parser.add_argument(
        "--only",
        action="append",
        choices=("screen", "place", "watch", "notify", "calendar"),
        help="only this part, right here (repeatable); the whole desk by default",
    )
    parser.add_argument("--until-idle", action="store_true", help="stop once nothing waits on the bus")
    with_settings(parser)


def _add_crawl(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "crawl", "collect from the sources into the desk until stopped")
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="only the source with this key")
    parser.add_argument("--once", action="store_true", help="ask each source once and stop")
    with_data(parser)
    with_settings(parser)


def _add_sources(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("sources", help="try, find or load the sources that posts are collected from")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, module, sentence in (
        ("check", "sources_command", "try each source once, keep nothing, and explain what was found"),
        ("add", "add_source_command", "find what a site can be collected from, and propose an entry"),
        ("load", "add_source_command", "put the rows of a board's or hotline's file onto the bus"),
    ):
        action = actions.add_parser(name, help=sentence, description=sentence)
        action.set_defaults(command=later(f"console.{module}", name))
        if name == "check":
            action.add_argument("source", nargs="?", metavar="SOURCE", help="only the source with this key")
        elif name == "add":
            action.add_argument("url", metavar="URL", help="a feed, a sitemap, or any page of the site")
            action.add_argument("--write", action="store_true", help="append the first, switched off, to the sources")
        else:
            action.add_argument("source", metavar="SOURCE", help="key of a source of kind table")
            action.add_argument("file", type=Path, metavar="FILE", help="CSV, a JSON array, or JSON lines")
        with_data(action)
        with_settings(action)


def _add_extract(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "extract", "print title, time, source and text of pages, one JSON line each")
    parser.add_argument("page", nargs="+", metavar="FILE|URL", help="a saved page, packed or not, or its address")


def _add_drill(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "drill", "play the scripted drill (演练) of a fictional city to its end and show it")
    with_data(parser)
    parser.add_argument("--again", action="store_true", help="forget the last drill and play it anew")
    parser.add_argument("--speed", type=speed, default=None, help="max (default) or times real time, e.g. 3600")


def _add_replay(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "replay", "play an archive of posts through a desk of its own, in the archive's time")
    parser.add_argument("path", type=Path, metavar="PATH", help="file or folder of the archive")
    parser.add_argument("--format", choices=FORMATS, default="jsonl", help="of the archive (default jsonl)")
    parser.add_argument("--since", type=moment, help="first moment played, e.g. 2022-03-21 or 2022-03-21T16:00+08:00")
    parser.add_argument("--until", type=moment, help="first moment not played any more")
    parser.add_argument("--speed", type=speed, default=None, help="max (default) or times real time, e.g. 3600")
    parser.add_argument("--name", type=str, help="name of the replay's folder (default from PATH and the dates)")
    with_data(parser)
    with_settings(parser)


def _add_incidents(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("incidents", help="list, show or export the incidents of a desk, drill or replay")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, sentence in (
        ("list", "one line per incident with its clocks"),
        ("show", "one incident whole: times, clocks with their rules, posts, timeline, notices"),
        ("export", "one JSON line per incident, for other programs"),
    ):
        action = actions.add_parser(name, help=sentence, description=sentence)
        action.set_defaults(command=later("console.incidents_command", name))
        with_data(action)
        with_desk(action)
        action.add_argument("--now", type=moment, help="clock states as of this moment (default: now)")
        if name == "show":
            action.add_argument("ref", metavar="INCIDENT", help="number (云州-2026-0042) or id")
        else:
            action.add_argument("--open", action="store_true", dest="open_only", help="only open ones")


def _add_brief(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "brief", "write a week's briefing (周报), as Word and as a page")
    parser.add_argument("--week", type=week, help="e.g. 2026-W47 (default: the last whole week)")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where the files go (default: the desk's briefings)")
    with_data(parser)
    with_desk(parser)


def _add_classify(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "classify", "propose for each post of a JSON Lines file whether it is an incident")
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="JSON lines; - for standard input")


def _add_train(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "train", "train the classifier from the hand-labelled archives")
    parser.add_argument("archives", type=Path, metavar="ARCHIVES", help="folder of the archives")
    parser.add_argument("--to", type=Path, help="where the model goes (default: the shipped one)")


def _add_evaluate(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "evaluate", "score the classifier, cross-fitted by day, and write its model card")
    parser.add_argument("archives", type=Path, metavar="ARCHIVES", help="folder of the archives")
    parser.add_argument("--card", type=Path, help="also write the model card to this file")


def _add_check(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "check", "check settings, rules and stores, and print each value with its origin")
    with_data(parser)
    with_settings(parser)


def _add_health(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "health", "say whether the parts of the running desk do their work")
    parser.add_argument("parts", nargs="*", metavar="PART", help="screen, place, watch, notify, calendar, crawl or web")
    with_data(parser)
    parser.add_argument("--web-port", help="where the board is asked (default: the setting)")


def _add_quarantine(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("quarantine", help="list or replay records that could not become posts")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, sentence in (
        ("list", "what is in quarantine and why"),
        ("replay", "put what is in quarantine through the door once more; what still fails comes back"),
    ):
        action = actions.add_parser(name, help=sentence, description=sentence)
        action.set_defaults(command=later("console.quarantine_command", f"{name}_dead"))
        with_data(action)
        with_desk(action)


def _add_web(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "web", "serve the board for the browser on this machine until stopped")
    with_data(parser)
    with_settings(parser)


def _add_migrate(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = command(commands, "migrate", "bring a desk's stores to this program's version")
    with_data(parser)
    with_desk(parser)
