"""An Elasticsearch that has too much to do: whatever it refuses is sent again, and nothing is lost or doubled."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from backends.elasticsearch_cluster import ElasticsearchCluster, Patience
from backends.posts_elasticsearch import ElasticsearchPostStore
from desk.errors import StoreError
from desk.post import PostQuery
from tests.build import an_id, an_observation
from tests.chaos.elasticsearch_gate import ElasticsearchGate
from tests.post_stores import a_cluster, a_numbered_post, forget, numbers

pytestmark = pytest.mark.engine

BATCH = [a_numbered_post(number) for number in range(100)]
SEEN = [an_observation(post_id=an_id(number)) for number in range(100)]


@pytest.fixture
def cluster() -> Iterator[ElasticsearchCluster]:
    cluster = a_cluster()
    yield cluster
    forget(cluster)


@pytest.fixture
def gate(cluster: ElasticsearchCluster) -> Iterator[ElasticsearchGate]:
    with ElasticsearchGate(cluster.url) as gate:
        yield gate


def opened(cluster: ElasticsearchCluster, gate: ElasticsearchGate, *, patience: timedelta) -> ElasticsearchPostStore:
    behind_gate = replace(cluster, url=gate.url)
    return ElasticsearchPostStore(behind_gate, writing=Patience(request=timedelta(seconds=30), repeats=patience))


@pytest.mark.parametrize("trouble", [{"refusals": 4}, {"halves": 4}, {"refusals": 2, "halves": 3}], ids=str)
def test_batch_refused_for_a_while_is_stored_whole_in_the_end(
    cluster: ElasticsearchCluster, gate: ElasticsearchGate, trouble: dict[str, int]
) -> None:
    store = opened(cluster, gate, patience=timedelta(seconds=60))
    for name, count in trouble.items():
        setattr(gate, name, count)

    store.put(BATCH, SEEN)

    assert gate.refused == sum(trouble.values())
    assert numbers(store.search(PostQuery(limit=1_000))) == list(range(100))
    assert (store.counts().posts, store.counts().observations) == (100, 100)
    store.close()


def test_batch_refused_for_too_long_raises_and_a_repeat_completes_it(
    cluster: ElasticsearchCluster, gate: ElasticsearchGate
) -> None:
    store = opened(cluster, gate, patience=timedelta(milliseconds=120))
    gate.halves = 1_000

    with pytest.raises(StoreError, match="documents wait: 429 es_rejected_execution_exception rejected execution"):
        store.put(BATCH, SEEN)
    gate.halves = 0
    store.put(BATCH, SEEN)

    assert numbers(store.search(PostQuery(limit=1_000))) == list(range(100))
    assert (store.counts().posts, store.counts().observations) == (100, 100)
    store.close()


def test_reader_of_a_busy_server_gets_its_answer_a_little_later(
    cluster: ElasticsearchCluster, gate: ElasticsearchGate
) -> None:
    store = opened(cluster, gate, patience=timedelta(seconds=60))
    store.put(BATCH)
    gate.refusals = 3

    found = store.search(PostQuery(limit=3))

    assert numbers(found) == [0, 1, 2]
    store.close()
