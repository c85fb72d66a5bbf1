"""The last stretch of a page: through the door, onto the bus, and safe there before it counts as delivered."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import msgspec
from scrapy.crawler import Crawler

from desk.errors import BadPost, BusError
from desk.travel import DEAD, POSTS, DeadRecord, Outgoing
from spiders.address import canonical_address
from spiders.collecting import FoundArticle
from spiders.door import RawItem, admit, seen
from spiders.masking import mask
from spiders.outcomes import PageOutcome

if TYPE_CHECKING:
    from spiders.polling import PollingSpider

FIRST_PAUSE, LONGEST_PAUSE = timedelta(milliseconds=500), timedelta(seconds=30)
_REMEMBERED = 20_000
_KEPT_CHARACTERS = 10_000


class Delivery:
    """The item pipeline; while the bus is away it waits and says so, and the source it serves waits with it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._delivered: OrderedDict[str, None] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Delivery":
        """One for this crawl."""
        return cls(crawler)

    async def process_item(self, item: FoundArticle) -> FoundArticle:
        """Delivers the article, or puts what the door refuses into quarantine; then its page has ended."""
        now = self._spider.collecting.clock.now()
        try:
            post = admit(item.raw, now)
            outgoing = Outgoing(topic=POSTS, key=post.id, value=self._spider.collecting.codec.encode(post))
        except BadPost as problem:
            outcome = await self._put_aside(item.raw, str(problem), now)
        else:
            outcome = PageOutcome.REPEATED
            if post.id not in self._delivered:
                outcome = await self._sent(outgoing, PageOutcome.DELIVERED)
                self._remember(post.id)
        self._spider.ended(item.page, outcome)
        return item

    async def _put_aside(self, raw: RawItem, reason: str, now: datetime) -> PageOutcome:
        where = canonical_address(raw.address or "") or raw.source
        dead = DeadRecord(topic=POSTS, offset=-1, key=where, value=_keepable(raw, now), reason=reason)
        value = self._spider.collecting.codec.encode(dead)
        return await self._sent(Outgoing(topic=DEAD, key=where, value=value), PageOutcome.QUARANTINED)

    async def _sent(self, outgoing: Outgoing, outcome: PageOutcome) -> PageOutcome:
        """The outcome once the bus has it for good; INTERRUPTED when the crawl stops while the bus is away."""
        bus, logger = self._spider.collecting.bus, self._spider.collecting.logger
        bus.publish([outgoing])  # the bus keeps it until a flush succeeds
        pause = FIRST_PAUSE
        while True:
            try:
                bus.flush()
            except BusError as error:
                logger.warning("bus away, waiting", retry_in=pause.total_seconds(), reason=str(error))
                if await self._spider.stopped_within(pause):
                    return PageOutcome.INTERRUPTED
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            if pause != FIRST_PAUSE:
                logger.info("bus back")
            return outcome

    def _remember(self, post_id: str) -> None:
        self._delivered[post_id] = None
        if len(self._delivered) > _REMEMBERED:
            self._delivered.popitem(last=False)

    @property
    def _spider(self) -> "PollingSpider":
        return cast("PollingSpider", self._crawler.spider)


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
