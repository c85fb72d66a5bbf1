"""The sum behind a clock's due time, in words an inspector can follow."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.clock import Clock
from desk.clocks import pause, resume
from desk.dossier_clocks import arithmetic
from desk.working_days import Unit
from tests.build import DAY, HOUR, NOON
from tests.build_incidents import A_FULL_INCIDENT
from tests.desk.scene import OFFICE

FIVE_HOURS = A_FULL_INCIDENT.clocks[0]


def said(clock: Clock) -> list[str]:
    return list(arithmetic(clock, OFFICE.zone))


def test_hours_are_added_on_the_office_s_own_time() -> None:
    assert said(FIVE_HOURS) == ["起算 2026-06-03 20:00:00 ＋ 5 小时 ＝ 到期 2026-06-04 01:00:00（到期当秒仍算按时）"]


def test_a_pause_is_said_as_what_moved_the_due_time() -> None:
    paused = resume(pause(replace(FIVE_HOURS, length=5 * HOUR), NOON + HOUR, "调查"), NOON + 3 * HOUR)

    first, moved = said(paused)

    assert first == "起算 2026-06-03 20:00:00 ＋ 5 小时 ＝ 到期 2026-06-04 03:00:00（到期当秒仍算按时）"
    assert moved == "其间暂停或更正，到期顺延 2:00:00"


@pytest.mark.parametrize(("unit", "words"), [(Unit.WORKING_DAYS, "20 个工作日"), (Unit.CALENDAR_DAYS, "20 日")])
def test_days_say_which_days_count(unit: Unit, words: str) -> None:
    clock = replace(FIVE_HOURS, unit=unit, length=20 * DAY, due_at=NOON + 28 * DAY, paused_days=3, calendar_open=True)

    first, how, left_out, still_open = said(clock)

    assert f"＋ {words} ＝ 到期 2026-07-01 20:00:00" in first
    assert how.startswith("起算当日不计，末日24时止")
    assert left_out == "其间依法不计 3 日"
    assert "尚未公布" in still_open


def test_late_grading_keeps_the_strict_due_time_beside_the_one_alarms_follow() -> None:
    late = replace(FIVE_HOURS, operational_due_at=NOON + 9 * HOUR)

    assert said(late)[1] == "定级较晚，提醒按 2026-06-04 05:00:00 计；是否超时仍按上列到期时间"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=30), "30 分钟"),
        (timedelta(hours=1, minutes=5), "1 小时5 分钟"),
        (timedelta(seconds=7), "7 秒"),
        (timedelta(), "0 秒"),
    ],
)
def test_a_length_is_said_in_hours_minutes_and_seconds(length: timedelta, words: str) -> None:
    assert f"＋ {words} ＝" in said(replace(FIVE_HOURS, length=length, due_at=NOON + length))[0]
