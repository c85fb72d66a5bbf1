"""The one spider: it asks each source when it is due, reads what is new there one article at a time, and goes on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from desk.travel import POSTS, Outgoing
from spiders.address import canonical_address
from spiders.collecting import Collecting, FoundArticle, Page
from spiders.delivery import Delivering
from spiders.door import RawItem
from spiders.feed import Entry, NotAList
from spiders.list_page import Listing
from spiders.loader import captured, item_of, listing_of
from spiders.manners import header_of, retry_after_of
from spiders.outcomes import (
    HOST_IS_SILENT,
    LIST_WAS_SEEN,
    PageOutcome,
    Refused,
    Tally,
    outcome_of_failure,
    outcome_of_status,
)
from spiders.outflow import Outflow
from spiders.progress import Round, retry_at
from spiders.replies import ON_ITS_WAY, changed_replies, note_replies, post_of
from spiders.schedule import NOT_SET_UP, SPOOL_FULL, Schedule
from spiders.settings import MOST_REDIRECTS
from spiders.sources import SourceKind
from spiders.weibo import first_address, next_hour, read_weibo

LOOK_EVERY = timedelta(milliseconds=250)
_NOT_MODIFIED = 304
_MOST_SILENT = 2
"""After so many articles in a row without any answer the host is taken to be away."""


class PollingSpider(Spider):
    """Resident: with `collecting.once` it ends when every source was asked, else when it is stopped.

    The next article of a source is asked for when the one before has ended, wherever that happens: in reading it, in
    a failed download, in the pipeline once it is safe on the bus. A source therefore never has two pages under way.
    """

    name = "polling"

    def __init__(self, collecting: Collecting) -> None:
        super().__init__()
        self.collecting = collecting
        self.tally = Tally()
        self.schedule = Schedule(collecting)
        self._without_token = frozenset(
            each.key for each in collecting.sources if each.kind is SourceKind.WEIBO and not collecting.weibo_token
        )
        self._delivering: set[asyncio.Task[None]] = set()
        self._silent: dict[str, int] = {}
        self._under_way: dict[str, Page] = {}
        self._stopping = asyncio.Event()
        self._outflow = Outflow(collecting.bus, collecting.spool, collecting.clock, collecting.logger)
        self.delivering = Delivering(self._outflow, collecting.codec, collecting.clock, self.stopped_within)

    @classmethod
    def from_crawler(cls, crawler: Crawler, collecting: Collecting) -> "PollingSpider":
        """The spider of a crawl; a fault in our own reading ends the page too."""
        spider = cls(collecting)
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.faulty_page, signal=signals.spider_error)
        crawler.signals.connect(spider.faulty_item, signal=signals.item_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Asks every due source for its list, again and again."""
        self.schedule.note_absence()
        without = [each for each in self.collecting.sources if each.key in self._without_token]
        self.schedule.put_off(without, NOT_SET_UP)
        for source, until in self.schedule.silent() if self.collecting.once else ():
            self.collecting.logger.warning("source left alone", source=source.key, until=until)
        while not self._stopping.is_set():
            self._outflow.drain()
            self.collecting.looked(self._outflow.trouble)
            due = self.schedule.due(self.collecting.switched_off() | self._without_token)
            if self._outflow.full:
                self.schedule.put_off(due, SPOOL_FULL)
                due = []
            for source in due:
                yield self._list_request(self.schedule.begin(source))
            if self.collecting.once and self.schedule.all_asked:
                self._outflow.drain(at_once=True)
                return
            await self.stopped_within(LOOK_EVERY)

    def parse_list(self, response: Response, page: Page) -> None:
        """Takes what a list names; its new articles follow one by one."""
        if response.status == _NOT_MODIFIED:
            self._unchanged(page)
            return
        refused = outcome_of_status(response.status)
        if refused is not None:
            self.ended(page, refused, retry_after=retry_after_of(response))
            return
        try:
            listing = listing_of(response, page)
        except NotAList:
            self.ended(page, PageOutcome.BROKEN)
            return
        begun = self.schedule.round_of(page.source)
        if begun.lists_read == 0:
            begun.etag, begun.modified = header_of(response, "ETag"), header_of(response, "Last-Modified")
        self._take(page, listing, self.collecting.most_articles)

    def parse_weibo(self, response: Response, page: Page) -> None:
        """Takes the posts of a page of Weibo; they are delivered one by one, and nothing more is asked for them."""
        found = read_weibo(response.status, response.body, response.url, page.source)
        if isinstance(found, PageOutcome):
            waits = retry_after_of(response) or next_hour(self.collecting.clock.now())
            self.ended(page, found, retry_after=waits if found is PageOutcome.THROTTLED else None)
            return
        self.schedule.round_of(page.source).reached(found.newest)
        self._take(page, found.listing, self.collecting.most_posts)

    def _take(self, page: Page, listing: Listing, most: int) -> None:
        begun = self.schedule.round_of(page.source)
        begun.read(listing, most)
        page.listed = len(listing.entries)
        self._tell_replies(begun, listing.entries)
        self.ended(page, PageOutcome.READ)

    def parse_article(self, response: Response, page: Page) -> Iterator[FoundArticle]:
        """Reads an article and hands it to delivery, which ends its page."""
        refused = outcome_of_status(response.status)
        if refused is not None:
            self.ended(page, refused, retry_after=retry_after_of(response))
            return
        now = self.collecting.clock.now()
        found = item_of(response, page, now)
        if isinstance(found, PageOutcome):
            self.ended(page, found)
            return
        if page.source.official:
            kept = captured(response, self.collecting.archive, self.collecting.logger, now)
            found = found if kept is None else replace(found, capture=kept.sha256, captured_at=kept.captured_at)
        page.found = found
        yield FoundArticle(page=page, raw=found)

    def failed(self, failure: Failure) -> None:
        """Ends a page whose download failed."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        page: Page = request.cb_kwargs["page"]
        error = failure.value
        assert error is not None
        spent = request.meta.get("redirect_times", 0) >= MOST_REDIRECTS
        outcome = outcome_of_failure(error, redirects_spent=spent)
        self.ended(page, outcome, retry_after=error.retry_after if isinstance(error, Refused) else None)

    def ended(self, page: Page, outcome: PageOutcome, *, retry_after: str | None = None) -> None:
        """Counts the page's end, says it in the log, and goes on with its source."""
        if page.outcome is not None:
            return
        page.outcome = outcome
        self._under_way.pop(page.source.key, None)
        self.tally.count(outcome)
        address = canonical_address(page.address)
        self.collecting.logger.info("page ended", source=page.source.key, outcome=outcome.value, address=address)
        self.collecting.told(page)
        begun = self.schedule.round_of(page.source)
        self._weigh(begun, page, outcome, retry_after)
        if not self._stopping.is_set():
            self._go_on(begun)

    def stop(self) -> None:
        """Asks nothing new; what waits for the bus gives up waiting."""
        self._stopping.set()

    def leave(self) -> None:
        """Counts what was still under way as interrupted and keeps how far every source has come."""
        self._stopping.set()
        for page in tuple(self._under_way.values()):
            self.ended(page, PageOutcome.INTERRUPTED)
        self.schedule.cut_short()

    async def stopped_within(self, pause: timedelta) -> bool:
        """Waits that long, or until the crawl is asked to stop; says which."""
        # The clock of the house would stop the whole process: within one only the loop may wait.
        try:
            await asyncio.wait_for(self._stopping.wait(), pause.total_seconds())
        except TimeoutError:
            return False
        return True

    def faulty_page(self, failure: Failure, response: Response) -> None:
        """Ends a page that our own reading stumbled over."""
        request = getattr(response, "request", None)
        if request is not None and "page" in request.cb_kwargs:
            self._faulty(request.cb_kwargs["page"], failure.value)

    def faulty_item(self, failure: Failure, item: FoundArticle) -> None:
        """Ends a page whose item the pipeline stumbled over."""
        self._faulty(item.page, failure.value)

    def _faulty(self, page: Page, error: BaseException | None) -> None:
        self.collecting.logger.error("page could not be read", source=page.source.key, exc_info=error)
        self.ended(page, PageOutcome.BROKEN)

    def _weigh(self, begun: Round, page: Page, outcome: PageOutcome, retry_after: str | None) -> None:
        """What the end of a page means for its source."""
        if page.entry is None:
            # A further page that fails is read at the next round; what the first ones named is read now.
            further = begun.lists_read > 0 and outcome is not PageOutcome.THROTTLED
            if further and outcome not in LIST_WAS_SEEN:
                begun.unfinished = True
            elif outcome not in LIST_WAS_SEEN and outcome is not PageOutcome.INTERRUPTED:
                begun.stop(outcome, retry_at(retry_after, self.collecting.clock.now()))
            return
        begun.note(page.entry, outcome, self.collecting.clock.now())
        if page.found is not None and page.entry.replies is not None and outcome in ON_ITS_WAY:
            begun.progress.posts[page.entry.mark] = post_of(page.found, self.collecting.clock.now())
            self._tell_replies(begun, [page.entry])
        silent = self._silent.get(page.source.key, 0) + 1 if outcome in HOST_IS_SILENT else 0
        self._silent[page.source.key] = silent
        if outcome is PageOutcome.THROTTLED or silent >= _MOST_SILENT:
            begun.stop(outcome, retry_at(retry_after, self.collecting.clock.now()))

    def _go_on(self, begun: Round) -> None:
        if begun.source.key in self.collecting.switched_off():
            begun.stop(PageOutcome.SWITCHED_OFF)
        if begun.lists:
            self.crawler.engine.crawl(self._request_of_list(begun, begun.lists.pop(0)))
            return
        if not begun.waiting:
            self.schedule.finish(begun)
            return
        entry = begun.waiting.pop()
        page = Page(source=begun.source, address=entry.address, entry=entry, found=entry.found)
        if entry.found is not None:
            self._under_way[page.source.key] = page
            task = asyncio.ensure_future(self._deliver(page, entry.found))
            self._delivering.add(task)
            task.add_done_callback(self._delivering.discard)
            return
        request = self._request(page)
        request.callback = self.parse_article
        self.crawler.engine.crawl(request)

    async def _deliver(self, page: Page, found: RawItem) -> None:
        try:
            outcome = await self.delivering.deliver(found)
        except Exception as error:  # noqa: BLE001  # the outermost line of a task: the page must end
            self._faulty(page, error)
            return
        self.ended(page, outcome)

    def _request_of_list(self, begun: Round, address: str) -> Request:
        request = self._request(Page(source=begun.source, address=address))
        request.callback = self.parse_list
        if begun.source.kind is SourceKind.WEIBO:
            request.callback = self.parse_weibo
            # In a header, so that it stands in no address that is logged; and it follows no redirect.
            request.headers["Authorization"] = f"OAuth2 {self.collecting.weibo_token}"
            request.meta["dont_redirect"] = True
        return request

    def _list_request(self, begun: Round) -> Request:
        is_weibo = begun.source.kind is SourceKind.WEIBO
        first = first_address(begun.source, begun.progress.since) if is_weibo else begun.source.address
        request = self._request_of_list(begun, first)
        begun.etag, begun.modified = begun.cursor.etag, begun.progress.modified
        if begun.etag is not None:
            request.headers["If-None-Match"] = begun.etag
        if begun.modified is not None:
            request.headers["If-Modified-Since"] = begun.modified
        return request

    def _request(self, page: Page) -> Request:
        self._under_way[page.source.key] = page
        request = Request(page.address, errback=self.failed, cb_kwargs={"page": page}, dont_filter=True)
        if page.source.official:
            # Captured as it came over the wire: what is hashed is what the server calls the page.
            request.headers["Accept-Encoding"] = "identity"
        return request

    def _tell_replies(self, begun: Round, entries: list[Entry]) -> None:
        """Publishes the counts of replies that changed; what finds no room is told at the next reading."""
        changed = changed_replies(begun, entries, self.collecting.clock.now())
        if not changed:
            return
        encoded = ((each.post_id, self.collecting.codec.encode(each)) for each in changed)
        outgoing = [Outgoing(topic=POSTS, key=key, value=value) for key, value in encoded]
        if self._outflow.offer(outgoing) is not None:
            note_replies(begun, entries)

    def _unchanged(self, page: Page) -> None:
        self.schedule.round_of(page.source).unchanged()
        self.ended(page, PageOutcome.UNCHANGED)
