"""Text as the index and the identity of a post see it: one form for the same words."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
# A Han character stands alone; Latin letters and digits run together (DESIGN §3). `\w` minus Han covers both.
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+")


def normalise(text: str) -> str:
    """NFKC, lower case, white space runs as one space, none at the ends."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()


def index_tokens(text: str) -> list[str]:
    """The text cut for searching: single Han characters and runs of other letters and digits, in order.

    Both search engines index these tokens and search a term as a phrase of them, so they match alike.
    """
    return _TOKEN.findall(normalise(text))
