"""Opens the post store under test, of every kind there is, over nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from backends.elasticsearch_cluster import ElasticsearchCluster
from backends.posts_elasticsearch import ElasticsearchPostStore
from backends.posts_memory import MemoryPostStore
from backends.posts_sqlite import SqlitePostStore
from desk.ports import PostStore
from desk.post import PostQuery, ScreenedPost
from tests.build import PostChanges, a_post, a_screened_post, an_id
from tests.engines import started

KINDS = ("memory", "sqlite", pytest.param("elasticsearch", marks=pytest.mark.engine))


class ForgottenPostStore(ElasticsearchPostStore):
    """A post store with a prefix of its own, of which nothing is left once it is closed."""

    def __init__(self, cluster: ElasticsearchCluster) -> None:
        super().__init__(cluster)
        self._cluster = cluster

    def close(self) -> None:
        forget(self._cluster)
        super().close()


def open_store(kind: str, folder: Path) -> PostStore:
    """A store of that kind without a post."""
    match kind:
        case "memory":
            return MemoryPostStore()
        case "sqlite":
            return SqlitePostStore(folder / "posts.db")
    return ForgottenPostStore(a_cluster())


def a_cluster(url: str | None = None) -> ElasticsearchCluster:
    """The Elasticsearch of the tests, or another, under names that nobody else uses."""
    return ElasticsearchCluster(url=url or started.elasticsearch(), prefix=f"huiying-test-{uuid4().hex[:12]}")


def forget(cluster: ElasticsearchCluster) -> None:
    """Deletes everything of ours on that cluster."""
    with Elasticsearch(cluster.url) as client:
        for index in indices_of(cluster):
            client.indices.delete(index=index)
        for kind in ("posts", "observations"):
            client.options(ignore_status=404).indices.delete_index_template(name=f"{cluster.prefix}-{kind}")


def indices_of(cluster: ElasticsearchCluster) -> list[str]:
    """The names of our indices on that cluster."""
    with Elasticsearch(cluster.url) as client:
        return sorted(client.indices.get_alias(index=f"{cluster.prefix}-*").body)


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
