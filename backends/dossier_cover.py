"""The cover of a dossier: one HTML page in plain Chinese that needs nothing beside it."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backends.briefing_fonts import style_sheet

_TEMPLATE = "dossier_cover.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverPart:
    """A table of the cover; a cell is lines."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What the cover says; `mark` stands where it is no real desk's."""

    title: str
    mark: str
    head: tuple[tuple[str, str], ...]
    parts: tuple[CoverPart, ...]
    fingerprint: str


def cover_html(cover: Cover) -> bytes:
    """The cover as the bytes of an HTML file; every text of it is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template(_TEMPLATE).render(cover=cover, fonts=style_sheet()).encode()
