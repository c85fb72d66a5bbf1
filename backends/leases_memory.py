"""Leases in memory: taken by one holder at a time, each time under a higher epoch."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from backends.leases import LeaseWatch
from desk.errors import Fenced


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lease:
    epoch: int = 0
    beat: int = 0
    holder: str | None = None


class MemoryLeases:
    """Who may write what alone, as seen by one observer."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._watch = LeaseWatch(monotonic)
        self._leases: dict[str, _Lease] = {}

    def acquire(self, name: str, holder: str, *, patience: timedelta) -> int | None:
        """Takes the lease under a new epoch, or returns None while its holder is alive."""
        found = self._leases.get(name, _Lease())
        still = self._watch.stood_still(name, epoch=found.epoch, beat=found.beat, patience=patience)
        if found.holder is not None and not still:
            return None
        self._leases[name] = _Lease(epoch=found.epoch + 1, holder=holder)
        return found.epoch + 1

    def beat(self, name: str, epoch: int) -> None:
        """Moves the beat on. Raises Fenced when the lease has moved on."""
        self.require_held(name, epoch)
        held = self._leases[name]
        self._leases[name] = replace(held, beat=held.beat + 1)

    def release(self, name: str, epoch: int) -> None:
        """Frees the lease; no effect when it has moved on."""
        if self._holds(name, epoch):
            self._leases[name] = replace(self._leases[name], holder=None)

    def require_held(self, name: str, epoch: int) -> None:
        """Raises Fenced unless the lease is held under this epoch."""
        if not self._holds(name, epoch):
            raise Fenced(f"lease {name} is no longer held under epoch {epoch}: stop and acquire it again")

    def _holds(self, name: str, epoch: int) -> bool:
        found = self._leases.get(name, _Lease())
        return found.holder is not None and found.epoch == epoch
