"""An Elasticsearch behind TLS and a password: reached with both, and with one line when either is wrong."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backends.elasticsearch_cluster import ElasticsearchCluster
from backends.posts_elasticsearch import ElasticsearchPostStore
from desk.errors import StoreError
from desk.post import PostQuery
from tests.chaos.elasticsearch_gate import ElasticsearchGate
from tests.mail_server import make_certificate
from tests.post_stores import a_cluster, a_numbered_post, forget, numbers

pytestmark = pytest.mark.engine

PASSWORD = "clear river"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[ElasticsearchCluster]:
    plain = a_cluster()
    basic = f"Basic {b64encode(f'huiying:{PASSWORD}'.encode()).decode()}"
    with ElasticsearchGate(plain.url, secured=make_certificate(tmp_path).server, asked_for=basic) as gate:
        ca_file = tmp_path / "certificate.pem"
        yield replace(plain, url=gate.url, ca_file=ca_file, user="huiying", password=PASSWORD)
    forget(plain)


def test_posts_are_stored_and_found_through_tls_with_a_password(cluster: ElasticsearchCluster) -> None:
    store = ElasticsearchPostStore(cluster)

    store.put([a_numbered_post(1)])

    assert numbers(store.search(PostQuery())) == [1]
    store.close()


def test_wrong_password_is_refused_at_once_and_not_shown(cluster: ElasticsearchCluster) -> None:
    with pytest.raises(StoreError, match="answered 401") as refused:
        ElasticsearchPostStore(replace(cluster, password="wrong river"))

    assert "river" not in str(refused.value)


def test_server_whose_certificate_nobody_here_trusts_is_refused_at_once(cluster: ElasticsearchCluster) -> None:
    with pytest.raises(StoreError, match=r"cannot read elasticsearch at 127\.0\.0\.1:\d+: .*certificate"):
        ElasticsearchPostStore(replace(cluster, ca_file=None))
