"""The calendar of a running desk: which duties there are, and what each opens when its hour has come."""

from datetime import timedelta
from functools import partial

from backends.bus_local import LocalBus
from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.settings import Settings
from backends.telemetry import Logger, start_log, stop_log
from backends.wiring import open_backends
from console.brief_command import weekly
from console.health import Pulse
from desk.errors import HuiyingError
from flows.brief import MONDAYS
from flows.calendar import NIGHTLY, Duty
from flows.prune import Retention, prune_posts, trim_bus
from flows.serve import answers, serve_duties

_PAUSE = timedelta(seconds=1)


def duties_of(folder: DeskFolder, settings: Settings) -> tuple[Duty, ...]:
    """Every duty of the desk's calendar; a new one is one more row."""
    return (
        Duty(name="prune", cron=NIGHTLY, perform=partial(prune, folder, settings)),
        Duty(name="brief", cron=MONDAYS, perform=partial(weekly, folder, settings)),
    )


def serve_calendar(folder: DeskFolder, settings: Settings, pulse: Pulse, api: str) -> None:
    """Serves the duties until SIGTERM, once Prefect answers. Raises what Prefect raises, to be started again."""
    clock = SystemClock()
    while not answers(api):
        pulse.worked("Prefect cannot be reached")
        clock.sleep(_PAUSE)
    serve_duties(duties_of(folder, settings), settings.office_zone, pulse.worked)


def prune(folder: DeskFolder, settings: Settings) -> int:
    """The nightly prune, in a process of its own; says how many posts and records went."""
    logger = start_log(folder.log, part="prune", level=settings.log_level)
    try:
        return _prune(folder, settings, logger)
    except HuiyingError as error:
        logger.warning("not pruned", reason=str(error))
        raise
    finally:
        stop_log()


def _prune(folder: DeskFolder, settings: Settings, logger: Logger) -> int:
    retention = Retention(
        unneeded=timedelta(days=settings.post_days), after_closing=timedelta(days=settings.closed_days)
    )
    with open_backends(folder, settings) as backends:
        now = SystemClock().now()
        pruned = prune_posts(backends.posts, backends.incidents, retention, now)
        trimmed = trim_bus(backends.bus, retention, now) if isinstance(backends.bus, LocalBus) else 0
    logger.info("pruned", posts=pruned, records=trimmed)
    return pruned + trimmed
