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
FIRST_AFTER = timedelta(seconds=15)
"""Prefect's server needs a while to start; until then nobody asks for it."""

AGAIN_AFTER = timedelta(seconds=10)


class Watch:
    """Looks for what is due; a sweep that cannot be shown by Prefect is made all the same, and said."""

    def __init__(self, sweep: Callable[[], int], resident: Resident | None, pulse: Pulse, logger: Logger) -> None:
        self._sweep = sweep
        self._resident = resident
        self._pulse = pulse
        self._logger = logger
        self._waited = Stopwatch()
        self._wait = FIRST_AFTER

    def step(self) -> int:
        """One look. Raises StoreError."""
        # A due moment does not wait for the minute, nor for Prefect: this look costs one row.
        changed = self._sweep() + self._shown_sweep()
        self._pulse.worked(self._resident.trouble if self._resident else "")
        if changed:
            self._logger.info("watched", changed=changed)
        return changed

    def _shown_sweep(self) -> int:
        if self._resident is None or self._waited.elapsed() < self._wait.total_seconds():
            return 0
        before = self._resident.trouble
        changed = self._resident.call()
        self._waited, self._wait = Stopwatch(), AGAIN_AFTER if self._resident.trouble else EVERY
        self._say_what_changed(before, self._resident.trouble)
        return changed

    def _say_what_changed(self, before: str, now: str) -> None:
        if now and now != before:
            self._logger.warning("watching without Prefect", reason=now)
        elif before and not now:
            self._logger.info("Prefect shows the watch again")


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
