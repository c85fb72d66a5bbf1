from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backends.telemetry import log
from desk.errors import StoreError
from flows.calendar import AGAIN_AFTER, NIGHTLY, Diary, Duty, Hours, PlainCalendar
from tests.build import DAY, SECOND

ZONE = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2026, 11, 23, 20, tzinfo=ZONE)
"""A Monday."""
NIGHT = datetime(2026, 11, 24, 3, 30, tzinfo=ZONE)


class Pruning:
    def __init__(self) -> None:
        self.times = 0
        self.fails = False

    def __call__(self) -> int:
        self.times += 1
        if self.fails:
            raise StoreError("cannot write: no space left")
        return 3


@pytest.fixture
def pruning() -> Pruning:
    return Pruning()


def calendar_of(pruning: Pruning, folder: Path, *, since: datetime = EVENING) -> PlainCalendar:
    duty = Duty(name="prune", hours=NIGHTLY, perform=pruning)
    calendar = PlainCalendar([duty], Diary(folder), ZONE, log("calendar"))
    calendar.begin(since)
    return calendar


def test_a_duty_is_done_at_its_hour_and_not_a_second_before(pruning: Pruning, tmp_path: Path) -> None:
    calendar = calendar_of(pruning, tmp_path)

    assert [calendar.catch_up(at) for at in (NIGHT - SECOND, NIGHT, NIGHT + SECOND)] == [0, 1, 0]
    assert pruning.times == 1


def test_what_was_missed_five_nights_long_is_done_once(pruning: Pruning, tmp_path: Path) -> None:
    calendar = calendar_of(pruning, tmp_path)

    done = [calendar.catch_up(NIGHT + 5 * DAY + number * SECOND) for number in range(3)]

    assert (done, pruning.times) == ([1, 0, 0], 1)


def test_a_new_desk_has_missed_nothing(pruning: Pruning, tmp_path: Path) -> None:
    calendar = calendar_of(pruning, tmp_path, since=NIGHT + SECOND)

    assert (calendar.catch_up(NIGHT + DAY - SECOND), pruning.times) == (0, 0)


def test_what_was_done_by_prefect_or_before_a_restart_is_not_done_again(pruning: Pruning, tmp_path: Path) -> None:
    Diary(tmp_path).note("prune", NIGHT + SECOND)
    calendar = calendar_of(pruning, tmp_path)

    assert (calendar.catch_up(NIGHT + 2 * SECOND), pruning.times) == (0, 0)


def test_a_duty_that_failed_is_tried_again_after_a_while_until_it_is_done(pruning: Pruning, tmp_path: Path) -> None:
    calendar = calendar_of(pruning, tmp_path)
    pruning.fails = True
    failed = [calendar.catch_up(NIGHT), calendar.catch_up(NIGHT + AGAIN_AFTER - SECOND)]
    pruning.fails = False

    done = [calendar.catch_up(NIGHT + AGAIN_AFTER), calendar.catch_up(NIGHT + 2 * AGAIN_AFTER)]

    assert (failed, done, pruning.times) == ([0, 0], [1, 0], 2)


@pytest.mark.parametrize(
    ("hours", "cron", "last"),
    [
        (NIGHTLY, "30 3 * * *", NIGHT - DAY),
        (Hours(weekday=1, hour=8), "0 8 * * 1", EVENING - timedelta(hours=12)),
        (Hours(weekday=7, hour=8), "0 8 * * 0", EVENING - timedelta(days=1, hours=12)),
        (Hours(weekday=1, hour=21), "0 21 * * 1", EVENING - timedelta(days=6, hours=23)),
        (Hours(hour=20), "0 20 * * *", EVENING),
    ],
)
def test_the_last_hour_is_the_one_prefect_would_have_kept(hours: Hours, cron: str, last: datetime) -> None:
    assert (hours.cron, hours.last(EVENING, ZONE)) == (cron, last)


def test_a_torn_diary_means_the_duty_is_done_again(pruning: Pruning, tmp_path: Path) -> None:
    calendar = calendar_of(pruning, tmp_path, since=NIGHT)
    (tmp_path / "prune.json").write_bytes(b'"2026-11')

    assert (calendar.catch_up(NIGHT + SECOND), pruning.times) == (1, 1)
