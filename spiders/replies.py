"""How many answered a thread: a counter seen again is an observation of its post, never what they wrote."""

from collections.abc import Sequence
from datetime import datetime

from desk.post import Observation
from spiders.door import RawItem, admit
from spiders.feed import Entry
from spiders.outcomes import PageOutcome
from spiders.progress import Round

ON_ITS_WAY = frozenset({PageOutcome.DELIVERED, PageOutcome.SPOOLED, PageOutcome.REPEATED})


def post_of(found: RawItem, now: datetime) -> str:
    """The id of the post that the door made of it."""
    return admit(found, now).id


def changed_replies(begun: Round, entries: Sequence[Entry], now: datetime) -> list[Observation]:
    """The threads of known posts whose count of replies is another than the one last told."""
    progress = begun.progress
    return [
        Observation(post_id=progress.posts[each.mark], source=begun.source.key, seen_at=now, heat=each.replies)
        for each in entries
        if each.replies is not None and each.mark in progress.posts and progress.replies.get(each.mark) != each.replies
    ]


def note_replies(begun: Round, entries: Sequence[Entry]) -> None:
    """Remembers the counts that were told."""
    for each in entries:
        if each.replies is not None and each.mark in begun.progress.posts:
            begun.progress.replies[each.mark] = each.replies
