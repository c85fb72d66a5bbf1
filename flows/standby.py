"""One of several placers of a desk: at work while it holds the lease, standing by to take over while another does.

The store refuses whatever an older placer writes (`Fenced`), so two that both believe to be at work double nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread

from backends.clock import Stopwatch
from backends.telemetry import Logger
from desk.errors import AlreadyRunning, BusError, Fenced, StoreError
from flows.line import PATIENCE
from flows.rejoining import Rejoining
from pipelines.placer import Placed, Placer

BEAT_SECONDS = 1.0
LOOK_SECONDS = 0.25
"""Between two looks at the lease of the one at work."""

STUCK_SECONDS = 60.0
"""Who has begun or ended no batch for so long does not work any more: the lease is no longer kept for it."""

_LONGEST_WAIT = 2 * PATIENCE.total_seconds() + 1


class StandbyPlacer:
    """A placer that waits for its turn, has it, and waits again when another took over."""

    def __init__(
        self,
        placer: Placer,
        logger: Logger,
        *,
        holder: str,
        patience: timedelta = PATIENCE,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        """`patience` is how long a silent placer is waited for until the first turn; none where it is known dead."""
        self._placer = placer
        self._logger = logger
        self._holder = holder
        self._patience = patience
        self._monotonic = monotonic or Stopwatch().elapsed
        self._reader = Rejoining(placer.subscribe)
        self._waited: Stopwatch | None = None
        self._looked: Stopwatch | None = None
        self._tenure: _Tenure | None = None

    @property
    def at_work(self) -> bool:
        """Whether it holds the lease, as far as it knows."""
        return self._tenure is not None

    def step(self, *, timeout: timedelta) -> Placed:
        """Places the next batch, or looks whether its turn has come. Raises BusError or StoreError."""
        if self._tenure is None:
            self._tenure = self._look()
        if self._tenure is None:
            return Placed()
        try:
            return self._place(self._tenure, timeout)
        except Fenced:
            self._make_way(self._tenure)
            return Placed()

    def unfinished(self) -> int:
        """How many records wait; not known, so one, while it stands by."""
        return self._reader.use(lambda subscription: subscription.lag()) if self.at_work else 1

    def require_turn(self) -> None:
        """Raises AlreadyRunning when the turn has not come in the time in which that of a dead placer ends."""
        if self._waited is not None and self._waited.elapsed() > _LONGEST_WAIT:
            raise AlreadyRunning("another placer of this desk is at work: stop it first")

    def close(self) -> None:
        """Leaves the topic and gives the lease up, so that the next one takes over at once."""
        # The topic first: the next one looks for it as soon as it has the lease.
        self._reader.leave()
        if self._tenure is not None:
            self._tenure.end()
            with suppress(StoreError):
                self._placer.release(self._tenure.epoch)
            self._tenure = None

    def _look(self) -> "_Tenure | None":
        if self._looked is not None and self._looked.elapsed() < LOOK_SECONDS:
            return None
        self._looked = Stopwatch(self._monotonic)
        epoch = self._placer.acquire(self._holder, patience=self._patience)
        if epoch is not None:
            self._waited = None
            self._patience = PATIENCE
            self._logger.info("placing", epoch=epoch)
            return _Tenure(self._placer, epoch, self._monotonic)
        if self._waited is None:
            self._waited = Stopwatch(self._monotonic)
            self._logger.info("standing by: another placer is at work")
        return None

    def _place(self, tenure: "_Tenure", timeout: timedelta) -> Placed:
        try:
            with tenure:
                return self._reader.use(
                    lambda subscription: self._placer.step(subscription, tenure.epoch, timeout=timeout)
                )
        except BusError:
            # A topic that is read by another is no trouble of the bus where the lease is another's too.
            tenure.look()
            raise

    def _make_way(self, tenure: "_Tenure") -> None:
        # Whoever took over needs the topic too.
        self._reader.leave()
        self._tenure, self._waited = None, Stopwatch(self._monotonic)
        tenure.end()
        self._logger.warning("standing by: another placer took over", epoch=tenure.epoch)


class _Tenure:
    """The time under one epoch. A thread keeps the lease, so that no long batch, here or before, loses it."""

    def __init__(self, placer: Placer, epoch: int, monotonic: Callable[[], float]) -> None:
        self.epoch = epoch
        self._placer = placer
        self._monotonic = monotonic
        self._beaten = Stopwatch(monotonic)
        self._seen = Stopwatch(monotonic)
        self._over = Event()
        self._keeper = Thread(target=self._keep, name="lease", daemon=True)
        self._keeper.start()

    def __enter__(self) -> None:
        """Begins a batch. Raises Fenced when another has taken over, also while this process stood still."""
        if self._over.is_set() or self._beaten.elapsed() > BEAT_SECONDS:
            self.look()
        self._seen = Stopwatch(self._monotonic)

    def __exit__(self, *_: object) -> None:
        """The batch is done."""
        self._seen = Stopwatch(self._monotonic)

    def look(self) -> None:
        """Beats now. Raises Fenced when another has taken over; then this tenure is over."""
        try:
            self._placer.beat(self.epoch)
        except Fenced:
            self._over.set()
            raise
        self._beaten = Stopwatch(self._monotonic)

    def end(self) -> None:
        """Keeps the lease no longer."""
        self._over.set()
        self._keeper.join()

    def _keep(self) -> None:
        while not self._over.wait(BEAT_SECONDS / 2):
            if self._seen.elapsed() < STUCK_SECONDS:
                # A store that is away, or a lease that has moved on, is found out by the next batch.
                with suppress(StoreError, Fenced):
                    self.look()
