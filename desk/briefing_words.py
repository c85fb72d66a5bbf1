"""The words of a briefing: official plain Chinese for standings, times and counts."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from desk.clock import Clock, ClockTag
from desk.coverage import LAYOUT_CHANGED, LEAST, MUTED, NEVER_SEEN, SILENCE, LeftOut
from desk.incident import DispositionClass, Incident, Severity, State
from desk.moments import Basis
from desk.post import Outcome
from desk.release import ConferenceKind, Element, ReleaseKind
from desk.standing import Standing

LONGEST_QUOTE = 36
"""Titles and questions stem from public texts: quoted short (policy §7.2 E9)."""

STANDINGS: Mapping[Standing, str] = {
    Standing.KEPT: "按时",
    Standing.SELF_REPORTED: "按时（时间为自报）",
    Standing.SUPERSEDED_BREACH: "超时记录后补证",
    Standing.LATE: "逾期回应",
    Standing.LATE_GRADED_LATE: "逾期回应（定级时已过时限）",
    Standing.BREACHED: "超时",
    Standing.BREACHED_GRADED_LATE: "超时（定级时已过时限）",
    Standing.FLAGGED: "另行标记",
    Standing.VOIDED_AFTER_BREACH: "超时后终止",
    Standing.VOIDED_AFTER_DUE: "过时限后终止",
    Standing.PENDING_CONFIRMATION: "待确认",
    Standing.UNGRADED: "未定级（暂计）",
    Standing.UNGRADED_ANSWERED: "未定级（已回应）",
    Standing.UNGRADED_PAST_DUE: "未定级（已过时限）",
    Standing.RUNNING: "计时中",
    Standing.PAUSED: "已暂停",
    Standing.VOID: "不适用",
}

TAGS: Mapping[ClockTag, str] = {
    ClockTag.SELF_REPORTED: "时间为自报",
    ClockTag.UNCERTAIN_START: "起算时间不精确",
    ClockTag.UNCERTAIN_CALENDAR: "工作日历未公布",
    ClockTag.EXTENDED: "经批准延长",
}
"""What is said beside a standing that does not say it itself."""

SEVERITIES: Mapping[Severity | None, str] = {
    Severity.ESPECIALLY_MAJOR: "特别重大",
    Severity.MAJOR: "重大",
    Severity.CONSIDERABLE: "较大",
    Severity.ORDINARY: "一般",
    None: "未定级",
}

LEFT: Mapping[State, str] = {
    State.CONCLUDED: "办结",
    State.EVALUATED: "评估",
    State.ARCHIVED: "归档",
    State.MERGED: "合并",
    State.TRANSFERRED: "转出",
    State.REDIRECTED: "转渠道",
    State.DISMISSED: "不立案",
}
"""How an incident left the desk."""

BASES: Mapping[Basis, str] = {
    Basis.OCCURRED: "事发",
    Basis.FIRST_PUBLIC: "首次公开",
    Basis.AWARE: "知悉",
    Basis.ASSIGNED: "交办",
    Basis.ACCEPTED: "认领",
    Basis.LAST_RELEASE: "上次发布",
    Basis.DECIDED: "作出决定",
    Basis.RESOLVED: "有了结果",
    Basis.FOUND_UNLAWFUL: "认定涉嫌违法",
    Basis.SOURCE_PUBLISHED: "上级发布",
    Basis.FORMED: "信息形成或变更",
    Basis.RECEIVED: "收到申请",
}

CLASSES: Mapping[DispositionClass | None, str] = {
    DispositionClass.CONSTRUCTIVE_SUGGESTION: "建设性意见建议",
    DispositionClass.PRACTICAL_DIFFICULTY: "实际困难",
    DispositionClass.MAJOR_PROBLEM: "重大问题",
    DispositionClass.UNCLEAR_UNDERSTANDING: "不了解情况、模糊认识",
    DispositionClass.MISTAKEN_VIEW: "错误看法",
    DispositionClass.FALSE_INFORMATION: "虚假和不实信息",
    None: "处置类型未认定",
}

ELEMENTS: Mapping[Element, str] = {
    Element.STANCE: "立场",
    Element.FACTS: "事实",
    Element.POLICY: "政策",
    Element.OUTCOME: "结果",
}

RELEASES: Mapping[ReleaseKind, str] = {
    ReleaseKind.FIRST: "首次发布",
    ReleaseKind.CONTINUING: "持续发布",
    ReleaseKind.RESULT: "结果发布",
    ReleaseKind.CLARIFICATION: "澄清",
    ReleaseKind.INTERPRETATION: "解读",
    ReleaseKind.CORRECTION: "更正",
    ReleaseKind.REPOST: "转载",
}

CONFERENCES: Mapping[ConferenceKind, str] = {
    ConferenceKind.PRESS_CONFERENCE: "新闻发布会",
    ConferenceKind.POLICY_BRIEFING: "吹风会",
    ConferenceKind.MEDIA_BRIEFING: "通气会",
    ConferenceKind.INTERVIEW: "采访",
}

OUTCOMES: Mapping[str, str] = {
    Outcome.ORDINARY: "一般信息",
    Outcome.PASSED_ON: "待归并",
    Outcome.OPENED: "新开事件",
    Outcome.JOINED: "并入事件",
    Outcome.MATCHED: "发布待确认或已认定",
    Outcome.OFFICIAL: "本单位信息",
    Outcome.ELSEWHERE: "不属本地",
    Outcome.UNPLACED: "地点不明",
}

GAPS: Mapping[str, str] = {
    SILENCE: "到时未采集，没有记录",
    NEVER_SEEN: "从未取得",
    MUTED: "久无新内容，远少于往常",
    LAYOUT_CHANGED: "版式疑已改变，多数文章读不出",
    "not_set_up": "未设置微博令牌",
    "unauthorised": "微博令牌失效",
    "not_permitted": "没有该微博接口的权限",
    "too_many": "信息过多，未能读全",
    "switched_off": "来源已停用",
    "spool_full": "暂存区已满，暂停采集",
    "not_running": "采集未运行",
    "interrupted": "采集中途停止",
    "robots_refused": "该站不允许采集",
    "other_host": "转到其他网站",
    "throttled": "该站要求放慢",
    "redirect_loop": "反复跳转",
    "too_large": "页面过大",
    "timed_out": "超时未答",
    "unreachable": "无法连接",
    "http_error": "该站答复出错",
    "broken": "内容残缺或格式不符",
}
"""Why a source could not be seen, by the code of the crawl's record; a code not listed is shown as it is."""

LEFT_OUT: Mapping[LeftOut, str] = {
    LeftOut.WEIBO_NOT_SET_UP: "微博未覆盖：没有设置微博开放平台的令牌。"
    "请以本单位名义在 open.weibo.com 申请应用并授权，将令牌写入文件，用 HUIYING_WEIBO_TOKEN_FILE 指明，"
    '并登记 kind = "weibo" 的来源。',
    LeftOut.WEIBO_NO_SOURCE: '微博未覆盖：已有令牌，但没有启用的微博来源。请在来源文件中登记 kind = "weibo" 的来源。',
}
"""What is not collected at all, and how to change that."""

_DIGITS = "一二三四五六七八九十"


def minute(moment: datetime, zone: tzinfo) -> str:
    """6月10日08:10, on the office's own clock."""
    there = moment.astimezone(zone)
    return f"{there.month}月{there.day}日{there:%H:%M}"


def day(moment: datetime, zone: tzinfo) -> str:
    """2026年6月10日, without leading zeros."""
    there = moment.astimezone(zone)
    return f"{there.year}年{there.month}月{there.day}日"


def length(span: timedelta) -> str:
    """4小时05分; a time before its start is said as such."""
    if span < timedelta():
        return f"提前{length(-span)}"
    hours, rest = divmod(int(span.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return f"{hours}小时{minutes:02}分"
    return f"{minutes}分" if minutes else f"{seconds}秒"


def hours(span: timedelta) -> str:
    """Whole hours, or one decimal where that is not exact."""
    return f"{span / timedelta(hours=1):.1f}".removesuffix(".0")


def quoted(text: str) -> str:
    """The text in one line, cut where it is longer than a short quotation."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"


def named(incident: Incident) -> str:
    """An incident by its number and its short title."""
    return f"{incident.number or '未编号'} {quoted(incident.title)}"


def about(incident: Incident, clock: Clock) -> str:
    """The question, department or paper a time limit is about, quoted short; empty where it is the whole matter."""
    known = {
        **{each.id: each.text for each in incident.questions},
        **{each.id: each.department for each in incident.assignments},
        **{each.id: each.title for each in incident.obligations},
    }
    return quoted(known.get(clock.subject or "", ""))


def spread(posts: int) -> str:
    """How many posts are on a matter, without a number that is too small."""
    return f"{posts}条" if posts >= LEAST else f"少于{LEAST}条"


def listed(parts: list[str]) -> str:
    """Parts in a row, or a dash for none."""
    return "、".join(parts) if parts else "—"


def chapter(number: int) -> str:
    """一、二、… the first level's numbers."""
    return f"{numeral(number)}、"


def numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    ten = {0: "", 1: "十"}.get(tens, f"{_DIGITS[tens - 1]}十")
    return ten + (_DIGITS[ones - 1] if ones else "")
