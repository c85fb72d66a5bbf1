"""What every post store promises (`desk.ports.PostStore`), but for how it searches."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from desk.errors import StoreError
from desk.ports import PostStore
from desk.post import Outcome, PostQuery
from tests.build import HOUR, MICROSECOND, NOON, a_post, a_screened_post, a_verdict, an_id, an_observation
from tests.post_stores import KINDS, a_numbered_post, everything, numbers, open_store

BEIJING = timezone(timedelta(hours=8))


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PostStore]:
    store = open_store(request.param, tmp_path)
    yield store
    store.close()


def test_stored_post_is_read_back_whole_with_its_verdict(store: PostStore) -> None:
    screened = a_screened_post(
        post=a_post(official=True, channel="yunzhou-release", capture="ab" * 32, captured_at=NOON + MICROSECOND),
        verdict=a_verdict(event_kind=None, incident=0.125),
        outcome=Outcome.ORDINARY,
    )

    store.put([screened])

    assert store.get([screened.post.id]) == {screened.post.id: screened}


def test_unknown_ids_are_left_out(store: PostStore) -> None:
    store.put([a_numbered_post(1), a_numbered_post(2)])

    found = store.get([an_id(2), an_id(3), "", "'"])

    assert list(found) == [an_id(2)]
    assert store.get([]) == {}


def test_post_put_twice_is_stored_once(store: PostStore) -> None:
    store.put([a_numbered_post(1)], [an_observation(post_id=an_id(1))])
    before = everything(store)

    store.put([a_numbered_post(1)], [an_observation(post_id=an_id(1))])

    assert everything(store) == before
    assert store.counts().posts == 1
    assert store.counts().observations == 1


def test_first_stored_version_of_a_post_stays(store: PostStore) -> None:
    first = a_numbered_post(1, text="云州停水")
    later = a_screened_post(
        post=a_post(id=an_id(1), text="清河断电", published_at=NOON + HOUR), outcome=Outcome.ORDINARY
    )
    store.put([first])
    before = everything(store)

    store.put([later])

    assert everything(store) == before
    assert store.search(PostQuery(terms=("断电",))) == []


def test_first_of_two_versions_in_one_batch_stays(store: PostStore) -> None:
    store.put([a_numbered_post(1, text="云州停水"), a_numbered_post(1, text="清河断电")])

    assert store.get([an_id(1)])[an_id(1)].post.text == "云州停水"
    assert store.search(PostQuery(terms=("断电",))) == []
    assert store.counts().posts == 1


def test_first_sight_of_a_moment_stays(store: PostStore) -> None:
    store.put([], [an_observation(heat=10), an_observation(heat=20)])

    store.put([], [an_observation(heat=30)])

    assert store.observations(a_post().id) == [an_observation(heat=10)]


def test_nothing_to_put_changes_nothing(store: PostStore) -> None:
    store.put([a_numbered_post(1)])
    before = everything(store)

    store.put([])

    assert everything(store) == before


def test_batch_with_one_bad_post_leaves_nothing_behind(store: PostStore) -> None:
    store.put([a_numbered_post(1)])
    before = everything(store)

    with pytest.raises(StoreError, match="without a zone"):
        store.put([a_numbered_post(2), a_numbered_post(3, published_at=NOON.replace(tzinfo=None))])

    assert everything(store) == before


def test_bad_observation_leaves_its_posts_out_too(store: PostStore) -> None:
    before = everything(store)

    with pytest.raises(StoreError, match="without a zone"):
        store.put([a_numbered_post(1)], [an_observation(seen_at=NOON.replace(tzinfo=None))])

    assert everything(store) == before


def test_times_come_back_in_utc_to_the_microsecond(store: PostStore) -> None:
    published_at = (NOON + MICROSECOND).astimezone(BEIJING)
    store.put([a_numbered_post(1, published_at=published_at)], [an_observation(seen_at=published_at)])

    post = store.get([an_id(1)])[an_id(1)].post
    (seen,) = store.observations(a_post().id)

    assert post.published_at.isoformat() == seen.seen_at.isoformat() == "2026-06-03T12:00:00.000001+00:00"


def test_observations_of_a_post_come_oldest_first(store: PostStore) -> None:
    later = an_observation(seen_at=NOON + MICROSECOND)
    other_source = an_observation(source="other-list", rank=None, heat=None)
    store.put([], [later, other_source, an_observation(), an_observation(post_id=an_id(9))])

    assert store.observations(a_post().id) == [an_observation(), other_source, later]
    assert store.observations(an_id(8)) == []


def test_near_duplicates_are_those_of_the_very_fingerprint(store: PostStore) -> None:
    same, other = a_verdict(fingerprint="0" * 16), a_verdict(fingerprint="0" * 15 + "1")
    store.put([replace(a_numbered_post(number), verdict=same) for number in (1, 2, 2)])
    store.put([replace(a_numbered_post(3), verdict=other)])

    assert store.near_duplicates("0" * 16) == 2
    assert store.near_duplicates("0" * 15 + "1") == 1
    assert store.near_duplicates("0" * 15) == 0


def test_counts_are_of_rows_by_outcome_and_zero_for_the_others(store: PostStore) -> None:
    ordinary = [replace(a_numbered_post(number), outcome=Outcome.ORDINARY) for number in (1, 2)]
    store.put([*ordinary, a_numbered_post(3)], [an_observation()])

    store.put([*ordinary, a_numbered_post(3)], [an_observation()])

    counts = store.counts()
    assert (counts.posts, counts.observations) == (3, 1)
    assert counts.by_outcome == {**dict.fromkeys(Outcome, 0), Outcome.ORDINARY: 2, Outcome.PASSED_ON: 1}


def test_only_posts_collected_before_the_time_are_pruned(store: PostStore) -> None:
    moments = [NOON - MICROSECOND, NOON, NOON + MICROSECOND]
    store.put([a_numbered_post(number, collected_at=moment) for number, moment in enumerate(moments)])

    pruned = store.prune(NOON)

    assert pruned == 1
    assert sorted(numbers(store.search(PostQuery()))) == [1, 2]
    assert store.get([an_id(0)]) == {}
    assert store.counts().posts == 2


def test_pruned_post_is_gone_from_the_search_and_its_neighbours_are_not(store: PostStore) -> None:
    old = a_numbered_post(1, text="云州清河停水", collected_at=NOON - HOUR)
    store.put([old, a_numbered_post(2, text="云州清河停水")])

    store.prune(NOON)

    assert numbers(store.search(PostQuery(terms=("停水",)))) == [2]
    assert store.near_duplicates(old.verdict.fingerprint) == 1


def test_post_to_be_kept_outlives_its_time_with_its_observations(store: PostStore) -> None:
    store.put(
        [a_numbered_post(number, collected_at=NOON - HOUR) for number in (1, 2)],
        [an_observation(post_id=an_id(number)) for number in (1, 2)],
    )

    pruned = store.prune(NOON, keep=[an_id(2), an_id(3)])

    assert pruned == 1
    assert numbers(store.search(PostQuery(terms=("云州",)))) == [2]
    assert [len(store.observations(an_id(number))) for number in (1, 2)] == [0, 1]


def test_observations_go_with_their_post_whenever_they_were_made(store: PostStore) -> None:
    store.put([a_numbered_post(1, collected_at=NOON - HOUR)], [an_observation(post_id=an_id(1), seen_at=NOON + HOUR)])

    store.prune(NOON)

    assert store.observations(an_id(1)) == []
    assert store.counts().observations == 0


def test_sights_of_a_post_never_stored_expire_by_their_own_time(store: PostStore) -> None:
    old, young = an_observation(seen_at=NOON - MICROSECOND), an_observation(seen_at=NOON)
    kept = an_observation(post_id=an_id(9), seen_at=NOON - HOUR)
    store.put([], [old, young, kept])

    pruned = store.prune(NOON, keep=[an_id(9)])

    assert pruned == 0
    assert store.observations(old.post_id) == [young]
    assert store.observations(an_id(9)) == [kept]


def test_pruning_twice_prunes_nothing_more(store: PostStore) -> None:
    store.put([a_numbered_post(1, collected_at=NOON - HOUR), a_numbered_post(2)])
    store.prune(NOON)
    before = everything(store)

    pruned = store.prune(NOON)

    assert pruned == 0
    assert everything(store) == before


def test_pruned_post_collected_again_is_new(store: PostStore) -> None:
    store.put([a_numbered_post(1, text="云州停水", collected_at=NOON - HOUR)])
    store.prune(NOON)
    again = a_numbered_post(1, text="清河断电", collected_at=NOON)

    store.put([again])

    assert store.search(PostQuery(terms=("断电",))) == [again]
    assert store.search(PostQuery(terms=("停水",))) == []
