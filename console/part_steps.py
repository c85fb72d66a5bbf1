"""What each part of a desk does over and over, until it is stopped, in the process that runs it.

What one part alone needs is imported in its branch: a killed part has to be back soon.
"""

import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Protocol

from backends.bus_local import LocalBus
from backends.clock import SHORT_PAUSE, Stopwatch, SystemClock
from backends.settings import Settings
from backends.telemetry import Logger
from console.enduring import Enduring
from console.health import Pulse
from console.wiring import classifier_for, placer_of, screener_of
from desk.ports import Classifier, PeopleStore
from desk.travel import FLAGGED, POSTS
from flows.line import PATIENCE, DeskParts
from flows.rejoining import Rejoining
from flows.standby import StandbyPlacer
from pipelines.placer import GROUP as PLACERS
from pipelines.screen import GROUP as SCREENERS

_A_MOMENT = timedelta(milliseconds=200)
_AT_ONCE = timedelta()
_LOOK_EVERY = 1.0
"""Seconds between two looks at the clocks and the outbox."""

Step = Callable[[], int]


class Stopping(Protocol):
    """Whether somebody asked the desk to stop."""

    @property
    def asked(self) -> bool:
        """Whether the parts are to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """What every part of this run works with; `aside` are threads for what takes long.

    `alone` are the parts of which nobody else lives here: who runs one knows that the one before is dead. `turn` is
    how long one part may wait for its bus: parts that take turns in one thread never wait for each other.
    """

    parts: DeskParts
    people: PeopleStore
    settings: Settings
    stopped: Stopping
    logger: Logger
    pulses: Mapping[str, Pulse]
    aside: ThreadPoolExecutor
    until_idle: bool
    alone: frozenset[str]
    turn: timedelta

    def vacate(self, part: str, topic: str, group: str) -> None:
        """Frees the seat of a predecessor that is known to be dead. Raises BusError."""
        if part in self.alone and isinstance(self.parts.bus, LocalBus):
            self.parts.bus.vacate(topic, group=group)


def steps_of(chosen_parts: Sequence[str], at_work: AtWork, stack: ExitStack) -> list[Step]:
    """The steps of the chosen parts, opened on `stack`; each says how much it did."""
    # The classifier takes seconds to load, and so does taking over from a line that was killed: both at once.
    loading = at_work.aside.submit(classifier_for, at_work.settings) if "screen" in chosen_parts else None
    opening = sorted(chosen_parts, key=("notify", "place", "watch", "screen").index)
    steps = {part: stack.enter_context(_step(part, at_work, loading)) for part in opening}
    if at_work.until_idle:
        return list(steps.values())
    # Who runs until stopped outlives a bus or store that is away; a command with an end says so and ends.
    return [Enduring(part, step, at_work.pulses[part], at_work.logger) for part, step in steps.items()]


@contextmanager
def _step(part: str, at_work: AtWork, loading: "Future[Classifier] | None") -> Iterator[Step]:
    pulse = at_work.pulses[part]
    match part:
        case "screen":
            assert loading is not None
            yield from _screening(at_work, loading, pulse)
        case "place":
            yield from _placing(at_work, pulse)
        case "watch":
            from console.watch_step import watch_of

            yield _now_and_then(watch_of(at_work.parts, SystemClock(), pulse, at_work.logger).step)
        case _:
            yield from _notifying(at_work, pulse)


def turn_of(chosen_parts: Sequence[str]) -> timedelta:
    """How long one of these parts may wait for its bus."""
    return _A_MOMENT if len(chosen_parts) == 1 else _AT_ONCE


def _screening(at_work: AtWork, loading: "Future[Classifier]", pulse: Pulse) -> Iterator[Step]:
    parts, logger = at_work.parts, at_work.logger
    at_work.vacate("screen", POSTS, SCREENERS)
    # The seat is looked at first: its patience with a killed screener runs while the classifier loads.
    reader = Rejoining(lambda: parts.bus.subscribe(POSTS, group=SCREENERS))
    reader.use(lambda _: None)
    screener = screener_of(parts, at_work.settings, loading.result())

    def step() -> int:
        done = reader.use(lambda subscription: screener.step(subscription, timeout=at_work.turn))
        if done.records:
            logger.info("screened", posts=done.posts, passed_on=done.passed_on, dead=done.dead)
        pulse.worked()
        return done.records or reader.use(lambda subscription: subscription.lag())

    try:
        yield step
    finally:
        reader.leave()


def _placing(at_work: AtWork, pulse: Pulse) -> Iterator[Step]:
    clock, logger, holder = SystemClock(), at_work.logger, f"process {os.getpid()} on {socket.gethostname()}"
    at_work.vacate("place", FLAGGED, PLACERS)
    patience = timedelta() if "place" in at_work.alone else PATIENCE
    placer = StandbyPlacer(placer_of(at_work.parts, at_work.settings), logger, holder=holder, patience=patience)

    def step() -> int:
        done = placer.step(timeout=at_work.turn)
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


def _notifying(at_work: AtWork, pulse: Pulse) -> Iterator[Step]:
    """The resident loop in a thread of its own, so that no batch of posts keeps a page waiting."""
    from backends.notifiers import RealChannels
    from flows.notify import deliver_owed, notify_loop
    from flows.reaching import ToPeople

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
