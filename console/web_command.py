"""`huiying web`: the board for the browser, on this machine's web_port, until it is stopped."""

import argparse
import gc
import sys
from contextlib import ExitStack

from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.telemetry import start_log, stop_log
from backends.wiring import open_backends
from console.accounts_command import FIRST_NAME, first_admin
from console.run_command import Stopped
from console.wiring import existing_desks, settings_from

_PART = "web"


def run(chosen: argparse.Namespace) -> int:
    """Serves the board; at the very first start it prints the first admin's one-time password, once."""
    from console.web.app import create_app
    from console.web.serve import listening, serve, standing_site

    settings = settings_from(chosen)
    folder = DeskFolder(settings.data, "desk")
    with ExitStack() as stack:
        stack.enter_context(folder.lock(_PART, now=SystemClock().now()))
        taken = stack.enter_context(listening(settings.web_port, host=settings.web_host))
        migrate = folder.name not in existing_desks(settings)
        backends = stack.enter_context(open_backends(folder, settings, migrate=migrate))
        start_log(folder.log, part=_PART, level=settings.log_level)
        stack.callback(stop_log)
        app = create_app(stack.enter_context(standing_site(settings, backends)))
        password = first_admin(backends.accounts)
        if password is not None:
            print(f"Sign in as {FIRST_NAME} with the one-time password {password} (shown this once)", flush=True)
        # The server would otherwise end the process by the signal that stopped it, before the stores are closed.
        Stopped()
        # What is loaded for good is looked through no more, least of all when the board has to stop.
        gc.freeze()
        print(
            f"{folder.path}: the board is at http://{settings.web_host}:{settings.web_port}; Ctrl-C stops",
            file=sys.stderr,
        )
        serve(app, taken)
    return 0
