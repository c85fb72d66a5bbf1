"""Whatever is done to a post store in whatever order, it answers as the one in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, invariant, multiple, rule

from backends.posts_elasticsearch import ElasticsearchPostStore
from backends.posts_memory import MemoryPostStore
from backends.posts_sqlite import SqlitePostStore
from desk.ports import PostStore
from desk.post import Observation, Outcome, PostQuery, ScreenedPost
from tests.build import DAY, HOUR, MICROSECOND, NOON, SECOND, a_verdict, an_id, an_observation
from tests.post_stores import a_cluster, a_numbered_post, forget, numbers

# Few numbers, words and moments: what matters happens where they meet.
NUMBERS = st.sampled_from([0, 1, 2, 0xFF << 120, 0xFE << 120, (1 << 128) - 1])
MOMENTS = st.sampled_from([NOON, NOON + MICROSECOND, NOON + 2 * MICROSECOND, NOON + SECOND, NOON - HOUR])
# A store may keep what was collected by the month.
MONTHS = st.sampled_from([NOON - 60 * DAY, NOON - 30 * DAY, NOON + 30 * DAY])
FAR_MOMENTS = st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
WORDS = st.text(alphabet="水厂桥ab，", max_size=6)
TERMS = st.lists(st.text(alphabet="水厂桥a，*", max_size=2), max_size=2).map(tuple)
SOURCES = st.sampled_from(["forum", "hotline"])
OUTCOMES = st.sampled_from([Outcome.ORDINARY, Outcome.PASSED_ON])
FINGERPRINTS = st.sampled_from(["0" * 16, "f" * 16])

POSTS = st.builds(
    lambda number, title, text, published_at, collected_at, source, outcome, fingerprint: replace(
        a_numbered_post(
            number, title=title, text=text, published_at=published_at, collected_at=collected_at, source=source
        ),
        outcome=outcome,
        verdict=a_verdict(fingerprint=fingerprint),
    ),
    NUMBERS,
    WORDS,
    WORDS,
    MOMENTS | FAR_MOMENTS,
    MOMENTS | MONTHS,
    SOURCES,
    OUTCOMES,
    FINGERPRINTS,
)
OBSERVATIONS = st.builds(
    lambda number, source, seen_at, heat: an_observation(
        post_id=an_id(number), source=source, seen_at=seen_at, heat=heat
    ),
    NUMBERS,
    SOURCES,
    MOMENTS | MONTHS,
    st.integers(0, 3),
)
QUERIES = st.builds(
    PostQuery,
    terms=TERMS,
    since=st.none() | MOMENTS,
    until=st.none() | MOMENTS,
    source=st.none() | SOURCES,
    outcome=st.none() | OUTCOMES,
    limit=st.integers(0, 4),
    after=st.none() | st.tuples(MOMENTS, NUMBERS.map(an_id)),
)


class PostStoreBesideMemory(RuleBasedStateMachine):
    """Posts and pages read earlier are put again and read on from later, when the store has long moved on."""

    posts = Bundle("posts")
    pages = Bundle("pages")

    @initialize()
    def open(self) -> None:
        self.make_place()
        self.store = self.opened()
        self.memory = MemoryPostStore()

    @rule(target=posts, batch=st.lists(POSTS, min_size=1, max_size=5), seen=st.lists(OBSERVATIONS, max_size=3))
    def put(self, batch: list[ScreenedPost], seen: list[Observation]) -> MultipleResults[ScreenedPost]:
        self.store.put(batch, seen)
        self.memory.put(batch, seen)
        return multiple(*batch)

    @rule(old=posts, text=WORDS, later=st.sampled_from([timedelta(), HOUR, 30 * DAY]))
    def put_an_old_reading_again(self, old: ScreenedPost, text: str, later: timedelta) -> None:
        post = replace(old.post, text=text, collected_at=old.post.collected_at + later)

        self.store.put([replace(old, post=post)])
        self.memory.put([replace(old, post=post)])

    @rule(target=pages, query=QUERIES)
    def search(self, query: PostQuery) -> MultipleResults[tuple[PostQuery, ScreenedPost]]:
        page = self.store.search(query)

        assert page == self.memory.search(query)
        return multiple(*[(query, screened) for screened in page[-1:]])

    @rule(page=pages)
    def read_on_from_an_old_page(self, page: tuple[PostQuery, ScreenedPost]) -> None:
        query, last = page
        onward = replace(query, after=(last.post.published_at, last.post.id))

        assert numbers(self.store.search(onward)) == numbers(self.memory.search(onward))

    @rule(before=MOMENTS | MONTHS, keep=st.lists(NUMBERS.map(an_id), max_size=2))
    def prune(self, before: datetime, keep: Collection[str]) -> None:
        assert self.store.prune(before, keep=keep) == self.memory.prune(before, keep=keep)

    @rule(old=posts)
    def get_an_old_reading(self, old: ScreenedPost) -> None:
        assert self.store.get([old.post.id]) == self.memory.get([old.post.id])
        assert self.store.observations(old.post.id) == self.memory.observations(old.post.id)

    @rule()
    def open_anew(self) -> None:
        self.store.close()
        self.store = self.opened()

    @invariant()
    def counted_alike(self) -> None:
        assert self.store.counts() == self.memory.counts()
        assert self.store.near_duplicates("0" * 16) == self.memory.near_duplicates("0" * 16)

    def teardown(self) -> None:
        self.store.close()
        self.leave_place()

    def make_place(self) -> None:
        self.folder = TemporaryDirectory()

    def opened(self) -> PostStore:
        return SqlitePostStore(Path(self.folder.name) / "posts.db")

    def leave_place(self) -> None:
        self.folder.cleanup()


class ElasticsearchBesideMemory(PostStoreBesideMemory):
    """The same on a real server."""

    def make_place(self) -> None:
        self.cluster = a_cluster()

    def opened(self) -> PostStore:
        return ElasticsearchPostStore(self.cluster)

    def leave_place(self) -> None:
        forget(self.cluster)


TestPostStoreBesideMemory = PostStoreBesideMemory.TestCase
TestPostStoreBesideMemory.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestElasticsearchBesideMemory = pytest.mark.engine(ElasticsearchBesideMemory.TestCase)
TestElasticsearchBesideMemory.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
