"""Whether somebody still looks at the clocks, as the board says it: a stopped watch is told before anything else."""

from datetime import datetime

from console.health import PartState, health_of
from console.web.moments_text import moment_text
from console.web.site import OpenDesk

_SAID = {
    "watch": (
        "计时巡查没有在运行{since}：不会发出提醒。下面的时限仍按时间准确计算，请人工盯守并联系系统管理员。",
        "计时巡查受阻",
    ),
    "notify": ("通知发送没有在运行{since}：没有人会收到提醒。请人工通知并联系系统管理员。", "通知发送受阻"),
}


def watch_warnings(desk: OpenDesk, now: datetime) -> tuple[str, ...]:
    """What is wrong with watching and notifying, each in a sentence; a drill or replay has no parts of its own."""
    if desk.key:
        return ()
    health = health_of(desk.folder, now)
    warnings = []
    for part, (stopped, hindered) in _SAID.items():
        found = health[part]
        since = f"（自 {moment_text(found.since, desk.parts.office.zone, now)} 起）" if found.since else ""
        if found.state in (PartState.SILENT, PartState.NEVER):
            warnings.append(stopped.format(since=since))
        elif found.state is PartState.HINDERED:
            warnings.append(f"{hindered}{since}，系统正在重试。请联系系统管理员。")
    return tuple(warnings)
