"""What a form asks for and what was typed into it, with every problem named beside its field, in Chinese."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TypeVar

from starlette.datastructures import FormData, UploadFile

LONGEST_TEXT = 4000
"""Nobody reads more, and nobody needs to store more than this from one field."""

MARKED = "_marked"
"""What the name of a row's box has behind the name of its field."""

_Word = TypeVar("_Word", bound=StrEnum)


class FieldKind(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    LONG = "long"
    ADDRESS = "address"
    CHOICE = "choice"
    CHOICES = "choices"
    MOMENT = "moment"
    FILE = "file"
    SPEAKERS = "speakers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer a field offers."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing a form asks for, with what stands in it already.

    `values` are its answers so far, `ticked` which of its rows are marked; `left_out` says when it may be empty.
    """

    name: str
    label: str
    kind: FieldKind
    required: bool = True
    left_out: str = "可不填"
    options: tuple[Option, ...] = ()
    hint: str = ""
    values: tuple[str, ...] = ()
    ticked: tuple[str, ...] = ()


class BadForm(Exception):
    """Raised when what was typed cannot be used: by field name, what is wrong with it; "" is the form as a whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("；".join(problems.values()))
        self.problems = problems


class Typed:
    """What was typed into a form; problems are noted beside their field and raised together by `check`."""

    def __init__(self, form: FormData, zone: tzinfo) -> None:
        self._form = form
        self._zone = zone
        self.problems: dict[str, str] = {}

    def text(self, name: str, *, required: bool = True) -> str:
        """The text of a field without the blanks around it."""
        found = self._form.get(name)
        text = found.strip() if isinstance(found, str) else ""
        if required and not text:
            self.problems[name] = "请填写此项"
        if len(text) > LONGEST_TEXT:
            self.problems[name] = f"请不要超过 {LONGEST_TEXT} 字"
        return text[:LONGEST_TEXT]

    def parts(self, name: str, *, required: bool = True) -> tuple[str, ...]:
        """The items of a list typed into one field, parted by lines or 、，；."""
        text = self.text(name, required=required)
        for mark in "、，；,;\r":
            text = text.replace(mark, "\n")
        return tuple(part.strip() for part in text.split("\n") if part.strip())

    def choice(self, name: str, allowed: type[_Word]) -> _Word:
        """The one word chosen; the first one stands in where none was."""
        try:
            return allowed(self.text(name))
        except ValueError:
            self.problems[name] = "请选择一项"
            return next(iter(allowed))

    def one_of(self, name: str, allowed: Sequence[str]) -> str:
        """The one value chosen among those offered."""
        text = self.text(name)
        if text not in allowed:
            self.problems[name] = "请选择一项"
        return text

    def choices(self, name: str, allowed: type[_Word]) -> frozenset[_Word]:
        """The words ticked."""
        ticked = {value for value in self._form.getlist(name) if isinstance(value, str)}
        return frozenset(word for word in allowed if word.value in ticked)

    def rows(self, name: str) -> list[tuple[str, bool]]:
        """What stands in each row of a field that has several, and whether the row is marked; empty rows left out."""
        marked = self._form.getlist(f"{name}{MARKED}")
        typed = [value.strip()[:LONGEST_TEXT] for value in self._form.getlist(name) if isinstance(value, str)]
        return [(text, str(index) in marked) for index, text in enumerate(typed) if text]

    def moment(self, name: str, otherwise: datetime) -> datetime:
        """The time typed, on the office's clock; `otherwise` stands in where none can be read."""
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError:
            self.problems[name] = "请填写日期和时间，例如 2026-06-10 08:30"
            return otherwise
        # A browser's date field has no zone: people mean the office's own clock.
        return found.astimezone(otherwise.tzinfo) if found.tzinfo else found.replace(tzinfo=self._zone)

    def upload(self, name: str) -> UploadFile | None:
        """The file chosen, if any."""
        found = self._form.get(name)
        return found if isinstance(found, UploadFile) and found.filename else None

    def check(self) -> None:
        """Raises BadForm with every problem noted so far."""
        if self.problems:
            raise BadForm(self.problems)


def options_of(words: Mapping[_Word, str]) -> tuple[Option, ...]:
    """The words a field offers, in their order."""
    return tuple(Option(value=word.value, label=label) for word, label in words.items())


def with_typed(fields: Iterable[Field], form: FormData) -> tuple[Field, ...]:
    """The fields with what was typed into them, so that nobody types twice; a file has to be chosen again."""
    return tuple(
        replace(
            field,
            values=_typed_values(form, field.name),
            ticked=_typed_values(form, f"{field.name}{MARKED}"),
        )
        for field in fields
    )


def _typed_values(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(value for value in form.getlist(name) if isinstance(value, str))
