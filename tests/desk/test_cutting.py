"""Any cutting of a stream of posts gives the same incidents (DESIGN §3)."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from desk.change import Change
from desk.incident import Incident
from desk.placing import WINDOW, place
from desk.post import ABROAD, EventKind, Outcome, Place
from desk.travel import FlaggedPost
from tests.build import HOUR, NOON, a_post, a_verdict
from tests.desk.scene import OFFICE, POLICY, at_place, flagged, official_post, outcome, saved

Drawn: TypeAlias = tuple[int, int, tuple[Place, ...], EventKind | None, list[str], bool]
"""A post: hours since the one before, hours its publication is off, places, kind, words, whether it is official."""

PLACES = [
    (),
    at_place("清河区", "990102"),
    at_place("东湖区", "990103"),
    at_place("云州市", "990100"),
    at_place("青州市", "980100"),
    at_place("新区", "990102", "980103"),
    at_place("外国", ABROAD),
]
KINDS = [None, EventKind.ACCIDENT, EventKind.NATURAL]
WORDS = ["清河桥", "垮塌", "停水", "水厂"]
POSTS = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.integers(-30, 5),
        st.sampled_from(PLACES),
        st.sampled_from(KINDS),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=14,
)


def stream(drawn: Iterable[Drawn]) -> list[FlaggedPost]:
    """Posts in the order they were collected, some hours apart."""
    posts, now = [], NOON
    for number, (gap, lead, places, kind, words, official) in enumerate(drawn):
        now += gap * HOUR
        make = official_post if official else a_post
        post = make(id=f"{number:020x}{0:012x}", published_at=now + lead * HOUR, collected_at=now)
        posts.append(flagged(post, a_verdict(places=places, event_kind=kind, terms=tuple(words))))
    return posts


def placed_in_batches(
    posts: Sequence[FlaggedPost], cuts: Iterable[int], *, order: int = 1
) -> tuple[list[Incident], list[Change]]:
    """What a placer leaves that reads the open incidents anew for every batch, in whatever order they come."""
    kept: dict[str, Incident] = {}
    changes: list[Change] = []
    bounds = [0, *sorted(cuts), len(posts)]
    for batch in (posts[start:end] for start, end in pairwise(bounds)):
        since = min((each.post.collected_at for each in batch), default=NOON) - WINDOW
        live = {key: one for key, one in sorted(kept.items()) if not one.closed and one.last_post_at >= since}
        for each in batch:
            changes.append(place(each, list(live.values())[::order], OFFICE, POLICY))
            live |= {one.id: saved(changes[-1]) for one in [changes[-1].incident] if one is not None}
        kept |= live
    return sorted(kept.values(), key=lambda one: one.id), changes


@given(POSTS, st.sets(st.integers(0, 14)))
def test_any_cutting_of_a_stream_gives_the_same_incidents(drawn: list[Drawn], cuts: set[int]) -> None:
    posts = stream(drawn)

    whole = placed_in_batches(posts, [])
    cut = placed_in_batches(posts, [each for each in cuts if each <= len(posts)], order=-1)

    assert whole == cut


@given(POSTS)
def test_every_post_ends_in_exactly_one_outcome_and_official_ones_never_open(
    drawn: list[Drawn],
) -> None:
    posts = stream(drawn)

    incidents, changes = placed_in_batches(posts, [])

    assert [each.post_id for change in changes for each in change.placements] == [each.post.id for each in posts]
    opened_by = {change.placements[0].post_id for change in changes if outcome(change) is Outcome.OPENED}
    assert not opened_by & {each.post.id for each in posts if each.post.official}
    assert len(incidents) == len(opened_by)
