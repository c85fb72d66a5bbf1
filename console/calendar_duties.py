"""The calendar of a running desk: which duties there are, and what each opens when its hour has come."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from backends.bus_local import LocalBus
from backends.clock import Stopwatch, SystemClock
from backends.desk_folder import DeskFolder
from backends.settings import Settings
from backends.telemetry import log, start_log, stop_log
from backends.wiring import open_backends
from console.brief_command import weekly
from console.health import Pulse
from console.reminder_list import list_now, write_list
from console.wiring import parts_of
from desk.errors import HuiyingError
from desk.ports import Clock
from flows.brief import MONDAYS
from flows.calendar import MORNINGS, NIGHTLY, Diary, Duty, PlainCalendar
from flows.prune import Retention, prune_posts, trim_bus
from flows.serve import answers, scheduled_for, serve_duties

PART = "calendar"
GRACE = timedelta(minutes=1)
"""Prefect's server needs a while to start, or to start again: until then no duty is missed."""

_PAUSE = timedelta(seconds=1)


def duties_of(folder: DeskFolder, settings: Settings) -> tuple[Duty, ...]:
    """Every duty of the desk's calendar; a new one is one more row."""
    return (
        Duty(name="prune", hours=NIGHTLY, perform=partial(prune, folder, settings)),
        Duty(name="brief", hours=MONDAYS, perform=partial(weekly, folder, settings)),
        Duty(name="remind", hours=MORNINGS, perform=partial(remind, folder, settings)),
    )


def serve_calendar(folder: DeskFolder, settings: Settings, pulse: Pulse, api: str) -> None:
    """Keeps the hours until SIGTERM: by Prefect while it answers, else alone.

    Raises HuiyingError when Prefect serves the duties no longer, to be started again.
    """
    logger, clock = start_log(folder.log, part=PART, level=settings.log_level), SystemClock()
    duties = duties_of(folder, settings)
    plain = PlainCalendar(duties, diary_of(folder), settings.office_zone, logger)
    plain.begin(clock.now())
    alone = Alone(plain, partial(answers, api), pulse, clock)
    served = [replace(duty, perform=partial(as_served, folder, settings, duty)) for duty in duties]
    try:
        while not alone.step():
            clock.sleep(_PAUSE)
        serve_duties(served, settings.office_zone, pulse.worked)
    finally:
        stop_log()


class Alone:
    """The calendar's hours while Prefect is away: after a while of grace the duties are done without it."""

    def __init__(
        self,
        plain: PlainCalendar,
        answering: Callable[[], bool],
        pulse: Pulse,
        clock: Clock,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._plain = plain
        self._answering = answering
        self._pulse = pulse
        self._clock = clock
        self._waited = Stopwatch(monotonic) if monotonic else Stopwatch()

    def step(self) -> bool:
        """One look: whether Prefect answers, so that it can take the duties over."""
        answered = self._answering()
        missed = not answered and self._waited.elapsed() >= GRACE.total_seconds()
        # Said before as well: a long duty must not look like a calendar that does nothing.
        self._pulse.worked("Prefect cannot be reached" if missed else "")
        if missed:
            self._plain.catch_up(self._clock.now())
        return answered


def diary_of(folder: DeskFolder) -> Diary:
    """Where it stands when each duty was last done."""
    return Diary(folder.path / PART)


def as_served(
    folder: DeskFolder, settings: Settings, duty: Duty, scheduled: Callable[[], datetime | None] = scheduled_for
) -> int:
    """A duty that Prefect asks for, in a process of its own; one that was done since its hour is not done again."""
    logger = start_log(folder.log, part=duty.name, level=settings.log_level)
    diary, asked_for = diary_of(folder), scheduled()
    try:
        done_at = diary.done_at(duty.name)
        if asked_for is not None and done_at is not None and done_at >= asked_for:
            logger.info("already done", asked_for=asked_for, done_at=done_at)
            return 0
        # Kept is when it began: an hour that comes meanwhile has its own turn.
        began = SystemClock().now()
        done = duty.perform()
        diary.note(duty.name, began)
    except HuiyingError as error:
        logger.warning("calendar duty not done", duty=duty.name, reason=str(error))
        raise
    finally:
        stop_log()
    return done


def prune(folder: DeskFolder, settings: Settings) -> int:
    """The nightly prune; says how many posts and records went."""
    retention = Retention(
        unneeded=timedelta(days=settings.post_days), after_closing=timedelta(days=settings.closed_days)
    )
    with open_backends(folder, settings) as backends:
        now = SystemClock().now()
        pruned = prune_posts(backends.posts, backends.incidents, retention, now)
        trimmed = trim_bus(backends.bus, retention, now) if isinstance(backends.bus, LocalBus) else 0
    log("prune").info("pruned", posts=pruned, records=trimmed)
    return pruned + trimmed


def remind(folder: DeskFolder, settings: Settings) -> int:
    """The day's list of calendar duties for the board; says how many are coming, and pages nobody."""
    with open_backends(folder, settings) as backends:
        parts = parts_of(backends, settings)
        listed = list_now(parts.incidents, parts.policy, SystemClock().now())
    write_list(folder, listed)
    log("remind").info("listed", reminders=len(listed.lines))
    return len(listed.lines)
