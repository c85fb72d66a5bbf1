"""How many posts a second two screeners and a placer carry as processes of their own, on all engines of one machine.

From the first post published until every post is searchable, committed and placed; publishing is part of the time.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from backends.clock import SystemClock, attempts
from backends.desk_folder import DeskFolder
from backends.settings import load_settings
from backends.wiring import Backends, open_backends
from benchmarks.engines import fill, on_engines, servers_in
from benchmarks.line import BATCH
from console.health import PartState, health_of
from desk.post import Post
from desk.travel import FLAGGED, POSTS
from pipelines.placer import GROUP as PLACERS
from pipelines.screen import GROUP as SCREENERS
from tests.journeys.stream import posts

_PATIENCE = timedelta(seconds=120)
_SETTLED = timedelta(seconds=10)
_WARM = 30_000


def main() -> None:
    """Prints posts a second for each number of screeners."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screeners", description=__doc__)
    parser.add_argument("--posts", type=int, default=60_000, help="how many posts (default 60000)")
    parser.add_argument("--screeners", type=int, nargs="*", default=[1, 2], help="how many screeners (default 1 2)")
    chosen = parser.parse_args()
    stream = posts(_WARM + chosen.posts * len(chosen.screeners))
    with TemporaryDirectory(prefix="huiying-bench-") as folder, servers_in(Path(folder)) as servers:
        environ, _ = on_engines(servers)
        done = 0
        for screeners in (chosen.screeners[0], *chosen.screeners):
            count = chosen.posts if done else _WARM
            with (
                _desk(Path(folder) / "data", environ) as backends,
                _processes(Path(folder) / "data", environ, screeners),
            ):
                seconds = _through(backends, stream[done : done + count])
            if done:
                print(f"{screeners} screeners, 1 placer {count / seconds:>8,.0f} posts/s", flush=True)
            done += count


@contextmanager
def _desk(data: Path, environ: Mapping[str, str]) -> Iterator[Backends]:
    settings = load_settings({"data": str(data)}, environ, data.parent)
    with open_backends(DeskFolder(settings.data, "desk"), settings, migrate=True) as backends:
        yield backends


@contextmanager
def _processes(data: Path, environ: Mapping[str, str], screeners: int) -> Iterator[None]:
    ours = {"HUIYING_DATA": str(data), "HUIYING_WATCH_WORDS": "云州", "HUIYING_BATCH": str(BATCH)}
    parts = ["screen"] * screeners + ["place"]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "console.main", "run", "--only", part],
            env={**os.environ, **environ, **ours},
            stderr=subprocess.DEVNULL,
        )
        for part in parts
    ]
    try:
        _wait_for(data)
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _wait_for(data: Path) -> None:
    clock, folder = SystemClock(), DeskFolder(data, "desk")
    for _ in attempts(clock, _PATIENCE):
        health = health_of(folder, clock.now())
        if all(health[part].state is PartState.AT_WORK for part in ("screen", "place")):
            break
    # The readers of one group share the partitions out among themselves once all have come.
    clock.sleep(_SETTLED)


def _through(backends: Backends, stream: Sequence[Post]) -> float:
    before, start = backends.posts.counts().posts, perf_counter()
    fill(backends, stream)
    for _ in attempts(SystemClock(), _PATIENCE):
        if not backends.bus.lag(POSTS, group=SCREENERS) and not backends.bus.lag(FLAGGED, group=PLACERS):
            break
    seconds = perf_counter() - start
    assert backends.posts.counts().posts - before == len(stream), "not every post arrived in time"
    return seconds


if __name__ == "__main__":
    main()
