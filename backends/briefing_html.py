"""An official paper as one HTML file that needs nothing beside it."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backends.briefing_fonts import style_sheet
from desk.paper import Heading, Paper, Table

_TEMPLATE = "briefing.html"


def html_of(paper: Paper) -> bytes:
    """The paper as the bytes of an HTML file; every text of it is escaped."""
    return _environment().get_template(_TEMPLATE).render(paper=paper, fonts=style_sheet()).encode()


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["css_escaped"] = _css_escaped
    environment.tests["heading"] = lambda block: isinstance(block, Heading)
    environment.tests["table"] = lambda block: isinstance(block, Table)
    return environment


def _css_escaped(text: str) -> str:
    """The text as a style sheet's string holds it: no sign of it can end the string or the sheet."""
    return "".join(f"\\{ord(character):06x}" for character in text)
