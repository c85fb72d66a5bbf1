"""A bus or post store on a server, opened at its first use: whoever needs neither works while that server is away."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from threading import Lock
from typing import Generic, Protocol, TypeVar

from desk.ports import Bus, PostStore, Subscription
from desk.post import Observation, PostCounts, PostQuery, ScreenedPost
from desk.travel import Outgoing


class _Closing(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=_Closing)


class _Later(Generic[T]):
    """What is opened once, by whichever thread first asks; one that failed is tried again by the next."""

    def __init__(self, opening: Callable[[], T]) -> None:
        self._opening = opening
        self._lock = Lock()
        self._opened: T | None = None

    def close(self) -> None:
        """Lets go of it, if it was ever opened."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
            self._opened = None

    def _use(self) -> T:
        with self._lock:
            if self._opened is None:
                self._opened = self._opening()
            return self._opened


class BusOpenedLater(_Later[Bus]):
    """A bus; `desk.ports.Bus`."""

    def publish(self, records: Iterable[Outgoing]) -> None:
        """Takes records over. Raises BusError."""
        self._use().publish(records)

    def flush(self) -> None:
        """Returns once everything published is durable. Raises BusError."""
        self._use().flush()

    def subscribe(self, topic: str, *, group: str) -> Subscription:
        """Joins a group on a topic. Raises BusError."""
        return self._use().subscribe(topic, group=group)

    def lag(self, topic: str, *, group: str) -> int:
        """How many records of a topic this group has not committed. Raises BusError."""
        return self._use().lag(topic, group=group)

    def forget(self, topic: str, before: datetime) -> int:
        """Deletes a topic's records published before that time, and says how many. Raises BusError."""
        return self._use().forget(topic, before)


class PostsOpenedLater(_Later[PostStore]):
    """A post store; `desk.ports.PostStore`."""

    def put(self, posts: Sequence[ScreenedPost], observations: Sequence[Observation] = ()) -> None:
        """Stores posts and observations. Raises StoreError."""
        self._use().put(posts, observations)

    def get(self, ids: Collection[str]) -> dict[str, ScreenedPost]:
        """The posts with these ids."""
        return self._use().get(ids)

    def observations(self, post_id: str) -> list[Observation]:
        """What was seen of a post, oldest first."""
        return self._use().observations(post_id)

    def search(self, query: PostQuery) -> list[ScreenedPost]:
        """The matching posts, newest first."""
        return self._use().search(query)

    def near_duplicates(self, fingerprint: str) -> int:
        """How many posts carry this very fingerprint."""
        return self._use().near_duplicates(fingerprint)

    def counts(self) -> PostCounts:
        """How many posts are stored, by outcome."""
        return self._use().counts()

    def prune(self, before: datetime, *, keep: Collection[str] = ()) -> int:
        """Deletes posts collected before that time; says how many."""
        return self._use().prune(before, keep=keep)
