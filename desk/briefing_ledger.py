"""The briefing's annexed ledger (台账): one row per incident with every time limit it carries."""

from desk.briefing import Briefing, ClockLine
from desk.briefing_words import BASES, LEFT, SEVERITIES, STANDINGS, listed, minute, quoted
from desk.incident import Incident
from desk.paper import Block, Heading, Table

EARLIER = "此前"


def ledger(briefing: Briefing) -> list[Block]:
    """The ledger of all incidents of the week, or nothing for a week without any."""
    if not briefing.incidents.number:
        return []
    rows = [_row(briefing, place, each) for place, each in enumerate(briefing.incidents.listed, start=1)]
    return [
        Heading(text="附表　事件台账", level=1),
        Table(
            caption=f"事件{briefing.incidents.number}起，时限{briefing.clocks.number}个"
            f"（冠以“{EARLIER}”的已在此前了结，不计入本周）",
            columns=("序号", "事件", "等级", "起算", "首次发布", "发布会", "一般回应", "持续发布", "现状"),
            widths=(2, 12, 4, 7, 6, 6, 6, 6, 3),
            rows=tuple(rows),
        ),
    ]


def _row(briefing: Briefing, place: int, incident: Incident) -> tuple[str, ...]:
    lines = briefing.lines_of(incident)
    cells = (cell([line for line in lines if line.clock.rule_id == rule_id]) for rule_id in ("C1", "C2", "C3", "C4"))
    left = LEFT.get(incident.state, "在办") if incident.closed_at is not None else "在办"
    title = f"{incident.number or '未编号'} {quoted(incident.title)}"
    return (str(place), title, SEVERITIES[incident.severity], _start(briefing, lines), *cells, left)


def cell(lines: list[ClockLine]) -> str:
    """How the time limits of one rule stand, each by itself."""
    return listed([f"{EARLIER if line.earlier else ''}{STANDINGS[line.standing]}" for line in lines])


def _start(briefing: Briefing, lines: tuple[ClockLine, ...]) -> str:
    if not lines:
        return "—"
    first = min((line.clock for line in lines), key=lambda clock: clock.start_at)
    return f"{minute(first.start_at, briefing.office.zone)}\n（{BASES[first.start_basis]}）"
