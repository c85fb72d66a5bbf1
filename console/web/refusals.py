"""Why the desk refused a step, in plain Chinese: the rules speak English to the log, people read this."""

import re
from collections.abc import Mapping

from console.web.action_forms import ActionForm, possible
from console.words import STATES
from desk.incident import Incident
from desk.lifecycle import TRANSITIONS, Action

UNKNOWN = "按规则不能这样做，没有作任何改动。请回到事件页核对后再试。"
_WORDS: Mapping[str, str] = {
    "without the ground": "请写明定级依据。",
    "cannot decline an answer: ": "事件已定为重大以上，必须回应，不能认定无需回应。",
    "without saying where it goes": "请写明去向。",
    "into itself": "不能并入它自己，请选择另一事件。",
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
    "nothing to pause or resume": "现在没有“持续发布”时限在计时。",
}
_STILL_OPEN = re.compile(r"still open: (?P<what>.+)$")


def refusal_words(message: str, incident: Incident) -> str:
    """What a person reads instead of the refusal's own line."""
    still_open = _STILL_OPEN.search(message)
    if still_open is not None:
        return _not_concluded(still_open["what"].split("、"), incident)
    return next((words for mark, words in _WORDS.items() if mark in message), UNKNOWN)


def impossible_words(form: ActionForm, incident: Incident) -> str:
    """Why this form is not offered for the incident now; empty where it is."""
    if possible(form, incident):
        return ""
    if form.action is Action.ACKNOWLEDGE and incident.acknowledged_by is not None:
        return f"已由 {incident.acknowledged_by} 认领，不用再认领。"
    if form.action in TRANSITIONS[incident.state]:
        return f"现在没有可以“{form.title}”的内容。"
    return f"事件现为“{STATES[incident.state]}”，不能“{form.title}”。"


def _not_concluded(keys: list[str], incident: Incident) -> str:
    clocks = sum(1 for clock in incident.clocks if clock.key in keys)
    questions = len(keys) - clocks
    left = [
        *((f"{clocks} 个时限还没有结果",) if clocks else ()),
        *((f"{questions} 个公众关切还没有标明由哪次发布回应",) if questions else ()),
    ]
    return f"还不能办结：{'，'.join(left)}。"
