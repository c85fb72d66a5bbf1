from pathlib import Path

import pytest

from backends.clock import ManualClock
from backends.desk_folder import DeskFolder
from console.health import PATIENCE, PartState, Pulse, beats, forget, health_of
from tests.build import HOUR, MICROSECOND, NOON


@pytest.fixture
def folder(tmp_path: Path) -> DeskFolder:
    found = DeskFolder(tmp_path, "desk")
    found.prepare()
    return found


def test_a_part_that_has_just_worked_is_at_work(folder: DeskFolder) -> None:
    Pulse(folder, "watch", ManualClock(NOON)).worked()

    assert health_of(folder, NOON)["watch"].state is PartState.AT_WORK


def test_a_needed_part_that_never_said_a_word_is_shown(folder: DeskFolder) -> None:
    found = health_of(folder, NOON)

    assert {part: each.state for part, each in found.items()} == dict.fromkeys(
        ("screen", "place", "watch", "notify"), PartState.NEVER
    ) | {"crawl": PartState.ABSENT}


@pytest.mark.parametrize("part", ["watch", "screen"])
def test_a_silent_part_is_shown_with_the_moment_of_its_last_work(folder: DeskFolder, part: str) -> None:
    Pulse(folder, part, ManualClock(NOON)).worked()

    in_time = health_of(folder, NOON + PATIENCE[part])[part]
    late = health_of(folder, NOON + PATIENCE[part] + MICROSECOND)[part]

    assert in_time.state is PartState.AT_WORK
    assert (late.state, late.since) == (PartState.SILENT, NOON)


def test_trouble_is_shown_since_it_began(folder: DeskFolder) -> None:
    clock = ManualClock(NOON)
    pulse = Pulse(folder, "watch", clock)
    pulse.worked()
    clock.set(NOON + HOUR)

    pulse.worked("Prefect cannot be reached")

    found = health_of(folder, NOON + HOUR)["watch"]
    assert (found.state, found.since) == (PartState.HINDERED, NOON + HOUR)
    assert found.line == "watch     hindered since 2026-06-03T13:00:00+00:00: Prefect cannot be reached"


def test_trouble_that_is_over_is_not_shown_any_more(folder: DeskFolder) -> None:
    pulse = Pulse(folder, "watch", ManualClock(NOON))
    pulse.worked("Prefect cannot be reached")

    pulse.worked()

    assert health_of(folder, NOON)["watch"].state is PartState.AT_WORK


def test_a_word_that_cannot_be_written_does_not_stop_the_part(tmp_path: Path) -> None:
    gone = DeskFolder(tmp_path / "gone", "desk")

    Pulse(gone, "watch", ManualClock(NOON)).worked()

    assert beats(gone) == {}


def test_a_torn_word_counts_as_none(folder: DeskFolder) -> None:
    Pulse(folder, "watch", ManualClock(NOON)).worked()
    (folder.path / "health" / "watch.json").write_bytes(b'{"part": "wa')

    assert beats(folder) == {}


def test_a_crawl_that_was_once_at_work_is_missed(folder: DeskFolder) -> None:
    Pulse(folder, "crawl", ManualClock(NOON)).worked()

    found = health_of(folder, NOON + PATIENCE["crawl"] + MICROSECOND)["crawl"]

    assert (found.state, found.since) == (PartState.SILENT, NOON)


def test_a_part_the_desk_does_not_have_any_more_is_not_missed(folder: DeskFolder) -> None:
    Pulse(folder, "crawl", ManualClock(NOON)).worked()

    forget(folder, "crawl")

    assert health_of(folder, NOON + HOUR)["crawl"].state is PartState.ABSENT


def test_part_of_which_one_process_works_is_at_work_whatever_became_of_the_others(folder: DeskFolder) -> None:
    Pulse(folder, "place", ManualClock(NOON)).worked()
    Pulse(folder, "place", ManualClock(NOON + HOUR), seat="place-2").worked()
    Pulse(folder, "place", ManualClock(NOON + HOUR), seat="place-3").worked("cannot write the store")

    found = health_of(folder, NOON + HOUR)

    assert found["place"].state is PartState.AT_WORK
    assert set(found) == {"screen", "place", "watch", "notify", "crawl"}


def test_part_of_which_no_process_works_is_shown_with_the_last_that_did(folder: DeskFolder) -> None:
    Pulse(folder, "place", ManualClock(NOON)).worked()
    Pulse(folder, "place", ManualClock(NOON + MICROSECOND), seat="place-2").worked()

    found = health_of(folder, NOON + HOUR)["place"]

    assert (found.state, found.since) == (PartState.SILENT, NOON + MICROSECOND)
