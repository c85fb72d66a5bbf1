"""Questions to all indices of one kind: what was found, how many there are, and reading on page by page."""

from collections.abc import Collection, Iterator, Sequence

import msgspec
from elasticsearch import Elasticsearch

from backends.elasticsearch_bulk import Found, Json
from backends.elasticsearch_cluster import ElasticsearchConnection

PAGE = 1_000
"""How many documents are asked for at once when all are wanted."""
# No order of ours, but the one that is cheapest to read on in.
_AS_STORED: Sequence[Json] = ({"_shard_doc": "asc"},)
_KEPT_OPEN = "2m"


class Source(msgspec.Struct, frozen=True):
    """Of a document, the fields that were asked for."""

    body: str = ""
    id: str = ""
    collected_at: int = 0


class Hit(msgspec.Struct, frozen=True):
    """A document found."""

    index: str = msgspec.field(name="_index")
    document_id: str = msgspec.field(name="_id")
    source: Source = msgspec.field(name="_source", default=Source())
    seq_no: int = msgspec.field(name="_seq_no", default=0)
    primary_term: int = msgspec.field(name="_primary_term", default=0)
    sort: tuple[int | str | None, ...] = ()

    @property
    def found(self) -> Found:
        """What its deletion needs to know."""
        return Found(self.index, self.document_id, self.seq_no, self.primary_term)


class _Total(msgspec.Struct, frozen=True):
    value: int = 0


class _Hits(msgspec.Struct, frozen=True):
    hits: list[Hit]
    total: _Total = _Total()


class _Bucket(msgspec.Struct, frozen=True):
    key: str | dict[str, str]
    doc_count: int


class _Aggregation(msgspec.Struct, frozen=True):
    buckets: list[_Bucket]


class _Answer(msgspec.Struct, frozen=True):
    hits: _Hits
    # Without a single index there is none.
    aggregations: dict[str, _Aggregation] = {}

    @property
    def buckets(self) -> list[_Bucket]:
        return [bucket for aggregation in self.aggregations.values() for bucket in aggregation.buckets]


def all_of(*conditions: Json, none_of: Sequence[Json] = ()) -> Json:
    """All the conditions, and none of the others; nothing is ranked."""
    return {"bool": {"filter": list(conditions), "must_not": list(none_of)}}


def any_of(*conditions: Json) -> Json:
    """At least one of the conditions."""
    return {"bool": {"should": list(conditions), "minimum_should_match": 1}}


def portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many values at once as one condition should name."""
    return (values[start : start + PAGE] for start in range(0, len(values), PAGE))


class Documents:
    """All documents under one alias; nothing is found, and nothing wrong, while it has no index.

    A writer that has to look first is `patient`: it waits for a server as long as its write would.
    """

    def __init__(self, connection: ElasticsearchConnection, alias: str, *, patient: bool = False) -> None:
        self._connection = connection
        self._alias = alias
        self._ask = connection.write if patient else connection.read

    def first(
        self, condition: Json, *, sort: Sequence[Json], after: Sequence[object], fields: Sequence[str], size: int
    ) -> list[Hit]:
        """The first `size` documents in an order that tells all apart, those behind the sort values `after`."""
        return self._search(
            {
                "query": condition,
                "sort": list(sort),
                "size": size,
                "_source": list(fields),
                "track_total_hits": False,
                **({"search_after": list(after)} if after else {}),
            }
        ).hits.hits

    def with_ids(
        self, document_ids: Sequence[str], *, fields: Sequence[str], but_in: Collection[str] = ()
    ) -> list[Hit]:
        """The documents with these ids, but those in the indices named."""
        found: list[Hit] = []
        for portion in portions(document_ids):
            wanted = all_of({"terms": {"_id": list(portion)}}, none_of=[{"terms": {"_index": list(but_in)}}])
            # Should two writers ever have stored one in two months at once, neither crowds out another.
            found += self._search({"query": wanted, "size": 2 * len(portion), "_source": list(fields)}).hits.hits
        return found

    def walk(
        self,
        condition: Json,
        *,
        sort: Sequence[Json] = _AS_STORED,
        after: Sequence[object] = (),
        fields: Sequence[str] = (),
    ) -> Iterator[list[Hit]]:
        """All documents as they are now, page by page, whatever is written meanwhile."""
        point = self._ask(self._opened)
        asked: dict[str, object] = {
            "pit": {"id": point, "keep_alive": _KEPT_OPEN},
            "query": condition,
            "sort": list(sort),
            "size": PAGE,
            "_source": list(fields),
            "seq_no_primary_term": True,
            "track_total_hits": False,
        }
        try:
            while page := self._search(asked | ({"search_after": list(after)} if after else {})).hits.hits:
                yield page
                after = page[-1].sort
        finally:
            self._ask(lambda client: client.options(ignore_status=404).close_point_in_time(id=point))

    def count(self, condition: Json) -> int:
        """How many documents there are."""
        return self._search({"query": condition, "size": 0, "track_total_hits": True}).hits.total.value

    def count_by(self, field: str, *, kinds: int) -> dict[str, int]:
        """How many documents there are by a field of at most so many different values."""
        by = {"by": {"terms": {"field": field, "size": kinds}}}
        buckets = self._search({"size": 0, "aggregations": by}).buckets
        return {str(bucket.key): bucket.doc_count for bucket in buckets}

    def values(self, field: str) -> Iterator[list[str]]:
        """The different values of a field in their order, page by page."""
        listed: dict[str, object] = {"size": PAGE, "sources": [{field: {"terms": {"field": field}}}]}
        while buckets := self._search({"size": 0, "aggregations": {"values": {"composite": listed}}}).buckets:
            found = [bucket.key[field] for bucket in buckets if isinstance(bucket.key, dict)]
            yield found
            listed["after"] = {field: found[-1]}

    def refresh(self) -> None:
        """Makes everything written so far findable."""
        self._ask(lambda client: client.indices.refresh(index=self._alias, ignore_unavailable=True))

    def _search(self, asked: Json) -> _Answer:
        # A point in time knows its indices. Half an answer, when a server is away, would look like a whole one.
        index = None if "pit" in asked else self._alias
        ignoring = None if "pit" in asked else True

        def ask(client: Elasticsearch) -> _Answer:
            answer = client.search(
                index=index, ignore_unavailable=ignoring, allow_partial_search_results=False, body=dict(asked)
            )
            return msgspec.convert(answer.body, _Answer)

        return self._ask(ask)

    def _opened(self, client: Elasticsearch) -> str:
        opened = client.open_point_in_time(index=self._alias, keep_alive=_KEPT_OPEN, ignore_unavailable=True)
        return str(opened.body["id"])
