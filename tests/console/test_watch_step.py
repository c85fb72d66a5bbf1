from pathlib import Path

import pytest

from backends.clock import ManualClock
from backends.desk_folder import DeskFolder
from backends.telemetry import log
from console.health import Pulse, beats
from console.watch_step import EVERY, GRACE, LOOK_EVERY, Watch
from flows.resident import Resident, Work
from tests.build import NOON, SECOND


class Prefect:
    def __init__(self) -> None:
        self.answers = True
        self.shown = 0

    def show(self, work: Work) -> int:
        self.shown += 1
        return work()


class Scene:
    """A watch with its Prefect, moved on by hand."""

    def __init__(self, folder: DeskFolder) -> None:
        self.folder = folder
        self.clock = ManualClock(NOON)
        self.prefect = Prefect()
        self.sweeps = 0
        resident = Resident(self.sweep, self.prefect.show, lambda: self.prefect.answers)
        pulse = Pulse(folder, "watch", self.clock)
        self.watch = Watch(self.sweep, resident, pulse, log("watch"), monotonic=self.clock.elapsed)

    def sweep(self) -> int:
        self.sweeps += 1
        return 1

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.clock.advance(SECOND)
            self.watch.step()

    def trouble(self) -> str:
        return beats(self.folder)["watch"].trouble


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    folder = DeskFolder(tmp_path, "desk")
    folder.prepare()
    return Scene(folder)


def test_every_second_is_looked_at_and_every_minute_shown(scene: Scene) -> None:
    scene.run(LOOK_EVERY.total_seconds() + 5 * EVERY.total_seconds())

    assert scene.prefect.shown == 6
    assert scene.sweeps == 310 + 6


def test_a_prefect_that_is_still_starting_is_not_missed(scene: Scene) -> None:
    scene.prefect.answers = False

    scene.run(GRACE.total_seconds() - 1)

    assert (scene.trouble(), scene.prefect.shown) == ("", 0)
    assert scene.sweeps >= 59


def test_a_prefect_that_never_comes_is_said_after_a_minute(scene: Scene) -> None:
    scene.prefect.answers = False

    scene.run(GRACE.total_seconds())

    assert scene.trouble() == "Prefect cannot be reached"


def test_a_prefect_that_goes_away_is_said_at_the_next_look_and_watching_goes_on(scene: Scene) -> None:
    scene.run(20)
    scene.prefect.answers = False
    before = scene.sweeps

    scene.run(LOOK_EVERY.total_seconds())

    assert scene.trouble() == "Prefect cannot be reached"
    assert scene.sweeps == before + 10


def test_a_prefect_that_comes_back_is_used_again(scene: Scene) -> None:
    scene.run(20)
    scene.prefect.answers = False
    scene.run(100)
    shown = scene.prefect.shown
    scene.prefect.answers = True

    scene.run(LOOK_EVERY.total_seconds())

    assert (scene.trouble(), scene.prefect.shown) == ("", shown + 1)
