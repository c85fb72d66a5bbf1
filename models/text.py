"""The text of a post as the models read it: one form for the same words, its beginning, its words."""

import re
from functools import cache
from types import ModuleType

from desk.text import normalise

READING_LENGTH = 500
# Addresses and marks are taken out before the cut, so the raw slice is longer than what is kept of it.
_RAW_LENGTH = 4 * READING_LENGTH
_NOT_WORDS = re.compile(
    r"https?://[\w\-./?%&=#:~+]+"  # addresses
    r"|@[\w\-·]{1,30}"  # mentions: nobody's name is a feature
    r"|\[[\u4e00-\u9fff]{1,4}\]"  # emoji as Weibo writes them: [微笑]
    r"|[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+"  # emoji
    r"|<[\u4e00-\u9fff]{2,6}>"  # what masking left in place of personal data: <电话>
    r"|#"  # the marks around a topic; its words stay
    r"|[\u200b\ud800-\udfff]"  # invisible, or no character at all: half a pair that some JSON brings along
)
_WORD_CHARACTER = re.compile(r"\w")


def clean(text: str) -> str:
    """NFKC, lower case and single spaces, without addresses, mentions, emoji, masks and the marks of a topic."""
    return normalise(_NOT_WORDS.sub(" ", normalise(text)))


def reading(title: str, text: str) -> str:
    """What the models read of a post: its title and the beginning of its text, clean; a repeated title once.

    Only the beginning is ever looked at, so a text of ten million characters costs no more than one of a thousand.
    """
    head = clean(title[:_RAW_LENGTH])
    body = clean(text[:_RAW_LENGTH])
    joined = body if head in body[: len(head) + 2] else f"{head} {body}".strip()
    return joined[:READING_LENGTH]


def cut(text: str) -> list[str]:
    """The text cut by the dictionary alone; joined again the pieces are the text.

    rjieba without its hidden Markov model cuts exactly like jieba without it, several times as fast (test over the
    archives' titles). Names that no dictionary knows fall into single characters instead of being guessed.
    """
    pieces: list[str] = _cutter().cut(text, False)  # noqa: FBT003 - rjieba takes `hmm` by position only
    return pieces


def words(text: str) -> list[str]:
    """The words of a text, in order, without spaces and punctuation."""
    return [piece for piece in cut(text) if _WORD_CHARACTER.match(piece)]


def tagged(text: str) -> list[tuple[str, str]]:
    """The words of a text with jieba's part-of-speech tags."""
    pairs: list[tuple[str, str]] = _cutter().tag(text, False)  # noqa: FBT003 - as above
    return [(word, tag) for word, tag in pairs if _WORD_CHARACTER.match(word)]


@cache
def _cutter() -> ModuleType:
    # The dictionary costs a tenth of a second: who never cuts never pays.
    import rjieba

    return rjieba
