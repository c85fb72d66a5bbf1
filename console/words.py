"""The Chinese words for states, kinds and outcomes, as people on the desk say them."""

from collections.abc import Mapping, Sequence

from desk import briefing_words
from desk.change import Reached
from desk.clock import ClockState, ClockTag
from desk.incident import State
from desk.post import EventKind, Outcome

CLOCK_STATES: Mapping[ClockState, str] = {
    ClockState.PENDING: "未起算",
    ClockState.PROVISIONAL: "暂计",
    ClockState.RUNNING: "计时中",
    ClockState.WARNING: "临近时限",
    ClockState.PENDING_CONFIRMATION: "待确认",
    ClockState.PAUSED: "已暂停",
    ClockState.MET: "按时",
    ClockState.MET_LATE: "逾期回应",
    ClockState.BREACHED: "超时",
    ClockState.FLAGGED: "另行标记",
    ClockState.VOID: "不适用",
}

CLOCK_TAGS: Mapping[ClockTag, str] = {
    ClockTag.LATE_GRADED: "定级时已过时限",
    ClockTag.SELF_REPORTED: "时间为自报",
    ClockTag.UNCERTAIN_START: "起算时间不精确",
    ClockTag.UNCERTAIN_CALENDAR: "工作日历未公布",
    ClockTag.EXTENDED: "经批准延长",
    ClockTag.SUPERSEDED_BREACH: "超时记录后补证",
    ClockTag.VOIDED_AFTER_BREACH: "超时后终止",
    ClockTag.VOIDED_AFTER_DUE: "过时限后终止",
}

STATES: Mapping[State, str] = {
    State.REGISTERED: "疑似",
    State.JUDGING: "研判",
    State.ASSIGNED: "交办",
    State.ACCEPTED: "认领",
    State.HANDLING: "处置",
    State.FIRST_RESPONDED: "已首次回应",
    State.UPDATING: "持续发布",
    State.CONCLUDED: "办结",
    State.EVALUATED: "评估",
    State.ARCHIVED: "归档",
    State.MERGED: "合并",
    State.TRANSFERRED: "转出",
    State.REDIRECTED: "转渠道",
    State.DISMISSED: "不立案",
    State.REOPENED: "重启",
}

SEVERITIES = briefing_words.SEVERITIES

KINDS: Mapping[EventKind | None, str] = {
    EventKind.NATURAL: "自然灾害",
    EventKind.ACCIDENT: "事故灾难",
    EventKind.PUBLIC_HEALTH: "公共卫生",
    EventKind.SOCIAL_SAFETY: "社会安全",
    None: "类别未定",
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ORDINARY: "一般信息",
    Outcome.PASSED_ON: "送归并",
    Outcome.OPENED: "新开事件",
    Outcome.JOINED: "并入事件",
    Outcome.MATCHED: "发布待确认或已认定",
    Outcome.OFFICIAL: "本单位信息",
    Outcome.ELSEWHERE: "不属本地",
    Outcome.UNPLACED: "地点不明",
}

CHANNELS: Mapping[str, str] = {
    "mail": "邮件",
    "webhook": "消息接口",
    "webhook_url": "本单位消息接口",
    "receiver": "本机接收端",
}


def reached_words(reached: Sequence[Reached]) -> str:
    """Whom a notice got to and by which channel; empty where it got to nobody, or nobody kept it."""
    said = ((each.person, CHANNELS.get(each.channel, each.channel)) for each in reached)
    return "、".join(f"{person}·{channel}" if person else channel for person, channel in said)
