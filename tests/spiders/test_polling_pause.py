"""While the spool is full no source is asked; the spider's own loop, driven by hand."""

import asyncio

from scrapy import Request

from backends.archive_memory import MemoryArchive
from backends.clock import ManualClock
from backends.codec import JsonCodec
from backends.official_page import Page as Kept
from backends.sources_memory import MemorySourceStore
from backends.telemetry import log
from desk.travel import POSTS, Outgoing
from spiders.collecting import Collecting
from spiders.outflow import BUS_AWAY, SPOOL_FULL
from spiders.polling import PollingSpider
from spiders.sources import Source, SourceKind
from spiders.spool import IN_MEMORY, MOST_BYTES, Spool
from tests.build import HOUR, MINUTE, NOON, SECOND
from tests.spiders.stoppable_bus import StoppableBus


def looked_at_twice(most_bytes: int) -> tuple[list[Request], list[str], list[tuple[str, str]]]:
    """What is asked for, what health says, and the gaps, while the bus is away and something has been offered."""
    told: list[str] = []
    store = MemorySourceStore()
    source = Source(
        key="daily",
        kind=SourceKind.FEED,
        address="https://yunzhou.example/rss.xml",
        lawful_basis="公开新闻",
        schedule=5 * MINUTE,
        delay=SECOND,
        hosts=("yunzhou.example",),
    )

    def looked(trouble: str) -> None:
        told.append(trouble)
        if len(told) == 2:
            spider.stop()

    spider = PollingSpider(
        Collecting(
            sources=(source,),
            bus=StoppableBus(away=True),
            spool=Spool(IN_MEMORY, most_bytes=most_bytes),
            codec=JsonCodec(),
            store=store,
            clock=ManualClock(NOON),
            logger=log("test"),
            archive=lambda answer: MemoryArchive(lambda _: Kept(redirects=(), answer=answer)),
            looked=looked,
        )
    )
    spider._outflow.offer([Outgoing(topic=POSTS, key="a", value=b"x" * 100)])

    async def asked() -> list[Request]:
        return [request async for request in spider.start()]

    requests = asyncio.run(asked())
    return requests, told, [(gap.source, gap.reason) for gap in store.gaps(NOON - HOUR, NOON + HOUR)]


def test_with_room_in_the_spool_sources_are_asked_on_while_the_bus_is_away() -> None:
    requests, told, gaps = looked_at_twice(MOST_BYTES)

    assert [request.url for request in requests] == ["https://yunzhou.example/rss.xml"]
    assert (told, gaps) == ([BUS_AWAY, BUS_AWAY], [])


def test_with_a_full_spool_no_source_is_asked_and_a_gap_says_why() -> None:
    requests, told, gaps = looked_at_twice(99)

    assert requests == []
    assert (told, gaps) == ([SPOOL_FULL, SPOOL_FULL], [("daily", "spool_full")])
