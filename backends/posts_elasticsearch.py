"""Screened posts in Elasticsearch: one index a month, the same words and the same answers as the post file."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from threading import Lock

import msgspec

from backends.codec import decode_value, encode_value
from backends.elasticsearch_bulk import Json, carry_out, creation
from backends.elasticsearch_cluster import WRITING, ElasticsearchCluster, ElasticsearchConnection, Patience
from backends.elasticsearch_indices import observation_indices, post_indices
from backends.elasticsearch_prune import Retention
from backends.elasticsearch_search import Documents, Hit, all_of
from desk.moments import to_microseconds
from desk.post import Observation, Outcome, PostCounts, PostQuery, ScreenedPost
from desk.text import MAX_TOKEN_LENGTH, index_tokens, search_phrases

ALL_AT_ONCE = 5_000
"""Of more posts than this the found ones are read in pages, from one point in time."""
_NEWEST_FIRST: Sequence[Json] = ({"published_at": "desc"}, {"id": "asc"})
_OLDEST_FIRST: Sequence[Json] = ({"seen_at": "asc"}, {"source": "asc"})
_LONGEST_ID = 128
_NEVER_CUT = MAX_TOKEN_LENGTH // 2


class ElasticsearchPostStore:
    """A `PostStore` for many machines, shared by processes and by threads.

    What one store put it finds itself; others find it after a second. Opening asks the server at once and
    raises StoreError when it cannot be reached, SchemaMismatch when a newer program has been there.

    A put that raises StoreError may have stored a part: repeated, it stores the rest. A post that is stored in
    another month already (collected again) is not stored twice; only two processes that put the same post of two
    months in the same second could do so, and the bus gives all records of one post to one screener.
    """

    def __init__(self, cluster: ElasticsearchCluster, *, writing: Patience = WRITING) -> None:
        self._connection = ElasticsearchConnection(cluster, writing=writing)
        self._post_indices, self._sight_indices = post_indices(cluster.prefix), observation_indices(cluster.prefix)
        self._posts = Documents(self._connection, self._post_indices.alias)
        self._sights = Documents(self._connection, self._sight_indices.alias)
        self._posts_before_put = Documents(self._connection, self._post_indices.alias, patient=True)
        self._lock = Lock()
        # What others put before this store was opened is found, too.
        self._has_unseen = True
        self._unseen_in: set[str] = set()
        for indices in (self._post_indices, self._sight_indices):
            indices.ensure(self._connection)

    def put(self, posts: Sequence[ScreenedPost], observations: Sequence[Observation] = ()) -> None:
        """See `PostStore.put`; a failure may leave a part stored, a repeat completes it."""
        # Of each post the first of the batch only: which of two a busy server takes first, nobody knows.
        documents = {_document_id(screened.post.id): _post_document(screened) for screened in reversed(posts)}
        sights = [
            creation(self._sight_indices.of_month(seen.seen_at), sight_id, _sight_document(seen))
            for sight_id, seen in {_sight_id(seen): seen for seen in reversed(observations)}.items()
        ]
        filed = {
            _document_id(screened.post.id): self._post_indices.of_month(screened.post.collected_at)
            for screened in reversed(posts)
        }
        stored = self._stored_elsewhere(filed)
        creations = [
            creation(filed[each], each, document) for each, document in documents.items() if each not in stored
        ]
        try:
            carry_out(self._connection, [*creations, *sights])
        finally:
            self._has_written(filed.values())

    def get(self, ids: Collection[str]) -> dict[str, ScreenedPost]:
        """See `PostStore.get`."""
        self._see_own_writes()
        wanted = [_document_id(post_id) for post_id in dict.fromkeys(ids)]
        found = map(_screened, self._posts.with_ids(wanted, fields=["body"]))
        return {screened.post.id: screened for screened in found}

    def observations(self, post_id: str) -> list[Observation]:
        """See `PostStore.observations`; of the same moment by source."""
        self._see_own_writes()
        of_post = {"term": {"post_id": _document_id(post_id)}}
        pages = self._sights.walk(of_post, sort=_OLDEST_FIRST, fields=["body"])
        return [decode_value(hit.source.body.encode(), Observation) for page in pages for hit in page]

    def search(self, query: PostQuery) -> list[ScreenedPost]:
        """See `PostStore.search`; terms without a token are left out, and find nothing when no other is there."""
        phrases = search_phrases(query.terms)
        if query.limit <= 0 or (query.terms and not phrases):
            return []
        self._see_own_writes()
        return [_screened(hit) for hit in self._newest(_asked_for(query, phrases), query)]

    def near_duplicates(self, fingerprint: str) -> int:
        """See `PostStore.near_duplicates`."""
        self._see_own_writes()
        return self._posts.count({"term": {"fingerprint": fingerprint}})

    def counts(self) -> PostCounts:
        """See `PostStore.counts`; an outcome that no post has is counted as 0."""
        self._see_own_writes()
        found = self._posts.count_by("outcome", kinds=len(Outcome))
        by_outcome = {outcome: found.get(outcome, 0) for outcome in Outcome}
        observations = self._sights.count({"match_all": {}})
        return PostCounts(posts=sum(by_outcome.values()), observations=observations, by_outcome=by_outcome)

    def prune(self, before: datetime, *, keep: Collection[str] = ()) -> int:
        """See `PostStore.prune`; sights of posts that are not stored go once they are that old themselves.

        A month of which nothing is kept goes as a whole, with its index.
        """
        self._see_own_writes()
        kept = frozenset(map(_document_id, keep))
        try:
            return Retention(self._connection, self._post_indices, self._sight_indices).prune(before, kept)
        finally:
            self._has_written(())

    def close(self) -> None:
        """See `PostStore.close`."""
        self._connection.close()

    def _stored_elsewhere(self, filed: Mapping[str, str]) -> set[str]:
        """Which documents an index other than their own has; whether it has them, their own knows itself."""
        indices = set(filed.values())
        with self._lock:
            crosses_months = bool(self._unseen_in) and len(self._unseen_in | indices) > 1
        if crosses_months:
            self._see_own_writes()
        own = indices if len(indices) == 1 else ()
        return {hit.document_id for hit in self._posts_before_put.with_ids(list(filed), fields=[], but_in=own)}

    def _see_own_writes(self) -> None:
        # Not after every put: nobody reads between two batches of a screener, and a refresh for each would add more
        # than half to the server's work.
        with self._lock:
            if self._has_unseen:
                self._posts.refresh()
                self._sights.refresh()
                self._unseen_in.clear()
                self._has_unseen = False

    def _has_written(self, indices: Iterable[str]) -> None:
        with self._lock:
            self._has_unseen = True
            self._unseen_in.update(indices)

    def _newest(self, condition: Json, query: PostQuery) -> list[Hit]:
        after = () if query.after is None else (to_microseconds(query.after[0]), query.after[1])
        if query.limit <= ALL_AT_ONCE:
            return self._posts.first(condition, sort=_NEWEST_FIRST, after=after, fields=["body"], size=query.limit)
        found: list[Hit] = []
        for page in self._posts.walk(condition, sort=_NEWEST_FIRST, after=after, fields=["body"]):
            found += page
            if len(found) >= query.limit:
                break
        return found[: query.limit]


def _asked_for(query: PostQuery, phrases: Sequence[str]) -> Json:
    since, until = _microseconds(query.since), _microseconds(query.until)
    published: list[Json] = [{"range": {"published_at": {"gte": since, "lt": until}}}]
    sources: list[Json] = [] if query.source is None else [{"term": {"source": query.source}}]
    outcomes: list[Json] = [] if query.outcome is None else [{"term": {"outcome": query.outcome}}]
    said: list[Json] = [{"match_phrase": {"words": _uncut(phrase.split(" "))}} for phrase in dict.fromkeys(phrases)]
    return all_of(*published, *sources, *outcomes, *said)


def _post_document(screened: ScreenedPost) -> bytes:
    post = screened.post
    body = encode_value(screened)
    # No word has an equals sign: it keeps phrases from running out of the title.
    title, text = (_uncut(index_tokens(part)) for part in (post.title, post.text))
    return msgspec.json.encode(
        {
            "id": post.id,
            "published_at": to_microseconds(post.published_at),
            "collected_at": to_microseconds(post.collected_at),
            "source": post.source,
            "outcome": screened.outcome,
            "fingerprint": screened.verdict.fingerprint,
            "words": f"{title} = {text}",
            "body": body.decode(),
        }
    )


def _sight_document(seen: Observation) -> bytes:
    body = encode_value(seen).decode()
    return msgspec.json.encode(
        {"post_id": _document_id(seen.post_id), "seen_at": to_microseconds(seen.seen_at), "source": seen.source}
        | {"body": body}
    )


def _uncut(tokens: Iterable[str]) -> str:
    """Tokens for the whitespace analyzer, which cuts what has more than 255 units of UTF-16: rare letters have two."""
    return " ".join(token if len(token) <= _NEVER_CUT else _no_longer(token) for token in tokens)


def _no_longer(token: str) -> str:
    return token if len(token.encode("utf-16-le")) <= 2 * MAX_TOKEN_LENGTH else sha256(token.encode()).hexdigest()


def _document_id(post_id: str) -> str:
    """The post's id; what the server would refuse as one, with everything sent beside it, is stored under its hash."""
    return post_id if 0 < len(post_id) <= _LONGEST_ID else sha256(post_id.encode()).hexdigest()


def _sight_id(seen: Observation) -> str:
    key = (_document_id(seen.post_id), seen.seen_at, seen.source)
    return sha256(encode_value(key)).hexdigest()[:32]


def _screened(hit: Hit) -> ScreenedPost:
    return decode_value(hit.source.body.encode(), ScreenedPost)


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else to_microseconds(moment)
