"""The chapter on time limits: how many stand how, and each one that was answered, missed or ended, by itself."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from desk.briefing import RULES, Briefing, ClockLine, Figure, elapsed, quantile
from desk.briefing_words import BASES, STANDINGS, TAGS, about, length, minute, named, numeral
from desk.clock import tags
from desk.clocks import PROVISIONAL_RULES
from desk.coverage import LEAST
from desk.moments import Basis
from desk.paper import Block, Heading, Paragraph, Table
from desk.standing import Standing

ALWAYS = (
    Standing.KEPT,
    Standing.LATE,
    Standing.BREACHED,
    Standing.VOIDED_AFTER_BREACH,
    Standing.UNGRADED,
    Standing.UNGRADED_PAST_DUE,
    Standing.RUNNING,
    Standing.VOID,
)
"""Standings the table shows even where nothing stands so."""

IN_LEDGER_ONLY = (Standing.RUNNING, Standing.VOID, Standing.UNGRADED, Standing.UNGRADED_PAST_DUE)
"""Standings whose list is the ledger alone; all others are also told one by one."""

_STARTS = (Basis.OCCURRED, Basis.FIRST_PUBLIC, Basis.AWARE)


def time_limits(briefing: Briefing) -> list[Block]:
    """The whole chapter."""
    if not briefing.clocks.number:
        which = "首次回应和持续发布" if briefing.further.number else ""
        return [Paragraph(text=f"本周没有在计的{which}时限。")]
    told = [standing for standing in STANDINGS if standing not in IN_LEDGER_ONLY and briefing.standing(standing).number]
    lists = [block for number, standing in enumerate(told, start=1) for block in _told(briefing, standing, number)]
    return [_explained(briefing), _counted(briefing), *_voided(briefing), *_speed(briefing.first_answers), *lists]


def _explained(briefing: Briefing) -> Paragraph:
    return Paragraph(
        text=f"本周在计或本周了结的时限{briefing.clocks.number}个，截至统计时的情况见下表，逐项见附表。"
        "“按时”仅指已定级、有证据证明在时限内完成、此前没有超时记录的；时间为自报的、超时后补证的、"
        "未定级的，均另列，不计入按时。未列出的情况均为0。"
    )


def _counted(briefing: Briefing) -> Table:
    shown = [standing for standing in STANDINGS if standing in ALWAYS or briefing.standing(standing).number]
    return Table(
        caption="时限执行情况",
        columns=("情况", "首次权威发布", "新闻发布会", "一般回应", "持续发布", "合计"),
        widths=(6, 4, 4, 3, 3, 2),
        rows=(
            *(_row(briefing, STANDINGS[standing], standing) for standing in shown),
            _row(briefing, "合计", *STANDINGS),
        ),
    )


def _row(briefing: Briefing, title: str, *standings: Standing) -> tuple[str, ...]:
    by_rule = (str(briefing.standing(*standings, rule_id=rule_id).number) for rule_id in RULES)
    return (title, *by_rule, str(briefing.standing(*standings).number))


def _voided(briefing: Briefing) -> list[Block]:
    void = briefing.standing(Standing.VOID)
    if not void.number:
        return []
    reasons = Counter(line.clock.void_reason or "定级后无需此项" for line in void.listed)
    said = "，".join(f"{reason}{number}个" for reason, number in sorted(reasons.items()))
    return [Paragraph(text=f"不适用的{void.number}个，原因：{said}。")]


def _speed(answers: Figure[ClockLine]) -> list[Block]:
    measured = [(basis, elapsed(answers, basis)) for basis in _STARTS]
    enough = [_quantiles(basis, lengths) for basis, lengths in measured if len(lengths) >= LEAST]
    if not answers.number:
        return []
    if not enough:
        return [
            Paragraph(text=f"本周以首次回应了结的时限{answers.number}个，不足{LEAST}个，不作中位数统计，逐项见下。")
        ]
    return [Paragraph(text=f"本周以首次回应了结的时限{answers.number}个，用时：{'；'.join(enough)}。")]


def _quantiles(basis: Basis, lengths: Sequence[timedelta]) -> str:
    half, most = length(quantile(lengths, 50)), length(quantile(lengths, 90))
    return f"自{BASES[basis]}（{len(lengths)}个）中位数{half}，90%分位{most}"


def _told(briefing: Briefing, standing: Standing, number: int) -> list[Block]:
    figure = briefing.standing(standing)
    title = Heading(text=f"（{numeral(number)}）{STANDINGS[standing]}：{figure.number}个", level=2)
    lines = [
        Paragraph(text=f"{place}. {told_line(briefing, line)}") for place, line in enumerate(figure.listed, start=1)
    ]
    return [title, *lines]


def told_line(briefing: Briefing, line: ClockLine) -> str:
    """One time limit whole: start, due, what ended it, the three figures."""
    zone, clock = briefing.office.zone, line.clock
    said = "，".join(TAGS[tag] for tag in sorted(tags(clock)) if tag in TAGS)
    subject = about(line.incident, clock)
    title = f"{line.rule.title}（{subject}）" if subject else line.rule.title
    start = f"{minute(clock.start_at, zone)}（{BASES[clock.start_basis]}）起算"
    return (
        f"{named(line.incident)}，{title}：{start}，时限{minute(clock.due_at, zone)}，"
        f"{_ended(briefing, line)}{_figures(line)}{f'，{said}' if said else ''}。"
    )


def _ended(briefing: Briefing, line: ClockLine) -> str:
    zone, clock = briefing.office.zone, line.clock
    if clock.met_at is not None:
        over = f"，逾期{length(clock.met_at - clock.due_at)}" if clock.met_late else ""
        return f"{minute(clock.met_at, zone)}完成{over}"
    if clock.voided_at is not None:
        return f"{minute(clock.voided_at, zone)}终止，理由：{clock.void_reason}"
    if clock.paused_at is not None:
        return f"{minute(clock.paused_at, zone)}起暂停，依据：{clock.pause_ground}"
    if line.standing is Standing.PENDING_CONFIRMATION:
        return "已有发布，尚未确认"
    return f"至统计时已超{length(briefing.cut_off - clock.due_at)}"


def _figures(line: ClockLine) -> str:
    if line.clock.rule_id not in PROVISIONAL_RULES or line.clock.voided_at is not None:
        return ""
    taken = "，".join(f"自{BASES[each.basis]}{length(each.elapsed)}" for each in line.readings)
    return f"；{taken}" if taken else ""
