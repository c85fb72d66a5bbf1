"""Whether somebody still looks at the clocks, as the board says it: a stopped watch is told before anything else."""

from datetime import datetime

from backends.notifiers import can_reach
from backends.settings import Settings
from console.health import NEEDED, PartHealth, PartState, health_of
from console.page_words import CRAWL_TROUBLES
from console.web.moments_text import moment_text
from console.web.setup_steps import CHANNEL_STEP
from console.web.site import OpenDesk, Site

_STOPPED = (PartState.SILENT, PartState.NEVER)
_NO_CHANNEL = (
    f"还没有通知渠道：没有人会收到提醒，健康检查（/healthz）因此为红。请系统管理员完成“{CHANNEL_STEP}”并重启，即转绿。"
)
_START = "请系统管理员用 huiying run 启动。"
_SAID = {
    "screen": ("信息判定没有在运行{since}：新信息不会成为事件。" + _START, "信息判定受阻"),
    "place": ("事件归并没有在运行{since}：新信息不会成为事件。" + _START, "事件归并受阻"),
    "watch": (
        "计时巡查没有在运行{since}：不会发出提醒。下面的时限仍按时间准确计算，请人工盯守。" + _START,
        "计时巡查受阻",
    ),
    "notify": (
        "通知发送没有在运行{since}：没有人会收到提醒。请人工通知。" + _START,
        "通知发送受阻",
    ),
    "crawl": (
        "信息采集没有在运行{since}：收不到新信息，网上已有的新情况可能还没有看到。" + _START,
        "信息采集受阻",
    ),
}


def lacks_channel(part: PartHealth, settings: Settings) -> bool:
    """Whether notices are not sent because there is no way yet to send them by."""
    return part.part == "notify" and part.state in _STOPPED and not can_reach(settings)


def watch_warnings(site: Site, desk: OpenDesk, now: datetime) -> tuple[str, ...]:
    """What is wrong with the parts at work, each in a sentence; a drill or replay has no parts of its own."""
    if desk.key:
        return ()
    health = health_of(desk.folder, now)
    warnings = []
    for part in NEEDED:
        found, (stopped, hindered) = health[part], _SAID[part]
        since = f"（自 {moment_text(found.since, desk.parts.office.zone, now)} 起）" if found.since else ""
        if lacks_channel(found, site.settings):
            warnings.append(_NO_CHANNEL)
        elif found.state in _STOPPED:
            warnings.append(stopped.format(since=since))
        elif found.state is PartState.HINDERED:
            told = CRAWL_TROUBLES.get(found.trouble, "系统正在重试")
            warnings.append(f"{hindered}{since}：{told}。请联系系统管理员。")
    return tuple(warnings)
