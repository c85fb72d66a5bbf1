"""The office whose desk this is: its name, its hours' zone, and which places and words are its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from desk.post import ABROAD, NATIONWIDE, Place

DUTY_OFFICER = "值班员"
"""The role first paged; the rota says who that is."""

OFFICE_HEAD = "新闻办主任"
"""The role paged next, while nobody takes an incident on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The office and its jurisdiction (DESIGN §4.1.14).

    `jurisdiction` holds six-digit division codes, `000000` for the whole country; `watch_words` bring a post in
    whatever place it names. `mark` stands before everything people read: 【演练】 in a drill.
    """

    name: str
    zone: tzinfo
    jurisdiction: tuple[str, ...]
    watch_words: tuple[str, ...] = ()
    mark: str = ""

    def covers(self, code: str) -> bool:
        """Whether the division lies within the jurisdiction."""
        if code == ABROAD:
            return False
        return any(code.startswith(stem(own)) for own in self.jurisdiction)

    def lies_within(self, code: str) -> bool:
        """Whether part of the jurisdiction lies within the division, so that the name may mean us."""
        return any(own.startswith(stem(code)) for own in self.jurisdiction) if code != ABROAD else False


def stem(code: str) -> str:
    """The part of a division code its sub-divisions share: 990000 → 99, 990100 → 9901; of the whole country, none."""
    if code == NATIONWIDE:
        return ""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def related(one: str, other: str) -> bool:
    """Whether one division contains the other (or is it)."""
    return one.startswith(stem(other)) or other.startswith(stem(one))


def most_specific(places: Sequence[Place]) -> Place | None:
    """The place that says most: the fewest candidates, then the smallest division, then the first named."""
    return min(places, key=_vagueness, default=None)


def _vagueness(place: Place) -> tuple[int, int]:
    return len(place.codes), -max(len(stem(code)) for code in place.codes)
