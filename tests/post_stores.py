"""Opens the post store under test, of every kind there is, over nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from backends.posts_memory import MemoryPostStore
from backends.posts_sqlite import SqlitePostStore
from desk.ports import PostStore
from desk.post import PostQuery, ScreenedPost
from tests.build import PostChanges, a_post, a_screened_post, an_id

KINDS = ("memory", "sqlite")


def open_store(kind: str, folder: Path) -> PostStore:
    """A store of that kind without a post."""
    return MemoryPostStore() if kind == "memory" else SqlitePostStore(folder / "posts.db")


def a_numbered_post(number: int, **changes: Unpack[PostChanges]) -> ScreenedPost:
    """A screened post whose id sorts by its number."""
    return a_screened_post(post=replace(a_post(**changes), id=an_id(number)))


def numbers(found: Sequence[ScreenedPost]) -> list[int]:
    """The numbers of the posts found, in their order."""
    return [int(screened.post.id, 16) for screened in found]


def everything(store: PostStore) -> tuple[object, ...]:
    """All that can be seen in a store: equal before and after means that nothing happened."""
    posts = store.search(PostQuery(limit=1_000))
    seen = [store.observations(screened.post.id) for screened in posts]
    return posts, store.search(PostQuery(terms=("云州",), limit=1_000)), seen, store.counts()
