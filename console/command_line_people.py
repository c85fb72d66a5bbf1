"""The commands about people: who is paged, and who may sign in to the board."""

import argparse

from console.command_parts import Commands, later, moment, with_data, with_desk

ROLES = ("viewer", "officer", "director", "admin")


def add_people(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Who is paged."""
    parser = commands.add_parser("people", help="list, add or put on duty the people who are paged")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, sentence in (
        ("list", "one line per person: role, channels, and until when on duty"),
        ("add", "add a person, or replace the one with this id"),
        ("shift", "put a person on duty"),
    ):
        action = actions.add_parser(name, help=sentence, description=sentence)
        action.set_defaults(command=later("console.people_command", f"{name}_people" if name == "list" else name))
        with_data(action)
        with_desk(action)
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
        help="mail=NAME@DOMAIN, webhook=https://…, wecom=, dingtalk= or feishu=https://…[#SECRET], sms= or "
        "apprise=URL; CHANNEL=@FILE reads the address from a file; repeatable, tried in this order",
    )
    parser.add_argument("--inactive", action="store_true", help="keep the person, but page them no more")


def _with_shift(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", help="role of this shift (default: the person's own)")
    parser.add_argument("--since", type=moment, required=True, help="first moment on duty, e.g. 2026-11-23T08:00")
    parser.add_argument("--until", type=moment, required=True, help="first moment off duty again")


def add_accounts(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Who may sign in."""
    parser = commands.add_parser("accounts", help="list, add, change or close the accounts that sign in to the board")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, sentence in (
        ("list", "one line per account: name, role, state"),
        ("add", "add an account and print its one-time password"),
        ("role", "change what an account may do"),
        ("reset", "give an account a new one-time password, end its sessions, open it if it was closed"),
        ("close", "close an account and end its sessions"),
    ):
        action = actions.add_parser(name, help=sentence, description=sentence)
        action.set_defaults(command=later("console.accounts_command", name))
        with_data(action)
        if name != "list":
            action.add_argument("name", metavar="NAME", help="what is typed at sign-in and stands in the case log")
        if name == "add":
            action.add_argument("--role", choices=ROLES, default="officer", help="what it may do (default officer)")
        if name == "role":
            action.add_argument("role", choices=ROLES, metavar="ROLE", help=f"what it may do: {', '.join(ROLES)}")
