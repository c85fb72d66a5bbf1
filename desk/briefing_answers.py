"""The chapters on what was asked and what was said: key matters, open questions, releases and press conferences."""

from desk.briefing import Briefing, ConferenceLine, QuestionLine, ReleaseLine
from desk.briefing_words import (
    CLASSES,
    CONFERENCES,
    ELEMENTS,
    RELEASES,
    SEVERITIES,
    STANDINGS,
    listed,
    minute,
    named,
    numeral,
    quoted,
    spread,
)
from desk.incident import Incident, Severity
from desk.paper import Block, Heading, Paragraph
from desk.release import Element, Signature
from desk.standing import Standing

KEY_MATTERS = 5
_RANKS = list(Severity)
_MISSED = (
    Standing.BREACHED,
    Standing.BREACHED_GRADED_LATE,
    Standing.LATE,
    Standing.LATE_GRADED_LATE,
    Standing.VOIDED_AFTER_BREACH,
    Standing.UNGRADED_PAST_DUE,
)


def key_matters(briefing: Briefing) -> list[Block]:
    """At most five incidents: what happened, what is asked, what was said, what is missing."""
    ranked = sorted(briefing.incidents.listed, key=lambda each: _weight(briefing, each))[:KEY_MATTERS]
    if not ranked:
        return [Paragraph(text="本周没有事件。")]
    rest = "，其余见附表" if len(ranked) < briefing.incidents.number else ""
    said = f"按事件等级、错过的时限个数、信息条数的次序列出{len(ranked)}起{rest}。"
    blocks: list[Block] = [Paragraph(text=said)]
    for place, incident in enumerate(ranked, start=1):
        blocks.append(Heading(text=f"（{numeral(place)}）{named(incident)}", level=2))
        blocks.append(Paragraph(text=_story(briefing, incident)))
    return blocks


def questions_and_releases(briefing: Briefing) -> list[Block]:
    """Open questions, releases signed or waiting, and meetings with the press."""
    full = briefing.full_releases.number
    return [
        *_list(
            f"公众关切点{briefing.questions.number}个，其中尚未回应{briefing.unanswered.number}个",
            [_question(line) for line in briefing.unanswered.listed],
        ),
        *_list(
            f"本周确认的发布{briefing.releases.number}条，其中四要素（立场、事实、政策、结果）齐全{full}条",
            [_release(briefing, line) for line in briefing.releases.listed],
        ),
        *_list(
            f"待确认的发布{briefing.awaiting.number}条", [_release(briefing, line) for line in briefing.awaiting.listed]
        ),
        *_list(
            f"本周登记的新闻发布会等{briefing.conferences.number}场",
            [_conference(briefing, line) for line in briefing.conferences.listed],
        ),
    ]


def _list(count: str, lines: list[str]) -> list[Block]:
    first = Paragraph(text=f"{count}：" if lines else f"{count}。")
    return [first, *(Paragraph(text=f"{place}. {line}") for place, line in enumerate(lines, start=1))]


def _weight(briefing: Briefing, incident: Incident) -> tuple[int, int, int, str]:
    rank = len(_RANKS) if incident.severity is None else _RANKS.index(incident.severity)
    missed = sum(line.standing in _MISSED for line in briefing.lines_of(incident))
    return rank, -missed, -incident.post_count, incident.number or incident.id


def _story(briefing: Briefing, incident: Incident) -> str:
    place = f"，{incident.place_name}" if incident.place_name else ""
    return (
        f"{minute(incident.opened_at, briefing.office.zone)}登记{place}，{SEVERITIES[incident.severity]}，"
        f"现有信息{spread(incident.post_count)}。公众关切：{_asked(incident)}。已作回应：{_said(briefing, incident)}。"
        f"缺口：{'；'.join(_missing(briefing, incident)) or '无'}。"
    )


def _asked(incident: Incident) -> str:
    return "；".join(quoted(question.text) for question in incident.questions) or "尚未登记"


def _said(briefing: Briefing, incident: Incident) -> str:
    zone = briefing.office.zone
    confirmed = [release for release in incident.releases if release.signature is Signature.CONFIRMED]
    releases = [f"{minute(each.published_at, zone)}{RELEASES[each.kind]}（{each.channel}）" for each in confirmed]
    meetings = [f"{minute(held.held_at, zone)}{CONFERENCES[held.kind]}" for held in incident.conferences]
    return listed([*releases, *meetings]) if releases or meetings else "无"


def _missing(briefing: Briefing, incident: Incident) -> list[str]:
    """What is still owed: missed time limits by how they stand, open questions, unsaid elements, the grade."""
    lines = briefing.lines_of(incident)
    missed = {each: [line.rule.title for line in lines if line.standing is each] for each in _MISSED}
    unanswered = sum(line.incident.id == incident.id for line in briefing.unanswered.listed)
    confirmed = [release for release in incident.releases if release.signature is Signature.CONFIRMED]
    said = frozenset[Element]().union(*(release.elements for release in confirmed))
    elements = [ELEMENTS[element] for element in Element if element not in said] if confirmed else []
    return [
        *(f"{STANDINGS[each]}的有{'、'.join(titles)}" for each, titles in missed.items() if titles),
        *([f"关切{unanswered}个尚未回应"] if unanswered else []),
        *([f"发布未涉及{'、'.join(elements)}"] if elements else []),
        *(["尚未定级"] if incident.severity is None and not missed[Standing.UNGRADED_PAST_DUE] else []),
    ]


def _question(line: QuestionLine) -> str:
    return f"{named(line.incident)}：{quoted(line.question.text)}（{CLASSES[line.question.disposition_class]}）。"


def _release(briefing: Briefing, line: ReleaseLine) -> str:
    release = line.release
    elements = [ELEMENTS[element] for element in Element if element in release.elements]
    own = "，时间为自报" if release.self_reported else ""
    title = f"《{quoted(release.title)}》" if release.title else ""
    return (
        f"{named(line.incident)}：{minute(release.published_at, briefing.office.zone)}，{release.channel}{title}"
        f"（{RELEASES[release.kind]}），要素：{listed(elements)}{own}。"
    )


def _conference(briefing: Briefing, line: ConferenceLine) -> str:
    held = line.conference
    roles = listed([speaker.role for speaker in held.speakers])
    principal = "主要负责人出席" if any(speaker.is_principal for speaker in held.speakers) else "主要负责人未出席"
    own = "，时间为自报" if held.self_reported else ""
    return (
        f"{named(line.incident)}：{minute(held.held_at, briefing.office.zone)}{CONFERENCES[held.kind]}，"
        f"发布人：{roles}，{principal}{own}。"
    )
