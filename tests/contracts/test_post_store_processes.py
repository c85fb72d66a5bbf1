"""Several processes on one post file: nothing lost, nothing twice, and nobody waits for the end of a prune."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from backends.posts_sqlite import PRUNED_AT_ONCE, SqlitePostStore
from desk.post import PostQuery
from tests.build import HOUR, NOON
from tests.post_stores import a_numbered_post, numbers
from tests.post_writers import BATCH, BATCHES, put_and_count, put_overlapping_batches

pytestmark = pytest.mark.process

SPAWN = multiprocessing.get_context("spawn")
WRITERS = 4
TIMEOUT = 120


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "posts.db"


@pytest.fixture
def started() -> Iterator[list[SpawnProcess]]:
    processes: list[SpawnProcess] = []
    yield processes
    for process in processes:
        process.kill()


def joined(processes: list[SpawnProcess]) -> list[int | None]:
    for process in processes:
        process.join(TIMEOUT)
    return [process.exitcode for process in processes]


def test_overlapping_posts_of_many_processes_are_each_stored_once(path: Path, started: list[SpawnProcess]) -> None:
    at_once = SPAWN.Barrier(WRITERS)
    for writer in range(WRITERS):
        started.append(SPAWN.Process(target=put_overlapping_batches, args=(path, writer, at_once)))
        started[-1].start()

    exits = joined(started)

    store = SqlitePostStore(path)
    expected = range((BATCHES + WRITERS - 1) * BATCH // 2 + BATCH // 2)
    assert exits == [0] * WRITERS
    assert sorted(numbers(store.search(PostQuery(limit=10_000)))) == list(expected)
    assert sorted(numbers(store.search(PostQuery(terms=("停水",), limit=10_000)))) == list(expected)
    assert (store.counts().posts, store.counts().observations) == (len(expected), len(expected))
    store.close()


def test_posts_are_stored_while_a_long_prune_goes_on(path: Path, started: list[SpawnProcess]) -> None:
    store = SqlitePostStore(path)
    old = 8 * PRUNED_AT_ONCE
    store.put([a_numbered_post(number, collected_at=NOON - HOUR) for number in range(old)])
    at_once, counted = SPAWN.Barrier(2), SPAWN.Value("q")
    started.append(SPAWN.Process(target=put_and_count, args=(path, old, at_once, counted)))
    started[-1].start()
    at_once.wait(TIMEOUT)

    pruned = store.prune(NOON)

    assert joined(started) == [0]
    assert pruned == old
    assert store.counts().posts == BATCHES * BATCH < counted.value
    store.close()
