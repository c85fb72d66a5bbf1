import re
from inspect import getsource

import pytest

from console.web.refusals import UNKNOWN, refusal_words
from console.web.site import Site
from desk import assigning, obliging, recording
from desk.accounts import Role
from desk.clock import ClockState, state_at
from desk.duty_steps import AcceptAssignment
from desk.incident import DispositionClass
from tests.build import DAY, HOUR, MINUTE, NOON
from tests.build_incidents import an_incident
from tests.console.board.duty_hands import (
    ACCEPT,
    ASSIGN,
    ASSIGNMENT,
    FIND,
    FULFIL,
    OBLIGATION,
    QUESTION,
    REPORT,
    Done,
    chosen,
    classed,
    does_all,
    done,
    local,
    oblige,
)
from tests.console.board.hands import at, filled_in, hidden_on, read, sent, stored
from tests.console.board.scene import Filed, does
from tests.console.web.visitors import PASSWORD, signed_in

LATER, EARLIER = local(MINUTE), local(-HOUR)
FALSE = classed("false_information")
SECOND = {"second_name": "director", "second_password": PASSWORD}
_RAISED = re.compile(r'IllegalAction\(f"(?P<said>(?:[^"\\]|\\.)*)"')


def refused(site: Site, number: str, begin: tuple[Done, ...], tried: Done) -> str:
    """What the page says when the last form is refused; nothing happened."""
    does_all(site, number, *begin)
    before = stored(site, number)
    answer = filled_in(
        signed_in(site, Role.OFFICER), number, tried.slug, chosen(site, number, tried), record=tried.record
    )
    assert answer.status_code in (409, 422)
    assert stored(site, number) == before
    assert "没有作任何改动" in read(answer)
    return read(answer)


@pytest.mark.parametrize(
    ("begin", "tried", "words"),
    [
        ((), done("assign", department=" ", officer="王科长"), "请填写此项"),
        ((ASSIGN,), done("return", newest=ASSIGNMENT, reason=""), "请填写此项"),
        ((ASSIGN, ACCEPT), done("verify", newest=ASSIGNMENT, finding=""), "请填写此项"),
        (
            (),
            done("report-up", kind="initial", to="市委总值班室", method="电话", at=LATER),
            "所填时间晚于现在，请核对。",
        ),
        (
            (REPORT,),
            done("record-receipt", newest={"report": "reports"}, receipt="收文1号", at=EARLIER),
            "回执时间早于报出时间，请核对。",
        ),
        (
            classed("constructive_suggestion"),
            done("decide-question", newest=QUESTION, at=LATER, outcome="采纳", document="1号"),
            "所填时间晚于现在，请核对。",
        ),
        (FALSE, done("find-unlawful", newest=QUESTION, at=LATER, ground="不符"), "所填时间晚于现在，请核对。"),
        (
            (*FALSE, FIND),
            done("hand-over", newest=QUESTION, at=LATER, body="市公安局", document="1号", legal_basis="第七条"),
            "所填时间晚于现在，请核对。",
        ),
        ((), done("oblige", kind="reply", title="名称", reference="1号", since=LATER), "所填时间晚于现在，请核对。"),
        (
            (oblige("repost"),),
            done("fulfil", newest=OBLIGATION, at=LATER, address="1号"),
            "所填时间晚于现在，请核对。",
        ),
        (
            (oblige("reply", local(-30 * DAY)),),
            done("correct", newest=OBLIGATION, asked_at=local(-DAY), corrected_at=local(-HOUR), document="1号"),
            "告知补正超过了收到申请之日起 7 个工作日",
        ),
        (
            (oblige("reply", local(-DAY)),),
            done("correct", newest=OBLIGATION, asked_at=local(-HOUR), corrected_at=local(-2 * HOUR), document="1号"),
            "时间的先后应为",
        ),
        (
            (oblige("reply", local(-60 * DAY)),),
            done("consult", newest=OBLIGATION, letter="函1号"),
            "时限已过，不能再暂停。",
        ),
    ],
    ids=lambda each: each.slug if isinstance(each, Done) else None,
)
def test_a_refused_duty_is_told_in_plain_chinese_and_nothing_happened(
    morning: tuple[Site, Filed], begin: tuple[Done, ...], tried: Done, words: str
) -> None:
    site, filed = morning

    assert words in refused(site, filed.close, begin, tried)


def test_a_time_limit_that_has_passed_is_not_extended(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    begin = oblige("reply", local(-60 * DAY))
    does_all(site, filed.close, begin)
    [clock] = [each for each in stored(site, filed.close).clocks if each.rule_id == "C14"]

    assert state_at(clock, NOON) is ClockState.BREACHED
    assert "时限已过，不能再延长。" in refused(site, filed.close, (), done("extend", clock=clock.key, document="1号"))


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("assign", "不能“交办”：请先“确认为事件”或“定级”。"),
        ("accept", "不能“部门认领”：请先“确认为事件”或“定级”。"),
        ("return", "不能“部门退回”：请先“确认为事件”或“定级”。"),
        ("verify", "没有等待核查反馈的交办，请先“交办”。"),
        ("decide-question", "没有待决定的建设性意见或实际困难，请先“关切归类”。"),
        ("find-unlawful", "没有待认定的虚假信息，请先“关切归类”。"),
        ("hand-over", "移交前要先由人“认定涉嫌违法”。"),
        ("record-receipt", "没有等待回执的上报，请先“登记上报”。"),
        ("fulfil", "没有待完成的事项，请先“登记转载、公开或答复事项”。"),
        ("correct", "没有可以补正的公开申请。"),
        ("consult", "没有正在计时的公开申请。"),
        ("consulted", "没有因征求意见暂停的公开申请。"),
        ("extend", "没有可以延长的时限。"),
    ],
)
def test_a_duty_s_form_that_cannot_be_filled_in_yet_says_what_comes_first(
    morning: tuple[Site, Filed], slug: str, words: str
) -> None:
    site, filed = morning

    page = signed_in(site, Role.OFFICER).get(at(filed.suspected, slug))

    assert words in read(page)
    assert '<form method="post" enctype' not in page.text


@pytest.mark.parametrize(
    "message",
    sorted(
        {
            found["said"].replace("{what}", "verify")
            for module in (assigning, obliging, recording)
            for found in _RAISED.finditer(getsource(module))
            if "no question" not in found["said"]
        }
    ),
)
def test_every_refusal_of_a_duty_has_its_words(message: str) -> None:
    assert refusal_words(message, an_incident()) != UNKNOWN


def test_classing_an_overdue_question_anew_takes_a_second_person(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = does_all(site, filed.overdue, *classed("mistaken_view"))
    anew = {"question": stored(site, filed.overdue).questions[-1].id, "class": "practical_difficulty"}

    alone = filled_in(browser, filed.overdue, "class-question", anew)
    both = sent(browser, filed.overdue, "class-question", hidden_on(alone), {**anew, **SECOND})

    assert alone.status_code == 409
    assert "第二人登录名" in read(alone)
    assert both.status_code == 303
    assert stored(site, filed.overdue).questions[-1].disposition_class is DispositionClass.PRACTICAL_DIFFICULTY


def test_whoever_accepts_first_is_named_to_the_next(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = does_all(site, filed.close, ASSIGN, ASSIGN)
    first = stored(site, filed.close).assignments[0].id
    hidden = hidden_on(browser.get(at(filed.close, "accept")))
    does(site, filed.close, NOON, AcceptAssignment(id=first), by="王主任")

    answer = sent(browser, filed.close, "accept", hidden, {"assignment": first})

    assert answer.status_code in (409, 422)
    assert stored(site, filed.close).assignments[0].accepted_by == "王主任"


def test_a_paper_that_is_done_leaves_no_form_to_do_it_again(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    browser = does_all(site, filed.close, oblige("repost"), FULFIL)

    assert "现在没有可以“登记已转载、公开或答复”的内容" in read(browser.get(at(filed.close, "fulfil")))
