"""The commands about proof: the signed dossier of an incident, its checking, and the heads that leave the office."""

import argparse
from pathlib import Path

from console.command_parts import Commands, command, later, with_data, with_desk


def add_dossier(commands: "Commands[argparse.ArgumentParser]") -> None:
    """The dossier."""
    parser = command(commands, "dossier", "write an incident's signed dossier (卷宗), which anybody can check offline")
    parser.add_argument("ref", nargs="?", metavar="INCIDENT", help="number (云州-2026-0042) or id")
    parser.add_argument("--to", type=Path, metavar="FILE", help="where it goes (default: the desk's dossiers)")
    parser.add_argument("--public-key", action="store_true", help="print the public key to hand out, and no dossier")
    with_data(parser)
    with_desk(parser)


def add_verify(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Its checking."""
    parser = command(commands, "verify", "check a dossier offline, and name the first entry that is not as signed")
    parser.add_argument("file", type=Path, metavar="FILE", help="the dossier")
    parser.add_argument("--key", type=Path, metavar="PUBLIC", help="the office's public key, as it handed it out")
    parser.add_argument("--heads", type=Path, help="heads that left the office: a line each with date, seq and hash")


def add_heads(commands: "Commands[argparse.ArgumentParser]") -> None:
    """The heads."""
    parser = commands.add_parser("heads", help="print where the office's chain stands today, to be sent out")
    parser.description = "Print the line with date, seq and hash that leaves the office every day."
    parser.set_defaults(command=later("console.dossier_command", "heads"))
    with_data(parser)
    with_desk(parser)
