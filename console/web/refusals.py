"""Why the desk refused a step, in plain Chinese: the rules speak English to the log, people read this."""

import re
from collections.abc import Mapping

from console.web.action_forms import ActionForm, possible
from console.words import STATES
from desk.incident import Incident, State
from desk.lifecycle import TRANSITIONS, Action

UNKNOWN = "按规则不能这样做，请回到事件页核对后再试。"
_MUST_ANSWER = "事件已定为重大以上，必须回应，不能“认定无需回应”；等级有误的，请先重新“定级”。"
_WORDS: Mapping[str, str] = {
    "without the ground": "请写明定级依据。",
    "cannot decline an answer: ": _MUST_ANSWER,
    "already in the file": "这份表单已经提交过一次，内容已在卷宗里，请回到事件页查看。",
    "records by hand": "这个时间由系统记录，不能手工补录，请选择其他时间。",
    "without saying where it goes": "请写明去向。",
    "to itself": "不能并入它自己，请选择另一事件。",
    "without a reason": "请写明理由。",
    "hot topics owe no answer": "本单位没有把“社会热点”列为须回应的情形，请选择其他类别。",
    "has no capture": "这次发布还没有存证：请附上文件后再确认。",
    "is dated in the future": "所填时间晚于现在，请核对。",
    "has not been held yet": "所填时间晚于现在：还没有召开的不能登记。",
    "names no registered official channel": "请选择已登记的官方渠道。",
    "names no body": "请至少填写一个参加单位。",
    "has no conclusion": "请填写会商结论。",
    "waits for a signature": "这次发布刚刚已被签认或退回，请回到事件页查看。",
    "no confirmed release": "这次发布还没有确认：请先确认发布，再标明它回应了哪个关切。",
    "occurrence cannot be later": "事发时间不能晚于第一条公开信息或接报时间。",
    "is paused already": "计时已经暂停。",
    "no pause undoes that": "时限已过，不能再暂停。",
    "knows no pause": "本单位的规则不允许暂停这个时限。",
    "is not paused": "计时没有暂停，无须恢复。",
    "has returned": "这个部门已经退回过一次，不能再退。请联系本单位研究决定：由其办理，或另行“交办”。",
    "to accept or return": "这项交办刚刚已有人认领或退回，请回到事件页查看。",
    "to verify": "这项交办刚刚已经反馈或退回，请回到事件页查看。",
    "comes back without a finding": "请填写核查结果。",
    "names no department": "请写明责任部门和承办人：交办要落实到人。",
    "no suggestion and no difficulty": "归为“建设性意见建议”“实际困难”的关切才登记采纳或解决情况，请先“关切归类”。",
    "is decided already": "这个关切的采纳或解决情况刚刚已有人登记，请回到事件页查看。",
    "not classed as false": "这个关切没有归为“虚假和不实信息”，请先“关切归类”。",
    "has its finding already": "这个关切刚刚已有人认定，请回到事件页查看。",
    "has no finding": "移交前要先由人认定涉嫌违法并写明依据，请先“认定涉嫌违法”。",
    "lacks what it rests on": "请写明单位、文书和依据。",
    "waits for its receipt": "这次上报刚刚已登记回执，请回到事件页查看。",
    "sent after its receipt": "回执时间早于报出时间，请核对。",
    "has no title or no reference": "请填写名称和文号。",
    "in the future": "所填时间晚于现在，请核对。",
    "has no evidence": "请填写网址或文号。",
    "is no request, or was corrected": "只有公开申请可以补正，而且只有一次；这件事的时限照原来的计算。",
    "rests on no document": "请填写补正告知书文号。",
    "was asked for after": "告知补正超过了收到申请之日起 7 个工作日（条例第三十条），请按原时限答复。",
    "times out of order": "时间的先后应为：收到申请、告知补正、收到补正，都不晚于现在，请核对。",
    "on the record of a consultation": "请填写征求意见函的名称和文号。",
    "no clock of obligation": "这件事的时限已有结果，请回到事件页查看。",
    "no clock ": "这个时限已有结果，请回到事件页查看。",
    "cannot be extended": "按规则这个时限不能延长，或已经延长过一次。",
    "only under an approval": "请填写批准文书的名称和文号。",
    "no extension undoes that": "时限已过，不能再延长。请尽快办理并如实登记。",
    "is open in the file": "这件事刚刚已登记完成，请回到事件页查看。",
    "nothing to pause or resume": "现在没有“持续发布”时限在计时。",
}
_NOTHING: Mapping[Action, str] = {
    Action.CONFIRM: "事件已经定级，不用再确认。",
    Action.CONFIRM_RELEASE: "没有待确认的发布。已经发布的，请先“登记发布”。",
    Action.REJECT_RELEASE: "没有待确认的发布，请回到事件页查看。",
    Action.CLASS_QUESTION: "还没有公众关切，请先“登记公众关切”。",
    Action.ANSWER_QUESTION: "要有公众关切，也要有已确认的发布；请先“登记公众关切”“确认发布”。",
    Action.PAUSE_CONTINUING: "“持续发布”没有在计时，或已经暂停。",
    Action.RESUME_CONTINUING: "“持续发布”没有暂停，计时照常，不用恢复。",
    Action.ACCEPT: "没有等待认领的交办，请先“交办”。",
    Action.RETURN: "没有等待认领的交办。已认领的不能退回，需要换部门的，请另行“交办”。",
    Action.VERIFY: "没有等待核查反馈的交办，请先“交办”。",
    Action.DECIDE_QUESTION: "没有待决定的建设性意见或实际困难，请先“关切归类”。",
    Action.RECORD_RECEIPT: "没有等待回执的上报，请先“登记上报”。",
    Action.FIND_UNLAWFUL: "没有待认定的虚假信息，请先“关切归类”。",
    Action.HAND_OVER: "移交前要先由人“认定涉嫌违法”。",
    Action.FULFIL: "没有待完成的事项，请先“登记转载、公开或答复事项”。",
    Action.CORRECT: "没有可以补正的公开申请。",
    Action.CONSULT: "没有正在计时的公开申请。",
    Action.CONSULTED: "没有因征求意见暂停的公开申请。",
    Action.EXTEND: "没有可以延长的时限。",
}
_GRADE_FIRST = "请先“确认为事件”或“定级”。"
_IN_HAND = "事件已在办理，请办完后“办结”。"
_TOO_EARLY_OR_LATE: Mapping[Action, str] = {
    Action.CONFIRM: "事件已经确认过，不用再确认。",
    Action.CONCLUDE: "要先有一次发布经过“确认发布”。已经发布的，请先“登记发布”。",
    Action.DISMISS: _IN_HAND,
    Action.TRANSFER: _IN_HAND,
    Action.MERGE: _IN_HAND,
    Action.REDIRECT: _IN_HAND,
    Action.REOPEN: "事件还没有结束，不用重启。",
    Action.ASSIGN: _GRADE_FIRST,
    Action.ACCEPT: _GRADE_FIRST,
    Action.RETURN: "已有部门退回，事件回到本单位。请重新“交办”后再办。",
}
_REOPEN_FIRST = "有新情况的，请先“重启”。"
_AFTER_THE_END: Mapping[State, str] = {
    State.CONCLUDED: _REOPEN_FIRST,
    State.EVALUATED: _REOPEN_FIRST,
    State.DISMISSED: _REOPEN_FIRST,
    State.ARCHIVED: "卷宗已经封存，只能查看。",
    State.MERGED: "请到并入的事件办理。",
    State.TRANSFERRED: "由接收的地方或单位办理，去向见卷宗。",
    State.REDIRECTED: "由所转的渠道办理，去向见卷宗。",
}
_STILL_OPEN = re.compile(r"still open: (?P<what>.+)$")


def refusal_words(message: str, incident: Incident) -> str:
    """What a person reads instead of the refusal's own line."""
    still_open = _STILL_OPEN.search(message)
    if still_open is not None:
        return _not_concluded(still_open["what"].split("、"), incident)
    return next((words for mark, words in _WORDS.items() if mark in message), UNKNOWN)


def impossible_words(form: ActionForm, incident: Incident) -> str:
    """Why this form is not offered for the incident now, and what can be done instead; empty where it is offered."""
    if possible(form, incident):
        return ""
    if form.action in TRANSITIONS[incident.state]:
        return _nothing_to_do_it_to(form, incident)
    state = STATES[incident.state]
    if incident.closed:
        return f"事件已经“{state}”，不能“{form.title}”。{_AFTER_THE_END[incident.state]}"
    return f"事件现为“{state}”，不能“{form.title}”：{_too_early_or_late(form, incident)}"


def _too_early_or_late(form: ActionForm, incident: Incident) -> str:
    if form.action is Action.RETURN and not incident.assignments:
        return _NOTHING[Action.ACCEPT] if incident.severity is not None else _GRADE_FIRST
    return _TOO_EARLY_OR_LATE[form.action]


def _nothing_to_do_it_to(form: ActionForm, incident: Incident) -> str:
    if form.action is Action.ACKNOWLEDGE:
        return f"已由 {incident.acknowledged_by} 认领，不用再认领。"
    if form.action is Action.DECLINE_ANSWER:
        return _MUST_ANSWER
    return f"现在没有可以“{form.title}”的内容：{_NOTHING[form.action]}"


def _not_concluded(keys: list[str], incident: Incident) -> str:
    clocks = sum(1 for clock in incident.clocks if clock.key in keys)
    questions = len(keys) - clocks
    left = [
        *((f"{clocks} 个时限还没有结果",) if clocks else ()),
        *((f"{questions} 个公众关切还没有标明由哪次发布回应",) if questions else ()),
    ]
    return f"还不能办结：{'，'.join(left)}。"
