"""Retention of posts in Elasticsearch: a whole month goes with its index, the rest by what a search finds."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from backends.elasticsearch_bulk import DELETED, Json, carry_out, deletion
from backends.elasticsearch_cluster import ElasticsearchConnection
from backends.elasticsearch_indices import MonthlyIndices, month_in, month_of
from backends.elasticsearch_search import Documents, Hit, all_of, any_of, portions
from desk.moments import to_microseconds

_ALL: Json = {"match_all": {}}


class Retention:
    """What is left to do when the time of posts is over; cut short, a repeat does the rest."""

    def __init__(self, connection: ElasticsearchConnection, posts: MonthlyIndices, sights: MonthlyIndices) -> None:
        self._connection = connection
        self._post_indices, self._sight_indices = posts, sights
        self._posts = Documents(connection, posts.alias, patient=True)
        self._sights = Documents(connection, sights.alias, patient=True)

    def prune(self, before: datetime, kept: Collection[str]) -> int:
        """Deletes the posts collected before that time but those kept, and says how many; their sights go first."""
        moment = to_microseconds(before)
        for post_ids in self._sights.values("post_id"):
            self._forget_sights([post_id for post_id in post_ids if post_id not in kept], moment)
        self._drop_empty_months(month_of(before))
        return sum(self._prune_month(index, before, kept) for index in self._post_indices.existing(self._connection))

    def _forget_sights(self, post_ids: Sequence[str], moment: int) -> None:
        collected = {hit.document_id: hit.source.collected_at for hit in self._stored(post_ids)}
        expired = [post_id for post_id, collected_at in collected.items() if collected_at < moment]
        of_no_post = [post_id for post_id in post_ids if post_id not in collected]
        outdated = any_of(
            {"terms": {"post_id": expired}},
            all_of({"terms": {"post_id": of_no_post}}, {"range": {"seen_at": {"lt": moment}}}),
        )
        for page in self._sights.walk(outdated):
            self._delete(page)

    def _stored(self, post_ids: Sequence[str]) -> Iterable[Hit]:
        return self._posts.with_ids(post_ids, fields=["collected_at"])

    def _prune_month(self, index: str, before: datetime, kept: Collection[str]) -> int:
        if month_in(index) > month_of(before):
            return 0
        documents = Documents(self._connection, index, patient=True)
        if month_in(index) < month_of(before) and not _has_any(documents, kept):
            return self._drop(index, documents)
        expired = {"range": {"collected_at": {"lt": to_microseconds(before)}}}
        pages = documents.walk(expired)
        return sum(self._delete([hit for hit in page if hit.document_id not in kept]) for page in pages)

    def _drop(self, index: str, documents: Documents) -> int:
        # Nobody writes there any more: posts are put in the month in which they are collected.
        count = documents.count(_ALL)
        self._connection.write(lambda client: client.indices.delete(index=index, ignore_unavailable=True))
        return count

    def _drop_empty_months(self, current: str) -> None:
        self._sights.refresh()
        for index in self._sight_indices.existing(self._connection):
            documents = Documents(self._connection, index, patient=True)
            if month_in(index) < current and not documents.count(_ALL):
                self._drop(index, documents)

    def _delete(self, page: Sequence[Hit]) -> int:
        statuses = carry_out(self._connection, [deletion(hit.found) for hit in page])
        return statuses.count(DELETED)


def _has_any(documents: Documents, post_ids: Collection[str]) -> bool:
    return any(documents.count({"terms": {"_id": list(portion)}}) for portion in portions(list(post_ids)))
