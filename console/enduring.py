"""A part's step that outlives a bus or store that is away: tried again with growing pauses, which it says once."""

from collections.abc import Callable

from backends.clock import Stopwatch
from backends.telemetry import Logger
from console.health import Pulse
from desk.errors import BusError, StaleIncident, StoreError

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0


class Enduring:
    """The step of one part; a failed one counts as nothing done."""

    def __init__(
        self,
        part: str,
        step: Callable[[], int],
        pulse: Pulse,
        logger: Logger,
        *,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._part = part
        self._step = step
        self._pulse = pulse
        self._logger = logger
        self._monotonic = monotonic or Stopwatch().elapsed
        self._trouble = ""
        self._since = self._failed = Stopwatch(self._monotonic)
        self._pause = 0.0

    def __call__(self) -> int:
        """One step, or none while a pause lasts."""
        if self._trouble and self._failed.elapsed() < self._pause:
            self._pulse.worked(self._trouble)
            return 0
        try:
            done = self._step()
        except (BusError, StaleIncident, StoreError) as error:
            self._note(str(error))
            return 0
        if self._trouble:
            self._logger.info("works again", name=self._part, after=round(self._since.elapsed(), 1))
            self._trouble, self._pause = "", 0.0
        return done

    def _note(self, trouble: str) -> None:
        self._failed = Stopwatch(self._monotonic)
        if not self._trouble:
            self._since = self._failed
            self._logger.warning("cannot work, tries again", name=self._part, reason=trouble)
        self._trouble = trouble
        self._pause = min(max(FIRST_PAUSE, 2 * self._pause), LONGEST_PAUSE)
        self._pulse.worked(trouble)
