"""`huiying run`: a desk at work until it is stopped, whole under its supervisor or only some parts right here."""

import argparse
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from types import FrameType

from backends.clock import SHORT_PAUSE, Stopwatch, SystemClock
from backends.desk_folder import DeskFolder
from backends.notifiers import RealChannels, can_reach
from backends.settings import Settings
from backends.telemetry import Logger, start_log, stop_log
from backends.wiring import open_backends
from console.calendar_duties import serve_calendar
from console.enduring import Enduring
from console.health import Pulse
from console.watch_step import own_prefect, watch_of
from console.wiring import classifier_for, existing_desks, parts_of, placer_of, screener_of, settings_from
from desk.errors import BadSettings
from desk.ports import Classifier, PeopleStore
from desk.travel import POSTS
from flows.line import DeskParts
from flows.notify import deliver_owed, notify_loop
from flows.reaching import ToPeople
from flows.rejoining import Rejoining
from flows.standby import StandbyPlacer
from pipelines.screen import GROUP as SCREENERS

PARTS = ("screen", "place", "watch", "notify")
SHARED = ("screen", "place")
"""Parts that several processes may run: screeners share the posts, placers stand by for one another."""

CALENDAR = "calendar"
_A_MOMENT = timedelta(milliseconds=200)
_LOOK_EVERY = 1.0
"""Seconds between two looks at the clocks and the outbox."""

Step = Callable[[], int]


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
        at_work = _AtWork(
            parts=parts,
            people=backends.people,
            settings=settings,
            stopped=stopped,
            logger=logger,
            pulses={part: Pulse(folder, part, SystemClock(), seat=seat) for part, seat in seats.items()},
            aside=stack.enter_context(ThreadPoolExecutor(max_workers=len(PARTS))),
            until_idle=chosen.until_idle,
        )
        steps = _steps(chosen_parts, at_work, stack)
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


def _serve_calendar(folder: DeskFolder, settings: Settings) -> int:
    """The calendar's hours are Prefect's: it has no steps, and SIGTERM is Prefect's business as well."""
    api = own_prefect()
    if api is None:
        raise BadSettings(["calendar needs the Prefect server of `huiying run`: start the desk without --only"])
    clock = SystemClock()
    with folder.lock(CALENDAR, now=clock.now()):
        serve_calendar(folder, settings, Pulse(folder, CALENDAR, clock), api)
    return 0


def _all_parts(folder: DeskFolder, settings: Settings) -> tuple[str, ...]:
    if folder.name != "desk":
        # A drill or replay lives in its own time: only its own line watches and notifies.
        return ("screen", "place")
    return PARTS if can_reach(settings) else PARTS[:3]


def _require_channels(folder: DeskFolder, settings: Settings) -> None:
    if folder.name != "desk":
        raise BadSettings([f"{folder.name} is a rehearsal: its notices reach the receiver on this machine only"])
    if not can_reach(settings):
        raise BadSettings(["neither webhook_secret nor smtp_host is set: nobody could be notified"])


def _work(steps: list[Step], stopped: Stopped, *, until_idle: bool) -> None:
    clock = SystemClock()
    while not stopped.asked:
        done = sum(step() for step in steps)
        if until_idle and not done:
            return
        if not done:
            clock.sleep(SHORT_PAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtWork:
    """What every part of this run works with; `aside` are threads for what takes long."""

    parts: DeskParts
    people: PeopleStore
    settings: Settings
    stopped: Stopped
    logger: Logger
    pulses: Mapping[str, Pulse]
    aside: ThreadPoolExecutor
    until_idle: bool


def _steps(chosen_parts: Sequence[str], at_work: _AtWork, stack: ExitStack) -> list[Step]:
    # The classifier takes seconds to load, and so does taking over from a line that was killed: both at once.
    loading = at_work.aside.submit(classifier_for, at_work.settings) if "screen" in chosen_parts else None
    opening = sorted(chosen_parts, key=("notify", "place", "watch", "screen").index)
    steps = {part: stack.enter_context(_step(part, at_work, loading)) for part in opening}
    if at_work.until_idle:
        return list(steps.values())
    # Who runs until stopped outlives a bus or store that is away; a command with an end says so and ends.
    return [Enduring(part, step, at_work.pulses[part], at_work.logger) for part, step in steps.items()]


@contextmanager
def _step(part: str, at_work: _AtWork, loading: "Future[Classifier] | None") -> Iterator[Step]:
    pulse = at_work.pulses[part]
    match part:
        case "screen":
            assert loading is not None
            yield from _screening(at_work, loading, pulse)
        case "place":
            yield from _placing(at_work, pulse)
        case "watch":
            yield _now_and_then(watch_of(at_work.parts, SystemClock(), pulse, at_work.logger).step)
        case _:
            yield from _notifying(at_work, pulse)


def _screening(at_work: _AtWork, loading: "Future[Classifier]", pulse: Pulse) -> Iterator[Step]:
    parts, logger = at_work.parts, at_work.logger
    # The seat is looked at first: its patience with a killed screener runs while the classifier loads.
    reader = Rejoining(lambda: parts.bus.subscribe(POSTS, group=SCREENERS))
    reader.use(lambda _: None)
    screener = screener_of(parts, at_work.settings, loading.result())

    def step() -> int:
        done = reader.use(lambda subscription: screener.step(subscription, timeout=_A_MOMENT))
        if done.records:
            logger.info("screened", posts=done.posts, passed_on=done.passed_on, dead=done.dead)
        pulse.worked()
        return done.records or reader.use(lambda subscription: subscription.lag())

    try:
        yield step
    finally:
        reader.leave()


def _placing(at_work: _AtWork, pulse: Pulse) -> Iterator[Step]:
    clock, logger, holder = SystemClock(), at_work.logger, f"process {os.getpid()} on {socket.gethostname()}"
    placer = StandbyPlacer(placer_of(at_work.parts, at_work.settings), logger, holder=holder)

    def step() -> int:
        done = placer.step(timeout=_A_MOMENT)
        if not placer.at_work:
            clock.sleep(SHORT_PAUSE)
            if at_work.until_idle:
                placer.require_turn()
        if done.records:
            logger.info("placed", records=done.records, opened=done.opened, repeats=done.repeats, dead=done.dead)
        pulse.worked()
        return done.records or placer.unfinished()

    with closing(placer):
        yield step


def _notifying(at_work: _AtWork, pulse: Pulse) -> Iterator[Step]:
    """The resident loop in a thread of its own, so that no batch of posts keeps a page waiting."""
    clock, parts, done = SystemClock(), at_work.parts, Event()
    channels = RealChannels(at_work.settings, clock)
    courier = ToPeople(at_work.people, channels, parts.policy.ladder)

    def loop() -> None:
        def stopped() -> bool:
            pulse.worked()
            return at_work.stopped.asked or done.is_set()

        notify_loop(parts.incidents, courier, clock, board=parts.board, stopped=stopped, logger=at_work.logger)

    with closing(channels):
        notifying = [at_work.aside.submit(loop)]

        def step() -> int:
            if notifying[-1].done():
                ended = notifying.pop()
                notifying.append(at_work.aside.submit(loop))
                ended.result()
            return 0

        try:
            yield step
        finally:
            done.set()
        notifying[-1].result()
        if not at_work.stopped.asked:
            deliver_owed(parts.incidents, courier, clock.now(), board=parts.board)


def _now_and_then(look: Callable[[], int]) -> Step:
    """The look, at most once a second."""
    last = [Stopwatch()]
    first = [True]

    def step() -> int:
        if not first[0] and last[0].elapsed() < _LOOK_EVERY:
            return 0
        looked = look()
        # Only now: a look that failed is none, and whether it works again shows by the next one.
        first[0], last[0] = False, Stopwatch()
        return looked

    return step
