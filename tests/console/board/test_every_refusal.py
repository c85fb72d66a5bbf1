from collections.abc import Mapping
from dataclasses import replace

import pytest

from console.web.action_forms import Scene, all_forms
from console.web.refusals import UNKNOWN, impossible_words, refusal_words
from console.web.site import Site
from desk.accounts import Role
from desk.decided import one_change
from desk.incident import State
from desk.steps import Confirm
from tests.build import NOON
from tests.build_incidents import an_incident
from tests.console.board.hands import at, hidden_on, read, sent, stored
from tests.console.board.scene import Filed, does
from tests.console.web.visitors import signed_in

FORMS = all_forms()
MARKS = {"once": "0" * 16, "seen": "0" * 16}
NOTHING_HAPPENED = "没有作任何改动"


@pytest.mark.parametrize("slug", sorted(set(FORMS) - {"reopen"}))
def test_an_ended_incident_refuses_it_and_names_the_way_back(morning: tuple[Site, Filed], slug: str) -> None:
    site, filed = morning
    before, browser = stored(site, filed.dismissed), signed_in(site, Role.OFFICER)

    offered = read(browser.get(at(filed.dismissed, slug)))
    answer = sent(browser, filed.dismissed, slug, {**hidden_on(browser.get("/")), **MARKS})

    assert f"事件已经“不立案”，不能“{FORMS[slug].title}”。有新情况的，请先“重启”。" in offered
    assert answer.status_code == 409
    assert f"不能“{FORMS[slug].title}”" in read(answer)
    assert NOTHING_HAPPENED in read(answer)
    assert stored(site, filed.dismissed) == before


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("conclude", "事件现为“疑似”，不能“办结”：要先有一次发布经过“确认发布”。"),
        ("reopen", "事件现为“疑似”，不能“重启”：事件还没有结束，不用重启。"),
        ("confirm-release", "没有待确认的发布。已经发布的，请先“登记发布”。"),
        ("reject-release", "没有待确认的发布，请回到事件页查看。"),
        ("class-question", "还没有公众关切，请先“登记公众关切”。"),
        ("answer-question", "要有公众关切，也要有已确认的发布"),
        ("pause-continuing", "“持续发布”没有在计时，或已经暂停。"),
        ("resume-continuing", "“持续发布”没有暂停，计时照常，不用恢复。"),
    ],
)
def test_too_early_a_step_says_what_comes_before_it(morning: tuple[Site, Filed], slug: str, words: str) -> None:
    site, filed = morning
    before, browser = stored(site, filed.suspected), signed_in(site, Role.OFFICER)

    answer = sent(browser, filed.suspected, slug, {**hidden_on(browser.get("/")), **MARKS})

    assert answer.status_code == 409
    assert words in read(answer)
    assert NOTHING_HAPPENED in read(answer)
    assert stored(site, filed.suspected) == before


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("dismiss", "事件已在办理，请办完后“办结”。"),
        ("transfer", "事件已在办理，请办完后“办结”。"),
        ("merge", "事件已在办理，请办完后“办结”。"),
        ("redirect", "事件已在办理，请办完后“办结”。"),
        ("confirm", "事件已经确认过，不用再确认。"),
        ("decline-answer", "事件已定为重大以上，必须回应，不能“认定无需回应”；等级有误的，请先重新“定级”。"),
        ("acknowledge", "已由 王主任 认领，不用再认领。"),
    ],
)
def test_too_late_a_step_says_what_to_do_instead(morning: tuple[Site, Filed], slug: str, words: str) -> None:
    site, filed = morning

    page = signed_in(site, Role.OFFICER).get(at(filed.answered, slug))

    assert words in read(page)
    assert '<form method="post" enctype' not in page.text


@pytest.mark.parametrize("slug", ["grade", "sign-answer-kind", "record-time", "ask", "record-consultation", "transfer"])
def test_every_field_left_empty_is_named_beside_itself(morning: tuple[Site, Filed], slug: str) -> None:
    site, filed = morning
    before, browser = stored(site, filed.suspected), signed_in(site, Role.OFFICER)
    hidden = hidden_on(browser.get(at(filed.suspected, slug)))
    scene = Scene(incident=before, policy=site.desks[""].parts.policy, now=NOON, zone=site.desks[""].parts.office.zone)
    required = [field for field in FORMS[slug].fields(scene) if field.required]

    answer = sent(browser, filed.suspected, slug, hidden)

    assert answer.status_code == 422
    assert answer.text.count('class="field-problem"') == len(required)
    assert f"有 {len(required)} 处需要修改，没有作任何改动。" in read(answer)
    assert stored(site, filed.suspected) == before


@pytest.mark.parametrize(
    ("slug", "fields"),
    [
        ("grade", {"severity": "ordinary", "basis": "影响不大"}),
        ("sign-answer-kind", {"kind": "emergency"}),
        ("decline-answer", {"reason": "不属实"}),
        ("ask", {"text": "何时来电"}),
        ("dismiss", {"reason": "旧消息"}),
        ("merge", {"to": "云州-2026-0001", "reason": "同一件事"}),
    ],
)
def test_what_was_decided_meanwhile_is_told_before_anything_is_written(
    morning: tuple[Site, Filed], slug: str, fields: Mapping[str, str]
) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    hidden = hidden_on(browser.get(at(filed.suspected, slug)))
    does(site, filed.suspected, NOON, Confirm(), by="王主任")
    before = stored(site, filed.suspected)

    answer = sent(browser, filed.suspected, slug, hidden, fields)

    assert answer.status_code == 409
    assert "您填写期间，王主任更新了本事件（确认为事件）。您填写的内容还在，请核对下面的现状后再提交。" in read(answer)
    assert NOTHING_HAPPENED in read(answer)
    assert stored(site, filed.suspected) == before


def test_whoever_ended_it_meanwhile_is_named_and_why_nothing_more_can_be_done(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    hidden = hidden_on(browser.get(at(filed.suspected, "confirm")))
    ended = replace(stored(site, filed.suspected), state=State.MERGED)
    site.desks[""].parts.incidents.save([one_change(ended, [])])

    answer = sent(browser, filed.suspected, "confirm", hidden)

    assert "事件已经“合并”，不能“确认为事件”。请到并入的事件办理。" in read(answer)
    assert "核对下面的现状后再提交" not in read(answer)


def test_a_form_without_its_mark_is_told_to_look_again(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    before, hidden = stored(site, filed.suspected), hidden_on(browser.get(at(filed.suspected, "ask")))
    del hidden["seen"]

    answer = sent(browser, filed.suspected, "ask", hidden, {"text": "何时来电"})

    assert answer.status_code == 422
    assert "页面已过期，请核对下面的现状后再提交。没有作任何改动。" in read(answer)
    assert stored(site, filed.suspected) == before


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("slug", sorted(FORMS))
def test_in_every_state_each_action_is_offered_or_says_why_not(state: State, slug: str) -> None:
    incident = replace(an_incident(), state=state, closed_at=None)

    words = impossible_words(FORMS[slug], incident)

    assert words == "" or words.endswith("。")
    assert UNKNOWN not in words


def test_a_refusal_nobody_foresaw_is_still_told_in_chinese() -> None:
    assert refusal_words("something new is refused", an_incident()) == UNKNOWN
