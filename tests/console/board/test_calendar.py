from dataclasses import replace
from datetime import datetime

from console.reminder_list import FRESH, ReminderLine, ReminderList, fresh_list, list_now, write_list
from console.web.site import Site
from desk.accounts import Role
from desk.steps import AnswerQuestion, Conclude
from tests.build import DAY, HOUR, NOON, SECOND
from tests.console.board.hands import at, read
from tests.console.board.scene import Filed, does
from tests.console.web.visitors import signed_in


def a_line(due_at: datetime, *, near: bool = False) -> ReminderLine:
    return ReminderLine(
        rule_id="C23M",
        title="每月会商",
        about="2026年6月",
        number="",
        due_at=due_at,
        near=near,
        certain=True,
        stop="会商记录",
        citation="本单位规定",
    )


def test_the_page_says_what_fell_due_what_is_near_and_what_comes_later(morning: tuple[Site, Filed]) -> None:
    site, _ = morning

    page = read(signed_in(site, Role.VIEWER).get("/calendar"))

    assert "已到期 1 项 5月31日 每月会商：2026年5月" in page
    assert "今后 90 日" in page
    assert "7月21日 季通报、季报送：2026年第2季度 以“通报或报送”为完成" in page
    assert "7月10日 半年自查：2026年上半年" in page
    assert "本页只作提醒，不发通知" in page


def test_what_follows_an_incident_is_listed_with_its_link(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    does(site, filed.answered, NOON, AnswerQuestion(question_id="q-1", release_id="r-1"), Conclude())
    parts = site.desks[""].parts
    # Five working days later, on the morning of the last one but one.
    listed = list_now(parts.incidents, parts.policy, NOON + 7 * DAY)
    write_list(site.desks[""].folder, replace(listed, listed_at=NOON))

    page = signed_in(site, Role.VIEWER).get("/calendar")

    assert "6月10日 办结后评估： 南湖小学食堂多名学生腹痛" in read(page)
    assert at(filed.answered) in page.text


def test_the_board_says_how_many_of_the_day_s_list_press_and_nothing_without_a_list(
    morning: tuple[Site, Filed],
) -> None:
    site, _ = morning
    browser = signed_in(site, Role.OFFICER)
    before = read(browser.get("/"))
    lines = (a_line(NOON - HOUR), a_line(NOON + HOUR, near=True), a_line(NOON + HOUR))
    write_list(site.desks[""].folder, ReminderList(listed_at=NOON - HOUR, lines=lines))

    page = read(browser.get("/"))

    assert "日历提醒 ：" not in before
    assert "日历提醒 ：2 项临近或刚到期。" in page


def test_a_list_of_yesterday_is_not_shown_as_today_s(morning: tuple[Site, Filed]) -> None:
    site, _ = morning
    folder = site.desks[""].folder
    write_list(folder, ReminderList(listed_at=NOON, lines=(a_line(NOON),)))

    seen = [fresh_list(folder, NOON + later) is not None for later in (-SECOND, 0 * SECOND, FRESH - SECOND, FRESH)]

    assert seen == [False, True, True, False]


def test_a_broken_list_counts_as_none_and_the_page_is_counted_anew(morning: tuple[Site, Filed]) -> None:
    site, _ = morning
    (site.desks[""].folder.path / "reminders.json").write_bytes(b"{")

    assert fresh_list(site.desks[""].folder, NOON) is None
    assert "每月会商：2026年6月" in read(signed_in(site, Role.OFFICER).get("/calendar"))
