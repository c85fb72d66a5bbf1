"""`huiying crawl`: the desk's one collector at work until it is stopped, or once around."""

import argparse
import sys

from backends.archive_warc import WarcArchive
from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.official_page import Answer, Page
from backends.telemetry import start_log, stop_log
from backends.wiring import open_backends
from console.health import Pulse
from console.wiring import existing_desks, settings_from
from desk.ports import Archive
from spiders.collecting import Collecting
from spiders.sources import load_sources
from spiders.spool import FILE_NAME, Spool
from spiders.switches import Switches

DESK = "desk"
PART = "crawl"


def run(chosen: argparse.Namespace) -> int:
    """Collects into the real desk: a drill or a replay has its own posts. Raises BadSettings, AlreadyRunning."""
    from spiders.resident import collect

    settings, clock = settings_from(chosen), SystemClock()
    sources = load_sources(settings.sources).named(chosen.source).asked
    folder = DeskFolder(settings.data, DESK)

    def archive_of(answer: Answer) -> Archive:
        return WarcArchive(folder.archive, lambda _: Page(redirects=(), answer=answer))

    migrate = folder.name not in existing_desks(settings)
    with folder.lock(PART, now=clock.now()), open_backends(folder, settings, migrate=migrate) as backends:
        spool = Spool(folder.spool / FILE_NAME)
        logger = start_log(folder.log, part=PART, level=settings.log_level)
        collecting = Collecting(
            sources=sources.sources,
            bus=backends.bus,
            spool=spool,
            codec=backends.codec,
            store=backends.sources,
            clock=clock,
            logger=logger,
            archive=archive_of,
            once=chosen.once,
            weibo_token=settings.weibo_token,
            looked=Pulse(folder, PART, clock).worked,
            switched_off=Switches(settings.sources, sources, logger),
        )
        print(f"{folder.path}: {len(sources.sources)} sources, crawl at work; Ctrl-C stops", file=sys.stderr)
        try:
            tally = collect(collecting, sources.contact)
        finally:
            waiting = spool.records
            spool.close()
            stop_log()
    print(f"crawl: {tally}")
    if waiting:
        print(f"crawl: {waiting} records wait in {folder.spool / FILE_NAME}, the next crawl delivers them")
    return 0
