"""An official paper as its content alone: a head and blocks in order, whatever file later carries it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of the first (一、) or second level (（一）), its number written out."""

    text: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of the text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its caption; `widths` say how wide its columns are beside each other; line breaks are meant."""

    caption: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A bulletin (简报) in the page format of GB/T 9704-2012.

    `name` is the file's name without its ending; `mark` stands on every page and begins the name of a paper that is
    not real; a line break in `title` is meant. Classification is a person's to write: the head leaves room for it and
    says nothing.
    """

    name: str
    mark: str
    masthead: str
    issue: str
    office: str
    dated: str
    title: str
    blocks: tuple[Block, ...]
