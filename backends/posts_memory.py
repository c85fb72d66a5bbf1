"""Screened posts kept in memory: for tests and the tour, and the measure of every other post store."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from backends.codec import decode_value, encode_value
from desk.moments import to_microseconds
from desk.post import Observation, Outcome, Post, PostCounts, PostQuery, ScreenedPost
from desk.text import index_tokens, search_phrases


class MemoryPostStore:
    """A `PostStore` that forgets everything with the process."""

    def __init__(self) -> None:
        self._posts: dict[str, ScreenedPost] = {}
        self._observations: dict[tuple[str, str, datetime], Observation] = {}

    def put(self, posts: Sequence[ScreenedPost], observations: Sequence[Observation] = ()) -> None:
        """See `PostStore.put`."""
        # Through the codec first: memory refuses what a file would refuse, and gives back what a file would give back.
        kept_posts = [decode_value(encode_value(post), ScreenedPost) for post in posts]
        kept_observations = [decode_value(encode_value(observation), Observation) for observation in observations]
        for screened in kept_posts:
            self._posts.setdefault(screened.post.id, screened)
        for seen in kept_observations:
            self._observations.setdefault((seen.post_id, seen.source, seen.seen_at), seen)

    def get(self, ids: Collection[str]) -> dict[str, ScreenedPost]:
        """See `PostStore.get`."""
        return {post_id: self._posts[post_id] for post_id in ids if post_id in self._posts}

    def observations(self, post_id: str) -> list[Observation]:
        """See `PostStore.observations`; of the same moment by source."""
        seen = [observation for observation in self._observations.values() if observation.post_id == post_id]
        return sorted(seen, key=lambda observation: (observation.seen_at, observation.source))

    def search(self, query: PostQuery) -> list[ScreenedPost]:
        """See `PostStore.search`; terms without a token are left out, and find nothing when no other is there."""
        phrases = search_phrases(query.terms)
        if query.terms and not phrases:
            return []
        found = [screened for screened in self._posts.values() if _asked_for(query, phrases, screened)]
        return sorted(found, key=lambda screened: _standing_of(screened.post))[: max(query.limit, 0)]

    def near_duplicates(self, fingerprint: str) -> int:
        """See `PostStore.near_duplicates`."""
        return sum(screened.verdict.fingerprint == fingerprint for screened in self._posts.values())

    def counts(self) -> PostCounts:
        """See `PostStore.counts`; an outcome that no post has is counted as 0."""
        found = Counter(screened.outcome for screened in self._posts.values())
        by_outcome = {outcome: found[outcome] for outcome in Outcome}
        return PostCounts(posts=len(self._posts), observations=len(self._observations), by_outcome=by_outcome)

    def prune(self, before: datetime, *, keep: Collection[str] = ()) -> int:
        """See `PostStore.prune`; sights of posts that are not stored go once they are that old themselves."""
        kept = frozenset(keep)
        expired = {held.post.id for held in self._posts.values() if held.post.collected_at < before} - kept
        for post_id in expired:
            del self._posts[post_id]
        self._forget_observations(lambda seen: seen.post_id in expired)
        held_or_kept = kept | self._posts.keys()
        self._forget_observations(lambda seen: seen.post_id not in held_or_kept and seen.seen_at < before)
        return len(expired)

    def close(self) -> None:
        """See `PostStore.close`; nothing is held open."""

    def _forget_observations(self, outdated: Callable[[Observation], bool]) -> None:
        self._observations = {key: seen for key, seen in self._observations.items() if not outdated(seen)}


def _asked_for(query: PostQuery, phrases: Sequence[str], screened: ScreenedPost) -> bool:
    post = screened.post
    return (
        (query.since is None or query.since <= post.published_at)
        and (query.until is None or post.published_at < query.until)
        and (query.source is None or post.source == query.source)
        and (query.outcome is None or screened.outcome is query.outcome)
        and (query.after is None or _standing_of(post) > _standing(*query.after))
        and _says_all(post, phrases)
    )


def _says_all(post: Post, phrases: Sequence[str]) -> bool:
    """Whether each phrase stands in the title or in the text, never across both."""
    title, text = (f" {' '.join(index_tokens(part))} " for part in (post.title, post.text))
    return all(f" {phrase} " in title or f" {phrase} " in text for phrase in phrases)


def _standing_of(post: Post) -> tuple[int, str]:
    return _standing(post.published_at, post.id)


def _standing(published_at: datetime, post_id: str) -> tuple[int, str]:
    """What stands first has the smallest of these: the newest, then the smallest id."""
    return -to_microseconds(published_at), post_id
