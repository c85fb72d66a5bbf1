"""A whole replay killed with -9 at random moments and started again, against one that was left alone."""

import json
import multiprocessing
import os
import random
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from backends.clock import SystemClock
from console.main import main
from tests.journeys.content import content_of
from tests.journeys.stream import posts

_FORK = multiprocessing.get_context("fork")
_DESK = "replay/killed"


def _archive(folder: Path, count: int) -> Path:
    path = folder / "posts.jsonl"
    lines = [
        {"source": post.source, "title": post.title, "published_at": post.published_at.isoformat()}
        for post in posts(count)
    ]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    return path


def _replay(archive: Path, data: Path) -> None:
    os._exit(main(["replay", str(archive), "--jurisdiction", "990100", "--name", "killed", "--data", str(data)]))


def _killed(archive: Path, data: Path, seconds: float) -> bool:
    process = _FORK.Process(target=_replay, args=(archive, data))
    process.start()
    SystemClock().sleep(timedelta(seconds=seconds))
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _ended(archive: Path, data: Path) -> None:
    process = _FORK.Process(target=_replay, args=(archive, data))
    process.start()
    process.join()
    assert process.exitcode == 0


def _same_after(kills: int, count: int, folder: Path, seed: int) -> None:
    archive, chance = _archive(folder, count), random.Random(seed)
    _ended(archive, folder / "calm")

    # The seats of a killed replay take three seconds to free; most kills fall behind that, into the work itself.
    killed = [_killed(archive, folder / "wild", chance.uniform(0.5, 6.5)) for _ in range(kills)]
    _ended(archive, folder / "wild")

    assert content_of(folder / "wild", _DESK) == content_of(folder / "calm", _DESK)
    assert any(killed)


@pytest.mark.process
def test_a_killed_replay_ends_as_one_left_alone(tmp_path: Path) -> None:
    _same_after(kills=3, count=2_000, folder=tmp_path, seed=3)


@pytest.mark.soak
@pytest.mark.process
def test_fifty_kills_of_a_replay_end_as_one_left_alone(tmp_path: Path) -> None:
    _same_after(kills=50, count=40_000, folder=tmp_path, seed=51)
