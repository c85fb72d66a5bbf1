"""Every part of a running desk killed with -9, one after another, while posts flow: as if nothing had happened."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from backends.clock import Stopwatch, SystemClock
from backends.codec import JsonCodec
from backends.desk_folder import DeskFolder
from backends.local_receiver import LocalReceiver
from backends.settings import load_settings
from backends.wiring import open_backends
from desk.change import NoticeState
from desk.moments import Precision
from desk.post import Post
from desk.travel import POSTS, Outgoing
from spiders.door import RawItem, admit
from tests.build import HOUR, MINUTE
from tests.journeys.content import Content, content_of
from tests.journeys.running import SECRET, RunningDesk, a_free_port, seconds_until
from tests.spiders.crawl_run import source, write_sources
from tests.spiders.crawl_site import Site

pytestmark = pytest.mark.process

PARTS = ("crawl", "line", "notify", "watch", "calendar", "web", "prefect")
MANY = 500
A_SECOND = 20


def the_posts(now: datetime) -> list[Post]:
    """Each tenth is flagged, a matter of its own; half of those passed their five hours a while ago."""
    return [the_post(number, now + number * timedelta(milliseconds=1)) for number in range(MANY)]


def the_post(number: int, at: datetime) -> Post:
    flagged, late = number % 10 == 0, number % 20 == 0
    title = f"a{number}爆炸致3人受伤" if flagged else f"图书馆本周开放{number % 12}小时（{number}）"
    published = at - (5 * HOUR + 30 * MINUTE if late else MINUTE)
    raw = RawItem(
        source="yunzhou", title=title, published_at=published, precision=Precision.SECOND, jurisdiction="990100"
    )
    return admit(raw, now=at)


def publish(data: Path, posts: list[Post], *, a_second: float) -> None:
    settings, clock, watch = load_settings({"data": str(data)}, {}, data), SystemClock(), Stopwatch()
    with open_backends(DeskFolder(data, "desk"), settings, migrate=True) as backends:
        for number, post in enumerate(posts):
            clock.sleep(timedelta(seconds=number / a_second - watch.elapsed()))
            backends.bus.publish([Outgoing(topic=POSTS, key=post.id, value=JsonCodec().encode(post))])
            backends.bus.flush()


def settled(data: Path, notices: int) -> bool:
    with open_backends(DeskFolder(data, "desk"), load_settings({"data": str(data)}, {}, data)) as backends:
        rows = backends.incidents.notices()
    return len(rows) == notices and {row.state for row in rows} == {NoticeState.SENT}


def undisturbed(data: Path, posts: list[Post]) -> tuple[Content, list[str]]:
    """The same posts on a desk of its own that nobody kills; what it holds, and the keys of what was received."""
    publish(data, posts, a_second=1_000_000)
    office = ["--jurisdiction", "990100", "--data", str(data)]
    with LocalReceiver(data / "received", SECRET) as receiver:
        command = [sys.executable, "-m", "console.main", "run", "--until-idle", *office, "--webhook-url", receiver.url]
        environ = {**os.environ, "HUIYING_WEBHOOK_SECRET": SECRET}
        # Once more for what the watch has to say of the posts just placed.
        for _ in range(2):
            subprocess.run(command, check=True, env=environ, cwd=data, capture_output=True)
        return content_of(data, "desk"), sorted(each.notice.key for each in receiver.received())


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(77) as found:
        found.feed()
        yield found


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[LocalReceiver]:
    with LocalReceiver(tmp_path / "receiver", SECRET) as listening:
        yield listening


@pytest.fixture
def desk(tmp_path: Path, site: Site, receiver: LocalReceiver) -> Iterator[RunningDesk]:
    data = tmp_path / "wild"
    write_sources(data, source("daily", site.url("/rss.xml")))
    more = ("--sources", str(data / "sources.toml"))
    running = RunningDesk(data, receiver.url, a_free_port(), a_free_port(), more)
    running.start()
    yield running
    running.process.kill()
    running.process.wait()


def test_killed_parts_are_back_within_moments_and_nothing_is_lost_or_doubled(
    tmp_path: Path, desk: RunningDesk, receiver: LocalReceiver
) -> None:
    seconds_until(lambda: desk.at_work(*PARTS), at_most=60)
    posts = the_posts(SystemClock().now())
    flowing = threading.Thread(target=publish, args=(desk.data, posts), kwargs={"a_second": A_SECOND})
    flowing.start()

    for part in PARTS:
        kill_and_wait(desk, part)

    flowing.join()
    calm, received = undisturbed(tmp_path / "calm", posts)
    # A page that was in a killed courier's hand comes again once its lease of half a minute is over.
    seconds_until(lambda: settled(desk.data, len(calm.notices)), at_most=60)
    desk.stop()
    assert content_of(desk.data, "desk") == calm
    assert sorted(each.notice.key for each in receiver.received()) == received
    assert (len(calm.posts), len(calm.incidents)) == (MANY, MANY // 10)


def kill_and_wait(desk: RunningDesk, part: str) -> None:
    """Kills the part and waits until it stands again, then until it does its work."""
    killed = desk.kill(part)
    seconds_until(lambda: desk.parts()[part] != killed, at_most=3)
    seconds_until(lambda: desk.at_work(part), at_most=10)
