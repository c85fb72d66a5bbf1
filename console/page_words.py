"""The Chinese words for how a page ended, and what to do about it."""

from collections.abc import Mapping

from desk.coverage import LAYOUT_CHANGED, MUTED
from spiders import outflow
from spiders.outcomes import PageOutcome
from spiders.schedule import NOBODY_ASKED, NOT_SET_UP, SPOOL_FULL, TOO_MANY

PAGE_OUTCOMES: Mapping[PageOutcome, str] = {
    PageOutcome.READ: "列表已读取",
    PageOutcome.UNCHANGED: "列表无变化",
    PageOutcome.DELIVERED: "已采集",
    PageOutcome.SPOOLED: "已采集，总线不通，存入暂存区待送",
    PageOutcome.REPEATED: "此前已采集",
    PageOutcome.QUARANTINED: "已隔离，用 huiying quarantine list 查看原因",
    PageOutcome.NO_TIME: "页面和列表都没有发布时间",
    PageOutcome.NO_TEXT: "没有找到标题或正文",
    PageOutcome.NOT_HTML: "不是网页（图片、视频或文档）",
    PageOutcome.ROBOTS_REFUSED: "该站 robots.txt 不允许采集，请换用其他来源或与站方商议",
    PageOutcome.OTHER_HOST: "文章在另一个网站上；确有依据采集时，把它写进 hosts",
    PageOutcome.THROTTLED: "该站要求放慢（429 或 503），到时再试",
    PageOutcome.UNAUTHORISED: "微博开放平台不认令牌（已过期、被撤销或有误），请换新的 weibo_token 并重启采集",
    PageOutcome.NOT_PERMITTED: "微博应用没有这个接口的权限，请在开放平台申请，或改用其他接口",
    PageOutcome.REDIRECT_LOOP: "反复跳转，没有到达页面，请核对地址",
    PageOutcome.TOO_LARGE: "页面超过 5 MB，未读取",
    PageOutcome.TIMED_OUT: "30 秒内没有读完",
    PageOutcome.UNREACHABLE: "无法连接，请核对地址和网络",
    PageOutcome.HTTP_ERROR: "该站答复出错，请核对地址",
    PageOutcome.BROKEN: "内容残缺，或不是它声称的格式，请核对地址和 kind",
    PageOutcome.SWITCHED_OFF: "已停用（off = true），不再访问",
    PageOutcome.INTERRUPTED: "中途停止，下次重读",
}

GAP_REASONS: Mapping[str, str] = {
    **{outcome.value: words for outcome, words in PAGE_OUTCOMES.items()},
    MUTED: "能打开，但久无新内容，远少于往常；请打开该站看是否停更、改版或换了地址",
    LAYOUT_CHANGED: "版式疑已改变，多数文章读不出正文或时间，请用 huiying extract 核对并调整 article",
    NOT_SET_UP: "没有设置 weibo_token，微博未采集",
    TOO_MANY: "一次读取的页数内装不下，部分信息没有读到，请加大 pages 或缩短 schedule",
    SPOOL_FULL: "暂存区已满，恢复总线后自动继续采集",
    NOBODY_ASKED: "采集没有在运行，请用 huiying run 启动",
}
"""Why a source could not be seen: how its last page ended, or that nobody asked."""

CRAWL_TROUBLES: Mapping[str, str] = {
    outflow.BUS_AWAY: "消息总线不通，采到的信息先存入暂存区，恢复后按序送出，不会丢失",
    outflow.SPOOL_FULL: "消息总线不通且暂存区已满，已暂停采集，恢复总线后自动继续",
}
"""What hinders collection, by the words of its health."""
