"""A prefix of one test's own on the shared engines, and nothing left under it when the test has ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from elasticsearch import Elasticsearch
from kafka import KafkaAdminClient  # type: ignore[import-untyped]  # it ships no types

from tests.engines import started


@contextmanager
def own_prefix() -> Iterator[str]:
    """The prefix; its topics and indices are deleted afterwards."""
    prefix = f"test-{uuid4().hex[:12]}"
    try:
        yield prefix
    finally:
        _forget_topics(prefix)
        _forget_indices(prefix)


def _forget_topics(prefix: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=started.kafka())
    admin.delete_topics([topic for topic in admin.list_topics() if topic.startswith(f"{prefix}.")])
    admin.close()


def _forget_indices(prefix: str) -> None:
    with Elasticsearch(started.elasticsearch()) as client:
        for index in client.indices.get_alias(index=f"{prefix}-*").body:
            client.indices.delete(index=index)
        for kind in ("posts", "observations"):
            client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}-{kind}")
