"""What the models see of a text: its words, its character pairs, its event words and what its words resemble."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from models.events import Marks, event_words
from models.vectors import WordVectors, hashed_words

WORD_BUCKETS = 2**16
_PAIR_BITS = 16
PAIR_BUCKETS = 2**_PAIR_BITS
MARKS_PER_TYPE = 3
_MIX = np.uint64(0x9E3779B97F4A7C15)


class PostFeatures(TransformerMixin, BaseEstimator):
    """Clean texts to one sparse row each: word and pair TF-IDF, marks of the event word list, the mean word vector.

    Figures of speech (人气爆炸) are read over.

    Every row depends on its own text alone, to the last bit, so that no cutting into batches changes a verdict.
    Nothing is kept by name: words and pairs live in hash buckets, so an artefact holds no text and loads at once.
    """

    def __init__(
        self, vectors: WordVectors | None = None, *, mark_weight: float = 0.2, vector_weight: float = 0.5
    ) -> None:
        self.vectors = vectors
        self.mark_weight = mark_weight
        self.vector_weight = vector_weight

    def fit(self, X: Sequence[str], y: object = None) -> Self:  # noqa: ARG002, N803 - scikit-learn's signature
        """Learns how rare words and pairs are."""
        literal = _literal(X)
        self.word_rarity_ = TfidfTransformer(sublinear_tf=True).fit(_folded(hashed_words(literal)))
        self.pair_rarity_ = TfidfTransformer(sublinear_tf=True).fit(pair_counts(literal))
        return self

    def transform(self, X: Sequence[str]) -> csr_matrix:  # noqa: N803 - scikit-learn's name
        """One row per text; words first, then pairs, marks and vector."""
        check_is_fitted(self)
        literal = _literal(X)
        hashed = hashed_words(literal)
        return hstack(
            [
                self.word_rarity_.transform(_folded(hashed)),
                self.pair_rarity_.transform(pair_counts(literal)),
                csr_matrix(marks(literal) * self.mark_weight),
                csr_matrix(self.word_vectors.transform(hashed) * self.vector_weight),
            ],
            format="csr",
        )

    @property
    def word_vectors(self) -> WordVectors:
        """The word vectors, or none."""
        return self.vectors or WordVectors.none()

    @property
    def coarse(self) -> "slice[int, None, None]":
        """The columns of the few dense features, marks and vector: all a model with little to learn from can use."""
        return slice(WORD_BUCKETS + PAIR_BUCKETS, None)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _literal(texts: Sequence[str]) -> list[str]:
    return [event_words().literal(text) for text in texts]


def _folded(hashed: csr_matrix) -> csr_matrix:
    """The words in the classifier's fewer buckets."""
    buckets = hashed.indices % WORD_BUCKETS
    # A copy: joining two words of one bucket shortens the arrays, and those of `hashed` are read again.
    counts = csr_matrix((hashed.data, buckets, hashed.indptr), shape=(hashed.shape[0], WORD_BUCKETS), copy=True)
    counts.sum_duplicates()
    return counts


def pair_counts(texts: Sequence[str]) -> csr_matrix:
    """How often each pair of neighbouring characters occurs, hashed; for the whole batch in a few array steps."""
    lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    pairs = (codes[:-1] << np.uint64(21) | codes[1:]) * _MIX >> np.uint64(64 - _PAIR_BITS)
    ends = np.cumsum(lengths)
    inside = np.ones(len(codes), bool)
    # The last character of a text begins no pair.
    inside[ends[lengths > 0] - 1] = False
    indptr = np.concatenate(([0], np.cumsum(np.maximum(lengths - 1, 0))))
    counted = pairs[inside[:-1]] if len(codes) else pairs
    counts = csr_matrix((np.ones(len(counted)), counted.astype(np.int64), indptr), shape=(len(texts), PAIR_BUCKETS))
    counts.sum_duplicates()
    return counts


def marks(texts: Sequence[str]) -> NDArray[np.float64]:
    """For each event type: named, subject, subject beside harm; and last, whether anything of the list occurs."""
    return np.array([_row(event_words().read(text)) for text in texts], np.float64).reshape(len(texts), mark_count())


def mark_count() -> int:
    """How many columns `marks` has."""
    return MARKS_PER_TYPE * len(event_words().types) + 1


def _row(found: Marks) -> list[bool]:
    row: list[bool] = []
    for each in event_words().types:
        subject = each in found.subjects
        row += (each in found.named, subject, subject and found.harm)
    return [*row, bool(found.named) or found.harm]
