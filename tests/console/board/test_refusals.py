from dataclasses import replace

import pytest

from console.web.site import Site
from desk.accounts import Role
from desk.decided import one_change
from desk.incident import Severity, State
from desk.steps import Acknowledge, GradeSeverity
from tests.build import NOON
from tests.console.board.hands import at, filled_in, hidden_on, read, sent, stored
from tests.console.board.scene import Filed, does
from tests.console.web.visitors import PASSWORD, signed_in

SECOND = {"second_name": "director", "second_password": PASSWORD}
RELEASE = {"channel": "云州发布", "kind": "first", "title": "情况通报", "published_at": "2026-06-03T19:30"}


def test_a_refused_form_keeps_what_was_typed_and_names_the_field(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    before = stored(site, filed.suspected)

    page = filled_in(signed_in(site, Role.OFFICER), filed.suspected, "grade", {"severity": "", "basis": "应急局核实"})

    assert page.status_code == 422
    assert "应急局核实</textarea>" in page.text
    assert "请选择一项" in read(page)
    assert stored(site, filed.suspected) == before


@pytest.mark.parametrize(
    ("slug", "fields", "words"),
    [
        ("dismiss", {"reason": " "}, "请填写此项"),
        (
            "record-time",
            {"basis": "occurred", "at": "gestern", "precision": "minute", "source": "x"},
            "请填写日期和时间",
        ),
        (
            "record-time",
            {"basis": "occurred", "at": "2026-06-03T20:01", "precision": "minute", "source": "x"},
            "所填时间晚于现在",
        ),
        (
            "record-time",
            {"basis": "occurred", "at": "2026-06-03T19:59", "precision": "minute", "source": "x"},
            "事发时间不能晚于第一条公开信息",
        ),
        (
            "record-consultation",
            {"held_at": "2026-06-03T20:01", "bodies": "甲", "conclusion": "乙"},
            "还没有召开的不能登记",
        ),
        ("conclude", {}, "不能“办结”"),
        ("merge", {"to": "云州-2026-0004", "reason": "同一件事"}, "请选择一项"),
        ("confirm-release", {"release": "r-9"}, "现在没有可以“确认发布”的内容"),
        ("ask", {"text": "问" * 4001}, "请不要超过 4000 字"),
    ],
)
def test_a_refusal_is_told_in_plain_chinese_and_nothing_happened(
    morning: tuple[Site, Filed], slug: str, fields: dict[str, str], words: str
) -> None:
    site, filed = morning
    before = stored(site, filed.suspected)

    page = filled_in(signed_in(site, Role.OFFICER), filed.suspected, slug, fields)

    assert page.status_code in (409, 422)
    assert words in read(page)
    assert stored(site, filed.suspected) == before


def test_a_conclusion_too_early_says_what_is_still_open(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    page = filled_in(signed_in(site, Role.OFFICER), filed.answered, "conclude")

    assert "还不能办结：1 个时限还没有结果，1 个公众关切还没有标明由哪次发布回应。" in read(page)


def test_whoever_takes_it_on_first_is_named_to_the_next(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    hidden = hidden_on(browser.get(at(filed.suspected, "acknowledge")))
    does(site, filed.suspected, NOON, Acknowledge(), by="王主任")

    page = browser.get(at(filed.suspected, "acknowledge"))
    answer = sent(browser, filed.suspected, "acknowledge", hidden)

    assert "已由 王主任 认领，不用再认领。" in read(page)
    assert '<button type="submit">由我认领' not in page.text
    assert answer.status_code == 303
    assert stored(site, filed.suspected).acknowledged_by == "王主任"


def test_somebody_who_was_faster_is_named_and_what_was_typed_stays(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    hidden = hidden_on(browser.get(at(filed.suspected, "grade")))
    does(site, filed.suspected, NOON, GradeSeverity(severity=Severity.MAJOR, basis="已有伤亡"), by="王主任")

    page = sent(browser, filed.suspected, "grade", hidden, {"severity": "ordinary", "basis": "影响不大"})
    again = sent(browser, filed.suspected, "grade", hidden_on(page), {"severity": "major", "basis": "核实后同意"})

    assert page.status_code == 409
    assert "王主任更新了本事件（定级）" in read(page)
    assert "影响不大</textarea>" in page.text
    assert again.status_code == 303
    assert [grade.basis for grade in stored(site, filed.suspected).grades] == ["已有伤亡", "核实后同意"]


def test_a_post_that_joins_meanwhile_is_no_reason_to_type_again(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    hidden = hidden_on(browser.get(at(filed.suspected, "grade")))
    incidents = site.desks[""].parts.incidents
    joined = stored(site, filed.suspected)
    incidents.save([one_change(replace(joined, post_count=2), [])])

    answer = sent(browser, filed.suspected, "grade", hidden, {"severity": "ordinary", "basis": "影响不大"})

    assert answer.status_code == 303
    assert stored(site, filed.suspected).post_count == 2


def test_a_form_sent_twice_is_one_deed(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    hidden = hidden_on(browser.get(at(filed.close, "ask")))

    answers = [sent(browser, filed.close, "ask", hidden, {"text": "要不要撤离"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert [each.text for each in stored(site, filed.close).questions].count("要不要撤离") == 1


def test_a_viewer_may_neither_open_nor_send_a_form(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser, hidden = signed_in(site, Role.VIEWER), hidden_on(signed_in(site, Role.VIEWER).get("/"))

    page = browser.get(at(filed.suspected, "acknowledge"))
    answer = sent(browser, filed.suspected, "acknowledge", {**hidden, "once": "0" * 16, "seen": "0" * 16})

    assert [page.status_code, answer.status_code] == [403, 403]
    assert stored(site, filed.suspected).acknowledged_by is None


def test_a_form_without_its_token_changes_nothing(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    hidden = hidden_on(browser.get(at(filed.suspected, "dismiss")))

    answer = sent(browser, filed.suspected, "dismiss", {**hidden, "csrf": "0" * 64}, {"reason": "旧消息"})

    assert answer.status_code == 403
    assert stored(site, filed.suspected).state is State.REGISTERED


def test_an_action_nobody_knows_is_not_found(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    assert signed_in(site, Role.OFFICER).get(at(filed.suspected, "delete")).status_code == 404
