"""Finer types of events: which of them a text speaks of, by our own word list."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from desk.post import EventKind
from models.divisions import LEXICON
from models.phrases import PhraseFinder

_HARM = "harm"
_FIGURES = "figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """A finer type: `words` name it alone, `subjects` only beside a word of harm; `name` is its word among terms."""

    key: str
    name: str
    kind: EventKind | None
    words: frozenset[str]
    subjects: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a text shows: types named by their words, types whose subjects occur, and whether harm is spoken of."""

    named: tuple[EventType, ...]
    subjects: tuple[EventType, ...]
    harm: bool
    words: frozenset[str]

    @property
    def types(self) -> tuple[EventType, ...]:
        """The types the text speaks of, in the list's order: those named, else those whose subject is beside harm."""
        return self.named or (self.subjects if self.harm else ())


class EventWords:
    """Reads a text against the list."""

    def __init__(self, types: tuple[EventType, ...], harm: frozenset[str], figures: frozenset[str]) -> None:
        self.types = types
        self._figures = PhraseFinder(figures)
        self.harm = harm
        self._finder = PhraseFinder(harm.union(*(found.words | found.subjects for found in types)))

    def literal(self, text: str) -> str:
        """The text without its figures of speech."""
        for figure in sorted(self._figures.found(text), key=lambda figure: (-len(figure), figure)):
            text = text.replace(figure, " ")
        return text

    def read(self, text: str) -> Marks:
        """The marks of a literal text."""
        found = frozenset(self._finder.found(text))
        return Marks(
            named=tuple(each for each in self.types if not each.words.isdisjoint(found)),
            subjects=tuple(each for each in self.types if not each.subjects.isdisjoint(found)),
            harm=not self.harm.isdisjoint(found),
            words=found,
        )


@cache
def event_words(path: Path = LEXICON / "event_words.toml") -> EventWords:
    """The list of the lexicon, read once."""
    table: Mapping[str, Mapping[str, str | list[str]]] = tomllib.loads(path.read_text(encoding="utf-8"))
    types = tuple(_event_type(key, row) for key, row in table.items() if key not in (_HARM, _FIGURES))
    return EventWords(types, harm=frozenset(table[_HARM]["words"]), figures=frozenset(table[_FIGURES]["words"]))


def _event_type(key: str, row: Mapping[str, str | list[str]]) -> EventType:
    kind = row.get("kind")
    return EventType(
        key=key,
        name=str(row["name"]),
        kind=EventKind(str(kind)) if kind else None,
        words=frozenset(row["words"]),
        subjects=frozenset(row.get("subjects", ())),
    )
