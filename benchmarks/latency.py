"""How long it takes from a post on the bus to the open board and to the duty officer's receiver, on a whole desk.

A real `huiying run` with its children, a signed-in reader of the board's event stream and a real webhook receiver. In
the same run articles appear in feeds on this machine: there the time until the desk next asks is told apart.
"""

import argparse
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from backends.clock import Stopwatch, SystemClock
from backends.codec import JsonCodec
from backends.local_receiver import LocalReceiver
from backends.settings import load_settings
from backends.wiring import Backends, open_backends
from desk.change import IncidentQuery
from desk.incident import Incident
from desk.moments import Precision
from desk.travel import POSTS, Outgoing
from spiders.door import RawItem, admit
from tests.journeys.open_board import OpenBoard, signed_in_visitor
from tests.journeys.running import SECRET, RunningDesk, a_free_port, seconds_until
from tests.spiders.crawl_run import source, write_sources
from tests.spiders.crawl_site import Site, article

A_SECOND = 50
FLAGGED_EVERY = 10
PARTS = ("line", "watch", "notify", "web", "crawl", "calendar", "prefect")
REPORTS = (
    "桐山县发生5.1级地震",
    "云溪县发生山体滑坡",
    "江口区学校食堂多名学生腹泻",
    "江口区暴雨引发内涝多处被淹",
    "云溪县一中学多名学生食物中毒",
    "桐山县一村庄多人感染霍乱",
)
_FIRST_HOST = 200
_SETTLING = 5.0
_UNTIL_POLLED = 75.0


@dataclass(kw_only=True)
class Measured:
    """Moments on one stopwatch: posts published by id, reports by title, notices received by incident."""

    watch: Stopwatch
    published: dict[str, float]
    reported: dict[str, float]
    received: dict[str, float]


def main() -> None:
    """Prints p50, p95 and the longest of each way."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="how long posts flow (default 30)")
    seconds = parser.parse_args().seconds
    measured = Measured(watch=Stopwatch(), published={}, reported={}, received={})
    with ExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        receiver = stack.enter_context(LocalReceiver(data / "receiver", SECRET))
        sites = [stack.enter_context(Site(_FIRST_HOST + number)) for number, _ in enumerate(REPORTS)]
        desk = _started(data, receiver, sites, stack)
        backends = stack.enter_context(open_backends(desk.folder, load_settings({"data": str(data)}, {}, data)))
        board = f"http://127.0.0.1:{desk.web_port}"
        reader = stack.enter_context(OpenBoard(board, signed_in_visitor(backends), measured.watch))
        _watch_receiver(receiver, measured)
        _flow(backends, sites, measured, seconds)
        _wait(lambda: len(_reports_seen(backends, reader)), len(REPORTS))
        _print(backends, reader, sites, measured)


def _started(data: Path, receiver: LocalReceiver, sites: Sequence[Site], stack: ExitStack) -> RunningDesk:
    for site in sites:
        site.feed()
    feeds = [source(f"feed-{n}", site.url("/rss.xml"), jurisdiction="990100") for n, site in enumerate(sites)]
    write_sources(data, *feeds)
    sources = ("--sources", str(data / "sources.toml"))
    desk = RunningDesk(data, receiver.url, a_free_port(), a_free_port(), more=sources)
    desk.start()
    stack.callback(desk.stop)
    took = seconds_until(lambda: desk.at_work(*PARTS), at_most=60)
    print(f"whole desk at work after {took:.1f} s; {A_SECOND} posts a second, each {FLAGGED_EVERY}th flagged")
    return desk


def _watch_receiver(receiver: LocalReceiver, measured: Measured) -> None:
    def look() -> None:
        clock = SystemClock()
        while True:
            for each in receiver.received():
                measured.received.setdefault(each.notice.incident_id, measured.watch.elapsed())
            clock.sleep(timedelta(milliseconds=10))

    threading.Thread(target=look, daemon=True).start()


def _flow(backends: Backends, sites: Sequence[Site], measured: Measured, seconds: int) -> None:
    clock, flow = SystemClock(), Stopwatch()
    for number in range(seconds * A_SECOND):
        # A little off the beat, so that no rhythm of the desk is met always at the same moment.
        clock.sleep(timedelta(seconds=(number + number * 7 % 10 / 20) / A_SECOND - flow.elapsed()))
        _publish(backends, number, measured)
        report, rest = divmod(number * len(sites), seconds * A_SECOND)
        if rest < len(sites):
            _report(sites[report], report, measured)


def _publish(backends: Backends, number: int, measured: Measured) -> None:
    now = SystemClock().now()
    flagged = number % FLAGGED_EVERY == 0
    # Each of its own: without a place, and with one word in common, no two are the same matter.
    title = f"a{number}爆炸致3人受伤" if flagged else f"图书馆本周开放{number % 12}小时（{number}）"
    raw = RawItem(source="bench", title=title, published_at=now, precision=Precision.SECOND, jurisdiction="990100")
    post = admit(raw, now)
    if flagged:
        measured.published[_incident_of(post.id)] = measured.watch.elapsed()
    backends.bus.publish([Outgoing(topic=POSTS, key=post.id, value=JsonCodec().encode(post))])
    backends.bus.flush()


def _report(site: Site, report: int, measured: Measured) -> None:
    written = SystemClock().now().astimezone(load_settings({}, {}, Path()).office_zone).strftime("%Y-%m-%d %H:%M")
    site.put("/1.html", article(f"{REPORTS[report]}。", title=REPORTS[report], written=written))
    site.feed("/1.html")
    measured.reported[REPORTS[report]] = measured.watch.elapsed()


def _wait(seen: Callable[[], int], wanted: int) -> None:
    clock, waited = SystemClock(), Stopwatch()
    while waited.elapsed() < _SETTLING or (seen() < wanted and waited.elapsed() < _UNTIL_POLLED):
        clock.sleep(timedelta(milliseconds=200))


def _incidents(backends: Backends) -> list[Incident]:
    return backends.incidents.find(IncidentQuery(limit=10_000))


def _reports_seen(backends: Backends, reader: OpenBoard) -> dict[str, float]:
    """When the board named the incident of each report."""
    found = {each.title: each.number or each.id for each in _incidents(backends)}
    return {title: reader.seen[found[title]] for title in REPORTS if found.get(title) in reader.seen}


def _print(backends: Backends, reader: OpenBoard, sites: Sequence[Site], measured: Measured) -> None:
    numbers = {each.id: each.number or each.id for each in _incidents(backends)}
    on_board = {
        incident: reader.seen[numbers[incident]]
        for incident in measured.published
        if numbers.get(incident) in reader.seen
    }
    _show("bus to open board", measured.published, on_board)
    _show("bus to receiver", measured.published, measured.received)
    seen = _reports_seen(backends, reader)
    asked = {title: _next_asked(site, measured, title) for site, title in zip(sites, REPORTS, strict=True)}
    _show("feed to open board", measured.reported, seen)
    _show("  of it to next poll", measured.reported, {title: at for title, at in asked.items() if at is not None})
    _show("  poll to open board", {title: at for title, at in asked.items() if at is not None}, seen)


def _next_asked(site: Site, measured: Measured, title: str) -> float | None:
    # The two stopwatches run alike: only their starts differ.
    between = measured.watch.elapsed() - site.watch.elapsed()
    at = (each.at + between for each in site.asked if each.path == "/rss.xml")
    return next((each for each in at if each > measured.reported[title]), None)


def _show(way: str, began: Mapping[str, float], ended: Mapping[str, float]) -> None:
    took = sorted(ended[key] - start for key, start in began.items() if key in ended)
    if not took:
        print(f"{way:22} none of {len(began)} arrived")
        return
    p50, p95 = took[len(took) // 2], took[min(len(took) - 1, len(took) * 95 // 100)]
    print(f"{way:22} p50 {p50:6.2f} s  p95 {p95:6.2f} s  max {took[-1]:6.2f} s  ({len(took)} of {len(began)})")


def _incident_of(post_id: str) -> str:
    return f"i-{post_id[:20]}"


if __name__ == "__main__":
    main()
