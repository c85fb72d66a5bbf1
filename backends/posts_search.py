"""The search index of the SQLite post store: what is written to it, and a question read newest first.

The index holds no text of its own (`content=''`): tokens, and the position of their post. A source and an outcome
are indexed beside the words, so that a rare one is found as fast as a rare word.
"""

import sqlite3
import string
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from backends.codec import decode_value
from backends.posts_order import BEFORE_ALL_IDS, BEHIND_ALL_IDS, cell_at, cell_of, first_position, last_position
from desk.moments import to_microseconds
from desk.post import Outcome, PostQuery, ScreenedPost
from desk.text import index_tokens, search_phrases

# Our tokens are cut already; the tokenizer must not cut them, or a source's key, again.
_TOKEN_CHARACTERS = string.punctuation.replace("'", "''").replace('"', '""')
INDEX_STATEMENT = (
    "create virtual table post_words using fts5(words, content='', columnsize=0,"
    f""" tokenize="ascii tokenchars '{_TOKEN_CHARACTERS}'")"""
)

_FOUND = "select post.position, post.published_at, post.id, post.body"
_EXACTLY = """
    (:since is null or post.published_at >= :since)
    and (:until is null or post.published_at < :until)
    and (:source is null or post.source = :source)
    and (:outcome is null or post.outcome = :outcome)
    and (:after is null or post.published_at < :after or (post.published_at = :after and post.id > :after_id))
"""
_BY_TIME = f"""
    {_FOUND} from post
    where post.position between :lowest and :highest and {_EXACTLY}
    order by post.position desc limit :limit
"""
# The index is to be walked and its posts looked up, never the other way round: hence the cross join.
_BY_WORDS = f"""
    {_FOUND} from post_words cross join post on post.position = post_words.rowid
    where post_words match :words and post_words.rowid between :lowest and :highest and {_EXACTLY}
    order by post_words.rowid desc limit :limit
"""

IndexRow = tuple[int, str]
_Found = tuple[int, int, str, bytes]
_Bound = Mapping[str, int | str | None]

_FIRST, _LAST = 0, (1 << 63) - 1


def index_row(position: int, screened: ScreenedPost) -> IndexRow:
    """What the index says of a post; to take it out of the index again, exactly this must be given."""
    post = screened.post
    title, text = (" ".join(index_tokens(part)) for part in (post.title, post.text))
    # No word has an equals sign: it keeps phrases from running out of the title, and marks from being found as words.
    return position, f"{title} = {text} = {_source_mark(post.source)} {_outcome_mark(screened.outcome)}"


def add_to_index(connection: sqlite3.Connection, rows: Sequence[IndexRow]) -> None:
    """Adds posts; ascending positions are cheapest."""
    connection.executemany("insert into post_words (rowid, words) values (?, ?)", rows)


def take_from_index(connection: sqlite3.Connection, rows: Sequence[IndexRow]) -> None:
    """Takes posts out, given as they were added."""
    connection.executemany("insert into post_words (post_words, rowid, words) values ('delete', ?, ?)", rows)


def newest_first(connection: sqlite3.Connection, query: PostQuery) -> list[ScreenedPost]:
    """The posts a query asks for, in its order.

    Terms without a token are left out; where no other is there, nothing is found.
    """
    phrases = search_phrases(query.terms)
    if query.limit <= 0 or (query.terms and not phrases):
        return []
    return [decode_value(body, ScreenedPost) for *_, body in _first(connection, _bound(query, phrases), query.limit)]


def _first(connection: sqlite3.Connection, bound: _Bound, limit: int) -> list[_Found]:
    statement = _BY_WORDS if bound["words"] else _BY_TIME
    found: list[_Found] = connection.execute(statement, {**bound, "limit": limit}).fetchall()
    if len(found) == limit:
        # Posts of one cell stand in any order: those left in the last cell are needed to tell which come first.
        last, *_ = found[-1]
        rest_of_cell = {"lowest": first_position(cell_at(last)), "highest": last - 1, "limit": -1}
        found += connection.execute(statement, {**bound, **rest_of_cell}).fetchall()
    return sorted(found, key=lambda row: (-row[1], row[2]))[:limit]


def _bound(query: PostQuery, phrases: Sequence[str]) -> _Bound:
    since, until = _microseconds(query.since), _microseconds(query.until)
    after, after_id = (None, None) if query.after is None else (to_microseconds(query.after[0]), query.after[1])
    return {
        "words": _words(query, phrases),
        "lowest": _FIRST if since is None else first_position(cell_of(since, BEHIND_ALL_IDS)),
        "highest": min(
            _LAST if until is None else last_position(cell_of(until, BEFORE_ALL_IDS)),
            _LAST if after is None else last_position(cell_of(after, after_id or "")),
        ),
        "since": since,
        "until": until,
        "after": after,
        "after_id": after_id,
        "source": query.source,
        "outcome": query.outcome,
    }


def _words(query: PostQuery, phrases: Sequence[str]) -> str:
    """The question in the index's own language; empty when it is about times alone."""
    sources = [] if query.source is None else [_source_mark(query.source)]
    outcomes = [] if query.outcome is None else [_outcome_mark(query.outcome)]
    return " AND ".join(f'"{asked}"' for asked in (*phrases, *sources, *outcomes))


def _source_mark(source: str) -> str:
    # Quoted, so that no source's key is ever cut in two or read as syntax.
    return f"source={quote(source, safe='')}"


def _outcome_mark(outcome: Outcome) -> str:
    return f"outcome={outcome}"


def _microseconds(moment: datetime | None) -> int | None:
    return None if moment is None else to_microseconds(moment)
