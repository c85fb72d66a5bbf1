"""An Elasticsearch that is killed, started again or hangs under load: nothing is lost, nothing is stored twice."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from types import MappingProxyType

import pytest

from backends.clock import SystemClock
from backends.elasticsearch_cluster import Patience
from backends.posts_elasticsearch import ElasticsearchPostStore
from desk.errors import StoreError
from desk.post import PostQuery, ScreenedPost
from tests.build import NOON, SECOND, an_id, an_observation
from tests.engines.elasticsearch_server import ElasticsearchServer
from tests.post_stores import a_cluster, a_numbered_post, numbers

pytestmark = [pytest.mark.engine, pytest.mark.process]

BATCH = 500
POSTS = 8_000
PAUSE = timedelta(seconds=15)
BATCHES = [
    [
        a_numbered_post(number, text=f"云州清河停水第{number}回", published_at=NOON - number % 999 * SECOND)
        for number in range(first, first + BATCH)
    ]
    for first in range(0, POSTS, BATCH)
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElasticsearchServer]:
    server = ElasticsearchServer(tmp_path_factory.mktemp("elasticsearch"))
    server.start()
    yield server
    server.stop()


def opened(server: ElasticsearchServer, patience: Patience) -> ElasticsearchPostStore:
    return ElasticsearchPostStore(a_cluster(server.settings["HUIYING_ELASTICSEARCH_URL"]), writing=patience)


def put_all(store: ElasticsearchPostStore, reached: Mapping[int, Event] = MappingProxyType({})) -> int:
    """Puts batch after batch, each until it is stored, as a screener does; says how many puts failed."""
    failed = 0
    for number, batch in enumerate(BATCHES):
        reached.get(number, Event()).set()
        while not _is_put(store, batch):
            failed += 1
    return failed


def _is_put(store: ElasticsearchPostStore, batch: Sequence[ScreenedPost]) -> bool:
    try:
        store.put(batch, [an_observation(post_id=screened.post.id) for screened in batch[::50]])
    except StoreError:
        return False
    return True


def assert_all_once(store: ElasticsearchPostStore) -> None:
    expected = sorted(range(POSTS), key=lambda number: (number % 999, number))
    assert numbers(store.search(PostQuery(terms=("清河停水",), limit=2 * POSTS))) == expected
    assert (store.counts().posts, store.counts().observations) == (POSTS, POSTS // 50)


@pytest.mark.parametrize("patience", [120.0, 1.0], ids=["repeated inside", "repeated by the caller"])
def test_server_killed_twice_in_mid_bulk_loses_and_doubles_nothing(
    server: ElasticsearchServer, patience: float
) -> None:
    store = opened(server, Patience(request=timedelta(seconds=20), repeats=timedelta(seconds=patience)))
    reached = {at: Event() for at in (4, 10)}

    # The server is started by the thread that outlives it: it ends with its starter.
    with ThreadPoolExecutor(1) as beside:
        putting = beside.submit(put_all, store, reached)
        for moment in reached.values():
            assert moment.wait(120)
            server.kill()
            server.start()
        failed = putting.result()

    assert (failed == 0) == (patience > 1)
    assert_all_once(store)
    put_all(store)
    assert_all_once(store)
    store.close()


def test_server_that_hangs_for_a_while_loses_and_doubles_nothing(server: ElasticsearchServer) -> None:
    # Answers may come after a request was given up and sent again: both are carried out.
    store = opened(server, Patience(request=timedelta(seconds=4), repeats=timedelta(seconds=60)))
    reached = {6: Event()}

    with ThreadPoolExecutor(1) as beside:
        putting = beside.submit(put_all, store, reached)
        assert reached[6].wait(120)
        server.pause()
        SystemClock().sleep(PAUSE)
        server.resume()
        failed = putting.result()

    assert failed == 0
    assert_all_once(store)
    store.close()


def test_reader_of_a_server_that_is_away_is_told_in_time_and_served_afterwards(server: ElasticsearchServer) -> None:
    store = opened(server, Patience(request=timedelta(seconds=20), repeats=timedelta(seconds=60)))
    store.put([a_numbered_post(1)])
    assert store.counts().posts == 1
    server.kill()

    with pytest.raises(StoreError, match=r"cannot read elasticsearch at 127\.0\.0\.1:\d+: .*refused"):
        store.search(PostQuery())
    server.start()

    assert list(store.get([an_id(1)])) == [an_id(1)]
    store.close()
