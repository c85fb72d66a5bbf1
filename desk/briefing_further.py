"""The part on the further duties (C5–C16): how many stand how, and those missed by themselves; the rest is annexed."""

from collections.abc import Mapping
from itertools import chain

from desk.briefing import Briefing
from desk.briefing_clocks import told_line
from desk.briefing_words import STANDINGS
from desk.paper import Block, Heading, Paragraph, Table
from desk.standing import Standing

COLUMNS: Mapping[str, tuple[Standing, ...]] = {
    "按时": (Standing.KEPT,),
    "逾期": (Standing.LATE, Standing.LATE_GRADED_LATE),
    "超时": (Standing.BREACHED, Standing.BREACHED_GRADED_LATE),
    "计时中": (Standing.RUNNING, Standing.PAUSED),
}
"""What each column counts; all other standings are in the last one and told in the ledger."""

MISSED = (
    *COLUMNS["逾期"],
    *COLUMNS["超时"],
    Standing.FLAGGED,
    Standing.SUPERSEDED_BREACH,
    Standing.VOIDED_AFTER_BREACH,
    Standing.VOIDED_AFTER_DUE,
    Standing.UNGRADED_PAST_DUE,
)
_NAMED = frozenset(chain.from_iterable(COLUMNS.values()))
_OTHERS = tuple(standing for standing in Standing if standing not in _NAMED)


def further_limits(briefing: Briefing) -> list[Block]:
    """The part, or nothing for a week without further duties."""
    if not briefing.further.number:
        return []
    said = (
        f"除以上外，另有其他时限{briefing.further.number}个（处置公众关切、上报、交办、转载公开等），逐项见附表；"
        "表中“其他”为时间自报、超时后补证、另行标记、终止、未定级等。"
    )
    return [Paragraph(text=said), _counted(briefing), *_missed(briefing)]


def further_in_short(briefing: Briefing) -> str:
    """One sentence for the summary; empty for a week without further duties."""
    if not briefing.further.number:
        return ""
    counts = "，".join(f"{name}{briefing.further_standing(*each).number}个" for name, each in COLUMNS.items())
    return f"其他时限{briefing.further.number}个，其中{counts}。"


def _counted(briefing: Briefing) -> Table:
    titles = list(dict.fromkeys(line.rule.title for line in briefing.further.listed))
    return Table(
        caption="其他时限执行情况",
        columns=("时限", *COLUMNS, "其他", "合计"),
        widths=(8, 2, 2, 2, 2, 2, 2),
        rows=(*(_row(briefing, title) for title in titles), _row(briefing, None)),
    )


def _row(briefing: Briefing, title: str | None) -> tuple[str, ...]:
    counts = [
        sum(1 for line in briefing.further_standing(*each).listed if title in (None, line.rule.title))
        for each in (*COLUMNS.values(), _OTHERS)
    ]
    return (title or "合计", *map(str, counts), str(sum(counts)))


def _missed(briefing: Briefing) -> list[Block]:
    missed = briefing.further_standing(*MISSED)
    if not missed.number:
        return []
    lines = [
        Paragraph(text=f"{place}. {STANDINGS[line.standing]}：{told_line(briefing, line)}")
        for place, line in enumerate(missed.listed, start=1)
    ]
    return [Heading(text=f"其他时限中错过或另行标记的：{missed.number}个", level=2), *lines]
