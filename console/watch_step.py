"""The watch of a running desk: every due moment at once, and each minute a sweep that Prefect shows."""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from backends.clock import Stopwatch
from backends.telemetry import Logger
from console.health import Pulse
from desk.ports import Clock
from flows.line import DeskParts
from flows.resident import Resident
from flows.serve import answers, shown_as
from flows.watch import watch_deadlines

EVERY = timedelta(minutes=1)
LOOK_EVERY = timedelta(seconds=10)
"""How soon it is noticed, and said, that Prefect does not answer or answers again."""

GRACE = timedelta(minutes=1)
"""Prefect's server needs a while to start: until then nobody misses it."""


class Watch:
    """Looks for what is due; a sweep that cannot be shown by Prefect is made all the same, and that is said."""

    def __init__(
        self,
        sweep: Callable[[], int],
        resident: Resident | None,
        pulse: Pulse,
        logger: Logger,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._sweep = sweep
        self._resident = resident
        self._pulse = pulse
        self._logger = logger
        self._monotonic = monotonic or Stopwatch().elapsed
        self._started = self._looked = Stopwatch(self._monotonic)
        self._shown: Stopwatch | None = None
        self._trouble = ""

    def step(self) -> int:
        """One look. Raises StoreError."""
        # A due moment waits neither for the minute nor for Prefect: this look costs one row.
        changed = self._sweep()
        if self._resident is not None and _past(self._looked, LOOK_EVERY):
            changed += self._prefect(self._resident)
            self._looked = Stopwatch(self._monotonic)
        self._pulse.worked(self._trouble)
        if changed:
            self._logger.info("watched", changed=changed)
        return changed

    def _prefect(self, resident: Resident) -> int:
        """The minute's sweep as a flow, when a minute is over; else only a look whether Prefect is there."""
        changed = 0
        if self._shown is not None and not _past(self._shown, EVERY):
            resident.reached()
        else:
            changed = resident.call()
            if not resident.trouble:
                self._shown = Stopwatch(self._monotonic)
        still_starting = self._shown is None and not _past(self._started, GRACE)
        self._say("" if still_starting else resident.trouble)
        return changed

    def _say(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            self._logger.warning("watching without Prefect", reason=trouble)
        elif self._trouble and not trouble:
            self._logger.info("Prefect shows the watch again")
        self._trouble = trouble


def watch_of(parts: DeskParts, clock: Clock, pulse: Pulse, logger: Logger) -> Watch:
    """The desk's watch."""

    def sweep() -> int:
        return watch_deadlines(parts.incidents, parts.office, parts.policy, clock.now())

    api = own_prefect()
    resident = None if api is None else Resident(sweep, shown_as("watch"), partial(answers, api))
    return Watch(sweep, resident, pulse, logger)


def own_prefect() -> str | None:
    """The address of the Prefect server the supervisor started, or None: one elsewhere is none of ours."""
    api = os.environ.get("PREFECT_API_URL", "")
    return api if api.startswith("http://127.0.0.1:") else None


def _past(watch: Stopwatch, duration: timedelta) -> bool:
    return watch.elapsed() >= duration.total_seconds()
