"""Why a text looks like an incident: its words by how much each adds to the log-odds."""

from collections import defaultdict
from collections.abc import Iterable

from scipy.sparse import csr_matrix

from models.detector import Detector
from models.events import Marks, event_words
from models.features import MARKS_PER_TYPE, PAIR_BUCKETS, WORD_BUCKETS, mark_count
from models.vectors import hash_of

MOST_REASONS = 5


class Reasons:
    """Takes a linear verdict apart again, word by word.

    A word adds by itself, by the event types it names and by its share of the text's mean vector. Character pairs
    belong to no one word and are left out, and so are single characters, which tell a reader nothing.
    """

    def __init__(self, detector: Detector) -> None:
        weights = detector.incident.coef_[0]
        after_pairs = WORD_BUCKETS + PAIR_BUCKETS
        self._features = detector.features
        self._of_word = weights[:WORD_BUCKETS]
        self._of_mark = weights[after_pairs : after_pairs + mark_count()] * detector.features.mark_weight
        self._of_vector = weights[after_pairs + mark_count() :] * detector.features.vector_weight

    def why(self, words: Iterable[str], row: csr_matrix, marks: Marks) -> tuple[str, ...]:
        """At most five words with the highest positive share, strongest first; `row` is the text's row of features."""
        shares: dict[str, float] = defaultdict(float)
        for phrase in marks.words:
            shares[phrase] += self._mark_share(phrase, marks)
        said = list(dict.fromkeys(words))
        hashed = hash_of(said)
        pulls = self._features.word_vectors.pulls(hashed, self._of_vector)
        seen = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
        for word, bucket, pull in zip(said, (hashed % WORD_BUCKETS).tolist(), pulls.tolist(), strict=True):
            shares[word] += seen.get(bucket, 0.0) * float(self._of_word[bucket]) + pull
        telling = [word for word, share in shares.items() if share > 0 and len(word) > 1]
        ranked = sorted(telling, key=lambda word: (-shares[word], word))
        return tuple(ranked[:MOST_REASONS])

    def _mark_share(self, phrase: str, marks: Marks) -> float:
        share = float(self._of_mark[-1]) if phrase in event_words().harm else 0.0
        for place, each in enumerate(event_words().types):
            named, subject, hurt = self._of_mark[MARKS_PER_TYPE * place : MARKS_PER_TYPE * (place + 1)].tolist()
            if phrase in each.words:
                share += named
            if phrase in each.subjects:
                share += subject + hurt * marks.harm
        return share
