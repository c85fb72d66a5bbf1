"""A brought file on its way to the bus: every row through the door, refused ones into quarantine, each counted."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

import msgspec

from desk.errors import BadPost
from desk.ports import Bus, Codec
from desk.travel import DEAD, POSTS, DeadRecord, Outgoing
from spiders.door import admit, seen
from spiders.masking import mask
from spiders.outcomes import PageOutcome, Tally
from spiders.sources import Source
from spiders.table_file import Row, item_of_row

_BATCH = 500


def deliver_rows(rows: Iterable[Row], source: Source, bus: Bus, codec: Codec, now: datetime) -> Tally:
    """Publishes all rows and says how they ended; a row given twice is one post, counted `repeated`.

    Raises BusError; what was published before stays, and giving the file again doubles nothing.
    """
    tally, known, waiting = Tally(), set[str](), iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        outgoing = [_outgoing(row, source, codec, now) for row in batch]
        ends = [_end(each, known) for each in outgoing]
        fresh = [each for each, end in zip(outgoing, ends, strict=True) if end is not PageOutcome.REPEATED]
        bus.publish(fresh)
        bus.flush()
        for end in ends:
            tally.count(end)
    return tally


def _end(outgoing: Outgoing, known: set[str]) -> PageOutcome:
    if outgoing.topic == DEAD:
        return PageOutcome.QUARANTINED
    if outgoing.key in known:
        return PageOutcome.REPEATED
    known.add(outgoing.key)
    return PageOutcome.DELIVERED


def _outgoing(row: Row, source: Source, codec: Codec, now: datetime) -> Outgoing:
    try:
        post = admit(item_of_row(row, source), now)
    except BadPost as error:
        kept = _keepable(row, source, now)
        dead = DeadRecord(topic=POSTS, offset=-1, key=source.key, value=kept, reason=str(error))
        return Outgoing(topic=DEAD, key=source.key, value=codec.encode(dead))
    return Outgoing(topic=POSTS, key=post.id, value=codec.encode(post))


def _keepable(row: Row, source: Source, now: datetime) -> bytes:
    """The row's named columns, masked, as a line of docs/archive-format.md that a person can mend and give again."""
    found = {"published": "published_at", "title": "title", "text": "text"}
    kept = {name: mask(seen(row.columns.get(column, ""))) for column, name in found.items()}
    return msgspec.json.encode({"source": source.key, "collected_at": now.isoformat(), **kept})
