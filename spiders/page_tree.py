"""The tree of a page's elements: broken pages are read as far as they go, and never deeper than is safe."""

import re

from parsel import Selector

# No tree can hold these, in HTML or in XML: browsers pass over them too.
_NO_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,12})|(\d{1,12}));?")
_HIGHEST = 0x10FFFF


def page_tree(html: str) -> Selector:
    """The tree of the page; an empty one of an empty page."""
    cleaned = without_no_characters(html)
    # An empty document has no root element to look into.
    # Without `huge_tree` libxml2 bounds how deep a page may be nested: what is read here is walked up again.
    return Selector(text=cleaned if cleaned.strip() else "<html></html>", type="html", huge_tree=False)


def without_no_characters(text: str) -> str:
    """The text without what is no character, as it stands or as a reference such as &#x110000;."""
    return _REFERENCE.sub(_kept, _NO_CHARACTERS.sub("", text))


def _kept(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if code <= _HIGHEST and not _NO_CHARACTERS.match(chr(code)) else ""
