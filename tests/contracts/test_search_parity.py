"""Both search engines give the same answer: the same posts in the same order, page by page, whatever is asked."""

import json
import lzma
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from backends.posts_sqlite import SqlitePostStore
from desk.moments import as_utc
from desk.ports import PostStore
from desk.post import Outcome, PostQuery, ScreenedPost
from tests.build import HOUR, NOON, a_post, a_screened_post
from tests.post_stores import a_numbered_post, open_store

pytestmark = pytest.mark.engine

QUERIES = 500
REAL_TOPICS = 50_000
BATCH = 1_000
OURS = 3_000
WORDS = (
    *(
        "云州",
        "清河",
        "水厂",
        "停水",
        "大桥",
        "水",
        "桥",
        "垮塌",
        "断电",
        "通报",
        "MU5735",
        "G60",
        "3号线",
        "12345",
        "ＡＰＰ",
    ),
    *(
        "，",
        "。",
        " ",
        "！",
        "「",
        "」",
        "#",
        "𠮷野家",
        "état",
        "ﬁre",
        "Ⅳ级",
        "①",
        "\u3000",
        "a-b",
        "C++",
        "100%",
        "İ",
        "ß",
    ),
)
Engines = tuple[PostStore, PostStore]


@contextmanager
def both(folder: Path, posts: Sequence[ScreenedPost]) -> Iterator[Engines]:
    """The same posts in both engines."""
    engines = SqlitePostStore(folder / "posts.db"), open_store("elasticsearch", folder)
    for start in range(0, len(posts), BATCH):
        for store in engines:
            store.put(posts[start : start + BATCH])
    yield engines
    for store in engines:
        store.close()


def invented(chance: random.Random) -> ScreenedPost:
    """A post of words of ours, at one of few moments."""
    title, text = ("".join(chance.choices(WORDS, k=chance.randint(0, longest))) for longest in (6, 30))
    post = a_numbered_post(
        chance.getrandbits(128),
        title=title,
        text=text,
        source=f"source-{chance.randrange(3)}",
        published_at=NOON - chance.randrange(500) * HOUR,
    )
    return replace(post, outcome=chance.choice([Outcome.ORDINARY, Outcome.PASSED_ON]))


def real(line: bytes) -> ScreenedPost:
    """A real topic of a hot list, with the lead of the news on it."""
    topic = json.loads(line)
    first_seen = as_utc(datetime.fromisoformat(topic["first_seen"]))
    post = a_post(
        source=topic.get("category") or "none",
        title=topic["title"],
        text=topic.get("description") or "",
        published_at=first_seen,
        collected_at=first_seen,
    )
    return a_screened_post(post=post)


def real_topics(archives: Path) -> Iterator[ScreenedPost]:
    for path in sorted((archives / "weibo_heat").glob("topics-*.jsonl.xz")):
        with lzma.open(path) as lines:
            yield from map(real, lines)


def a_question(chance: random.Random, posts: Sequence[ScreenedPost]) -> PostQuery:
    """Words cut out of posts anywhere, now and then beside a time, a source, an outcome or where a page ended."""
    post = chance.choice(posts).post
    since, until, source, outcome, after = (chance.random() < share for share in (0.2, 0.2, 0.1, 0.1, 0.2))
    return PostQuery(
        terms=tuple(a_cut(chance, f"{post.title} {post.text}") for _ in range(chance.randint(1, 3))),
        since=post.published_at - timedelta(days=chance.randrange(90)) if since else None,
        until=post.published_at + timedelta(days=chance.randrange(90)) if until else None,
        source=post.source if source else None,
        outcome=Outcome.PASSED_ON if outcome else None,
        limit=chance.choice([1, 30, 50, 1_000]),
        after=(post.published_at, post.id) if after else None,
    )


def a_cut(chance: random.Random, text: str) -> str:
    start = chance.randrange(len(text) + 1)
    return text[start : start + chance.randint(1, 6)]


def ids(store: PostStore, query: PostQuery) -> list[str]:
    return [screened.post.id for screened in store.search(query)]


def assert_same_answers(engines: Engines, posts: Sequence[ScreenedPost]) -> None:
    chance = random.Random(20260603)
    questions = [a_question(chance, posts) for _ in range(QUERIES)]

    answers = [[ids(store, query) for query in questions] for store in engines]

    assert answers[0] == answers[1]
    assert sum(map(bool, answers[0])) > QUERIES // 3
    assert engines[0].counts() == engines[1].counts()


def test_invented_posts_are_found_alike(tmp_path: Path) -> None:
    chance = random.Random(20260601)
    posts = [invented(chance) for _ in range(OURS)]

    with both(tmp_path, posts) as engines:
        assert_same_answers(engines, posts)


@pytest.mark.archive
def test_real_topics_are_found_alike(tmp_path: Path, archives: Path) -> None:
    posts = list(islice(real_topics(archives), REAL_TOPICS))
    assert len(posts) == REAL_TOPICS

    with both(tmp_path, posts) as engines:
        assert_same_answers(engines, posts)
