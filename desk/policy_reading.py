"""Reading a mapping field by field, noting every problem with its path instead of stopping at the first."""

from collections.abc import Mapping, Set
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

_TOO_MANY = 1_000_000
Choice = TypeVar("Choice", bound=StrEnum)


class Reader:
    """One table of a parsed file; problems of nested tables gather in the same list.

    Every reading method returns a harmless stand-in after noting a problem, so that reading goes on to the end.
    """

    def __init__(self, path: str, table: Mapping[str, object], problems: list[str] | None = None) -> None:
        self.path = path
        self.problems: list[str] = [] if problems is None else problems
        self._table = table

    def problem(self, key: str, what: str) -> None:
        """Notes a problem at a key of this table."""
        self.problems.append(f"{self.path}.{key}: {what}")

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._table

    def only(self, known: Set[str]) -> None:
        """Notes every key that is not known here."""
        for key in sorted(set(self._table) - known):
            self.problem(key, f"unknown: use one of {', '.join(sorted(known))}")

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self._table.get(key)
        if isinstance(value, str) and value.strip():
            return value
        self.problem(key, self._wanted(value, "a text in quotes"))
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._table.get(key)
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        self.problem(key, self._wanted(value, 'a list of texts like ["50%"]'))
        return ()

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._table.get(key)
        if isinstance(value, bool):
            return value
        self.problem(key, self._wanted(value, "true or false"))
        return False

    def count(self, key: str, *, least: int = 1) -> int:
        """A whole number from the least one, below a million."""
        value = self._table.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value < _TOO_MANY:
            return value
        self.problem(key, self._wanted(value, f"a whole number from {least} to {_TOO_MANY - 1}"))
        return least

    def day(self, key: str) -> date:
        """A calendar date."""
        value = self._table.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.problem(key, self._wanted(value, "a date like 2016-11-10, without quotes"))
        return date(1970, 1, 1)

    def moment(self, key: str) -> datetime:
        """A moment with its zone."""
        value = self._table.get(key)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
        self.problem(key, self._wanted(value, "a time with its zone like 2026-06-10T08:22:00+08:00, without quotes"))
        return datetime(1970, 1, 1, tzinfo=UTC)

    def choice(self, key: str, kind: type[Choice]) -> Choice:
        """One of the words of an enumeration."""
        value = self._table.get(key)
        return self._choice(key, value, kind)

    def choices(self, key: str, kind: type[Choice]) -> tuple[Choice, ...]:
        """A list of words of an enumeration."""
        return tuple(self._choice(f"{key}[{index}]", each, kind) for index, each in enumerate(self.texts(key)))

    def table(self, key: str) -> "Reader":
        """A nested table; an empty one where it is missing."""
        value = self._table.get(key)
        if isinstance(value, Mapping):
            return Reader(f"{self.path}.{key}", value, self.problems)
        self.problem(key, self._wanted(value, f"a table [{key}]"))
        return Reader(f"{self.path}.{key}", {}, [])

    def tables(self, key: str) -> list["Reader"]:
        """A list of tables, each named in problems by its id where it has one."""
        value = self._table.get(key)
        if isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
            return [
                Reader(f"{self.path}.{key}[{each.get('id', index)}]", each, self.problems)
                for index, each in enumerate(value)
            ]
        self.problem(key, self._wanted(value, f"tables [[{key}]]"))
        return []

    def _choice(self, key: str, value: object, kind: type[Choice]) -> Choice:
        if isinstance(value, str) and value in {each.value for each in kind}:
            return kind(value)
        self.problem(key, self._wanted(value, " or ".join(f"'{each.value}'" for each in kind)))
        return next(iter(kind))

    def _wanted(self, value: object, wanted: str) -> str:
        return f"missing: write {wanted}" if value is None else f"{value!r} cannot be used: write {wanted}"
