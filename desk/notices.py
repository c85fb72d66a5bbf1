"""The words of every notice, in the office's plain Chinese, and the key that makes sending twice harmless."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from desk.change import Notice
from desk.clock import Clock
from desk.incident import Incident
from desk.ladder import NO_CLOCK, WARNING_PREFIX, addressee, rung_name
from desk.office import Office
from desk.policy import Policy
from desk.release import Release


def ladder_notice(incident: Incident, step: int, office: Office, at: datetime) -> Notice:
    """Somebody has to look: a suspected incident with the clocks that would bind, to one step of the ladder."""
    due = {clock.rule_id: _limit(clock, office, at) for clock in incident.clocks}
    waited = f"已{_length(at - incident.opened_at)}无人认领" if step else ""
    todo = f"请认领并定级，或督促{incident.ladder[0].role}办理" if step else "请认领并定级"
    text = (
        f"疑似事件{waited}：{incident.title}{_place(incident)}。"
        f"如定为重大以上，须于{due['C1']}发布权威信息、{due['C2']}举行新闻发布会；"
        f"其他须回应的，须于{due['C3']}回应。{todo}。"
    )
    return _notice(
        incident,
        office,
        clock_key=NO_CLOCK,
        rung=rung_name(step),
        person=incident.ladder[step].role,
        title="疑似事件无人认领" if step else "疑似事件待确认",
        text=text,
        at=at,
    )


def linked(notice: Notice, number: str, address: str) -> Notice:
    """The notice as it is sent: with the number people speak of, and where to act on it."""
    return replace(notice, text=f"{notice.text}编号{number}，查看并认领：{address}")


def warning_notice(
    incident: Incident, clock: Clock, index: int, office: Office, policy: Policy, at: datetime
) -> Notice:
    """The due time comes near and nothing has met the clock yet."""
    rule = policy.rule(clock.rule_id)
    left = _length(clock.alarm_due_at - at)
    text = (
        f"{incident.title}{_place(incident)}：“{rule.title}”时限{_local(clock.alarm_due_at, office)}，还剩{left}，"
        f"{_todo(clock)}。依据：{rule.citation}。"
    )
    rung = f"{WARNING_PREFIX}{index + 1}"
    return _clock_notice(incident, clock, office, rung=rung, title=f"{rule.title}临近时限", text=text, at=at)


def due_notice(incident: Incident, clock: Clock, office: Office, policy: Policy, at: datetime) -> Notice:
    """The due time has passed: breached, waiting for a signature, or still ungraded."""
    rule = policy.rule(clock.rule_id)
    # A page of its own: when the signature is refused, the breach is still to be paged.
    rung = "due-confirm" if clock.awaited_in_time else "due"
    text = (
        f"{incident.title}{_place(incident)}：“{rule.title}”时限{_local(clock.alarm_due_at, office)}已过，"
        f"{_todo_after(clock)}。依据：{rule.citation}。"
    )
    return _clock_notice(incident, clock, office, rung=rung, title=f"{rule.title}时限已过", text=text, at=at)


def confirm_notice(incident: Incident, release: Release, office: Office, at: datetime) -> Notice:
    """A release seems to answer the incident; a person has to say so."""
    text = (
        f"{incident.title}{_place(incident)}：{release.channel}{_local(release.published_at, office)}发布的"
        f"“{release.title}”似为对本事件的回应，请确认或退回。"
    )
    return _notice(
        incident,
        office,
        clock_key=NO_CLOCK,
        rung=f"confirm {release.id}",
        person=addressee(incident),
        title="发布待确认",
        text=text,
        at=at,
    )


def _clock_notice(
    incident: Incident, clock: Clock, office: Office, *, rung: str, title: str, text: str, at: datetime
) -> Notice:
    # After a late grading the alarms run once more, towards the operational due time: a cycle of their own.
    cycle = 2 if clock.operational_due_at else 1
    return _notice(
        incident,
        office,
        clock_key=clock.key,
        rung=rung,
        person=addressee(incident),
        title=title,
        text=text,
        at=at,
        cycle=cycle,
    )


def _notice(
    incident: Incident,
    office: Office,
    *,
    clock_key: str,
    rung: str,
    person: str,
    title: str,
    text: str,
    at: datetime,
    cycle: int = 1,
) -> Notice:
    return Notice(
        key=f"{incident.id}·{clock_key}·{rung}·{person}·{cycle}",
        incident_id=incident.id,
        clock_key=clock_key,
        rung=rung,
        person=person,
        title=f"{office.mark}{title}",
        text=f"{office.mark}{text}",
        owed_at=at,
    )


_UNDONE: Mapping[str, str] = {
    "C2": "尚未举行发布会",
    "C5": "主要负责人尚未发声",
    "C6": "尚未公开采纳情况",
    "C7": "尚未公布解决情况",
    "C8": "尚未发布调查处置情况",
    "C9": "尚未释疑",
    "C10": "尚未澄清",
    "C11": "尚未移交",
    "C12": "尚未转载",
    "C13": "尚未公开",
    "C14": "尚未答复",
    "C15": "尚未上报或没有回执",
    "C16": "责任部门尚未认领",
    "C16V": "责任部门尚未反馈核查情况",
}
"""What is still owed, by the rule of the clock."""


def _todo(clock: Clock) -> str:
    if clock.awaiting is not None:
        return "已有发布待确认，请确认"
    if not clock.binding:
        return "事件尚未定级，请尽快确认定级"
    return _UNDONE.get(clock.rule_id, "尚未发布")


def _todo_after(clock: Clock) -> str:
    if clock.awaited_in_time:
        return "已有发布待确认，确认后按其发布时间认定，请立即确认"
    if not clock.binding:
        return "事件仍未定级，定级后按原时限计算，请立即定级"
    return f"{_UNDONE.get(clock.rule_id, '尚未发布')}，请立即办理"


def _place(incident: Incident) -> str:
    return f"（{incident.place_name}）" if incident.place_name else ""


def _limit(clock: Clock, office: Office, at: datetime) -> str:
    left = f"还剩{_length(clock.alarm_due_at - at)}" if at <= clock.alarm_due_at else "已过"
    return f"{_local(clock.alarm_due_at, office)}前（{left}）"


def _local(moment: datetime, office: Office) -> str:
    there = moment.astimezone(office.zone)
    return f"{there.month}月{there.day}日{there:%H:%M}"


def _length(left: timedelta) -> str:
    minutes = max(int(left.total_seconds()) // 60, 0)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}分钟"
    return f"{hours}小时{rest}分钟" if rest else f"{hours}小时"
