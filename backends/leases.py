"""What one observer saw of a lease's heartbeat, on its own monotonic clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

PLACER = "placer"
"""The lease of the one writer that places posts (DESIGN §3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sighting:
    epoch: int
    beat: int
    first_at: float


class LeaseWatch:
    """Tells whether a holder's beat stands still; two hosts' clocks are never compared (DESIGN §4.2)."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._sightings: dict[str, _Sighting] = {}

    def stood_still(self, name: str, *, epoch: int, beat: int, patience: timedelta) -> bool:
        """Whether the lease has shown this very beat for `patience` since this observer first saw it."""
        now = self._monotonic()
        seen = self._sightings.get(name)
        if seen is None or (seen.epoch, seen.beat) != (epoch, beat):
            seen = self._sightings[name] = _Sighting(epoch=epoch, beat=beat, first_at=now)
        return now - seen.first_at >= patience.total_seconds()
