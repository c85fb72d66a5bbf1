"""A time found on a page, with the place that says it: the surer the place, the lower its number."""

import re
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import unquote

from spiders.written_time import WrittenTime, read_time


class Place(IntEnum):
    """Where on a page a time stands, surest first."""

    RULE = 0  # where the source's own rule says it stands
    JSON_LD = 1
    META = 2
    MARKED = 3  # a time element, or an attribute made for it
    LABELLED = 4  # 发布时间： between title and text
    BESIDE_TITLE = 5
    ABOVE_TITLE = 6
    LABELLED_ELSEWHERE = 7
    SCRIPT = 8
    ELSEWHERE = 9
    UNSURE = 10  # in a script, under a name that may mean anything
    CHANGED = 11  # the time of the last change, where no other stands
    IN_A_LIST = 12  # beside a link: most likely the time of what the link leads to
    ADDRESS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTime:
    """A time, its place, and in a few words what says it."""

    written: WrittenTime
    place: Place
    why: str


_DAY_IN_ADDRESS = re.compile(r"(?<!\d)(20[0-4]\d)[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])(?!\d)")


def day_of_address(address: str) -> FoundTime | None:
    """The day that an address such as /2026/0610/c1.html or /t20260610_1.html names."""
    match = _DAY_IN_ADDRESS.search(unquote(address[:2_000]))
    written = None if match is None else read_time("-".join(match.groups()))
    return None if written is None else FoundTime(written=written, place=Place.ADDRESS, why="day in the address")
