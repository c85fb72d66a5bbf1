"""`huiying run`: a desk at work until it is stopped, all parts or only some."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from types import FrameType

from backends.clock import Stopwatch, SystemClock
from backends.desk_folder import DeskFolder
from backends.notify_webhook import WebhookNotifier
from backends.settings import Settings
from backends.telemetry import Logger, start_log, stop_log
from backends.wiring import open_backends
from console.wiring import classifier_for, existing_desks, parts_of, placer_of, screener_of, settings_from
from desk.errors import AlreadyRunning, BadSettings
from flows.line import PATIENCE, DeskParts
from flows.notify import deliver_owed
from flows.watch import watch_deadlines
from pipelines.placer import Placer

PARTS = ("screen", "place", "watch", "notify")
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
    """Runs the chosen parts until SIGTERM or Ctrl-C, or with --until-idle until nothing waits on the bus."""
    settings = settings_from(chosen)
    folder = DeskFolder(settings.data, chosen.desk or "desk")
    chosen_parts = tuple(chosen.only or _all_parts(folder, settings))
    stopped = Stopped()
    with ExitStack() as stack:
        for part in chosen_parts:
            stack.enter_context(folder.lock(part, now=SystemClock().now()))
        migrate = folder.name not in existing_desks(settings.data)
        backends = stack.enter_context(open_backends(folder, settings, migrate=migrate))
        parts = parts_of(backends, settings)
        logger = start_log(folder.log, part="-".join(chosen_parts), level=settings.log_level)
        stack.callback(stop_log)
        steps = [stack.enter_context(_step(part, parts, settings, stopped, logger)) for part in chosen_parts]
        print(f"{folder.path}: {', '.join(chosen_parts)} at work; Ctrl-C stops", file=sys.stderr)
        _work(steps, stopped, until_idle=chosen.until_idle)
    return 0


def _all_parts(folder: DeskFolder, settings: Settings) -> tuple[str, ...]:
    if folder.name != "desk":
        # A drill or replay lives in its own time: only its own line watches and notifies.
        return ("screen", "place")
    return PARTS if settings.webhook_url else PARTS[:3]


def _work(steps: list[Step], stopped: Stopped, *, until_idle: bool) -> None:
    while not stopped.asked:
        done = sum(step() for step in steps)
        if until_idle and not done:
            return


@contextmanager
def _step(part: str, parts: DeskParts, settings: Settings, stopped: Stopped, logger: Logger) -> Iterator[Step]:
    match part:
        case "screen":
            yield from _screening(parts, settings, logger)
        case "place":
            yield from _placing(parts, settings, stopped, logger)
        case "watch":
            clock = SystemClock()
            yield _now_and_then(lambda: watch_deadlines(parts.incidents, parts.office, parts.policy, clock.now()))
        case _:
            yield from _notifying(parts, settings)


def _screening(parts: DeskParts, settings: Settings, logger: Logger) -> Iterator[Step]:
    screener = screener_of(parts, settings, classifier_for(settings))
    with screener.subscribe() as subscription:

        def step() -> int:
            done = screener.step(subscription, timeout=_A_MOMENT)
            if done.records:
                logger.info("screened", posts=done.posts, passed_on=done.passed_on, dead=done.dead)
            return done.records + subscription.lag()

        yield step


def _placing(parts: DeskParts, settings: Settings, stopped: Stopped, logger: Logger) -> Iterator[Step]:
    placer = placer_of(parts, settings)
    epoch = _acquired(placer, stopped)
    beat = _now_and_then(lambda: _beaten(placer, epoch))
    with placer.subscribe() as subscription:

        def step() -> int:
            beat()
            done = placer.step(subscription, epoch, timeout=_A_MOMENT)
            if done.records:
                logger.info("placed", records=done.records, opened=done.opened, repeats=done.repeats, dead=done.dead)
            return done.records + subscription.lag()

        yield step
    placer.release(epoch)


def _notifying(parts: DeskParts, settings: Settings) -> Iterator[Step]:
    if settings.webhook_url is None or settings.webhook_secret is None:
        raise BadSettings(["webhook_url is not set: nobody could be notified"])
    clock = SystemClock()
    notifier = WebhookNotifier(settings.webhook_url, settings.webhook_secret, clock=clock)
    yield _now_and_then(lambda: deliver_owed(parts.incidents, notifier, clock.now()).sent)


def _acquired(placer: Placer, stopped: Stopped) -> int:
    clock, waited = SystemClock(), Stopwatch()
    while waited.elapsed() < 2 * PATIENCE.total_seconds() + 1 and not stopped.asked:
        epoch = placer.acquire("place", patience=PATIENCE)
        if epoch is not None:
            return epoch
        clock.sleep(_A_MOMENT)
    raise AlreadyRunning("another placer of this desk is at work: stop it first")


def _beaten(placer: Placer, epoch: int) -> int:
    placer.beat(epoch)
    return 0


def _now_and_then(look: Callable[[], int]) -> Step:
    """The look, at most once a second."""
    last = [Stopwatch()]
    first = [True]

    def step() -> int:
        if not first[0] and last[0].elapsed() < _LOOK_EVERY:
            return 0
        first[0], last[0] = False, Stopwatch()
        return look()

    return step
