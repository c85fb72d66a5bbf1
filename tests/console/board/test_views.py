from dataclasses import replace
from datetime import timedelta

import pytest

from console.web.moments_text import countdown_text, length_text, moment_text
from console.web.owed import owed_now
from console.web.views import Urgency, board_sections, urgency_of
from desk.incident import DispositionClass, Incident, Rung, Severity
from desk.lifecycle import Action
from desk.release import Signature
from desk.steps import Acknowledge, Leave, RecordRelease
from tests.build import DAY, HOUR, MINUTE, NOON, SECOND
from tests.desk.scene import (
    C1_DUE,
    C3_DUE,
    CHIEF,
    OFFICE,
    POLICY,
    a_release,
    act,
    answered,
    asked,
    clock,
    graded,
    opened,
)

ZONE = OFFICE.zone


def headings(*incidents: Incident, now: object = NOON) -> list[str]:
    return [section.heading for section in board_sections(incidents, POLICY, NOON, ZONE)]


def owed(incident: Incident) -> list[tuple[str, str]]:
    return [(each.action, each.by) for each in owed_now(incident, POLICY, NOON + 2 * MINUTE)]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(), "还剩 0 分 00 秒"),
        (-SECOND, "已过 0 分 01 秒"),
        (HOUR - SECOND, "还剩 59 分 59 秒"),
        (HOUR, "还剩 1 小时 00 分"),
        (3 * DAY - SECOND, "还剩 71 小时 59 分"),
        (3 * DAY, "还剩 3 天 0 小时"),
        (-(16 * DAY + 4 * HOUR), "已过 16 天 4 小时"),
    ],
)
def test_a_countdown_says_two_units_and_which_side_of_the_due_second_it_is(left: timedelta, words: str) -> None:
    assert countdown_text(NOON + left, NOON) == words


def test_a_moment_is_told_on_the_office_s_clock_with_the_year_only_where_it_is_another() -> None:
    assert moment_text(NOON, ZONE, NOON) == "6月3日 20:00"
    assert moment_text(NOON - 365 * DAY, ZONE, NOON) == "2025年6月3日 20:00"
    assert length_text(90 * SECOND) == "1 分 30 秒"


def test_urgency_turns_at_the_first_warning_and_behind_the_due_second() -> None:
    incident = graded(Severity.MAJOR)
    first_warning = clock(incident, "C1").warn_at[0]

    assert urgency_of(incident, first_warning - SECOND) is Urgency.RUNNING
    assert urgency_of(incident, first_warning) is Urgency.CLOSE
    assert urgency_of(incident, C1_DUE) is Urgency.CLOSE
    assert urgency_of(replace(incident, clocks=incident.clocks[:1]), C1_DUE + SECOND) is Urgency.OVERDUE


def test_a_release_waiting_past_the_due_time_stands_above_everything() -> None:
    waiting = act(graded(Severity.MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)

    assert urgency_of(waiting, C1_DUE) is not Urgency.CONFIRM
    assert urgency_of(waiting, C1_DUE + SECOND) is Urgency.CONFIRM


def test_sections_stand_in_the_order_of_what_can_still_be_saved() -> None:
    now = C1_DUE + SECOND
    waiting = act(graded(Severity.MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)
    late = replace(graded(Severity.MAJOR), id="b", clocks=graded(Severity.MAJOR).clocks[:1])
    running = replace(graded(Severity.ORDINARY), id="c")

    sections = board_sections((running, late, waiting), POLICY, now, ZONE)

    assert [section.urgency for section in sections] == [Urgency.CONFIRM, Urgency.OVERDUE, Urgency.RUNNING]


def test_within_running_the_next_due_stands_first_and_within_overdue_the_freshest() -> None:
    sooner, later = graded(Severity.MAJOR), replace(graded(Severity.ORDINARY), id="later")
    now = C3_DUE + HOUR

    running = board_sections((later, sooner), POLICY, NOON + 2 * MINUTE, ZONE)[0]
    overdue = board_sections((sooner, later), POLICY, now, ZONE)[0]

    assert [row.number for row in running.rows] == [sooner.id, "later"]
    assert [row.number for row in overdue.rows] == ["later", sooner.id]


def test_a_new_suspicion_owes_taking_on_by_every_role_the_ladder_has_reached() -> None:
    ladder = (Rung(role="值班员", owed_at=NOON), Rung(role="新闻办主任", owed_at=NOON + HOUR))
    incident = replace(opened(), ladder=ladder)

    before = owed_now(incident, POLICY, NOON + HOUR - SECOND)
    after = owed_now(incident, POLICY, NOON + HOUR)

    assert [each.by for each in before] == ["值班员", "值班员"]
    assert after[0].by == "值班员、新闻办主任"


def test_once_acknowledged_everything_is_owed_by_that_person() -> None:
    incident = act(opened(), Acknowledge(), by=CHIEF)

    assert owed(incident) == [("grade", CHIEF)]


def test_a_major_matter_owes_a_release_and_a_conference() -> None:
    incident = act(graded(Severity.MAJOR), Acknowledge(), by=CHIEF)

    assert owed(incident) == [("record-release", CHIEF), ("record-conference", CHIEF)]


def test_a_lesser_matter_owes_saying_whether_it_is_to_be_answered() -> None:
    assert [action for action, _ in owed(graded(Severity.ORDINARY))] == [
        "acknowledge",
        "sign-answer-kind",
        "record-release",
    ]


def test_a_release_that_waits_is_owed_a_signature_and_asked_for_once() -> None:
    waiting = act(graded(Severity.MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)

    actions = [each.action for each in owed_now(waiting, POLICY, NOON + HOUR)]

    assert waiting.releases[0].signature is Signature.PROPOSED
    assert actions.count("confirm-release") == 1
    assert "record-release" not in actions


def test_a_question_owes_its_class_and_then_its_answer() -> None:
    unclassed = asked(graded(Severity.ORDINARY))
    classed = answered(asked(graded(Severity.ORDINARY), DispositionClass.PRACTICAL_DIFFICULTY))

    assert "class-question" in [action for action, _ in owed(unclassed)]
    assert "class-question" not in [action for action, _ in owed(classed)]
    assert "answer-question" in [action for action, _ in owed(classed)]


def test_a_closed_incident_owes_nothing() -> None:
    left = act(opened(), Leave(action=Action.DISMISS, reason="旧消息"))

    assert owed(left) == []
