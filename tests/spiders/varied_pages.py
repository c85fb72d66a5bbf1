"""Article pages of 云州 as many kinds of sites lay them out, with what a person reads on them."""

from dataclasses import dataclass

from tests.spiders.crawl_site import PAGES as SAVED

TITLE = "江口区化工厂起火，火势已得到控制"
BODY = (
    "6月10日03时05分，云州市江口区一化工厂发生火灾。市应急管理局接报后，立即组织消防救援力量赶赴现场处置，附近居民已全部撤离到安全地带。",
    "截至6月10日7时30分，明火已经扑灭，无人员伤亡。起火原因正在调查，环境监测部门正对周边空气和水质持续监测，结果将及时向社会公布。",
    "市政府已成立工作组，后续情况将在官方网站和新闻发布会上说明，请广大市民不信谣、不传谣。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Varied:
    """The minute people read on a page as that of publication; empty where only the day stands."""

    minute: str = "2026-06-10 08:10"
    source: str = ""
    address: str = ""
    fresh: bool = True


PAGES: dict[str, Varied] = {
    "government-portal-of-one-make": Varied(source="云州市应急管理局"),
    "government-portal-whose-meta-names-only-the-day": Varied(source="云州市应急管理局"),
    "disclosure-table-above-the-title": Varied(),
    "last-change-beside-publication": Varied(source="云州日报"),
    "last-change-alone": Varied(),
    "party-paper": Varied(source="云州日报社融媒体中心"),
    "news-agency-with-the-year-apart": Varied(),
    "export-of-an-official-account": Varied(),
    "portal-of-the-kind-with-meta-times": Varied(),
    "portal-with-a-time-line-and-script": Varied(source="云州晚报"),
    "page-made-by-script-with-milliseconds": Varied(),
    "page-made-by-script-with-escaped-quotes": Varied(),
    "graph-of-things-for-search-engines": Varied(),
    "two-articles-for-search-engines": Varied(),
    "time-without-a-year-year-in-the-address": Varied(
        address="https://m.yunzhou.example/news/20260610/1.html", fresh=False
    ),
    "mobile-page-with-a-short-time": Varied(),
    "day-and-minute-in-blocks-of-their-own": Varied(),
    "labels-in-a-definition-list": Varied(),
    "full-width-figures": Varied(source="云州日报"),
    "forum-thread": Varied(fresh=False),
    "message-board": Varied(),
    "local-time-labelled-as-universal": Varied(),
    "universal-time-shown-as-local": Varied(),
    "meta-of-another-time-than-the-label": Varied(),
    "time-at-the-foot-of-the-text": Varied(),
    "list-of-others-above-the-article": Varied(),
    "heading-without-confirmation": Varied(),
    "title-cut-short-by-the-browser": Varied(),
    "only-the-day": Varied(minute=""),
    "only-the-day-in-the-address": Varied(minute="", address="https://www.yunzhou.example/t20260610_12.html"),
    "seen-the-day-after": Varied(),
    "parts-held-for-a-script": Varied(),
    "time-in-an-attribute": Varied(),
    "time-above-the-title": Varied(),
    "minute-of-the-event-in-the-first-line": Varied(),
    "hidden-for-a-search-engine": Varied(source="云州日报"),
    "subheading-that-repeats-some-words": Varied(),
    "afternoon-in-words": Varied(),
    "hotline-answer": Varied(),
    "two-digit-clock-without-zero": Varied(),
    "live-page-with-a-clock": Varied(),
    "times-of-a-player": Varied(),
}


def html_of(name: str) -> str:
    """The page as its site sends it."""
    return (SAVED / "varied" / f"{name}.html").read_text(encoding="utf-8")
