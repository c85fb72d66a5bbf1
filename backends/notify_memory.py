"""A notifier that keeps what it got: for tests and the tour."""

from desk.change import Notice
from desk.errors import NotifyError


class MemoryNotifier:
    """Delivers to a list; while `failure` is set, every delivery fails with it."""

    def __init__(self) -> None:
        self.failure: NotifyError | None = None
        self.repeats = 0
        self._by_key: dict[str, Notice] = {}

    def notify(self, notice: Notice) -> None:
        """Keeps the notice once by its key and counts repeats. Raises `failure` while it is set."""
        if self.failure is not None:
            raise self.failure
        if notice.key in self._by_key:
            self.repeats += 1
        self._by_key.setdefault(notice.key, notice)

    def received(self) -> list[Notice]:
        """The notices it got, each once, in the order they first came."""
        return list(self._by_key.values())
