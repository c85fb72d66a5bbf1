"""The briefing's annexed ledger (台账): one row per incident with every time limit it carries."""

from collections.abc import Sequence

from desk.briefing import RULES, Briefing, ClockLine
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
            f"{f'，其他时限{briefing.further.number}个' if briefing.further.number else ''}"
            f"（冠以“{EARLIER}”的已在此前了结，不计入本周）",
            columns=("序号", "事件", "等级", "起算", "首次发布", "发布会", "一般回应", "持续发布", "其他时限", "现状"),
            widths=(2, 10, 4, 6, 5, 5, 5, 5, 12, 4),
            rows=tuple(rows),
        ),
    ]


def _row(briefing: Briefing, place: int, incident: Incident) -> tuple[str, ...]:
    lines = briefing.lines_of(incident)
    cells = (cell([line for line in lines if line.clock.rule_id == rule_id]) for rule_id in RULES)
    left = LEFT.get(incident.state, "在办") if incident.closed_at is not None else "在办"
    title = f"{incident.number or '未编号'} {quoted(incident.title)}"
    return (str(place), title, SEVERITIES[incident.severity], _start(briefing, lines), *cells, _further(lines), left)


def cell(lines: list[ClockLine]) -> str:
    """How the time limits of one rule stand, each by itself."""
    return listed([f"{EARLIER if line.earlier else ''}{STANDINGS[line.standing]}" for line in lines])


def _further(lines: Sequence[ClockLine]) -> str:
    """How the further duties stand, each by itself under its name."""
    further = [line for line in lines if line.clock.rule_id not in RULES]
    stands = (f"{EARLIER if line.earlier else ''}{line.rule.title}：{STANDINGS[line.standing]}" for line in further)
    return "\n".join(stands) if further else "—"


def _start(briefing: Briefing, lines: tuple[ClockLine, ...]) -> str:
    counted = [line.clock for line in lines if line.clock.rule_id in RULES]
    if not counted:
        return "—"
    first = min(counted, key=lambda clock: clock.start_at)
    return f"{minute(first.start_at, briefing.office.zone)}\n（{BASES[first.start_basis]}）"
