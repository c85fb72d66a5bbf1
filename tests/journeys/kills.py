"""A desk whose screener and placer are killed with -9 at random moments and started again, as real processes."""

import multiprocessing
import os
import random
import signal
from collections.abc import Mapping
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from backends.clock import SystemClock
from backends.codec import JsonCodec
from backends.desk_folder import DeskFolder
from backends.settings import load_settings
from backends.wiring import open_backends
from console.main import main
from desk.post import Post
from desk.travel import POSTS, Outgoing
from tests.journeys.stream import travelling

DESK = "replay/kills"
PARTS = ("screen", "place")
# Forked after the classifier's libraries are loaded: a start then takes no seconds, and a kill is as real.
_FORK = multiprocessing.get_context("fork")


def prepared(data: Path, count: int) -> Path:
    """A desk folder with so many posts on its bus and nothing screened yet."""
    settings = load_settings({"data": str(data)}, {}, data)
    codec = JsonCodec()
    with open_backends(DeskFolder(data, DESK), settings, migrate=True) as backends:
        items = travelling(count)
        keyed = [(each.id if isinstance(each, Post) else each.post_id, each) for each in items]
        backends.bus.publish([Outgoing(topic=POSTS, key=key, value=codec.encode(each)) for key, each in keyed])
        backends.bus.flush()
    return data


def undisturbed(data: Path) -> None:
    """Screens, then places, everything."""
    for part in PARTS:
        _ended(_started(data, part, until_idle=True))


def disturbed(data: Path, kills: int, chance: random.Random) -> int:
    """Runs both parts, kills one or both at so many random moments, lets them finish; says how many were killed."""
    running = {part: _started(data, part) for part in PARTS}
    killed = 0
    for _ in range(kills):
        SystemClock().sleep(timedelta(seconds=chance.uniform(0.05, 0.9)))
        for part in chance.choice((("screen",), ("place",), PARTS)):
            killed += _kill(running, part)
            running[part] = _started(data, part)
    _stop(running)
    undisturbed(data)
    return killed


def _kill(running: Mapping[str, BaseProcess], part: str) -> int:
    process = running[part]
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    return int(process.exitcode == -signal.SIGKILL)


def _stop(running: Mapping[str, BaseProcess]) -> None:
    for process in running.values():
        process.terminate()
        process.join()


def _started(data: Path, part: str, *, until_idle: bool = False) -> BaseProcess:
    arguments = ["run", "--data", str(data), "--desk", DESK, "--only", part, *(["--until-idle"] if until_idle else [])]
    process = _FORK.Process(target=_run, args=(arguments,))
    process.start()
    return process


def _run(arguments: list[str]) -> None:
    os.environ["HUIYING_BATCH"] = "25"
    os.environ["HUIYING_JURISDICTION"] = "990100"
    os._exit(main(arguments))


def _ended(process: BaseProcess) -> None:
    process.join()
    assert process.exitcode == 0
