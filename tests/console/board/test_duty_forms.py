from dataclasses import dataclass

import pytest

from console.web.site import Site
from desk.accounts import Role
from desk.policy import Policy
from tests.build import DAY, HOUR, MINUTE
from tests.console.board.duty_hands import (
    ACCEPT,
    ASSIGN,
    CONSULT,
    CONSULTED,
    DECIDE,
    FIND,
    FULFIL,
    GIVE_BACK,
    HAND_OVER,
    OBLIGATION,
    RECEIPT,
    RELEASED,
    REPORT,
    VERIFY,
    Done,
    classed,
    clocks_shown,
    does_all,
    done,
    local,
    oblige,
    state_shown,
)
from tests.console.board.hands import at, hidden_on, read, sent, stored
from tests.console.board.scene import Filed
from tests.console.web.visitors import signed_in

CONFERENCE = Done(
    slug="record-conference",
    fields={
        "kind": "press_conference",
        "held_at": local(-30 * MINUTE),
        "speakers": ["市长", "", "", ""],
        "speakers_marked": ["0"],
        "address": "https://media.example/live/7",
    },
    newest={},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One rule through the board's forms: what starts its clock, what meets it, and its title on the page."""

    rule_id: str
    title: str
    begin: tuple[Done, ...]
    evidence: tuple[Done, ...]


JOURNEYS = (
    Journey(rule_id="C5", title="主要负责人发声", begin=(), evidence=(CONFERENCE,)),
    Journey(
        rule_id="C6",
        title="建设性意见采纳情况公开",
        begin=(*classed("constructive_suggestion"), DECIDE),
        evidence=RELEASED,
    ),
    Journey(
        rule_id="C7",
        title="实际困难解决情况公布",
        begin=(*classed("practical_difficulty"), DECIDE),
        evidence=RELEASED,
    ),
    Journey(
        rule_id="C8",
        title="重大问题调查处置情况发布",
        begin=(*classed("major_problem"), ASSIGN, ACCEPT),
        evidence=RELEASED,
    ),
    Journey(rule_id="C9", title="释疑和引导", begin=classed("mistaken_view"), evidence=RELEASED),
    Journey(rule_id="C10", title="虚假不实信息澄清", begin=classed("false_information"), evidence=RELEASED),
    Journey(
        rule_id="C11", title="涉嫌违法线索移交", begin=(*classed("false_information"), FIND), evidence=(HAND_OVER,)
    ),
    Journey(rule_id="C12", title="上级重要政策信息转载", begin=(oblige("repost"),), evidence=(FULFIL,)),
    Journey(rule_id="C13", title="政府信息主动公开", begin=(oblige("disclosure"),), evidence=(FULFIL,)),
    Journey(rule_id="C14", title="依申请公开答复", begin=(oblige("reply"),), evidence=(FULFIL,)),
    Journey(rule_id="C15", title="突发事件上报", begin=(), evidence=(REPORT, RECEIPT)),
    Journey(rule_id="C16", title="交办认领", begin=(ASSIGN,), evidence=(ACCEPT,)),
    Journey(rule_id="C16V", title="核查反馈", begin=(ASSIGN, ACCEPT), evidence=(VERIFY,)),
)
FIRST_ANSWERS = {"C1", "C2", "C3", "C4"}
MET = {"按时", "逾期回应"}
DUTY_SLUGS = (
    "assign",
    "accept",
    "return",
    "verify",
    "decide-question",
    "find-unlawful",
    "hand-over",
    "report-up",
    "record-receipt",
    "oblige",
    "fulfil",
    "correct",
    "consult",
    "consulted",
    "extend",
)


def now_on(page: str) -> str:
    """What the page says has to be done now."""
    return page[page.index("<h2>现在该做</h2>") : page.index("<h2>时限</h2>")]


def policy_of(site: Site) -> Policy:
    return site.desks[""].parts.policy


def test_every_rule_has_its_journey_through_the_forms(morning: tuple[Site, Filed]) -> None:
    site, _ = morning

    assert {each.rule_id for each in JOURNEYS} | FIRST_ANSWERS == set(policy_of(site).rules)


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda each: each.rule_id)
def test_the_forms_lead_to_the_clock_being_met_as_the_page_shows_it(
    morning: tuple[Site, Filed], journey: Journey
) -> None:
    site, filed = morning

    before = state_shown(does_all(site, filed.close, *journey.begin), filed.close, journey.title)
    after = state_shown(does_all(site, filed.close, *journey.evidence), filed.close, journey.title)

    assert before not in {"", *MET}
    assert after in MET


@pytest.mark.parametrize(
    "journey", [each for each in JOURNEYS if each.rule_id not in ("C5", "C15")], ids=lambda each: each.rule_id
)
def test_what_it_owes_is_named_with_its_form_until_it_is_done(morning: tuple[Site, Filed], journey: Journey) -> None:
    site, filed = morning

    owed = does_all(site, filed.close, *journey.begin).get(at(filed.close))
    settled = does_all(site, filed.close, *journey.evidence).get(at(filed.close))

    assert f"/{journey.evidence[0].slug}" in now_on(owed.text)
    assert journey.title in now_on(owed.text)
    assert journey.title not in now_on(settled.text)


def test_a_report_counts_only_once_its_receipt_is_there(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    sent_only = does_all(site, filed.close, REPORT)
    waiting = read(sent_only.get(at(filed.close)))
    before = state_shown(sent_only, filed.close, "突发事件上报")
    received = read(does_all(site, filed.close, RECEIPT).get(at(filed.close)))

    assert before not in MET
    assert "上报（首报）：市委总值班室，电话 officer 登记 尚无回执，不算完成" in waiting
    assert "突发事件上报 李值班 登记回执" in waiting
    assert "回执：收文〔2026〕1号" in received


def test_a_department_returns_a_matter_once_and_then_the_office_decides(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    browser = does_all(site, filed.close, ASSIGN, GIVE_BACK, ASSIGN)
    page = read(browser.get(at(filed.close)))
    given = stored(site, filed.close).assignments[-1]
    hidden = hidden_on(browser.get(at(filed.close, "return")))
    again = sent(browser, filed.close, "return", hidden, {"assignment": given.id, "reason": "仍不属于"})

    assert "退回：不属于本部门职责" in page
    assert again.status_code == 409
    assert "这个部门已经退回过一次，不能再退。" in read(again)
    assert stored(site, filed.close).assignments[-1].returned_at is None


def test_a_reply_s_time_stands_still_while_somebody_is_asked_and_runs_on_afterwards(
    morning: tuple[Site, Filed],
) -> None:
    site, filed = morning

    paused = state_shown(does_all(site, filed.close, oblige("reply"), CONSULT), filed.close, "依申请公开答复")
    running = state_shown(does_all(site, filed.close, CONSULTED), filed.close, "依申请公开答复")

    assert (paused, running) == ("已暂停", "计时中")


def test_a_corrected_request_begins_anew(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    correct = done(
        "correct",
        newest=OBLIGATION,
        asked_at=local(-2 * DAY),
        corrected_at=local(-DAY),
        document="补正告知书4号",
    )

    browser = does_all(site, filed.close, oblige("reply", local(-3 * DAY)), correct)

    [clock] = [each for each in stored(site, filed.close).clocks if each.rule_id == "C14"]
    assert clock.start_at == stored(site, filed.close).obligations[-1].corrected_at
    assert "收到补正，重新起算（补正告知书4号）" in read(browser.get(at(filed.close)))


def test_an_approval_extends_a_time_limit_once(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    does_all(site, filed.close, oblige("reply"))
    [clock] = [each for each in stored(site, filed.close).clocks if each.rule_id == "C14"]

    browser = does_all(site, filed.close, done("extend", clock=clock.key, document="云政公开批〔2026〕2号"))

    titles = [title for title in clocks_shown(browser, filed.close) if title.startswith("依申请公开答复")]
    assert titles == ["依申请公开答复（40 个工作日）"]
    assert "防汛工作通知 经批准延长" in read(browser.get(at(filed.close)))
    assert "没有可以延长的时限" in read(browser.get(at(filed.close, "extend")))


def test_a_paper_without_a_file_is_said_to_be_self_reported(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    without = done("fulfil", newest=OBLIGATION, at=local(-MINUTE), address="云公开〔2026〕3号")

    page = read(does_all(site, filed.close, oblige("disclosure"), without).get(at(filed.close)))

    assert "完成：云公开〔2026〕3号（无存证，时间为自报）" in page
    assert "时间为自报" in page[: page.index("交办、上报、移交等记录")]


def test_a_handover_before_any_answer_says_so(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    page = read(does_all(site, filed.close, *classed("false_information"), FIND, HAND_OVER).get(at(filed.close)))

    assert page.count("移交时还没有公开回应") == 2
    assert "认定内容涉嫌违法：与官方数据不符，涉嫌违法（officer 签字）" in page


def test_the_timeline_tells_each_step_in_words(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    page = read(does_all(site, filed.close, ASSIGN, ACCEPT, VERIFY, oblige("reply"), CONSULT).get(at(filed.close)))

    timeline = page[page.index(" 经过 ") :]
    assert "交办 officer 市交通运输局 王科长" in timeline
    assert "部门认领 officer 市交通运输局" in timeline
    assert "核查反馈 officer 现场已封闭，无人员伤亡" in timeline
    assert "登记转载、公开或答复事项 officer 防汛工作通知 答复申请" in timeline
    assert "征求意见，暂停计时 officer 依申请公开答复 征求意见函2号" in timeline


def test_what_few_need_is_folded_away_and_what_is_owed_stands_first(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    page = signed_in(site, Role.OFFICER).get(at(filed.close)).text

    folded = page[page.index("<summary>不常用的</summary>") :]
    assert page.index("现在该做") < page.index('id="actions"') < page.index("不常用的")
    assert "/oblige" in folded
    assert "/assign" not in folded


def test_an_assignment_sent_twice_is_one(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    hidden = hidden_on(browser.get(at(filed.close, "assign")))

    answers = [sent(browser, filed.close, "assign", hidden, ASSIGN.fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(stored(site, filed.close).assignments) == 1


@pytest.mark.parametrize("slug", DUTY_SLUGS)
def test_a_viewer_may_neither_open_nor_send_a_duty_s_form(morning: tuple[Site, Filed], slug: str) -> None:
    site, filed = morning
    browser, before = signed_in(site, Role.VIEWER), stored(site, filed.close)
    hidden = {**hidden_on(browser.get("/")), "once": "0" * 16, "seen": "0" * 16}

    answers = [browser.get(at(filed.close, slug)), sent(browser, filed.close, slug, hidden, ASSIGN.fields)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert stored(site, filed.close) == before


def test_the_page_of_a_paper_s_registered_address_is_captured(
    morning: tuple[Site, Filed], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, filed = morning
    monkeypatch.setattr("backends.archive_warc.WarcArchive.capture", lambda *_, **__: _Captured)
    published = done("fulfil", newest=OBLIGATION, at=local(-MINUTE), address="https://www.yunzhou.example/8")

    page = read(does_all(site, filed.close, oblige("repost", local(-HOUR)), published).get(at(filed.close)))

    assert stored(site, filed.close).obligations[-1].capture == _Captured.sha256
    assert "完成：https://www.yunzhou.example/8（有存证）" in page


class _Captured:
    sha256 = "c0ffee"


def test_of_many_time_limits_the_next_due_stands_first_and_the_rest_is_folded(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    browser = does_all(site, filed.close, *classed("false_information"), FIND, oblige("repost"), oblige("reply"))

    board, clocks = browser.get("/").text, [each for each in stored(site, filed.close).clocks if each.open]
    row = board[board.index(f'id="i-{filed.close}"') :]
    row = row[: row.index("</article>")]
    first, _, folded = row.partition("<details")
    due = [each.alarm_due_at.isoformat() for each in sorted(clocks, key=lambda clock: clock.alarm_due_at)]
    shown = [first.find(f'data-due="{moment}"') for moment in due[:4]]
    assert len(clocks) > 4
    assert shown == sorted(shown)
    assert -1 not in shown
    assert f'data-due="{due[-1]}"' in folded


def test_what_one_form_does_stands_in_one_line(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    page = does_all(site, filed.close, oblige("repost"), oblige("reply")).get(at(filed.close)).text

    assert now_on(page).count("/fulfil") == 1
    assert "上级重要政策信息转载（防汛工作通知）；依申请公开答复（防汛工作通知）" in now_on(page)
