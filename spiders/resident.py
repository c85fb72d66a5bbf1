"""The one Scrapy process of a desk: it runs until every source was asked once, or until it is told to stop."""

import signal
from functools import partial
from threading import Thread
from types import FrameType
from typing import cast

from scrapy.crawler import CrawlerProcess
from twisted.internet.base import ReactorBase

from spiders.collecting import Collecting
from spiders.outcomes import Tally
from spiders.polling import PollingSpider
from spiders.settings import crawl_settings

GRACE_SECONDS = 2.5
"""How long pages under way may take to end once a stop is asked for; an endless page never would."""


def collect(collecting: Collecting, contact: str) -> Tally:
    """Runs the spider in this process, and says how its pages ended; SIGTERM and Ctrl-C stop it.

    Once in a process only: Twisted's reactor cannot be started a second time.
    """
    process = CrawlerProcess(crawl_settings(contact))
    process.crawl(PollingSpider, collecting=collecting)
    spider = next(iter(process.crawlers)).spider
    if not isinstance(spider, PollingSpider):
        raise TypeError("the spider did not start")
    # Twisted asks the name service in threads; one that waits for an answer must not keep a stopped process alive.
    _reactor().getThreadPool().threadFactory = cast("type[Thread]", partial(Thread, daemon=True))
    before = {number: signal.signal(number, _Stop(process, spider)) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        process.start(install_signal_handlers=False)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    spider.leave()
    return spider.tally


class _Stop:
    """The signal handler: pages under way may end for a moment, then the process leaves."""

    def __init__(self, process: CrawlerProcess, spider: PollingSpider) -> None:
        self._process = process
        self._spider = spider
        self._asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if not self._asked:
            self._asked = True
            _reactor().callFromThread(self._stop)

    def _stop(self) -> None:
        self._spider.stop()
        self._process.stop()
        # Scrapy waits for downloads under way, however long they take. What is cut short here is read again.
        _reactor().callLater(GRACE_SECONDS, _reactor().crash)


def _reactor() -> ReactorBase:
    # Twisted makes its reactor when it is imported, and Scrapy chooses which: not before it runs.
    from twisted.internet import reactor

    return cast("ReactorBase", reactor)
