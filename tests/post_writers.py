"""What the processes of the post store's tests do: put posts, many at once."""

from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from pathlib import Path

from backends.posts_sqlite import SqlitePostStore
from tests.build import MINUTE, NOON, SECOND, an_id, an_observation
from tests.post_stores import a_numbered_post

BATCHES = 12
BATCH = 40
STARTING_SECONDS = 60


def put_overlapping_batches(path: Path, writer: int, at_once: Barrier) -> None:
    """Each batch shares half its posts with the one before, and most with the other writers."""
    at_once.wait(STARTING_SECONDS)
    store = SqlitePostStore(path)
    for batch in range(writer, writer + BATCHES):
        _put(store, batch * BATCH // 2)
    store.close()


def put_and_count(path: Path, first: int, at_once: Barrier, counted: "Synchronized[int]") -> None:
    """Puts posts nobody else puts, batch after batch, and counts all posts there are when it is done."""
    store = SqlitePostStore(path)
    at_once.wait(STARTING_SECONDS)
    for batch in range(BATCHES):
        _put(store, first + batch * BATCH)
    counted.value = store.counts().posts
    store.close()


def _put(store: SqlitePostStore, first: int) -> None:
    numbers = range(first, first + BATCH)
    store.put(
        # Three posts of every second: the same places in the order of time are wanted by all.
        [a_numbered_post(number, text="云州清河停水", published_at=NOON + number // 3 * SECOND) for number in numbers],
        [an_observation(post_id=an_id(number), seen_at=NOON + MINUTE) for number in numbers],
    )
