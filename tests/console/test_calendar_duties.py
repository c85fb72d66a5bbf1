"""The duties on real stores: kept without Prefect, and done twice as if done once."""

from datetime import timedelta
from pathlib import Path

import pytest

from backends.clock import ManualClock, SystemClock
from backends.desk_folder import DeskFolder
from backends.settings import Settings, load_settings
from backends.telemetry import log
from backends.wiring import open_backends
from console.calendar_duties import GRACE, Alone, as_served, diary_of, duties_of, prune
from console.health import Pulse, beats
from console.reminder_list import fresh_list
from desk.post import PostQuery
from flows.calendar import PlainCalendar
from tests.build import DAY, HOUR, NOON, SECOND, a_post, a_screened_post, an_id


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"data": str(tmp_path), "office_name": "云州市人民政府新闻办公室"}, {}, tmp_path)


@pytest.fixture
def folder(settings: Settings) -> DeskFolder:
    """A desk with two posts of a year ago and one of today."""
    now, found = SystemClock().now(), DeskFolder(settings.data, "desk")
    posts = [a_post(id=an_id(n), collected_at=now - days * DAY) for n, days in ((1, 365), (2, 364), (3, 0))]
    with open_backends(found, settings, migrate=True) as backends:
        backends.posts.put([a_screened_post(post=post) for post in posts])
    return found


def files(folder: DeskFolder) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in (folder.path / "briefings").glob("*")}


class Scene:
    """The calendar's hours without Prefect, moved on by hand."""

    def __init__(self, folder: DeskFolder, settings: Settings) -> None:
        self.folder = folder
        self.clock = ManualClock(NOON)
        self.answers = False
        plain = PlainCalendar(duties_of(folder, settings), diary_of(folder), settings.office_zone, log("calendar"))
        plain.begin(NOON)
        pulse = Pulse(folder, "calendar", self.clock)
        self.alone = Alone(plain, lambda: self.answers, pulse, self.clock, self.clock.elapsed)

    def looked_at(self, after: timedelta) -> bool:
        self.clock.advance(after)
        return self.alone.step()

    def trouble(self) -> str:
        return beats(self.folder)["calendar"].trouble


@pytest.fixture
def scene(folder: DeskFolder, settings: Settings) -> Scene:
    return Scene(folder, settings)


def stored(folder: DeskFolder, settings: Settings) -> int:
    with open_backends(folder, settings) as backends:
        return len(backends.posts.search(PostQuery()))


def test_a_prefect_that_is_still_starting_is_not_missed(scene: Scene, settings: Settings) -> None:
    assert not scene.looked_at(GRACE - SECOND)
    assert (scene.trouble(), stored(scene.folder, settings)) == ("", 3)


def test_duties_due_while_prefect_is_away_are_done_once_and_that_is_shown(scene: Scene, settings: Settings) -> None:
    scene.looked_at(8 * DAY)
    written, kept = files(scene.folder), stored(scene.folder, settings)

    scene.looked_at(SECOND)

    assert scene.trouble() == "Prefect cannot be reached"
    assert (kept, len(written)) == (1, 2)
    assert files(scene.folder) == written


def test_a_prefect_that_answers_takes_the_duties_over(scene: Scene, settings: Settings) -> None:
    scene.answers = True

    assert scene.looked_at(8 * DAY)
    assert (scene.trouble(), stored(scene.folder, settings)) == ("", 3)


def test_pruning_twice_deletes_nothing_more(folder: DeskFolder, settings: Settings) -> None:
    assert [prune(folder, settings), prune(folder, settings)] == [2, 0]
    assert stored(folder, settings) == 1


def test_the_briefing_of_a_week_written_twice_is_the_same_paper(folder: DeskFolder, settings: Settings) -> None:
    (brief,) = (duty for duty in duties_of(folder, settings) if duty.name == "brief")
    brief.perform()
    before = files(folder)

    brief.perform()

    assert files(folder) == before


@pytest.mark.parametrize(("asked_for", "deleted"), [(-HOUR, 0), (HOUR, 2)])
def test_prefect_s_late_run_does_nothing_that_was_done_since_its_hour(
    folder: DeskFolder, settings: Settings, asked_for: timedelta, deleted: int
) -> None:
    now = SystemClock().now()
    diary_of(folder).note("prune", now)
    (duty,) = (each for each in duties_of(folder, settings) if each.name == "prune")

    done = as_served(folder, settings, duty, scheduled=lambda: now + asked_for)

    assert done == deleted


def test_the_calendar_s_list_is_written_each_day_and_pages_nobody(folder: DeskFolder, settings: Settings) -> None:
    (duty,) = (each for each in duties_of(folder, settings) if each.name == "remind")

    listed = [duty.perform(), duty.perform()]

    kept = fresh_list(folder, SystemClock().now())
    assert kept is not None
    assert listed == [len(kept.lines)] * 2
    assert "C23M" in {each.rule_id for each in kept.lines}
    with open_backends(folder, settings) as backends:
        assert backends.incidents.notices() == []
