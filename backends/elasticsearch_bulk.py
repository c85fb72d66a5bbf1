"""Many documents written or deleted at once, each with its own answer: what a busy server refused is sent again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, cast

import msgspec
from elasticsearch import Elasticsearch

from backends.elasticsearch_cluster import Busy, ElasticsearchConnection, may_pass
from desk.errors import StoreError

DELETED = 200
# Created, deleted, there already (409: the first version stays) and gone already (404): what was wanted is so.
_DONE = frozenset({DELETED, 201, 404, 409})
_OPERATIONS_AT_ONCE = 2_000
_BYTES_AT_ONCE = 8_000_000
_LONGEST_REASON = 200
_ANSWERED = "items.*.status,items.*.error.type,items.*.error.reason"

Json = Mapping[str, object]
Operation = tuple[bytes, ...]
"""The line that says what to do, and for a creation the document."""


class Found(NamedTuple):
    """A document as a search found it, so that only this very version of it is deleted."""

    of_index: str
    document_id: str
    seq_no: int
    primary_term: int


class _Trouble(msgspec.Struct, frozen=True):
    type: str = ""
    reason: str | None = None


class _Item(msgspec.Struct, frozen=True):
    status: int
    error: _Trouble | None = None


class _Answer(msgspec.Struct, frozen=True):
    items: list[dict[str, _Item]]


def creation(index: str, document_id: str, document: bytes) -> Operation:
    """Writes a document unless its index has one with this id."""
    return msgspec.json.encode({"create": {"_index": index, "_id": document_id}}), document


def deletion(found: Found) -> Operation:
    """Deletes a document unless it was written anew since it was found."""
    line = {"_index": found.of_index, "_id": found.document_id}
    since = {"if_seq_no": found.seq_no, "if_primary_term": found.primary_term}
    return (msgspec.json.encode({"delete": {**line, **since}}),)


def carry_out(connection: ElasticsearchConnection, operations: Sequence[Operation]) -> list[int]:
    """The status of each operation. Raises StoreError, once all were tried, when one could not be carried out.

    What a document is refused for by a busy or troubled server passes: it is sent again, alone, after growing pauses.
    """
    items = [item for portion in _portions(operations) for item in _carried_out(connection, portion)]
    refused = [item for item in items if item.status not in _DONE]
    if refused:
        told = f"elasticsearch refused {len(refused)} of {len(items)} documents: {_told(refused[0])}"
        raise StoreError(told)
    return [item.status for item in items]


def _carried_out(connection: ElasticsearchConnection, portion: Sequence[Operation]) -> list[_Item]:
    waiting, answered = dict(enumerate(portion)), dict[int, _Item]()

    def attempt(client: Elasticsearch) -> None:
        lines = [line for operation in waiting.values() for line in operation]
        # The lines are JSON already; the client sends them as they are, though its types say otherwise.
        body = client.bulk(operations=cast("list[Json]", lines), filter_path=_ANSWERED).body
        items = [item for by_action in msgspec.convert(body, _Answer).items for item in by_action.values()]
        for number, item in zip(list(waiting), items, strict=True):
            answered[number] = item
            if not may_pass(item.status):
                del waiting[number]
        if waiting:
            raise Busy(f"{len(waiting)} of {len(portion)} documents wait: {_told(answered[next(iter(waiting))])}")

    connection.write(attempt)
    return [answered[number] for number in range(len(portion))]


def _portions(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    portion, size = list[Operation](), 0
    for operation in operations:
        added = sum(map(len, operation))
        if portion and (len(portion) == _OPERATIONS_AT_ONCE or size + added > _BYTES_AT_ONCE):
            yield portion
            portion, size = [], 0
        portion.append(operation)
        size += added
    if portion:
        yield portion


def _told(item: _Item) -> str:
    error = item.error or _Trouble()
    return f"{item.status} {error.type} {error.reason or ''}".strip()[:_LONGEST_REASON]
