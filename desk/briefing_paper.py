"""A week's briefing as an official paper: its chapters in order, every count beside the list it counts."""

from desk.briefing import Briefing
from desk.briefing_answers import key_matters, questions_and_releases
from desk.briefing_clocks import time_limits
from desk.briefing_coverage import not_covered, seen
from desk.briefing_further import further_in_short, further_limits
from desk.briefing_ledger import ledger
from desk.briefing_words import chapter, day, minute
from desk.paper import Block, Heading, Paper, Paragraph
from desk.standing import Standing
from desk.week import Week

TITLE = "政务舆情周报"
_IN_SHORT = {
    "按时": (Standing.KEPT,),
    "逾期回应": (Standing.LATE,),
    "超时": (Standing.BREACHED,),
    "超时后终止": (Standing.VOIDED_AFTER_BREACH,),
    "定级时已过时限": (Standing.BREACHED_GRADED_LATE, Standing.LATE_GRADED_LATE),
    "未定级": (Standing.UNGRADED, Standing.UNGRADED_ANSWERED, Standing.UNGRADED_PAST_DUE),
}


def paper_of(briefing: Briefing) -> Paper:
    """The paper that says what the briefing holds."""
    week, zone = briefing.week, briefing.office.zone
    chapters = [
        ("总体情况", _summary(briefing)),
        ("时限执行情况", [*time_limits(briefing), *further_limits(briefing)]),
        ("重点事件", key_matters(briefing)),
        ("公众关切与发布", questions_and_releases(briefing)),
        ("未覆盖情况", not_covered(briefing)),
    ]
    mark = briefing.office.mark
    return Paper(
        name=f"{mark}{TITLE}-{week}",
        mark=mark,
        masthead=TITLE,
        issue=f"{week.year}年第{week.number}周",
        office=briefing.office.name,
        dated=day(briefing.compiled_at, zone),
        title=f"{mark}{_days(week)}\n政务舆情回应情况",
        blocks=(*_numbered(chapters), *ledger(briefing)),
    )


def _days(week: Week) -> str:
    first, last = week.monday, week.sunday
    month = f"{last.month}月" if last.month != first.month else ""
    year = f"{last.year}年" if last.year != first.year else ""
    return f"{first.year}年{first.month}月{first.day}日至{year}{month}{last.day}日"


def _numbered(chapters: list[tuple[str, list[Block]]]) -> list[Block]:
    return [
        block
        for number, (title, blocks) in enumerate(chapters, start=1)
        for block in (Heading(text=f"{chapter(number)}{title}", level=1), *blocks)
    ]


def _summary(briefing: Briefing) -> list[Block]:
    last = briefing.week.sunday
    if briefing.whole:
        stated = f"{last.month}月{last.day}日24:00。"
    else:
        stated = f"{minute(briefing.cut_off, briefing.office.zone)}，本周尚未结束。"
    cut = Paragraph(text=f"统计截至{stated}{_matters(briefing)}")
    return [cut, *seen(briefing)]


def _matters(briefing: Briefing) -> str:
    if not briefing.incidents.number:
        return "本周没有新登记的事件，也没有在办的事件。"
    return (
        f"本周涉及事件{briefing.incidents.number}起（见附表）：新登记{briefing.opened.number}起，"
        f"办结或离开{briefing.closed.number}起，未定级{briefing.ungraded.number}起，"
        f"认定无需回应{briefing.declined.number}起。"
        f"{_limits(briefing)}{further_in_short(briefing)}"
    )


def _limits(briefing: Briefing) -> str:
    counts = "，".join(f"{name}{briefing.standing(*standings).number}个" for name, standings in _IN_SHORT.items())
    return f"纳入统计的时限{briefing.clocks.number}个，其中{counts}，其余见第二部分。"
