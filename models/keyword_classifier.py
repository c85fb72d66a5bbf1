"""The classifier in memory: it flags what contains a listed word; for tests and the tour, held to the same contract."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from desk.post import EventKind, Place, Post, Verdict
from desk.text import normalise

_NAMES = re.compile(r"[a-z]+\d+[a-z0-9]*")


class KeywordClassifier:
    """Flags a post that has one of `words`; its places are those of `places` that stand in it."""

    def __init__(self, words: Mapping[str, EventKind], places: Mapping[str, str]) -> None:
        self._words = words
        self._places = places

    def classify(self, posts: Sequence[Post]) -> list[Verdict]:
        """One verdict per post, in order."""
        return [self._verdict(post) for post in posts]

    def _verdict(self, post: Post) -> Verdict:
        text = normalise(f"{post.title} {post.text}")
        found = [word for word in self._words if word in text]
        places = [Place(name=name, codes=(code,)) for name, code in self._places.items() if name in text]
        return Verdict(
            incident=1.0 if found else 0.0,
            flagged=bool(found),
            event_kind=self._words[found[0]] if found else None,
            why=tuple(found),
            terms=tuple(sorted({*found, *_NAMES.findall(text)})),
            places=tuple(places),
            fingerprint=sha256(text.encode()).hexdigest()[:16],
            model="keywords-1",
        )
