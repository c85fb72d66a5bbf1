"""Where phrases of a fixed list stand in a text: one look per character, however long the list is."""

from collections.abc import Iterable, Iterator
from operator import add

from desk.errors import BadSettings

_HEAD = 2


class PhraseFinder:
    """Finds phrases of at least two characters by their first two.

    A regular expression would try every alternative at every place; the two first characters leave one to three.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        heads: dict[str, list[str]] = {}
        for phrase in sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase)):
            if len(phrase) < _HEAD:
                raise BadSettings(
                    [f"phrase {phrase!r} is shorter than {_HEAD} characters: it would be found everywhere"]
                )
            heads.setdefault(phrase[:_HEAD], []).append(phrase)
        self._heads = heads

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Every phrase at every place where it begins, by place, then longest first."""
        heads = self._heads
        # `map(add, …)` makes the pairs of neighbours without a Python step for each.
        for start, pair in enumerate(map(add, text, text[1:])):
            if pair in heads:
                for phrase in heads[pair]:
                    if text.startswith(phrase, start):
                        yield start, phrase

    def found(self, text: str) -> set[str]:
        """The phrases that occur."""
        return {phrase for _, phrase in self.find(text)}
