"""Fingerprints of texts: 64-bit SimHashes that differ in few bits where texts differ in few characters."""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.features import PAIR_BUCKETS, pair_counts

_NOT_COMPARED = re.compile(r"[\W_]+")


def fingerprints(texts: Sequence[str]) -> list[str]:
    """One fingerprint per text, as 16 hex digits; punctuation and spaces do not count.

    Each pair of neighbouring characters votes on every bit. Votes are whole numbers, so nothing depends on the order
    of addition or on which texts share the batch.
    """
    counts = pair_counts([_NOT_COMPARED.sub("", text) for text in texts])
    votes = counts.astype(np.float32) @ _ballots()
    return [row.tobytes().hex() for row in np.packbits(votes > 0, axis=1)]


@cache
def _ballots() -> NDArray[np.float32]:
    """How each pair votes: 64 times plus or minus one, drawn from its bucket by splitmix64."""
    mixed = np.arange(1, PAIR_BUCKETS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    bits = np.unpackbits(mixed.astype("<u8").view(np.uint8).reshape(PAIR_BUCKETS, 8), axis=1)
    return bits.astype(np.float32) * 2 - 1
