"""What a new desk still needs before it can see and tell anything, in the order it is to be set."""

from dataclasses import dataclass

from backends.notifiers import can_reach
from console.web.site import OpenDesk, Site
from desk.errors import BadSettings
from desk.office import DUTY_OFFICER
from spiders.sources import load_sources

CHANNEL_STEP = "设定通知渠道"
"""Without it nobody is notified, and the desk's health is red."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupStep:
    """One thing to configure: what, how, and whether it is done."""

    title: str
    how: str
    done: bool


def setup_steps(site: Site, desk: OpenDesk) -> tuple[SetupStep, ...]:
    """The steps in their order; none in a drill or replay, which brings its own."""
    if desk.key:
        return ()
    settings = site.settings
    return (
        SetupStep(
            title="设定管辖区划",
            how=f'在 {settings.data / "huiying.toml"} 中写 office_name = "本单位名称" 和 '
            'jurisdiction = ["六位区划代码"]，重启后生效。',
            done=bool(desk.parts.office.jurisdiction),
        ),
        SetupStep(
            title="登记信息来源",
            how=f"把安装目录中的 sources.example.toml 复制为 {settings.sources}，写上要看的来源和本单位的官方渠道，"
            "用 huiying sources check 检查。",
            done=_has_sources(site),
        ),
        SetupStep(
            title="登记值班人员",
            how=f"用 huiying people add 登记值班人员及其联系方式（--role {DUTY_OFFICER}，--contact mail=…），"
            "用 huiying people shift 排班；否则没有人收到通知。",
            done=any(person.active for person in desk.people.people()),
        ),
        SetupStep(
            title=CHANNEL_STEP,
            how=f"在 {settings.data / 'huiying.toml'} 中写 smtp_host 和 smtp_from（邮件），"
            "或写 webhook_url 并设环境变量 HUIYING_WEBHOOK_SECRET（网络钩子），"
            '或写 outside_channels = "yes"（企业微信、钉钉、飞书机器人和短信），重启后生效。'
            "在此之前没有人收到提醒，/healthz 为红。",
            done=can_reach(settings),
        ),
    )


def _has_sources(site: Site) -> bool:
    try:
        return bool(load_sources(site.settings.sources).sources)
    except BadSettings:
        return False
