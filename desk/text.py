"""Text as the index and the identity of a post see it: one form for the same words."""

import re
import unicodedata
from collections.abc import Iterable

MAX_TOKEN_LENGTH = 255
"""Longer runs are cut into pieces of this many characters: no search engine may cut them in its own way."""

_SPACES = re.compile(r"\s+")
# A Han character stands alone; Latin letters and digits run together (DESIGN §3). `\w` minus Han covers both.
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]{{1,{MAX_TOKEN_LENGTH}}}")


def normalise(text: str) -> str:
    """NFKC, lower case, white space runs as one space, none at the ends."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()


def index_tokens(text: str) -> list[str]:
    """The text cut for searching: single Han characters and runs of other letters and digits, in order.

    Both search engines index these tokens and search a term as a phrase of them, so they match alike.
    """
    return _TOKEN.findall(normalise(text))


def search_phrases(terms: Iterable[str]) -> list[str]:
    """The terms of a search as phrases, their tokens joined by spaces.

    A term without any token (only punctuation) asks for nothing that is indexed and is left out.
    """
    phrases = (" ".join(index_tokens(term)) for term in terms)
    return [phrase for phrase in phrases if phrase]
