"""The indices of the posts: one a month under one alias, made by a versioned template when first written to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from elasticsearch import Elasticsearch, NotFoundError

from backends.elasticsearch_cluster import ElasticsearchConnection
from desk.errors import SchemaMismatch

VERSION = 1
# Above any template that an office has for everything, which would else be taken instead.
_PRIORITY = 500
# A longer word of its own would be refused with its whole document (32,766 bytes, up to four to a character).
_KEYWORD: Mapping[str, object] = {"type": "keyword", "ignore_above": 8191}
_LONG: Mapping[str, object] = {"type": "long"}
_KEPT_ONLY: Mapping[str, object] = {"type": "keyword", "index": False, "doc_values": False}
_SETTINGS: Mapping[str, object] = {
    # Named, so that it also holds for an index nobody has searched for a while.
    "refresh_interval": "1s",
    # A single server has nowhere to put a copy.
    "auto_expand_replicas": "0-1",
}
_POST: Mapping[str, object] = {
    "id": _KEYWORD,
    "published_at": _LONG,
    "collected_at": _LONG,
    "source": _KEYWORD,
    "outcome": _KEYWORD,
    "fingerprint": _KEYWORD,
    "words": {"type": "text", "analyzer": "whitespace", "norms": False},
    "body": _KEPT_ONLY,
}
_OBSERVATION: Mapping[str, object] = {
    "post_id": _KEYWORD,
    "seen_at": _LONG,
    "source": _KEYWORD,
    "body": _KEPT_ONLY,
}


class _Template(msgspec.Struct, frozen=True):
    version: int = 0


class _NamedTemplate(msgspec.Struct, frozen=True):
    index_template: _Template


class _Templates(msgspec.Struct, frozen=True):
    index_templates: list[_NamedTemplate]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyIndices:
    """The indices of one kind of document: `alias` reads all of them, `of_month` names the one to write to.

    An index of an older version stays under the alias until its month is pruned.
    """

    alias: str
    fields: Mapping[str, object]

    def of_month(self, moment: datetime) -> str:
        """The index for what is filed under that moment."""
        return f"{self.alias}-v{VERSION}-{month_of(moment)}"

    def ensure(self, connection: ElasticsearchConnection) -> None:
        """Puts the template where new indices are made from. Raises SchemaMismatch when a newer one is there."""
        stored = connection.read(self._stored_version)
        if stored > VERSION:
            raise SchemaMismatch(
                f"elasticsearch holds {self.alias} of version {stored}, this program knows {VERSION}: use a newer one"
            )
        if stored < VERSION:
            connection.write(self._put_template)

    def existing(self, connection: ElasticsearchConnection) -> list[str]:
        """The names of the indices there are, oldest month first."""
        return sorted(connection.read(self._names), key=month_in)

    def _stored_version(self, client: Elasticsearch) -> int:
        try:
            body = client.indices.get_index_template(name=self.alias).body
        except NotFoundError:
            return 0
        (stored,) = msgspec.convert(body, _Templates).index_templates
        return stored.index_template.version

    def _put_template(self, client: Elasticsearch) -> None:
        # A cluster of many servers gets its numbers of shards and copies from a component template of the office's.
        local = f"{self.alias}-local"
        client.indices.put_index_template(
            name=self.alias,
            version=VERSION,
            priority=_PRIORITY,
            index_patterns=[f"{self.alias}-v{VERSION}-*"],
            composed_of=[local],
            ignore_missing_component_templates=[local],
            template={
                "aliases": {self.alias: {}},
                "settings": _SETTINGS,
                "mappings": {"dynamic": "strict", "properties": self.fields},
            },
        )

    def _names(self, client: Elasticsearch) -> Iterator[str]:
        return iter(client.indices.get_alias(index=self.alias, ignore_unavailable=True).body)


def post_indices(prefix: str) -> MonthlyIndices:
    """The posts, by the month they were collected in."""
    return MonthlyIndices(alias=f"{prefix}-posts", fields=_POST)


def observation_indices(prefix: str) -> MonthlyIndices:
    """The observations, by the month they were made in."""
    return MonthlyIndices(alias=f"{prefix}-observations", fields=_OBSERVATION)


def month_of(moment: datetime) -> str:
    """The month in UTC, in a form that sorts."""
    in_utc = moment.astimezone(UTC)
    return f"{in_utc.year:04}-{in_utc.month:02}"


def month_in(index: str) -> str:
    """The month an index is of."""
    return index[-len("0000-00") :]
