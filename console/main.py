"""The `huiying` command: what an office, a newcomer or a test types."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from desk.errors import HuiyingError

_EPILOG = """\
settings: a flag wins over HUIYING_* in the environment, that over huiying.toml in the data folder; `huiying check`
prints each value with its origin. Exit codes: 0 done, 1 found problems, 2 could not do it, 130 interrupted.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; every expected error is one clear line on stderr and exit code 2."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] | None = getattr(chosen, "command", None)
    if command is None:
        parser.print_help()
        return 2
    try:
        return command(chosen)
    except HuiyingError as error:
        return _refused(str(error))
    except KeyboardInterrupt:
        return _refused("interrupted: what was committed stays, run it again to go on", code=130)
    except BrokenPipeError:
        # The reader of our output left (`| head`): nothing to say, and nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; each command's module adds its own part and is loaded only when it runs."""
    from console import command_line

    parser = argparse.ArgumentParser(prog="huiying", description=__doc__, epilog=_EPILOG, formatter_class=_Raw)
    command_line.add_commands(parser)
    return parser


class _Raw(argparse.RawDescriptionHelpFormatter):
    """Keeps the line breaks of the epilog."""


def _refused(message: str, code: int = 2) -> int:
    for line in message.splitlines():
        print(f"huiying: {line}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
