"""One part of the desk on its way to start: bound to its supervisor first, then replaced by the part's own command.

Run as `python -m console.child SUPERVISOR COMMAND…`; only the supervisor does.
"""

import os
import sys

from backends.parent import die_with_parent


def main() -> None:
    """Becomes the command, in a session of its own: Ctrl-C at the terminal reaches the supervisor only."""
    supervisor, command = int(sys.argv[1]), sys.argv[2:]
    os.setsid()
    die_with_parent(supervisor)
    os.execvp(command[0], command)  # noqa: S606  # the part's own command, from the supervisor's table


if __name__ == "__main__":
    main()
