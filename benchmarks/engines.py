"""The line on Kafka, Elasticsearch and PostgreSQL beside the embedded line: posts a second, and CPU of each program.

Both run on the same posts in the same run, on real servers of their own; the CPU of a program says how it scales out.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from sqlalchemy import create_engine, text

from backends.desk_folder import DeskFolder
from backends.settings import Settings, load_settings
from backends.wiring import Backends, open_backends
from benchmarks.line import BATCH
from console.wiring import parts_of, placer_of, screener_of
from desk.post import Outcome, Post, ScreenedPost
from desk.travel import POSTS, Outgoing
from models.artifact import load_classifier
from pipelines.placer import Placer
from pipelines.screen import Screener
from tests.build import a_verdict
from tests.engines.elasticsearch_server import ElasticsearchServer
from tests.engines.kafka_server import KafkaServer
from tests.engines.postgresql_server import PostgresqlServer
from tests.engines.server import Server
from tests.journeys.stream import posts

Cpu = Mapping[str, Callable[[], float]]
_A_MOMENT = timedelta(milliseconds=200)
_PATIENCE = timedelta(seconds=3)
_SAMPLE = 10_000
_WARM = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run: seconds it took, and CPU seconds of each program."""

    seconds: float
    cpu: Mapping[str, float]


def main() -> None:
    """Prints both lines' posts a second and CPU per post, then the cost of a post at each size of the store."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--posts", type=int, default=20_000, help="how many posts go through the line (default 20000)")
    parser.add_argument(
        "--stored", type=int, nargs="*", default=[10_000, 100_000], help="sizes of the store to measure at"
    )
    chosen = parser.parse_args()
    stream = posts(chosen.posts)
    with TemporaryDirectory(prefix="huiying-bench-") as folder, servers_in(Path(folder)) as servers:
        desks = {"embedded": ({}, {}), "engines": on_engines(servers)}
        # A server of the Java kind compiles itself while it works: the first posts would measure that.
        with _opened(Path(folder) / "warm", {**desks["engines"][0], "HUIYING_ENGINE_PREFIX": "warm"}) as (
            backends,
            settings,
        ):
            _through_the_line(backends, settings, posts(_WARM), {})
        _empty_database(desks["engines"][0])
        rates = {}
        for name, (environ, cpu) in desks.items():
            with _opened(Path(folder) / name, environ) as (backends, settings):
                rates[name] = _show(name, len(stream), _through_the_line(backends, settings, stream, cpu))
        print(f"ratio engines/embedded {rates['engines'] / rates['embedded']:.2f}")
        for name, (environ, cpu) in desks.items():
            with _opened(Path(folder) / f"{name}-stored", {**environ, "HUIYING_ENGINE_PREFIX": "stored"}) as (
                backends,
                _,
            ):
                _show_growth(name, backends, chosen.stored, cpu)


@contextmanager
def servers_in(folder: Path) -> Iterator[dict[str, Server]]:
    """The three servers, on files below the folder."""
    servers: dict[str, Server] = {
        "kafka": KafkaServer(folder / "kafka"),
        "elasticsearch": ElasticsearchServer(folder / "elasticsearch"),
        "postgresql": PostgresqlServer(folder / "postgresql"),
    }
    try:
        for server in servers.values():
            server.start()
        yield servers
    finally:
        for server in servers.values():
            server.stop()


def on_engines(servers: Mapping[str, Server]) -> tuple[dict[str, str], Cpu]:
    """The settings of a desk on these servers, and the CPU seconds of each."""
    environ = {name: value for server in servers.values() for name, value in server.settings.items()}
    return environ, {name: server.cpu_seconds for name, server in servers.items()}


def _empty_database(environ: Mapping[str, str]) -> None:
    """Topics and indices have a prefix; the incidents of a round stand in the one database."""
    engine = create_engine(environ["HUIYING_DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    engine.dispose()


@contextmanager
def _opened(data: Path, environ: Mapping[str, str]) -> Iterator[tuple[Backends, Settings]]:
    settings = load_settings({"data": str(data), "watch_words": "云州", "batch": str(BATCH)}, environ, data.parent)
    with open_backends(DeskFolder(settings.data, "desk"), settings, migrate=True) as backends:
        yield backends, settings


def _through_the_line(backends: Backends, settings: Settings, stream: Sequence[Post], cpu: Cpu) -> Measured:
    parts = parts_of(backends, settings)
    screener, placer = screener_of(parts, settings, load_classifier()), placer_of(parts, settings)
    epoch = placer.acquire("bench", patience=_PATIENCE)
    assert epoch is not None
    fill(backends, stream)
    measured = _measured(lambda: _screened_and_placed(screener, placer, epoch, len(stream)), cpu)
    assert backends.posts.counts().posts == len(stream)
    return measured


def _screened_and_placed(screener: Screener, placer: Placer, epoch: int, count: int) -> None:
    with screener.subscribe() as screening, placer.subscribe() as placing:
        seen = 0
        while seen < count:
            seen += screener.step(screening, timeout=_A_MOMENT).records
            placer.beat(epoch)
            placer.step(placing, epoch, timeout=timedelta())
        while placing.lag():
            placer.step(placing, epoch, timeout=_A_MOMENT)


def fill(backends: Backends, stream: Sequence[Post]) -> None:
    """Puts the posts on the bus, durably."""
    for start in range(0, len(stream), BATCH):
        batch = stream[start : start + BATCH]
        backends.bus.publish([Outgoing(topic=POSTS, key=post.id, value=backends.codec.encode(post)) for post in batch])
    backends.bus.flush()


def _show_growth(name: str, backends: Backends, sizes: Sequence[int], cpu: Cpu) -> None:
    if not sizes:
        return
    stream = posts(max(sizes) + _SAMPLE * len(sizes))
    done = 0
    for size in sorted(sizes):
        _store(backends, stream[done:size])
        sample = stream[size : size + _SAMPLE]
        measured = _measured(partial(_store, backends, sample), cpu)
        done = size + _SAMPLE
        _show(f"{name}, {size:,} stored", len(sample), measured)


def _store(backends: Backends, stream: Sequence[Post]) -> None:
    for start in range(0, len(stream), BATCH):
        batch = stream[start : start + BATCH]
        backends.posts.put([ScreenedPost(post=post, verdict=a_verdict(), outcome=Outcome.ORDINARY) for post in batch])


def _measured(work: Callable[[], None], cpu: Cpu) -> Measured:
    ours = {"huiying": process_time}
    before = {name: spent() for name, spent in {**ours, **cpu}.items()}
    start = perf_counter()
    work()
    seconds = perf_counter() - start
    return Measured(seconds=seconds, cpu={name: spent() - before[name] for name, spent in {**ours, **cpu}.items()})


def _show(name: str, count: int, measured: Measured) -> float:
    rate = count / measured.seconds
    each = "  ".join(f"{program} {spent / count * 1e6:.0f}" for program, spent in measured.cpu.items())
    print(f"{name:28} {rate:>8,.0f} posts/s   CPU µs/post: {each}", flush=True)
    return rate


if __name__ == "__main__":
    main()
