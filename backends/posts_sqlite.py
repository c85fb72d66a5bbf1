"""Screened posts in one SQLite file: rows by id and in the order of time, and a full-text index over them."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from backends.clock import SystemClock
from backends.codec import decode_value, encode_value
from backends.posts_order import cell_of, first_position, last_position, next_position
from backends.posts_search import INDEX_STATEMENT, add_to_index, index_row, newest_first, take_from_index
from backends.sqlite import Schema, connect, reading, writing
from desk.errors import StoreError
from desk.moments import to_microseconds
from desk.post import Observation, Outcome, PostCounts, PostQuery, ScreenedPost

SCHEMA = Schema(
    kind="posts",
    version=1,
    statements=(
        """
        create table post (
            position integer primary key, id text not null unique, published_at integer not null,
            collected_at integer not null, source text not null, outcome text not null, fingerprint text not null,
            body blob not null
        )
        """,
        "create index post_by_collection on post (collected_at)",
        "create index post_by_outcome on post (outcome)",
        "create index post_by_fingerprint on post (fingerprint)",
        INDEX_STATEMENT,
        """
        create table observation (
            post_id text not null, seen_at integer not null, source text not null, body blob not null,
            primary key (post_id, seen_at, source)
        ) without rowid
        """,
    ),
)
PRUNED_AT_ONCE = 500
# The busy wait of another process looks every 100 ms at the latest: after this long it has had its turn.
_TURN_OF_OTHERS = timedelta(milliseconds=120)
_CACHE_KIBIBYTES = 32_768


class SqlitePostStore:
    """A `PostStore` in one file, shared by processes and by threads."""

    def __init__(self, path: Path) -> None:
        try:
            self._connection = connect(path, SCHEMA)
        except sqlite3.Error as error:
            raise StoreError(f"cannot open {path}: {error}") from error
        self._connection.execute(f"pragma cache_size = -{_CACHE_KIBIBYTES}")
        # Threads share one connection; a statement of one must not fall into the transaction of another.
        self._lock = Lock()

    def put(self, posts: Sequence[ScreenedPost], observations: Sequence[Observation] = ()) -> None:
        """See `PostStore.put`."""
        bodies = [encode_value(screened) for screened in posts]
        sights = [_observation_row(observation) for observation in observations]
        with self._writing() as connection:
            _add_posts(connection, posts, bodies)
            connection.executemany("insert into observation values (?, ?, ?, ?) on conflict do nothing", sights)

    def get(self, ids: Collection[str]) -> dict[str, ScreenedPost]:
        """See `PostStore.get`."""
        sql = "select id, body from post where id in (select value from json_each(?))"
        with self._reading() as connection:
            rows = connection.execute(sql, (_listed(ids),)).fetchall()
        return {post_id: decode_value(body, ScreenedPost) for post_id, body in rows}

    def observations(self, post_id: str) -> list[Observation]:
        """See `PostStore.observations`; of the same moment by source."""
        sql = "select body from observation where post_id = ? order by seen_at, source"
        with self._reading() as connection:
            rows = connection.execute(sql, (post_id,)).fetchall()
        return [decode_value(body, Observation) for (body,) in rows]

    def search(self, query: PostQuery) -> list[ScreenedPost]:
        """See `PostStore.search`; terms without a token are left out, and find nothing when no other is there."""
        with self._reading() as connection:
            return newest_first(connection, query)

    def near_duplicates(self, fingerprint: str) -> int:
        """See `PostStore.near_duplicates`."""
        with self._reading() as connection:
            return _number(connection, "select count(*) from post where fingerprint = ?", (fingerprint,))

    def counts(self) -> PostCounts:
        """See `PostStore.counts`; an outcome that no post has is counted as 0."""
        with self._reading() as connection:
            found = dict(connection.execute("select outcome, count(*) from post group by outcome").fetchall())
            observations = _number(connection, "select count(*) from observation")
        by_outcome = {outcome: found.get(outcome, 0) for outcome in Outcome}
        return PostCounts(posts=sum(by_outcome.values()), observations=observations, by_outcome=by_outcome)

    def prune(self, before: datetime, *, keep: Collection[str] = ()) -> int:
        """See `PostStore.prune`; sights of posts that are not stored go once they are that old themselves.

        Works in portions, so that collection need not wait for it; when one fails, those before it stay pruned.
        """
        moment, kept = to_microseconds(before), frozenset(keep)
        with self._reading() as connection:
            rows = connection.execute("select id from post where collected_at < ?", (moment,)).fetchall()
        expired = [post_id for (post_id,) in rows if post_id not in kept]
        pruned = sum(self._prune_portion(ids, moment) for ids in _portions(expired))
        self._forget_sights_of_no_post(moment, kept)
        return pruned

    def close(self) -> None:
        """See `PostStore.close`."""
        with self._lock:
            self._connection.close()

    def _prune_portion(self, ids: Sequence[str], moment: int) -> int:
        # Asked anew: meanwhile another process may have pruned a post, and collected it again.
        sql = "select position, body from post where id in (select value from json_each(?)) and collected_at < ?"
        with self._writing() as connection:
            rows = connection.execute(sql, (_listed(ids), moment)).fetchall()
            expired = [(position, decode_value(body, ScreenedPost)) for position, body in rows]
            take_from_index(connection, [index_row(position, screened) for position, screened in expired])
            connection.executemany("delete from post where position = ?", [(position,) for position, _ in expired])
            gone = [(screened.post.id,) for _, screened in expired]
            connection.executemany("delete from observation where post_id = ?", gone)
        return len(expired)

    def _forget_sights_of_no_post(self, moment: int, kept: Collection[str]) -> None:
        sql = """
            delete from observation
            where seen_at < ?
                and post_id not in (select id from post)
                and post_id not in (select value from json_each(?))
        """
        with self._writing() as connection:
            connection.execute(sql, (moment, _listed(kept)))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, reading(self._connection, StoreError):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, writing(self._connection, StoreError):
            yield self._connection


def _add_posts(connection: sqlite3.Connection, posts: Sequence[ScreenedPost], bodies: Sequence[bytes]) -> None:
    unknown = _unknown(connection, {screened.post.id for screened in posts})
    highest: dict[int, int] = {}
    rows, words = [], []
    for screened, body in zip(posts, bodies, strict=True):
        if screened.post.id in unknown:
            unknown.remove(screened.post.id)
            position = _new_position(connection, screened, highest)
            rows.append(_post_row(position, screened, body))
            words.append(index_row(position, screened))
    connection.executemany("insert into post values (?, ?, ?, ?, ?, ?, ?, ?)", sorted(rows))
    add_to_index(connection, sorted(words))


def _unknown(connection: sqlite3.Connection, ids: Collection[str]) -> set[str]:
    sql = "select value from json_each(?) where value not in (select id from post)"
    return {post_id for (post_id,) in connection.execute(sql, (_listed(ids),))}


def _new_position(connection: sqlite3.Connection, screened: ScreenedPost, highest: dict[int, int]) -> int:
    """A free position for a post; `highest` remembers those given to others of the batch."""
    cell = cell_of(to_microseconds(screened.post.published_at), screened.post.id)
    taken = highest[cell] if cell in highest else _highest_taken(connection, cell)
    highest[cell] = next_position(cell, taken)
    return highest[cell]


def _highest_taken(connection: sqlite3.Connection, cell: int) -> int | None:
    sql = "select max(position) from post where position between ? and ?"
    (highest,) = connection.execute(sql, (first_position(cell), last_position(cell))).fetchone()
    return None if highest is None else int(highest)


def _post_row(position: int, screened: ScreenedPost, body: bytes) -> tuple[int, str, int, int, str, str, str, bytes]:
    post = screened.post
    times = to_microseconds(post.published_at), to_microseconds(post.collected_at)
    return position, post.id, *times, post.source, screened.outcome, screened.verdict.fingerprint, body


def _observation_row(seen: Observation) -> tuple[str, int, str, bytes]:
    body = encode_value(seen)
    return seen.post_id, to_microseconds(seen.seen_at), seen.source, body


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), PRUNED_AT_ONCE):
        if start:
            SystemClock().sleep(_TURN_OF_OTHERS)
        yield ids[start : start + PRUNED_AT_ONCE]


def _listed(ids: Iterable[str]) -> str:
    return json.dumps(list(ids))


def _number(connection: sqlite3.Connection, sql: str, bound: tuple[str, ...] = ()) -> int:
    (number,) = connection.execute(sql, bound).fetchone()
    return int(number)
