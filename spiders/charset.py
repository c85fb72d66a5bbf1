"""Bytes of a page as text, whatever charset the page claims: many Chinese sites claim a wrong one."""

import codecs
import re
from collections.abc import Iterator

from w3lib.encoding import read_bom

_HEAD = 4_096
_NAMED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})")
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_GB = re.compile(r"(?i)gb.*|x-gbk|cp936|ms936|euc-?cn|hz.*")
# Only charsets in which a wrong text shows: Latin ones read any bytes, and servers claim them without knowing.
_TELLING = frozenset({"utf-8", "gb18030", "big5", "big5hkscs"})


def readable(body: bytes, content_type: str = "") -> str:
    """The text of the bytes; what cannot be read in any charset shows as replacement signs."""
    marked = read_bom(body)[0]
    if marked is not None:
        return body.decode(marked, errors="replace").removeprefix("\ufeff")
    candidates = list(dict.fromkeys(_candidates(body, content_type)))
    for charset in candidates:
        try:
            return body.decode(charset)
        except UnicodeError:
            continue
    return min((body.decode(charset, errors="replace") for charset in candidates), key=_faults)


def _candidates(body: bytes, content_type: str) -> Iterator[str]:
    # Valid UTF-8 is UTF-8: text of another charset almost never is valid by chance.
    yield "utf-8"
    for name in _claimed(body, content_type):
        charset = _known(name)
        if charset is not None:
            yield charset
    yield "gb18030"
    yield "big5hkscs"


def _claimed(body: bytes, content_type: str) -> Iterator[str]:
    header = _IN_HEADER.search(content_type)
    if header:
        yield header[1]
    for match in _NAMED.finditer(body[:_HEAD]):
        yield match[1].decode("ascii")


def _known(name: str) -> str | None:
    if _GB.fullmatch(name):
        return "gb18030"  # holds all of GB 2312 and GBK, and sites that claim those use it
    try:
        charset = codecs.lookup(name).name
    except LookupError:
        return None
    return charset if charset in _TELLING else None


def _faults(text: str) -> int:
    return text.count("\ufffd")
