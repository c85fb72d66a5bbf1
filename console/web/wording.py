"""The Chinese words of the board that nothing else needs: kinds, elements, lines of the timeline."""

from collections.abc import Mapping

from desk import briefing_words
from desk.change import NoticeState
from desk.duty_records import ObligationKind, ReportKind
from desk.incident import DispositionClass
from desk.lifecycle import Action
from desk.moments import Precision
from desk.post import AnswerKind
from desk.release import ConferenceKind, Element, Signature
from desk.rules import Stop

ANSWER_KINDS: Mapping[AnswerKind, str] = {
    AnswerKind.POLICY_MISREAD: "对重大政策措施存在误解误读",
    AnswerKind.PUBLIC_INTEREST: "涉及公众切身利益且影响较大",
    AnswerKind.MORAL_BASELINE: "民生领域严重冲击社会道德底线",
    AnswerKind.EMERGENCY: "涉及突发事件处置和自然灾害应对",
    AnswerKind.ORDERED: "上级要求主动回应",
    AnswerKind.HOT_TOPIC: "公众关注的社会热点",
}

BASES = briefing_words.BASES
RELEASE_KINDS = briefing_words.RELEASES
DISPOSITION_CLASSES: Mapping[DispositionClass, str] = {
    each: word for each, word in briefing_words.CLASSES.items() if each is not None
}

ELEMENTS: Mapping[Element, str] = {
    Element.STANCE: "立场态度",
    Element.FACTS: "事实真相",
    Element.POLICY: "政策措施",
    Element.OUTCOME: "处置结果",
}

CONFERENCE_KINDS: Mapping[ConferenceKind, str] = {
    ConferenceKind.PRESS_CONFERENCE: "新闻发布会",
    ConferenceKind.POLICY_BRIEFING: "政策吹风会",
    ConferenceKind.MEDIA_BRIEFING: "媒体通气会",
    ConferenceKind.INTERVIEW: "接受采访",
}

SIGNATURES: Mapping[Signature, str] = {
    Signature.PROPOSED: "待确认",
    Signature.CONFIRMED: "已确认",
    Signature.REJECTED: "已退回",
}

PRECISIONS: Mapping[Precision, str] = {
    Precision.SECOND: "精确到秒",
    Precision.MINUTE: "精确到分",
    Precision.HOUR: "精确到小时",
    Precision.DAY: "精确到日",
}

REPORT_KINDS: Mapping[ReportKind, str] = {
    ReportKind.INITIAL: "首报",
    ReportKind.FOLLOW_UP: "续报",
    ReportKind.FINAL: "终报",
}

OBLIGATION_KINDS: Mapping[ObligationKind, str] = {
    ObligationKind.REPOST: "转载",
    ObligationKind.DISCLOSURE: "公开",
    ObligationKind.REPLY: "答复申请",
}

STOPS: Mapping[Stop, str] = {
    Stop.RELEASE: "官方渠道发布并有存证",
    Stop.PRESS_CONFERENCE: "举行新闻发布会并有发布人",
    Stop.PRINCIPAL: "主要负责人在发布会或采访中发声",
    Stop.ANSWER: "确认的发布回应了该关切",
    Stop.CLARIFICATION: "确认的发布讲清了事实",
    Stop.RESULT: "确认的发布说明了处置结果",
    Stop.HANDOVER: "移交记录",
    Stop.FULFILMENT: "转载、公开或答复的凭证",
    Stop.REPORT: "上报并有回执",
    Stop.ACCEPTANCE: "责任部门认领",
    Stop.VERIFICATION: "核查反馈",
}

NOTICE_STATES: Mapping[NoticeState, str] = {
    NoticeState.WAITING: "待发送",
    NoticeState.LEASED: "发送中",
    NoticeState.SENT: "已送达",
    NoticeState.FAILED: "未送达",
    NoticeState.WITHDRAWN: "已有人处理，未发",
}

EVENTS: Mapping[str, str] = {
    "opened": "系统立为疑似事件",
    "joined": "并入一条信息",
    "release_proposed": "发现本单位发布，待确认",
    "climbed": "无人认领，逐级通知",
    "warned": "临近时限提醒",
    "due_passed": "时限已过",
    "breached": "记为超时",
    "flagged": "记为另行标记",
    Action.ACKNOWLEDGE: "认领",
    Action.CONFIRM: "确认为事件",
    Action.GRADE: "定级",
    Action.SIGN_ANSWER_KIND: "认定须回应",
    Action.DECLINE_ANSWER: "认定无需回应",
    Action.RECORD_TIME: "补录时间",
    Action.ASK: "登记公众关切",
    Action.CLASS_QUESTION: "关切归类",
    Action.ANSWER_QUESTION: "标明关切已回应",
    Action.RECORD_RELEASE: "登记发布",
    Action.CONFIRM_RELEASE: "确认发布",
    Action.REJECT_RELEASE: "退回发布",
    Action.RECORD_CONFERENCE: "登记新闻发布会",
    Action.RECORD_CONSULTATION: "登记会商",
    Action.PAUSE_CONTINUING: "暂停持续发布计时",
    Action.RESUME_CONTINUING: "恢复持续发布计时",
    Action.ASSIGN: "交办",
    Action.ACCEPT: "部门认领",
    Action.RETURN: "部门退回",
    Action.VERIFY: "核查反馈",
    Action.DECIDE_QUESTION: "登记采纳或解决情况",
    Action.FIND_UNLAWFUL: "认定涉嫌违法",
    Action.HAND_OVER: "登记移交",
    Action.REPORT_UP: "登记上报",
    Action.RECORD_RECEIPT: "登记上报回执",
    Action.OBLIGE: "登记转载、公开或答复事项",
    Action.FULFIL: "登记转载、公开或答复",
    Action.CORRECT: "登记申请补正",
    Action.CONSULT: "征求意见，暂停计时",
    Action.CONSULTED: "征求意见答复，恢复计时",
    Action.EXTEND: "延长时限",
    Action.CONTINUE: "转入持续发布",
    Action.CONCLUDE: "办结",
    Action.MERGE: "合并",
    Action.TRANSFER: "转出",
    Action.REDIRECT: "转渠道",
    Action.DISMISS: "不立案",
    Action.REOPEN: "重启",
}
"""What a line of the timeline says; a kind that is not here is shown as it is."""

SYSTEM_NAMES: Mapping[str, str] = {"watch": "系统计时", "placer": "系统归并", "desk": "系统"}
"""Who wrote a line where it was no person."""
