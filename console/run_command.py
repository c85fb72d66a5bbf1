"""`huiying run`: a desk at work until it is stopped, whole under its supervisor or only some parts right here.

What one part alone needs is imported in its branch: a killed part has to be back soon.
"""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from types import FrameType

from backends.clock import SHORT_PAUSE, SystemClock
from backends.desk_folder import DeskFolder
from backends.settings import Settings
from backends.telemetry import start_log, stop_log
from backends.wiring import open_backends
from console.health import Pulse
from console.part_steps import AtWork, Step, steps_of, turn_of
from console.wiring import existing_desks, parts_of, settings_from
from desk.errors import BadSettings

PARTS = ("screen", "place", "watch", "notify")
SHARED = ("screen", "place")
"""Parts that several processes may run: screeners share the posts, placers stand by for one another."""

CALENDAR = "calendar"


class Stopped:
    """Whether somebody asked the desk to stop; the batch in hand is finished first."""

    def __init__(self) -> None:
        self.asked = False
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.asked = True


def run(chosen: argparse.Namespace) -> int:
    """Runs the desk, or the chosen parts, until SIGTERM or Ctrl-C; with --until-idle until the bus is empty."""
    settings = settings_from(chosen)
    folder = DeskFolder(settings.data, chosen.desk or "desk")
    if not chosen.only and not chosen.until_idle and folder.name == "desk":
        from console.supervisor import run_desk

        return run_desk(chosen)
    if chosen.only == [CALENDAR]:
        return _serve_calendar(folder, settings)
    return _run_here(chosen, folder, settings)


def _run_here(chosen: argparse.Namespace, folder: DeskFolder, settings: Settings) -> int:
    chosen_parts = tuple(dict.fromkeys(chosen.only or _all_parts(folder, settings)))
    if CALENDAR in chosen_parts:
        raise BadSettings(["calendar runs alone: it waits for its hours and looks at nothing else meanwhile"])
    if "notify" in chosen_parts:
        _require_channels(folder, settings)
    stopped = Stopped()
    with ExitStack() as stack:
        seats = {part: stack.enter_context(_seat(folder, part, chosen)) for part in chosen_parts}
        migrate = folder.name not in existing_desks(settings)
        backends = stack.enter_context(open_backends(folder, settings, migrate=migrate))
        parts = parts_of(backends, settings)
        logger = start_log(folder.log, part="-".join(seats.values()), level=settings.log_level)
        stack.callback(stop_log)
        at_work = AtWork(
            parts=parts,
            people=backends.people,
            settings=settings,
            stopped=stopped,
            logger=logger,
            pulses={part: Pulse(folder, part, SystemClock(), seat=seat) for part, seat in seats.items()},
            aside=stack.enter_context(ThreadPoolExecutor(max_workers=len(PARTS))),
            until_idle=chosen.until_idle,
            alone=frozenset(part for part, seat in seats.items() if _is_alone(folder, part, seat)),
            turn=turn_of(chosen_parts),
        )
        steps = steps_of(chosen_parts, at_work, stack)
        print(f"{folder.path}: {', '.join(chosen_parts)} at work; Ctrl-C stops", file=sys.stderr)
        _work(steps, stopped, until_idle=chosen.until_idle)
    return 0


@contextmanager
def _seat(folder: DeskFolder, part: str, chosen: argparse.Namespace) -> Iterator[str]:
    """The name under which this process runs the part: those of the real desk that share their work have several."""
    now = SystemClock().now()
    if part in SHARED and folder.is_real and not chosen.until_idle:
        with folder.seat(part, now=now) as seat:
            yield seat
    else:
        with folder.lock(part, now=now):
            yield part


def _is_alone(folder: DeskFolder, part: str, seat: str) -> bool:
    """Whether nobody else runs this part of the real desk here: whoever did before is dead.

    A drill or replay is run by its line as well, under another lock.
    """
    return part in SHARED and folder.is_real and not folder.others_at_work(part, seat)


def _serve_calendar(folder: DeskFolder, settings: Settings) -> int:
    """The calendar's hours are Prefect's: it has no steps, and SIGTERM is Prefect's business as well."""
    from console.calendar_duties import serve_calendar
    from console.watch_step import own_prefect

    api = own_prefect()
    if api is None:
        raise BadSettings(["calendar needs the Prefect server of `huiying run`: start the desk without --only"])
    clock = SystemClock()
    with folder.lock(CALENDAR, now=clock.now()):
        serve_calendar(folder, settings, Pulse(folder, CALENDAR, clock), api)
    return 0


def _all_parts(folder: DeskFolder, settings: Settings) -> tuple[str, ...]:
    from backends.notifiers import can_reach

    if folder.name != "desk":
        # A drill or replay lives in its own time: only its own line watches and notifies.
        return ("screen", "place")
    return PARTS if can_reach(settings) else PARTS[:3]


def _require_channels(folder: DeskFolder, settings: Settings) -> None:
    from backends.notifiers import can_reach

    if folder.name != "desk":
        raise BadSettings([f"{folder.name} is a rehearsal: its notices reach the receiver on this machine only"])
    if not can_reach(settings):
        raise BadSettings(["neither webhook_secret, smtp_host nor outside_channels is set: nobody could be notified"])


def _work(steps: Sequence[Step], stopped: Stopped, *, until_idle: bool) -> None:
    clock = SystemClock()
    while not stopped.asked:
        done = sum(step() for step in steps)
        if until_idle and not done:
            return
        if not done:
            clock.sleep(SHORT_PAUSE)
