import random
from pathlib import Path

import pytest

from tests.journeys.content import content_of
from tests.journeys.kills import DESK, disturbed, prepared, undisturbed


def _same_after(kills: int, posts: int, folder: Path, seed: int) -> None:
    calm, wild = prepared(folder / "calm", posts), prepared(folder / "wild", posts)
    undisturbed(calm)

    killed = disturbed(wild, kills, random.Random(seed))

    expected = content_of(calm, DESK)
    assert content_of(wild, DESK) == expected
    assert len(expected.posts) == posts
    assert expected.incidents
    assert killed >= kills


@pytest.mark.process
def test_killed_screeners_and_placers_lose_and_double_nothing(tmp_path: Path) -> None:
    _same_after(kills=4, posts=3_000, folder=tmp_path, seed=20261123)


@pytest.mark.soak
@pytest.mark.process
def test_fifty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    _same_after(kills=50, posts=30_000, folder=tmp_path, seed=50)
