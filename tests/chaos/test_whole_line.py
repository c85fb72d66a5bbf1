"""The whole line on three real servers, with posts coming in: whatever is killed, paused or refused, the same result.

Two screeners read eight partitions in any order, so that incidents are compared by their posts and their clocks.
"""

import logging
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import pytest

from backends.clock import Stopwatch, SystemClock
from desk.post import Observation, Post
from tests.chaos.elasticsearch_gate import ElasticsearchGate
from tests.chaos.line_content import Held, differences, held_in
from tests.chaos.placers import AT_WORK, MADE_WAY, STANDING_BY
from tests.chaos.whole_line import REST_SECONDS, Engines, WholeLine, three_engines, undisturbed, whole_line
from tests.journeys.content import Content, content_in
from tests.journeys.running import seconds_until
from tests.journeys.stream import MATTERS, matters, with_sightings

logger = logging.getLogger(__name__)
pytestmark = [pytest.mark.engine, pytest.mark.process]

LONGEST_TAKE_OVER = 8.0
STANDS_STILL = timedelta(seconds=15)
HANGS = timedelta(seconds=12)
CUTS = 10
_A_MOMENT = timedelta(milliseconds=300)
ALWAYS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many posts come, how often they are disturbed meanwhile, and how many a part takes at once."""

    posts: int
    times: int
    batch: int


ONCE = Size(posts=2_000, times=1, batch=50)
SIZES = [
    pytest.param(ONCE, id="once"),
    pytest.param(Size(posts=20_000, times=4, batch=250), id="full", marks=pytest.mark.soak),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbed:
    """A line that is to be disturbed, and the gate in front of its Elasticsearch, where it goes through one."""

    line: WholeLine
    gate: ElasticsearchGate


Disturbance = Callable[[Disturbed], None]


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with three_engines() as engines:
        yield engines


@cache
def items_of(count: int) -> list[Post | Observation]:
    return with_sightings(matters(count))


@cache
def calm(count: int) -> tuple[Held, Content]:
    """What an embedded desk makes of the same posts."""
    with undisturbed(items_of(count)) as backends:
        return held_in(backends), content_in(backends)


def kafka_is_killed(desk: Disturbed) -> None:
    desk.line.engines.kafka.kill()
    desk.line.engines.kafka.start()


def kafka_hangs(desk: Disturbed) -> None:
    desk.line.engines.kafka.pause()
    SystemClock().sleep(HANGS)
    desk.line.engines.kafka.resume()


def elasticsearch_is_killed(desk: Disturbed) -> None:
    desk.line.engines.elasticsearch.kill()
    desk.line.engines.elasticsearch.start()


def elasticsearch_is_busy(desk: Disturbed) -> None:
    refused = desk.gate.refused
    desk.gate.halves = 5
    seconds_until(lambda: desk.gate.refused >= refused + 5, at_most=60)
    desk.gate.refusals = ALWAYS
    seconds_until(lambda: desk.gate.refused >= refused + 15, at_most=60)
    desk.gate.refusals = 0


def postgresql_is_killed(desk: Disturbed) -> None:
    desk.line.engines.postgresql.kill()
    desk.line.engines.postgresql.start()


def postgresql_drops_all_connections(desk: Disturbed) -> None:
    for _ in range(CUTS):
        desk.line.engines.run("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")
        SystemClock().sleep(_A_MOMENT)


def a_screener_is_killed_in_its_batch(desk: Disturbed) -> None:
    """With what it flagged passed on already, and not yet stored."""
    desk.gate.refusals = ALWAYS
    refused = desk.gate.refused
    seconds_until(lambda: desk.gate.refused >= refused + 6, at_most=60)
    killed = desk.line.screeners.pop(0)
    killed.kill()
    killed.wait()
    desk.gate.refusals = 0
    desk.line.start_screener()


def the_placer_is_killed(desk: Disturbed) -> None:
    line, seat = desk.line, desk.line.active_seat()
    killed = line.placers.pop(seat)
    killed.kill()
    killed.wait()
    took = took_over(line)
    logger.info("take-over from a killed placer: %.1f s", took)
    assert took <= LONGEST_TAKE_OVER
    line.start_placer(STANDING_BY)


def the_placer_stands_still(desk: Disturbed) -> None:
    line, seat = desk.line, desk.line.active_seat()
    stands_still = line.placers.pop(seat)
    watch = Stopwatch()
    stands_still.send_signal(signal.SIGSTOP)
    took = took_over(line)
    logger.info("take-over from a placer that stands still: %.1f s", took)
    assert took <= LONGEST_TAKE_OVER
    SystemClock().sleep(STANDS_STILL - timedelta(seconds=watch.elapsed()))
    made_way = line.office.events(seat).count(MADE_WAY)
    stands_still.send_signal(signal.SIGCONT)
    seconds_until(lambda: line.office.events(seat).count(MADE_WAY) > made_way, at_most=10)
    line.placers[seat] = stands_still


def took_over(line: WholeLine) -> float:
    """After how many seconds the one that is left has placed something."""
    (seat,) = line.placers
    placed = line.placed()
    return seconds_until(
        lambda: line.office.last_said(seat) == AT_WORK and line.placed() > placed, at_most=3 * LONGEST_TAKE_OVER
    )


DISTURBANCES = (
    kafka_is_killed,
    kafka_hangs,
    elasticsearch_is_killed,
    elasticsearch_is_busy,
    postgresql_is_killed,
    postgresql_drops_all_connections,
    a_screener_is_killed_in_its_batch,
    the_placer_is_killed,
    the_placer_stands_still,
)


def way_to_elasticsearch(disturb: Disturbance, gate: ElasticsearchGate) -> str:
    """Through the gate only where it has to refuse something: it takes its time."""
    return gate.url if disturb in (elasticsearch_is_busy, a_screener_is_killed_in_its_batch) else gate.behind


def goes_through(desk: Disturbed, size: Size, disturb: Disturbance) -> None:
    """Lets the posts come in, disturbs as often as wanted while they do, and waits until all parts are at rest."""
    line, items, watch = desk.line, items_of(size.posts), Stopwatch()
    portion = len(items) // (size.times + 1) + 1
    line.publish(items[:portion])
    for start in range(portion, len(items), portion):
        seconds_until(lambda: line.stored() >= line.published // 2, at_most=REST_SECONDS)
        # The servers are started by the thread that outlives them: they end with their starter.
        with ThreadPoolExecutor(1) as beside:
            publishing = beside.submit(line.publish, items[start : start + portion])
            disturb(desk)
            publishing.result()
    line.come_to_rest()
    logger.info("%d posts, disturbed %d times, in %.1f s", size.posts, size.times, watch.elapsed())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("disturb", DISTURBANCES, ids=lambda disturb: disturb.__name__)
def test_line_loses_and_doubles_nothing_when(engines: Engines, disturb: Disturbance, size: Size) -> None:
    expected, _ = calm(size.posts)
    with ElasticsearchGate(engines.elasticsearch.settings["HUIYING_ELASTICSEARCH_URL"]) as gate:
        environ = engines.a_desk(elasticsearch=way_to_elasticsearch(disturb, gate), partitions=8, batch=size.batch)
        with whole_line(engines, environ, screeners=2) as line:
            goes_through(Disturbed(line=line, gate=gate), size, disturb)
            held = held_in(line.backends)

    assert differences(expected, held) == []
    assert (len(held.posts), len(held.matters)) == (size.posts, MATTERS)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "disturb",
    [kafka_is_killed, a_screener_is_killed_in_its_batch, the_placer_is_killed],
    ids=lambda disturb: disturb.__name__,
)
def test_one_screener_of_one_partition_leaves_the_very_same_desk_when(
    engines: Engines, disturb: Disturbance, size: Size
) -> None:
    _, expected = calm(size.posts)
    with ElasticsearchGate(engines.elasticsearch.settings["HUIYING_ELASTICSEARCH_URL"]) as gate:
        environ = engines.a_desk(elasticsearch=way_to_elasticsearch(disturb, gate), partitions=1, batch=size.batch)
        with whole_line(engines, environ, screeners=1) as line:
            goes_through(Disturbed(line=line, gate=gate), size, disturb)
            held = content_in(line.backends)

    assert held == expected
