"""Word vectors: which words keep the same company in headlines, learned without any label."""

from collections.abc import Iterable
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction import FeatureHasher
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from models.text import words

FINE_BUCKETS = 2**20
_SMOOTHING = 0.75
_STEPS = 127.0


def hashed_words(texts: Iterable[str]) -> csr_matrix:
    """How often each word occurs in each text, by a hash fine enough that two words hardly ever share one."""
    hasher = FeatureHasher(n_features=FINE_BUCKETS, input_type="string", alternate_sign=False, dtype=np.float64)
    return csr_matrix(hasher.transform(words(text) for text in texts))


def hash_of(words: Iterable[str]) -> NDArray[np.int32]:
    """The bucket of each word."""
    single = [[word] for word in words]
    if not single:
        return np.zeros(0, np.int32)
    hasher = FeatureHasher(n_features=FINE_BUCKETS, input_type="string", alternate_sign=False)
    buckets: NDArray[np.int32] = hasher.transform(single).indices
    return buckets


class WordVectors(TransformerMixin, BaseEstimator):
    """Directions of words in the space of their neighbours (positive pointwise mutual information, truncated SVD).

    坠机 and 失事 come out close though no label says so; a few hundred labelled titles then teach the classifier about
    words they do not contain. Words are known by hash, vectors are kept in eight bits.
    """

    def __init__(self, *, dimensions: int = 64, least: int = 15) -> None:
        self.dimensions = dimensions
        self.least = least

    @classmethod
    def none(cls) -> Self:
        """No vectors at all: every mean is zero."""
        vectors = cls()
        vectors.n_features_in_ = FINE_BUCKETS
        vectors._keep(np.zeros(0, np.int64), np.zeros(0), np.zeros((0, vectors.dimensions)))
        return vectors

    def fit(self, X: csr_matrix, y: object = None) -> Self:  # noqa: ARG002, N803 - scikit-learn's signature
        """Learns from word counts of many short texts, hashed; words in fewer than `least` texts are left out."""
        X = csr_matrix(validate_data(self, X, accept_sparse="csr", ensure_non_negative=True, dtype=np.float64))  # noqa: N806
        seen = csr_matrix((np.ones(X.nnz), X.indices, X.indptr), shape=X.shape)
        texts_with = np.asarray(seen.sum(axis=0)).ravel()
        known = np.flatnonzero(texts_with >= self.least)
        if len(known) < 2:
            self._keep(known[:0], np.zeros(0), np.zeros((0, self.dimensions)))
            return self
        neighbours = _mutual_information(seen[:, known])
        self._keep(known, np.log(X.shape[0] / texts_with[known]), _directions(neighbours, self.dimensions))
        return self

    def transform(self, X: csr_matrix) -> NDArray[np.float64]:  # noqa: N803 - scikit-learn's name
        """The direction of each text: the mean of its words' vectors, rare words counting more, at length one."""
        check_is_fitted(self)
        checked = validate_data(self, X, accept_sparse="csr", ensure_non_negative=True, dtype=np.float64, reset=False)
        hashed = csr_matrix(checked)
        place = np.searchsorted(self.words_, hashed.indices)
        known = np.append(self.words_, -1)[place] == hashed.indices
        starts = np.concatenate(([0], np.cumsum(known)))[hashed.indptr]
        chosen = place[known]
        # Only the rows at hand leave the eight bits: widening the whole table would cost more than a small batch.
        near = self.vectors_[chosen].astype(np.float64) / _STEPS
        texts = hashed.shape[0]
        weights = csr_matrix((self.rarity_[chosen], np.arange(len(chosen)), starts), shape=(texts, len(chosen)))
        means = np.asarray(weights @ near).reshape(texts, self.dimensions)
        lengths = np.sqrt(np.einsum("ij,ij->i", means, means))
        return means / np.where(lengths > 0, lengths, 1.0)[:, None]

    def pulls(self, buckets: NDArray[np.int32], direction: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far each of a text's words turns the text's mean towards a direction."""
        place = np.minimum(np.searchsorted(self.words_, buckets), max(len(self.words_) - 1, 0))
        if not len(self.words_):
            return np.zeros(len(buckets))
        known = self.words_[place] == buckets
        vectors = self.vectors_[place] / _STEPS * (self.rarity_[place] * known)[:, None]
        length = float(np.linalg.norm(vectors.sum(axis=0)))
        return np.asarray(vectors @ direction) / (length or 1.0)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        return tags

    def _keep(self, known: NDArray[np.int64], rarity: NDArray[np.float64], vectors: NDArray[np.float64]) -> None:
        self.words_ = known.astype(np.int32)
        self.rarity_ = rarity.astype(np.float32)
        self.vectors_ = np.rint(vectors * _STEPS).astype(np.int8)


def _mutual_information(seen: csr_matrix) -> csr_matrix:
    """How much more often than by chance two words share a text, by log; pairs below chance are left out."""
    together = (seen.T @ seen).tocsr()
    together.setdiag(0)
    together.eliminate_zeros()
    pairs = together.tocoo()
    each = np.asarray(together.sum(axis=1)).ravel()
    company = each**_SMOOTHING / (each**_SMOOTHING).sum()
    information = np.maximum(np.log(pairs.data / (each[pairs.row] * company[pairs.col])), 0)
    return csr_matrix((information, (pairs.row, pairs.col)), shape=together.shape)


def _directions(neighbours: csr_matrix, dimensions: int) -> NDArray[np.float64]:
    from sklearn.decomposition import TruncatedSVD

    svd = TruncatedSVD(min(dimensions, neighbours.shape[1] - 1), n_iter=4, random_state=0)
    found = svd.fit_transform(neighbours) / np.sqrt(np.maximum(svd.singular_values_, 1e-12))
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    directions = np.zeros((len(found), dimensions))
    directions[:, : found.shape[1]] = found / np.where(lengths > 0, lengths, 1.0)
    return directions
