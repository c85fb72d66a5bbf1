"""The words that tell one matter from another: what placing joins posts by."""

import re
from collections.abc import Iterable
from functools import cache

from desk.post import Place
from models.divisions import LEXICON, read_names
from models.events import Marks, event_words
from models.text import tagged

MOST_TERMS = 12
_NAME_WITH_NUMBER = re.compile(r"(?=.*[a-z])(?=.*\d)[a-z0-9]+")
# jieba's tags for numbers, places, times and words that only hold a sentence together.
_EMPTY_TAGS = frozenset(("m", "mq", "ns", "t", "r", "p", "c", "u", "ud", "uj", "ul", "y", "e", "o"))


def salient_terms(text: str, marks: Marks, places: Iterable[Place]) -> tuple[str, ...]:
    """At most twelve words, sorted: the names of the event types first of all, then what the text itself says.

    Each event type that the text speaks of stands under one name in place of its words, so that 坠机 in one post and
    坠毁 in another meet, and count once. Designations such as g1234 come before other words; places, words of
    reporting and words of harm are left out.
    """
    names = [place.name for place in places]
    spoken_for = {phrase for each in marks.types for phrase in each.words & marks.words}
    telling = [word for word, tag in tagged(text) if _tells(word, tag)]
    own = [word for word in telling if not any(phrase in word for phrase in spoken_for)]
    said = [word for word in own if not any(word in name or name in word for name in names)]
    designations = [word for word in said if _NAME_WITH_NUMBER.fullmatch(word)]
    ranked = dict.fromkeys([*(each.name for each in marks.types), *designations, *said])
    return tuple(sorted(list(ranked)[:MOST_TERMS]))


def _tells(word: str, tag: str) -> bool:
    if _NAME_WITH_NUMBER.fullmatch(word):
        return True
    return len(word) > 1 and tag not in _EMPTY_TAGS and not word.isdigit() and word not in _stop_words()


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(read_names(LEXICON / "stop_words.txt")) | event_words().harm
