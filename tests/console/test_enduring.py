from pathlib import Path

import pytest

from backends.clock import ManualClock
from backends.desk_folder import DeskFolder
from backends.telemetry import start_log, stop_log
from console.enduring import Enduring
from console.health import Pulse, beats
from desk.errors import BadSettings, BusError, HuiyingError, StaleIncident, StoreError
from tests.build import NOON, SECOND


class Part:
    """A part whose store can be taken away."""

    def __init__(self, folder: DeskFolder, clock: ManualClock) -> None:
        self.clock = clock
        self.error: HuiyingError | None = None
        self.tries = 0
        logger = start_log(folder.log, part="place", level="info")
        self.step = Enduring("place", self._work, Pulse(folder, "place", clock), logger, monotonic=clock.elapsed)

    def _work(self) -> int:
        self.tries += 1
        if self.error is not None:
            raise self.error
        return 3

    def after(self, seconds: float) -> int:
        self.clock.sleep(seconds * SECOND)
        return self.step()


@pytest.fixture
def folder(tmp_path: Path) -> DeskFolder:
    folder = DeskFolder(tmp_path, "desk")
    folder.prepare()
    return folder


@pytest.fixture
def part(folder: DeskFolder) -> Part:
    return Part(folder, ManualClock(NOON))


@pytest.mark.parametrize("error", [kind("cannot read it: gone") for kind in (StoreError, BusError, StaleIncident)])
def test_part_without_its_engine_goes_on_and_shows_what_it_lacks(
    part: Part, folder: DeskFolder, error: HuiyingError
) -> None:
    part.error = error

    done = part.step()

    assert done == 0
    assert beats(folder)["place"].trouble == "cannot read it: gone"


def test_pauses_grow_up_to_five_seconds(part: Part) -> None:
    part.error = StoreError("gone")
    part.step()

    tried = []
    for seconds in (0.499, 0.001, 0.999, 0.001, 1.999, 0.001, 3.999, 0.001, 4.999, 0.001, 4.999, 0.001):
        before = part.tries
        part.after(seconds)
        tried.append(part.tries - before)

    assert tried == [0, 1] * 6


def test_trouble_and_its_end_are_one_line_each(part: Part, folder: DeskFolder) -> None:
    part.error = StoreError("cannot read it: gone")
    part.step()
    for _ in range(5):
        part.after(10)
    part.error = None

    done = part.after(10)

    stop_log()
    said = (folder.log / "place.jsonl").read_text(encoding="utf-8").splitlines()
    assert done == 3
    assert ["tries again" in line for line in said] == [True, False]
    assert '"works again"' in said[1]
    assert '"after": 60.0' in said[1]


def test_after_the_trouble_the_next_one_begins_with_a_short_pause(part: Part) -> None:
    part.error = StoreError("gone")
    for _ in range(6):
        part.after(10)
    part.error = None
    part.after(10)
    part.error = StoreError("gone")
    part.step()
    before = part.tries

    part.after(0.5)

    assert part.tries == before + 1


def test_what_time_does_not_heal_is_raised(part: Part) -> None:
    part.error = BadSettings(["batch: no number"])

    with pytest.raises(BadSettings):
        part.step()
