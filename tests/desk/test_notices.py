"""The words people are paged with, as they read them, and the keys that make sending twice harmless."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.change import Notice
from desk.incident import Severity
from desk.notices import confirm_notice, due_notice, ladder_notice, linked, warning_notice
from desk.office import Office
from desk.steps import Acknowledge, RecordRelease
from tests.build import HOUR, MINUTE, NOON, SECOND
from tests.desk.scene import (
    C1_DUE,
    C2_DUE,
    DRILL,
    OFFICE,
    POLICY,
    a_release,
    act,
    answered,
    clock,
    conferred,
    graded,
    grading,
    opened,
    watched,
)

RULE_1 = "依据：国办发〔2016〕61号；国办发〔2016〕80号：最迟要在5小时内发布权威信息。"
RULE_2 = "依据：国办发〔2016〕61号；国办发〔2016〕80号：24小时内举行新闻发布会。"


def every_notice(office: Office) -> list[Notice]:
    """One notice of each sort."""
    incident = graded(Severity.MAJOR)
    return [
        ladder_notice(opened(), 0, office, NOON),
        warning_notice(incident, clock(incident, "C1"), 0, office, POLICY, NOON),
        due_notice(incident, clock(incident, "C1"), office, POLICY, C1_DUE + SECOND),
        confirm_notice(incident, a_release(), office, NOON + HOUR),
    ]


def warned(key: str, left: timedelta) -> str:
    """What a warning of a graded matter says with that much time left."""
    limit = clock(graded(Severity.MAJOR), key)
    return warning_notice(graded(Severity.MAJOR), limit, 0, OFFICE, POLICY, limit.due_at - left).text


def test_new_incident_says_what_is_owed_by_when_in_the_office_s_own_time() -> None:
    notice = ladder_notice(opened(), 0, OFFICE, NOON)

    assert notice.title == "疑似事件待确认"
    assert notice.text == (
        "疑似事件：清河桥怎么了（清河区）。如定为重大以上，须于6月4日00:50前（还剩4小时50分钟）发布权威信息、"
        "6月4日19:50前（还剩23小时50分钟）举行新闻发布会；其他须回应的，须于6月5日20:00前（还剩48小时）回应。请认领并定级。"
    )
    assert notice.owed_at == NOON


def test_incident_without_a_place_says_none() -> None:
    nowhere = replace(opened(), place_name=None)

    assert ladder_notice(nowhere, 0, OFFICE, NOON).text.startswith("疑似事件：清河桥怎么了。")


def test_next_step_says_how_long_nobody_acted_and_whom_to_push() -> None:
    notice = ladder_notice(opened(), 1, OFFICE, NOON + 15 * MINUTE)

    assert (notice.title, notice.person) == ("疑似事件无人认领", "新闻办主任")
    assert notice.text.startswith("疑似事件已15分钟无人认领：清河桥怎么了（清河区）。")
    assert "须于6月4日00:50前（还剩4小时35分钟）发布权威信息" in notice.text
    assert notice.text.endswith("请认领并定级，或督促值班员办理。")


def test_limit_that_passed_before_the_page_is_said_to_have_passed() -> None:
    in_the_second, after = (ladder_notice(opened(), 1, OFFICE, C1_DUE + wait).text for wait in (0 * SECOND, SECOND))

    assert "6月4日00:50前（还剩0分钟）发布" in in_the_second
    assert "6月4日00:50前（已过）发布" in after


def test_notice_is_sent_with_its_number_and_ends_with_the_link() -> None:
    notice = ladder_notice(opened(), 0, OFFICE, NOON)

    sent = linked(notice, "云州-2026-0001", "https://board.example/incidents/1/acknowledge")

    added = "编号云州-2026-0001，查看并认领：https://board.example/incidents/1/acknowledge"
    assert (sent.key, sent.text) == (notice.key, f"{notice.text}{added}")


def test_warning_says_how_long_is_left_what_is_missing_and_on_what_ground() -> None:
    assert warned("C1", 30 * MINUTE) == (
        f"清河桥怎么了（清河区）：“首次权威发布”时限6月4日00:50，还剩30分钟，尚未发布。{RULE_1}"
    )
    assert warned("C2", 12 * HOUR) == (
        f"清河桥怎么了（清河区）：“新闻发布会”时限6月4日19:50，还剩12小时，尚未举行发布会。{RULE_2}"
    )


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (2 * HOUR + 30 * MINUTE, "还剩2小时30分钟"),
        (HOUR, "还剩1小时"),
        (59 * MINUTE + 59 * SECOND, "还剩59分钟"),
        (59 * SECOND, "还剩0分钟"),
        (-SECOND, "还剩0分钟"),
    ],
)
def test_time_left_is_never_said_longer_than_it_is(left: timedelta, words: str) -> None:
    assert f"，{words}，" in warned("C1", left)


def test_warning_before_grading_asks_for_the_grade() -> None:
    incident = opened()

    notice = warning_notice(incident, clock(incident, "C1"), 0, OFFICE, POLICY, C1_DUE - HOUR)

    assert "，还剩1小时，事件尚未定级，请尽快确认定级。" in notice.text


def test_warning_while_a_release_waits_asks_for_the_signature() -> None:
    waiting = act(graded(Severity.MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)

    notice = warning_notice(waiting, clock(waiting, "C1"), 1, OFFICE, POLICY, C1_DUE - HOUR)

    assert (notice.title, notice.rung) == ("首次权威发布临近时限", "warn2")
    assert "，还剩1小时，已有发布待确认，请确认。" in notice.text


def test_breach_says_that_the_time_has_passed_and_what_to_do_now() -> None:
    incident = graded(Severity.MAJOR)
    first, second = (
        due_notice(incident, clock(incident, key), OFFICE, POLICY, C2_DUE + SECOND) for key in ("C1", "C2")
    )

    assert first.title == "首次权威发布时限已过"
    assert first.text == f"清河桥怎么了（清河区）：“首次权威发布”时限6月4日00:50已过，尚未发布，请立即办理。{RULE_1}"
    assert second.text == (
        f"清河桥怎么了（清河区）：“新闻发布会”时限6月4日19:50已过，尚未举行发布会，请立即办理。{RULE_2}"
    )


def test_due_time_that_passed_ungraded_asks_for_the_grade_and_says_that_it_changes_no_time() -> None:
    incident = opened()

    notice = due_notice(incident, clock(incident, "C1"), OFFICE, POLICY, C1_DUE + SECOND)

    assert "已过，事件仍未定级，定级后按原时限计算，请立即定级。" in notice.text


def test_due_time_that_passed_while_a_release_waits_asks_for_the_signature() -> None:
    waiting = act(graded(Severity.MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)

    notice = due_notice(waiting, clock(waiting, "C1"), OFFICE, POLICY, C1_DUE + SECOND)

    assert "已过，已有发布待确认，确认后按其发布时间认定，请立即确认。" in notice.text


def test_release_that_came_too_late_is_no_reason_to_wait() -> None:
    late = RecordRelease(release=a_release(published_at=C1_DUE + SECOND))
    incident = act(graded(Severity.MAJOR), late, at=C1_DUE + HOUR)

    notice = due_notice(incident, clock(incident, "C1"), OFFICE, POLICY, C1_DUE + HOUR)

    assert "已过，尚未发布，请立即办理。" in notice.text


def test_late_grading_is_alarmed_towards_the_operational_due_time() -> None:
    late = act(watched(opened(), C1_DUE + HOUR), grading(Severity.MAJOR), at=C1_DUE + HOUR)

    notice = warning_notice(late, clock(late, "C1"), 0, OFFICE, POLICY, C1_DUE + 4 * HOUR)

    assert "时限6月4日06:50，还剩2小时，" in notice.text


def test_release_found_asks_to_confirm_or_send_back() -> None:
    notice = confirm_notice(opened(), a_release(title="关于清河桥垮塌的通报"), OFFICE, NOON + HOUR)

    assert notice.title == "发布待确认"
    assert notice.text == (
        "清河桥怎么了（清河区）：云州发布6月3日21:00发布的“关于清河桥垮塌的通报”似为对本事件的回应，请确认或退回。"
    )


def test_continuing_release_is_asked_for_like_any_other() -> None:
    incident = conferred(answered(graded(Severity.MAJOR)))

    notice = due_notice(incident, clock(incident, "C4"), OFFICE, POLICY, NOON + 25 * HOUR + SECOND)

    assert notice.text == (
        "清河桥怎么了（清河区）：“持续发布”时限6月4日21:00已过，尚未发布，请立即办理。"
        "依据：国办发〔2016〕61号：根据工作进展情况，持续发布权威信息（间隔由本单位设定）。"
    )


def test_drill_says_so_before_everything_else() -> None:
    for real, drill in zip(every_notice(OFFICE), every_notice(DRILL), strict=True):
        assert (drill.title, drill.text) == (f"【演练】{real.title}", f"【演练】{real.text}")


def test_key_names_incident_clock_rung_person_and_cycle() -> None:
    ident = opened().id

    assert [notice.key for notice in every_notice(OFFICE)] == [
        f"{ident}·-·step1·值班员·1",
        f"{ident}·C1·warn1·值班员·1",
        f"{ident}·C1·due·值班员·1",
        f"{ident}·-·confirm r-1·值班员·1",
    ]


def test_key_is_the_same_whenever_the_notice_is_written() -> None:
    incident = graded(Severity.MAJOR)
    limit = clock(incident, "C1")

    at_once, later = (due_notice(incident, limit, OFFICE, POLICY, C1_DUE + wait) for wait in (SECOND, 9 * HOUR))

    assert at_once.key == later.key


def test_next_cycle_of_the_continuing_clock_has_a_key_of_its_own() -> None:
    incident = answered(answered(graded(Severity.MAJOR)), at=NOON + 20 * HOUR, id_="r-2")

    keys = [due_notice(incident, clock(incident, key), OFFICE, POLICY, NOON + 50 * HOUR).key for key in ("C4", "C4#2")]

    assert keys == [f"{incident.id}·C4·due·值班员·1", f"{incident.id}·C4#2·due·值班员·1"]


def test_alarms_after_a_late_grading_have_keys_of_their_own() -> None:
    late = graded(Severity.MAJOR, at=C1_DUE + HOUR)

    notice = due_notice(late, clock(late, "C1"), OFFICE, POLICY, C1_DUE + 9 * HOUR)

    assert notice.key == f"{late.id}·C1·due·值班员·2"


def test_clocks_of_an_acknowledged_incident_are_paged_to_whoever_took_it() -> None:
    taken = act(graded(Severity.MAJOR), Acknowledge(), by="p-wang")

    due = due_notice(taken, clock(taken, "C1"), OFFICE, POLICY, C1_DUE + SECOND)
    confirm = confirm_notice(taken, a_release(), OFFICE, NOON + HOUR)

    assert (due.person, due.key) == ("p-wang", f"{taken.id}·C1·due·p-wang·1")
    assert confirm.person == "p-wang"


def test_notice_is_addressed_to_the_duty_officer_and_says_which_incident_and_clock() -> None:
    for notice, key in zip(every_notice(OFFICE), ["-", "C1", "C1", "-"], strict=True):
        assert (notice.person, notice.incident_id, notice.clock_key) == ("值班员", opened().id, key)
