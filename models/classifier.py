"""The classifier behind the desk's port: what each post is about, for people to decide upon."""

import math
from collections.abc import Sequence

from scipy.sparse import csr_matrix

from desk.post import EventKind, Post, Verdict
from models.artifact import Artifact
from models.events import event_words
from models.fingerprints import fingerprints
from models.places import Gazetteer
from models.reasons import Reasons
from models.terms import salient_terms
from models.text import cut, reading, words

# Bounds the memory of one step; results do not depend on it.
_AT_ONCE = 2048


class PostClassifier:
    """A trained artefact and a gazetteer as `desk.ports.Classifier`.

    Every post is judged by itself: verdicts are equal to the last bit however posts are cut into batches. Words,
    terms, places and the kind are worked out for flagged and official posts only; the others keep them empty.
    """

    def __init__(self, artifact: Artifact, gazetteer: Gazetteer) -> None:
        self._detector = artifact.detector
        self._gazetteer = gazetteer
        self._reasons = Reasons(artifact.detector)
        self.facts = artifact.facts

    def classify(self, posts: Sequence[Post]) -> list[Verdict]:
        """One verdict per post, in order."""
        batches = (posts[start : start + _AT_ONCE] for start in range(0, len(posts), _AT_ONCE))
        return [verdict for batch in batches for verdict in self._batch(batch)]

    def _batch(self, posts: Sequence[Post]) -> list[Verdict]:
        texts = [reading(post.title, post.text) for post in posts]
        rows = self._detector.features.transform(texts)
        chances = [_probability(margin) for margin in self._detector.margins(rows).tolist()]
        passed_on = [n for n, post in enumerate(posts) if post.official or chances[n] >= self.facts.threshold]
        kinds = dict(zip(passed_on, self._detector.kinds(rows[passed_on], [texts[n] for n in passed_on]), strict=True))
        return [
            self._full(text, chance, print_, kinds[n], rows[n]) if n in kinds else self._brief(chance, print_)
            for n, (text, chance, print_) in enumerate(zip(texts, chances, fingerprints(texts), strict=True))
        ]

    def _brief(self, chance: float, fingerprint: str) -> Verdict:
        return Verdict(
            incident=chance,
            flagged=False,
            event_kind=None,
            why=(),
            terms=(),
            places=(),
            fingerprint=fingerprint,
            model=self.facts.version,
        )

    def _full(self, text: str, chance: float, fingerprint: str, kind: EventKind | None, row: csr_matrix) -> Verdict:
        marks = event_words().read(event_words().literal(text))
        places = self._gazetteer.find(text, cut(text))
        return Verdict(
            incident=chance,
            flagged=chance >= self.facts.threshold,
            event_kind=kind,
            why=self._reasons.why(words(text), row, marks),
            terms=salient_terms(text, marks, places),
            places=places,
            fingerprint=fingerprint,
            model=self.facts.version,
        )


def _probability(margin: float) -> float:
    # One number at a time: vectorised exponentials may round the end of an array differently from its middle.
    return 1 / (1 + math.exp(-margin)) if margin >= 0 else math.exp(margin) / (1 + math.exp(margin))
