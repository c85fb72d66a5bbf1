import re
from dataclasses import replace
from datetime import datetime

from hypothesis import given

from desk.briefing import Briefing
from desk.briefing_ledger import EARLIER
from desk.briefing_paper import paper_of
from desk.briefing_words import LONGEST_QUOTE, STANDINGS, length, minute, numeral
from desk.coverage import Tally
from desk.incident import Incident, PublicQuestion, Severity
from desk.moments import Basis
from desk.paper import Heading, Paper, Paragraph, Table
from desk.post import Outcome
from desk.source import CoverageGap, Cursor
from desk.standing import Standing
from desk.steps import Ask, RecordTime
from tests.build import DAY, HOUR, MICROSECOND, MINUTE, NOON, SECOND, a_post
from tests.desk.scene import (
    C1_DUE,
    C3_DUE,
    CHIEF,
    DRILL,
    OFFICE,
    a_release,
    a_time,
    act,
    answered,
    answering,
    asked,
    conferred,
    dismissing,
    graded,
    opened,
    watched,
)
from tests.desk.weeks import AFTER, INCIDENTS, SINCE, WEEK_AFTER, briefed


def text_of(paper: Paper) -> str:
    return "\n".join(block.text for block in paper.blocks if not isinstance(block, Table))


def told(*incidents: Incident, now: datetime = AFTER) -> str:
    return text_of(paper_of(briefed(*incidents, now=now)))


def table(briefing: Briefing, caption: str) -> Table:
    tables = (block for block in paper_of(briefing).blocks if isinstance(block, Table))
    return next(each for each in tables if each.caption.startswith(caption))


def cells(ledger: Table) -> list[str]:
    """How each time limit stands by the ledger, those settled before left out."""
    stands = [each for row in ledger.rows for column in row[4:8] for each in column.split("、")]
    return [each for each in stands if each != "—" and not each.startswith(EARLIER)]


def test_an_empty_week_says_so_with_posts_sources_and_hours() -> None:
    briefing = briefed(
        tallies=[Tally(source="forum", outcome=Outcome.ORDINARY, posts=812)],
        cursors=[Cursor(source="forum", last_seen_at=AFTER), Cursor(source="news", last_seen_at=AFTER)],
        gaps=[CoverageGap(source="news", since=NOON, until=NOON + 6 * HOUR, reason="unreachable")],
    )

    text = text_of(paper_of(briefing))

    assert "本周没有新登记的事件，也没有在办的事件" in text
    assert "筛查812条，涉及信息源2个" in text
    assert "累计应值守336小时，实际值守330小时，中断1段" in text
    assert not [block for block in paper_of(briefing).blocks if isinstance(block, Table) and "台账" in block.caption]


def test_a_week_without_any_source_says_that_nobody_watched() -> None:
    assert "没有任何信息源的值守记录" in told()


def test_a_week_whose_posts_have_expired_says_that_its_count_is_no_denominator() -> None:
    complete, expired = briefed(posts_since=SINCE), briefed(posts_since=SINCE + MICROSECOND)

    assert "已过保存期" not in text_of(paper_of(complete))
    assert "已过保存期，条数不全，不能作为分母" in text_of(paper_of(expired))


def test_a_gap_is_listed_with_its_bounds_on_the_office_s_clock_and_why() -> None:
    gaps = [CoverageGap(source="news", since=NOON, until=None, reason="unreachable")]
    briefing = briefed(cursors=[Cursor(source="news", last_seen_at=AFTER)], gaps=gaps)

    [row] = table(briefing, "值守中断").rows

    assert row == ("news", "6月3日20:00", "6月8日00:00", "无法连接")


def test_the_chapters_stand_in_order_with_the_office_s_numbers() -> None:
    paper = paper_of(briefed(graded(Severity.MAJOR)))

    first = [block.text for block in paper.blocks if isinstance(block, Heading) and block.level == 1]

    assert first == [
        "一、总体情况",
        "二、时限执行情况",
        "三、重点事件",
        "四、公众关切与发布",
        "五、未覆盖情况",
        "附表　事件台账",
    ]


def test_a_drill_is_marked_in_its_name_and_title_and_a_real_week_is_not() -> None:
    drill, real = paper_of(briefed(office=DRILL)), paper_of(briefed())

    assert (drill.mark, drill.name) == ("【演练】", "【演练】政务舆情周报-2026-W23")
    assert drill.title.startswith("【演练】2026年6月1日至7日")
    assert (real.mark, real.name, real.title.splitlines()[0]) == ("", "政务舆情周报-2026-W23", "2026年6月1日至7日")


def test_a_week_that_still_runs_says_up_to_when() -> None:
    assert "统计截至6月3日20:00，本周尚未结束。" in told(now=NOON)
    assert "统计截至6月7日24:00。" in told()


def test_each_answered_time_limit_is_told_with_its_start_due_end_and_three_figures() -> None:
    happened = RecordTime(basis=Basis.OCCURRED, time=a_time(NOON - HOUR))
    incident = answered(act(graded(Severity.MAJOR), happened))

    text = told(incident)

    assert "（一）按时：1个" in text
    assert (
        "6月3日19:00（事发）起算，时限6月4日00:00，6月3日21:00完成；自事发2小时00分，自首次公开1小时10分，自知悉1小时00分。"
        in text
    )


def test_a_late_answer_says_by_how_much() -> None:
    text = told(answered(graded(Severity.MAJOR), at=C1_DUE + 90 * MINUTE))

    assert "逾期回应：1个" in text
    assert "逾期1小时30分" in text


def test_a_breach_nobody_answered_says_how_long_it_stands() -> None:
    text = told(watched(graded(Severity.MAJOR), C1_DUE + HOUR), now=C1_DUE + HOUR)

    assert "超时：1个" in text
    assert "至统计时已超1小时00分" in text


def test_a_voided_breach_is_told_with_its_reason() -> None:
    breached = watched(graded(Severity.ORDINARY), C3_DUE + HOUR)

    text = told(act(breached, dismissing("与本地无关"), at=C3_DUE + HOUR, second=CHIEF))

    assert "超时后终止：1个" in text
    assert "终止，理由：与本地无关" in text


def test_a_self_reported_time_is_never_said_to_be_plainly_kept() -> None:
    text = told(act(graded(Severity.MAJOR), *answering(a_release(typed=True)), at=NOON + HOUR))

    assert "按时（时间为自报）：1个" in text
    assert "按时：" not in text


def test_open_questions_name_their_incident_and_class() -> None:
    text = told(asked(graded(Severity.ORDINARY)))

    assert "公众关切点1个，其中尚未回应1个：" in text
    assert "桥为什么会塌（处置类型未认定）" in text


def test_a_conference_is_told_by_roles_and_whether_the_principal_spoke() -> None:
    assert "新闻发布会，发布人：市长，主要负责人出席" in told(conferred(graded(Severity.MAJOR)))


def test_a_long_title_is_quoted_short_everywhere() -> None:
    long = "云州市清河区" + "很长" * 200
    paper = paper_of(briefed(watched(opened(a_post(title=long)), C1_DUE)))

    everything = text_of(paper) + str(paper.blocks)

    assert long[: LONGEST_QUOTE - 1] + "…" in everything
    assert long[:LONGEST_QUOTE] not in everything


def test_a_long_question_and_a_long_title_of_a_release_are_quoted_short() -> None:
    long = "清河桥" + "很长" * 200
    ask = Ask(question=PublicQuestion(id="q-9", text=long))
    release = a_release(title=long)

    text = told(act(graded(Severity.MAJOR), ask, *answering(release), at=NOON + HOUR))

    assert text.count(long[: LONGEST_QUOTE - 1] + "…") == 3
    assert long[:LONGEST_QUOTE] not in text


def test_a_time_limit_settled_in_an_earlier_week_is_shown_as_such_and_not_counted() -> None:
    incident = watched(answered(graded(Severity.MAJOR)), AFTER + 7 * DAY)

    briefing = briefed(incident, week=WEEK_AFTER, now=AFTER + 7 * DAY)

    [row] = table(briefing, "事件").rows
    assert row[4] == "此前按时"
    assert briefing.standing(Standing.KEPT).number == 0


def test_the_standings_that_matter_are_shown_even_where_nothing_stands_so() -> None:
    fresh = briefed(graded(Severity.MAJOR), now=NOON + HOUR)

    rows = {row[0]: row[-1] for row in table(fresh, "时限执行情况").rows}

    names = ("按时", "逾期回应", "超时", "超时后终止", "未定级（暂计）", "未定级（已过时限）")
    assert [rows[name] for name in names] == ["0"] * 6


def test_a_source_with_few_posts_is_not_counted_out_and_a_silent_one_is() -> None:
    cursors = [Cursor(source=name, last_seen_at=AFTER) for name in ("forum", "news")]
    tallies = [Tally(source="forum", outcome=Outcome.ORDINARY, posts=4)]

    rows = table(briefed(cursors=cursors, tallies=tallies), "信息源值守情况").rows

    assert [row[:3] for row in rows] == [("forum", "少于5条", "168"), ("news", "0条", "168")]


def test_few_posts_on_a_matter_are_not_counted_out() -> None:
    few, enough = replace(opened(), post_count=4), replace(opened(), post_count=5)

    assert "现有信息少于5条" in told(few)
    assert "现有信息5条" in told(enough)


def test_few_posts_of_a_kind_are_not_counted_out() -> None:
    tallies = [
        Tally(source="forum", outcome=Outcome.UNPLACED, posts=4),
        Tally(source="forum", outcome=Outcome.ORDINARY, posts=90),
    ]

    text = text_of(paper_of(briefed(tallies=tallies)))

    assert "其中一般信息、地点不明94条" in text
    assert "地点不明的信息少于5条" in text
    assert "不明4条" not in text
    assert "90条" not in text


@given(INCIDENTS)
def test_every_number_of_the_table_is_that_of_its_list(incidents: list[Incident]) -> None:
    briefing = briefed(*incidents)
    titles = {block.text for block in paper_of(briefing).blocks if isinstance(block, Heading)}
    counted = {row[0]: row[1:] for row in table(briefing, "时限执行情况").rows} if incidents else {"合计": ("0",) * 5}

    listed = cells(table(briefing, "事件")) if incidents else []

    assert {name: int(row[-1]) for name, row in counted.items() if name != "合计"} == {
        name: listed.count(name) for name in counted if name != "合计"
    }
    assert int(counted["合计"][-1]) == len(listed) == briefing.clocks.number
    assert all(sum(map(int, row[:-1])) == int(row[-1]) for row in counted.values())
    assert {name for name in listed if name not in counted} == set()
    assert len({title for title in titles if re.fullmatch(r"（.+）.+：\d+个", title)}) <= len(STANDINGS)


@given(INCIDENTS)
def test_every_list_told_one_by_one_has_as_many_lines_as_its_heading_says(incidents: list[Incident]) -> None:
    blocks = paper_of(briefed(*incidents)).blocks
    heads = [place for place, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 2]

    for place in heads:
        said = re.search(r"：(\d+)个$", text_at(blocks[place]))
        lines = [text_at(block) for block in blocks[place + 1 : place + 2 + len(blocks)]]
        following = next((n for n, line in enumerate(lines) if not re.match(r"\d+\. ", line)), len(lines))
        assert said is None or int(said[1]) == following


def text_at(block: object) -> str:
    return block.text if isinstance(block, Heading | Paragraph) else ""


def test_chinese_numerals_and_lengths() -> None:
    assert [numeral(number) for number in (1, 10, 11, 19, 20, 21, 30)] == [
        "一",
        "十",
        "十一",
        "十九",
        "二十",
        "二十一",
        "三十",
    ]
    assert [length(each) for each in (SECOND, MINUTE, HOUR, HOUR + 5 * MINUTE, -HOUR)] == [
        "1秒",
        "1分",
        "1小时00分",
        "1小时05分",
        "提前1小时00分",
    ]
    assert minute(NOON, OFFICE.zone) == "6月3日20:00"


def test_every_standing_has_its_word_and_no_two_share_one() -> None:
    assert set(STANDINGS) == set(Standing)
    assert len(set(STANDINGS.values())) == len(Standing)
