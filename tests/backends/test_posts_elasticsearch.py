"""The Elasticsearch post store itself: its months, its versions, odd posts, many writers, and servers that are away."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from backends.elasticsearch_cluster import ElasticsearchCluster, Patience
from backends.posts_elasticsearch import ALL_AT_ONCE, ElasticsearchPostStore
from desk.errors import SchemaMismatch, StoreError
from desk.post import PostQuery
from tests.build import DAY, HOUR, MICROSECOND, NOON, SECOND, PostChanges, a_post, an_id, an_observation
from tests.engines.server import free_ports
from tests.post_stores import a_cluster, a_numbered_post, forget, indices_of, numbers

pytestmark = pytest.mark.engine

JULY = datetime(2026, 7, 1, tzinfo=UTC)
AT_ONCE = Patience(request=timedelta(seconds=5), repeats=timedelta())


@pytest.fixture
def cluster() -> Iterator[ElasticsearchCluster]:
    cluster = a_cluster()
    yield cluster
    forget(cluster)


@pytest.fixture
def store(cluster: ElasticsearchCluster) -> Iterator[ElasticsearchPostStore]:
    store = ElasticsearchPostStore(cluster)
    yield store
    store.close()


@pytest.fixture
def client(cluster: ElasticsearchCluster) -> Iterator[Elasticsearch]:
    with Elasticsearch(cluster.url) as client:
        yield client


def months(cluster: ElasticsearchCluster, kind: str) -> list[str]:
    start = f"{cluster.prefix}-{kind}-v1-"
    return [name.removeprefix(start) for name in indices_of(cluster) if name.startswith(start)]


def test_posts_are_kept_by_the_month_they_were_collected_in(
    store: ElasticsearchPostStore, cluster: ElasticsearchCluster
) -> None:
    moments = [JULY - MICROSECOND, JULY]

    store.put(
        [a_numbered_post(number, collected_at=moment) for number, moment in enumerate(moments)],
        [an_observation(seen_at=moment) for moment in moments],
    )

    assert months(cluster, "posts") == months(cluster, "observations") == ["2026-06", "2026-07"]
    assert numbers(store.search(PostQuery())) == [0, 1]


def test_month_of_which_nothing_is_kept_goes_with_its_index(
    store: ElasticsearchPostStore, cluster: ElasticsearchCluster
) -> None:
    store.put([a_numbered_post(1, collected_at=JULY - SECOND), a_numbered_post(2, collected_at=JULY)])
    store.put([], [an_observation(post_id=an_id(1), seen_at=JULY - HOUR)])

    pruned = store.prune(JULY)

    assert pruned == 1
    assert months(cluster, "posts") == ["2026-07"]
    assert months(cluster, "observations") == []


def test_month_of_which_a_post_is_kept_goes_with_the_last_one(
    store: ElasticsearchPostStore, cluster: ElasticsearchCluster
) -> None:
    store.put([a_numbered_post(number, collected_at=JULY - SECOND) for number in range(3)])

    first, second = store.prune(JULY + DAY, keep=[an_id(1)]), months(cluster, "posts")
    last = store.prune(JULY + DAY)

    assert (first, second, last) == (2, ["2026-06"], 1)
    assert months(cluster, "posts") == []


def test_month_that_has_not_ended_keeps_its_young_posts(store: ElasticsearchPostStore) -> None:
    old = range(2_500)
    store.put([a_numbered_post(number, collected_at=NOON - SECOND) for number in old])
    store.put([a_numbered_post(9_000, collected_at=NOON)])

    pruned = store.prune(NOON)

    assert pruned == len(old)
    assert numbers(store.search(PostQuery())) == [9_000]


def test_post_collected_again_in_another_month_is_not_stored_twice(
    store: ElasticsearchPostStore, cluster: ElasticsearchCluster
) -> None:
    first = a_numbered_post(1, text="云州停水", collected_at=JULY - SECOND)
    later = a_numbered_post(1, text="清河断电", collected_at=JULY)
    earlier = a_numbered_post(1, text="清河断电", collected_at=JULY - 40 * DAY)
    other_screener = ElasticsearchPostStore(cluster)
    store.put([first])

    store.put([later, a_numbered_post(2, collected_at=JULY)])
    store.put([earlier])
    store.search(PostQuery())
    other_screener.put([later])

    assert store.get([an_id(1)]) == {an_id(1): first}
    assert store.counts().posts == 2
    assert store.search(PostQuery(terms=("断电",))) == other_screener.search(PostQuery(terms=("断电",))) == []
    other_screener.close()


def test_posts_are_found_by_another_store_after_a_moment(
    store: ElasticsearchPostStore, cluster: ElasticsearchCluster, client: Elasticsearch
) -> None:
    board = ElasticsearchPostStore(cluster)
    assert board.counts().posts == 0
    store.put([a_numbered_post(1)])

    # Returns once the server has refreshed the index by itself, after its own interval.
    client.index(index=indices_of(cluster)[0], document={"id": "x", "outcome": "ordinary"}, id="x", refresh="wait_for")

    assert numbers(board.search(PostQuery(source="yunzhou-forum"))) == [1]
    board.close()


def test_more_posts_than_one_answer_holds_are_found_in_order(store: ElasticsearchPostStore) -> None:
    moments = [NOON - number % 7 * SECOND for number in range(2 * ALL_AT_ONCE + 1)]
    posts = [a_numbered_post(number, published_at=moment, text="云") for number, moment in enumerate(moments)]
    store.put(posts)
    in_order = sorted(range(len(posts)), key=lambda number: (-moments[number].timestamp(), number))

    for limit in (ALL_AT_ONCE, ALL_AT_ONCE + 1, len(posts) - 1, len(posts), len(posts) + 1):
        assert numbers(store.search(PostQuery(limit=limit))) == in_order[:limit]

    last = posts[in_order[5]].post
    behind = PostQuery(limit=len(posts), after=(last.published_at, last.id), terms=("云",))
    assert numbers(store.search(behind)) == in_order[6:]


@pytest.mark.parametrize(
    "odd",
    [
        {"source": "s" * 40_000},
        {"text": "a" * 100_000},
        {"text": "𐍈" * 600},
        {"text": "水" * 400_000},
        {"text": "\0\x1f\u2028 \ufeff", "title": "\U0010ffff"},
        {"id": ""},
        {"id": "/_all,*?" + "i" * 1_000},
    ],
    ids=["source", "run", "rare letters", "long", "signs", "no id", "long id"],
)
def test_odd_post_is_stored_like_any_other_and_keeps_nothing_else_out(
    store: ElasticsearchPostStore, odd: PostChanges
) -> None:
    plain = a_numbered_post(1)
    strange = replace(plain, post=a_post(**odd))
    seen = an_observation(post_id=strange.post.id, source=strange.post.source)

    store.put([plain, strange], [seen])
    store.put([strange, plain], [seen])

    assert store.get([strange.post.id, an_id(1)]) == {strange.post.id: strange, an_id(1): plain}
    assert store.observations(strange.post.id) == [seen]
    assert store.counts().posts == 2
    assert store.prune(NOON + SECOND, keep=[strange.post.id]) == 1
    assert store.observations(strange.post.id) == [seen]


def test_run_of_rare_letters_is_found_by_the_whole_of_it_only(store: ElasticsearchPostStore) -> None:
    store.put([a_numbered_post(1, text="𐍈" * 200), a_numbered_post(2, text="𐍈" * 127)])

    assert numbers(store.search(PostQuery(terms=("𐍈" * 200,)))) == [1]
    assert numbers(store.search(PostQuery(terms=("𐍈" * 127,)))) == [2]
    assert store.search(PostQuery(terms=("𐍈" * 73,))) == []


def test_overlapping_posts_of_many_writers_are_each_stored_once(cluster: ElasticsearchCluster) -> None:
    def put_batches(writer: int) -> None:
        store = ElasticsearchPostStore(cluster)
        for first in range(writer * 10, writer * 10 + 200, 20):
            some = range(first, first + 40)
            store.put([a_numbered_post(each) for each in some], [an_observation(post_id=an_id(each)) for each in some])
        store.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(put_batches, range(4)))

    store = ElasticsearchPostStore(cluster)
    assert numbers(store.search(PostQuery(limit=1_000))) == list(range(250))
    assert (store.counts().posts, store.counts().observations) == (250, 250)
    store.close()


def test_threads_share_one_store_and_find_what_they_put(store: ElasticsearchPostStore) -> None:
    def put_and_search(number: int) -> int:
        store.put([a_numbered_post(number, source=f"source-{number}")])
        return len(store.search(PostQuery(source=f"source-{number}")))

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(put_and_search, range(40)))

    assert found == [1] * 40
    assert store.counts().posts == 40


def test_posts_are_there_when_the_store_is_opened_again(
    store: ElasticsearchPostStore, cluster: ElasticsearchCluster
) -> None:
    store.put([a_numbered_post(1)])
    before = store.search(PostQuery())

    reopened = ElasticsearchPostStore(cluster)

    assert reopened.get([an_id(1)]) == {an_id(1): before[0]}
    reopened.close()


def test_indices_of_a_newer_program_are_refused(
    store: ElasticsearchPostStore, cluster: ElasticsearchCluster, client: Elasticsearch
) -> None:
    name = f"{cluster.prefix}-posts"
    client.indices.put_index_template(name=name, index_patterns=[f"{name}-v2-*"], version=2)

    with pytest.raises(SchemaMismatch, match=f"holds {name} of version 2, this program knows 1"):
        ElasticsearchPostStore(cluster)

    assert client.indices.get_index_template(name=name).body["index_templates"][0]["index_template"]["version"] == 2


def test_index_of_an_earlier_version_is_still_read_and_pruned(
    store: ElasticsearchPostStore, cluster: ElasticsearchCluster, client: Elasticsearch
) -> None:
    alias = f"{cluster.prefix}-posts"
    store.put([a_numbered_post(1, collected_at=JULY - SECOND)])
    client.indices.create(
        index=f"{alias}-v0-2026-05",
        aliases={alias: {}},
        mappings=next(iter(client.indices.get_mapping(index=alias).body.values()))["mappings"],
    )
    store.counts()
    found = client.search(index=alias, query={"match_all": {}})
    document = {**found.body["hits"]["hits"][0]["_source"], "collected_at": 0}
    client.index(index=f"{alias}-v0-2026-05", id=an_id(2), document={**document, "id": an_id(2)}, refresh=True)

    store.put([a_numbered_post(2, collected_at=JULY - SECOND)])

    assert store.counts().posts == 2
    assert store.prune(JULY - 10 * DAY) == 1
    assert store.counts().posts == 1


def test_server_that_is_not_there_is_named_in_one_line() -> None:
    (port,) = free_ports(1)
    absent = ElasticsearchCluster(url=f"http://someone:secret@127.0.0.1:{port}")

    with pytest.raises(StoreError, match=rf"^cannot read elasticsearch at 127\.0\.0\.1:{port}: .*refused") as refused:
        ElasticsearchPostStore(absent)

    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    cluster = ElasticsearchCluster(url="https://127.0.0.1:9", ca_file=tmp_path / "ca.pem")

    with pytest.raises(StoreError, match=r"cannot use elasticsearch at 127\.0\.0\.1:9: no file of certificates at"):
        ElasticsearchPostStore(cluster)


def test_password_is_not_shown() -> None:
    assert "secret" not in repr(ElasticsearchCluster(url="https://127.0.0.1:9", user="huiying", password="secret"))


def test_document_the_server_refuses_keeps_no_other_out(
    store: ElasticsearchPostStore, cluster: ElasticsearchCluster, client: Elasticsearch
) -> None:
    store.put([a_numbered_post(1)])
    closed = f"{cluster.prefix}-posts-v1-2026-07"
    client.indices.create(index=closed, settings={"index.blocks.write": True})
    batch = [a_numbered_post(2, collected_at=JULY), a_numbered_post(3)]

    with pytest.raises(StoreError, match="refused 1 of 2 documents: 403 cluster_block_exception"):
        store.put(batch)
    stored_meanwhile = numbers(store.search(PostQuery()))
    client.indices.put_settings(index=closed, settings={"index.blocks.write": False})
    store.put(batch)

    assert stored_meanwhile == [1, 3]
    assert numbers(store.search(PostQuery())) == [1, 2, 3]
