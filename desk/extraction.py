"""Whether the articles of a source can still be read as they could: a rate that falls shows a changed layout."""

from dataclasses import dataclass, replace

LATEST = 10
"""How many of the newest articles are held against the earlier ones."""

EARLIER = 50
LEAST_EARLIER = 20
"""With fewer nobody knows what is usual for the source."""

_READ, _UNREAD = "1", "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """How the newest articles ended, oldest first: `1` for one that was read, `0` for one without text or time."""

    earlier: str = ""
    latest: str = ""

    @property
    def fallen(self) -> bool:
        """Whether of the newest articles less than half as many can be read as of the earlier ones."""
        if len(self.latest) < LATEST or len(self.earlier) < LEAST_EARLIER:
            return False
        now, before = self.latest.count(_READ) / LATEST, self.earlier.count(_READ) / len(self.earlier)
        return now < before / 2

    def after(self, *, read: bool) -> "Extraction":
        """With one more article. What ends while the rate is fallen never becomes what is usual."""
        latest = self.latest + (_READ if read else _UNREAD)
        if len(latest) <= LATEST:
            return replace(self, latest=latest)
        earlier = self.earlier if self.fallen else (self.earlier + latest[0])[-EARLIER:]
        return Extraction(earlier=earlier, latest=latest[1:])
