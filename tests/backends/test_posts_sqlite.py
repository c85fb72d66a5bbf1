"""The post file itself: full disks, broken files, threads, and an index that says what the rows say."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from backends.posts_sqlite import PRUNED_AT_ONCE, SqlitePostStore
from desk.errors import SchemaMismatch, StoreError
from desk.post import Outcome, PostQuery
from tests.build import HOUR, NOON, SECOND, a_post, an_observation
from tests.post_stores import a_numbered_post, everything, numbers

A_PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "posts.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlitePostStore]:
    store = SqlitePostStore(path)
    yield store
    store.close()


def fill_the_disk(store: SqlitePostStore, *, pages_left: int) -> None:
    (pages,) = store._connection.execute("pragma page_count").fetchone()
    store._connection.execute(f"pragma max_page_count = {pages + pages_left}")


def index_of(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("create virtual table temp.word using fts5vocab(main, post_words, instance)")
    return connection


@pytest.mark.parametrize("pages_left", [0, 1, 5, 20, 40])
def test_full_disk_refuses_the_whole_batch(store: SqlitePostStore, pages_left: int) -> None:
    store.put([a_numbered_post(1)], [an_observation(post_id="f" * 32)])
    before = everything(store)
    fill_the_disk(store, pages_left=pages_left)

    with pytest.raises(StoreError, match=r"cannot write .*posts\.db: database or disk is full"):
        store.put([a_numbered_post(number, text="云州" * A_PAGE) for number in range(2, 20)], [an_observation()])

    assert everything(store) == before


def test_store_goes_on_once_the_disk_has_room_again(store: SqlitePostStore) -> None:
    fill_the_disk(store, pages_left=0)
    batch = [a_numbered_post(number, text="云州" * A_PAGE) for number in range(9)]
    with pytest.raises(StoreError):
        store.put(batch)
    fill_the_disk(store, pages_left=10_000)

    store.put(batch)

    assert numbers(store.search(PostQuery(terms=("云州",)))) == list(range(9))


def test_posts_are_there_when_the_file_is_opened_again(store: SqlitePostStore, path: Path) -> None:
    store.put([a_numbered_post(1)], [an_observation(post_id=a_post().id)])
    before = everything(store)
    store.close()

    reopened = SqlitePostStore(path)

    assert everything(reopened) == before
    reopened.close()


def test_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_bytes(b"no database, but long enough to be looked at" * 100)
    before = path.read_bytes()

    with pytest.raises(StoreError, match=r"cannot open .*posts\.db: file is not a database"):
        SqlitePostStore(path)

    assert path.read_bytes() == before


def test_file_of_another_version_is_refused(store: SqlitePostStore, path: Path) -> None:
    store._connection.execute("pragma user_version = 99")

    with pytest.raises(SchemaMismatch, match="holds posts of version 99, this program knows 1"):
        SqlitePostStore(path)


def test_closed_store_answers_with_a_store_error(store: SqlitePostStore) -> None:
    store.close()

    with pytest.raises(StoreError):
        store.put([a_numbered_post(1)])
    with pytest.raises(StoreError):
        store.search(PostQuery())
    with pytest.raises(StoreError):
        store.prune(NOON)


def test_threads_share_one_store(store: SqlitePostStore) -> None:
    def put_and_search(thread: int) -> int:
        for batch in range(10):
            store.put([a_numbered_post(thread * 100 + batch)])
            store.search(PostQuery(terms=("云州",)))
        return thread

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(put_and_search, range(8)))

    assert done == list(range(8))
    assert len(store.search(PostQuery(terms=("云州",), limit=1_000))) == 80


@pytest.mark.parametrize("old", [PRUNED_AT_ONCE - 1, PRUNED_AT_ONCE, PRUNED_AT_ONCE + 1])
def test_prune_takes_all_portions(store: SqlitePostStore, old: int) -> None:
    store.put([a_numbered_post(number, text="云州", collected_at=NOON - HOUR) for number in range(old)])
    store.put([a_numbered_post(old, text="云州", collected_at=NOON)])

    pruned = store.prune(NOON)

    assert pruned == old
    assert numbers(store.search(PostQuery(terms=("云州",)))) == [old]


def test_pruned_posts_leave_no_word_in_the_index(store: SqlitePostStore, path: Path) -> None:
    texts = ["清河停水，MU5735", "a" * 700, "", "水水水水", '"引号" and (NEAR)']
    store.put([a_numbered_post(n, title=text, text=text * 2, source=text) for n, text in enumerate(texts)])

    store.prune(NOON + SECOND)

    index = index_of(path)
    assert index.execute("select * from word").fetchall() == []
    index.execute("insert into post_words (post_words) values ('integrity-check')")
    index.close()


def test_index_holds_every_post_once_after_repeats_and_prunes(store: SqlitePostStore, path: Path) -> None:
    posts = [a_numbered_post(number, title="", text="云州") for number in range(20)]
    for _ in range(3):
        store.put(posts)
        store.put([replace(posts[0], outcome=Outcome.ORDINARY), *posts[5:10]])
    store.prune(NOON + SECOND, keep=[screened.post.id for screened in posts[:15]])

    index = index_of(path)
    (words,) = index.execute("select count(*) from word where term in ('云', '州')").fetchone()
    assert words == 15 * 2
    index.close()
