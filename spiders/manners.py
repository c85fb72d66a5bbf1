"""How a site is asked: only on its named hosts, only what its robots.txt allows, no faster than that says."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from spiders.outcomes import THROTTLING, PageOutcome, Refused

if TYPE_CHECKING:
    from spiders.polling import PollingSpider

OUR_NAME = "Huiying"
REMEMBERED = timedelta(hours=1)
"""How long a robots.txt is believed before it is read again."""

_LARGEST_ROBOTS = 500_000
_ASK_FIRST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    rules: Protego
    read_at: datetime


class Manners:
    """The downloader middleware that lets a request pass or refuses it with its outcome."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules: dict[str, _Rules] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Manners":
        """One for this crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Passes a request that may be asked. Raises Refused, or what reading robots.txt failed with.

        A robots.txt that cannot be had means that the site is not asked (RFC 9309): only an answer 4xx says that
        there is none.
        """
        page = request.cb_kwargs.get("page")
        if page is None:
            return  # our own question for a robots.txt
        if not page.source.covers(request.url):
            raise Refused(PageOutcome.OTHER_HOST)
        self._pause(request.url, page.source.delay.total_seconds())
        rules = await self._rules_of(request.url)
        if not rules.can_fetch(request.url, OUR_NAME):
            raise Refused(PageOutcome.ROBOTS_REFUSED)
        self._pause(request.url, rules.crawl_delay(OUR_NAME) or 0.0)

    async def _rules_of(self, url: str) -> Protego:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        async with self._asking.setdefault(site, asyncio.Lock()):
            now = self._spider.collecting.clock.now()
            known = self._rules.get(site)
            if known is None or now - known.read_at > REMEMBERED:
                known = _Rules(rules=await self._read(f"{site}/robots.txt"), read_at=now)
                self._rules[site] = known
            return known.rules

    async def _read(self, address: str) -> Protego:
        request = Request(address, callback=NO_CALLBACK, priority=_ASK_FIRST, dont_filter=True)
        response = await self._crawler.engine.download_async(request)
        if response.status in THROTTLING:
            raise Refused(PageOutcome.THROTTLED, retry_after=retry_after_of(response))
        if response.status >= 500:
            raise Refused(PageOutcome.HTTP_ERROR)
        body = response.body[:_LARGEST_ROBOTS] if 200 <= response.status < 300 else b""
        return Protego.parse(body.decode("utf-8-sig", errors="ignore"))

    def _pause(self, url: str, seconds: float) -> None:
        """Keeps at least this long between two questions to the host, until the crawl ends."""
        host, downloader = urlsplit(url).hostname or "", self._crawler.engine.downloader
        # Both: an open slot keeps its own pause, and one that is opened anew takes it from the settings.
        kept = downloader.per_slot_settings.setdefault(host, {"concurrency": 1, "delay": seconds})
        kept["delay"] = max(kept["delay"], seconds)
        slot = downloader.slots.get(host)
        if slot is not None:
            slot.delay = kept["delay"]

    @property
    def _spider(self) -> "PollingSpider":
        return cast("PollingSpider", self._crawler.spider)


def retry_after_of(response: Response) -> str | None:
    """The Retry-After header as text, or None."""
    return header_of(response, "Retry-After")


def header_of(response: Response, name: str) -> str | None:
    """A header as text of bounded length, or None."""
    value = response.headers.get(name)
    return None if value is None else value.decode("latin-1")[:1_000]
