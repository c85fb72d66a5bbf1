"""The chapters on coverage: what was screened, for how long each source could be seen, and what was not covered."""

from desk.briefing import Briefing
from desk.briefing_words import GAPS, LEFT_OUT, OUTCOMES, hours, listed, minute
from desk.coverage import LEAST, Coverage, Group
from desk.paper import Block, Paragraph, Table
from desk.post import Outcome


def seen(briefing: Briefing) -> list[Block]:
    """How much was screened, from how many sources, watched for how long."""
    cover = briefing.coverage
    outcomes = "，".join(f"{_outcomes(group)}{_posts(group)}" for group in cover.by_outcome())
    ends = f"，其中{outcomes}" if outcomes else ""
    expired = "" if briefing.posts_complete else "本周信息已过保存期，条数不全，不能作为分母。"
    text = f"本周发布的公开信息筛查{cover.posts}条，涉及信息源{len(cover.sources)}个{ends}。{expired}{_watched(cover)}"
    return [Paragraph(text=text)]


def not_covered(briefing: Briefing) -> list[Block]:
    """Sources with their gaps, posts nobody could place, and what these figures cannot say."""
    cover = briefing.coverage
    unplaced = cover.ended(Outcome.UNPLACED)
    blocks: list[Block] = [Paragraph(text=_gaps_said(cover))]
    blocks.extend(Paragraph(text=LEFT_OUT[each]) for each in cover.left_out)
    if cover.sources:
        blocks.append(_by_source(cover))
    if cover.gaps:
        blocks.append(_gaps(briefing))
    if unplaced:
        number = f"{unplaced}条" if unplaced >= LEAST else f"少于{LEAST}条"
        blocks.append(Paragraph(text=f"地点不明的信息{number}，未计入事件，待人工辨认。"))
    blocks.append(Paragraph(text=_limits(cover)))
    return blocks


def _watched(cover: Coverage) -> str:
    if not cover.sources:
        return "本期没有任何信息源的值守记录。"
    if not cover.polled:
        return "信息来自存档，没有值守记录，值守时数无从统计。"
    said = (
        f"有值守记录的信息源{len(cover.polled)}个，累计应值守{hours(cover.owed)}小时，"
        f"实际值守{hours(cover.watched)}小时，中断{len(cover.gaps)}段。"
    )
    without = len(cover.sources) - len(cover.polled)
    return said if not without else f"{said}另有{without}个信息源没有值守记录。"


def _gaps_said(cover: Coverage) -> str:
    if not cover.polled and not cover.gaps:
        return "没有值守记录可查，哪些时段未能看到无从列明。"
    if not cover.gaps:
        return "有值守记录的信息源本期没有中断记录。"
    return f"本期值守中断{len(cover.gaps)}段，逐段列明如下；中断时段发布的信息可能未被看到。"


def _by_source(cover: Coverage) -> Table:
    watched = {source.source: source for source in cover.sources}
    rows = []
    for group in cover.by_source():
        sources = [watched[name] for name in group.names]
        known = [source.watched for source in sources if source.watched is not None]
        total = hours(sum(known[1:], known[0])) if len(known) == len(sources) else "无记录"
        gaps = sum(len(source.gaps) for source in sources)
        rows.append((listed(list(group.names)), _posts(group), total, str(gaps)))
    return Table(
        caption="信息源值守情况",
        columns=("信息源", "信息", "值守小时", "中断段数"),
        widths=(7, 2, 2, 2),
        rows=tuple(rows),
    )


def _gaps(briefing: Briefing) -> Table:
    zone = briefing.office.zone
    rows = [
        (
            gap.source,
            minute(gap.since, zone),
            minute(gap.until, zone) if gap.until else "—",
            GAPS.get(gap.reason, gap.reason),
        )
        for gap in briefing.coverage.gaps
    ]
    return Table(caption="值守中断", columns=("信息源", "起", "止", "原因"), widths=(4, 3, 3, 5), rows=tuple(rows))


def _limits(cover: Coverage) -> str:
    recorded = "值守时数按中断记录扣除，未留下记录的中断无法扣除。" if cover.polled else ""
    return (
        f"{recorded}本期仅含无需登录即可公开查看的信息，按发布时间计；"
        f"少于{LEAST}条的分组合并列出；未登录渠道、图片和音视频内容不在其内。"
    )


def _outcomes(group: Group) -> str:
    return listed([OUTCOMES[name] for name in group.names])


def _posts(group: Group) -> str:
    return f"{group.posts}条" if group.posts >= LEAST or not group.posts else f"少于{LEAST}条"
