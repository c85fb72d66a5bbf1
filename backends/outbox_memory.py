"""The outbox in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backends.outbox import Standing, claimed, owed, row_of, settled
from desk.change import Delivery, Notice, NoticeRow


class MemoryOutbox:
    """What is owed to whom, claimed for a while, sent once."""

    def __init__(self) -> None:
        self._notices: dict[str, Notice] = {}
        self._standings: dict[str, Standing] = {}

    def owe(self, notices: Sequence[Notice]) -> None:
        """Adds the notices; one whose key is known is left as it was."""
        for notice in notices:
            if notice.key not in self._notices:
                self._notices[notice.key] = notice
                self._standings[notice.key] = owed(notice)

    def rows(self, incident_id: str | None) -> list[NoticeRow]:
        """The notices of an incident, or all, by the time they are owed."""
        return [
            row_of(notice, self._standings[notice.key])
            for notice in self._by_time()
            if incident_id is None or notice.incident_id == incident_id
        ]

    def claim(self, now: datetime, *, lease: timedelta, limit: int) -> list[Notice]:
        """Takes the notices that are ready, longest owed first."""
        taken = [notice for notice in self._by_time() if _ready(self._standings[notice.key], now)][:limit]
        for notice in taken:
            self._standings[notice.key] = claimed(self._standings[notice.key], now, lease)
        return taken

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """Records how attempts ended; unknown keys and repeats change nothing."""
        for delivery in deliveries:
            if delivery.key in self._standings:
                self._standings[delivery.key] = settled(self._standings[delivery.key], delivery)

    def _by_time(self) -> list[Notice]:
        return sorted(self._notices.values(), key=lambda notice: (notice.owed_at, notice.key))


def _ready(standing: Standing, now: datetime) -> bool:
    return standing.ready_at is not None and standing.ready_at <= now
