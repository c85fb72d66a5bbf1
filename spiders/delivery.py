"""The last stretch of a page: through the door, and safe on the bus or in the spool before it counts as delivered."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import msgspec
from scrapy.crawler import Crawler

from desk.errors import BadPost
from desk.ports import Clock, Codec
from desk.travel import DEAD, POSTS, DeadRecord, Outgoing
from spiders.address import canonical_address
from spiders.collecting import FoundArticle
from spiders.door import RawItem, admit, seen
from spiders.masking import mask
from spiders.outcomes import PageOutcome
from spiders.outflow import Outflow, Taken

if TYPE_CHECKING:
    from spiders.polling import PollingSpider

LOOK_FOR_ROOM = timedelta(milliseconds=500)
_REMEMBERED = 20_000
_KEPT_CHARACTERS = 10_000


class Delivering:
    """Brings found items out; where neither bus nor spool takes one it waits, and the source it serves with it.

    `stopped_within` waits that long, or until the crawl is asked to stop, and says which.
    """

    def __init__(
        self, outflow: Outflow, codec: Codec, clock: Clock, stopped_within: Callable[[timedelta], Awaitable[bool]]
    ) -> None:
        self._outflow = outflow
        self._codec = codec
        self._clock = clock
        self._stopped_within = stopped_within
        self._delivered: OrderedDict[str, None] = OrderedDict()

    async def deliver(self, raw: RawItem) -> PageOutcome:
        """How the item ended: on the bus, in the spool, in quarantine, or known before."""
        now = self._clock.now()
        try:
            post = admit(raw, now)
            outgoing = Outgoing(topic=POSTS, key=post.id, value=self._codec.encode(post))
        except BadPost as problem:
            return await self._sent(self._refused(raw, str(problem), now), PageOutcome.QUARANTINED)
        if post.id in self._delivered:
            return PageOutcome.REPEATED
        outcome = await self._sent(outgoing, PageOutcome.DELIVERED)
        if outcome is not PageOutcome.INTERRUPTED:
            self._remember(post.id)
        return outcome

    def _refused(self, raw: RawItem, reason: str, now: datetime) -> Outgoing:
        where = canonical_address(raw.address or "") or raw.source
        dead = DeadRecord(topic=POSTS, offset=-1, key=where, value=_keepable(raw, now), reason=reason)
        return Outgoing(topic=DEAD, key=where, value=self._codec.encode(dead))

    async def _sent(self, outgoing: Outgoing, outcome: PageOutcome) -> PageOutcome:
        """The outcome once it is safe; INTERRUPTED when the crawl stops before anything had room for it."""
        while (taken := self._outflow.offer([outgoing])) is None:
            if await self._stopped_within(LOOK_FOR_ROOM):
                return PageOutcome.INTERRUPTED
        spooled = taken is Taken.IN_SPOOL and outcome is PageOutcome.DELIVERED
        return PageOutcome.SPOOLED if spooled else outcome

    def _remember(self, post_id: str) -> None:
        self._delivered[post_id] = None
        if len(self._delivered) > _REMEMBERED:
            self._delivered.popitem(last=False)


class Delivery:
    """The item pipeline."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Delivery":
        """One for this crawl."""
        return cls(crawler)

    async def process_item(self, item: FoundArticle) -> FoundArticle:
        """Delivers the article, or puts what the door refuses into quarantine; then its page has ended."""
        spider = cast("PollingSpider", self._crawler.spider)
        spider.ended(item.page, await spider.delivering.deliver(item.raw))
        return item


def _keepable(raw: RawItem, now: datetime) -> bytes:
    """What quarantine may hold: the item's fields, masked, as a line of docs/archive-format.md that can be replayed."""
    kept: dict[str, str | bool | None] = {
        "source": mask(seen(raw.source)),
        "url": canonical_address(raw.address or ""),
        "published_at": raw.published_at.isoformat(),
        "precision": raw.precision.value,
        "collected_at": now.isoformat(),
        "jurisdiction": raw.jurisdiction,
        "official": raw.official or None,
        "channel": raw.channel,
        "capture": raw.capture,
        "captured_at": None if raw.captured_at is None else raw.captured_at.isoformat(),
    }
    # Never cut: replayed from quarantine, a cut text would pass for the whole.
    if len(raw.title) + len(raw.text) <= _KEPT_CHARACTERS:
        kept |= {"title": mask(seen(raw.title)), "text": mask(seen(raw.text))}
    return msgspec.json.encode({name: value for name, value in kept.items() if value is not None})
