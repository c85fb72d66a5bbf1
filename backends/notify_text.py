"""A notice as a chat message or an SMS: whole where it fits, else shortened in its middle, never at its link."""

import re
from bisect import bisect_right
from collections.abc import Callable
from hashlib import sha256

from desk.change import Notice

# `desk.notices.linked` ends a notice with its number and the address to act on it: nothing to shorten there.
_ENDING = re.compile(r"[^。\n]{0,60}https?://\S+\s*\Z")


def message_of(notice: Notice) -> str:
    """Title, text and a mark that is the same however often the notice comes: a repeat is known by it."""
    return f"{' '.join(notice.title.split())}〔通知号 {mark_of(notice.key)}〕\n{notice.text}"


def mark_of(key: str) -> str:
    """The short mark of a notice's key."""
    return sha256(key.encode()).hexdigest()[:8]


def shortened(text: str, largest: int, size: Callable[[str], int]) -> str:
    """The text cut so that its size is at most `largest`; its ending with the link stays whole."""
    if size(text) <= largest:
        return text
    found = _ENDING.search(text)
    cut_at = found.start() if found else len(text)
    beginning, ending = text[:cut_at], text[cut_at:]

    def size_with(characters: int) -> int:
        return size(f"{beginning[:characters]}…{ending}")

    fitting = bisect_right(range(len(beginning) + 1), largest, key=size_with) - 1
    return f"{beginning[: max(fitting, 0)]}…{ending}"
