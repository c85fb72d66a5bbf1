"""`huiying sources check`: every source tried once, nothing kept, and explained in the words of the desk."""

import argparse
from collections import defaultdict
from datetime import tzinfo

from backends.archive_memory import MemoryArchive
from backends.bus_memory import MemoryBus
from backends.clock import SystemClock
from backends.codec import JsonCodec
from backends.official_page import Answer
from backends.official_page import Page as Kept
from backends.settings import Settings
from backends.sources_memory import MemorySourceStore
from backends.telemetry import log
from console.page_words import PAGE_OUTCOMES
from console.showing import local
from console.wiring import settings_from
from desk.briefing_words import LEFT_OUT
from desk.coverage import LeftOut
from desk.moments import Precision
from desk.ports import Archive
from spiders.address import canonical_address
from spiders.collecting import Collecting, Page
from spiders.masking import mask
from spiders.outcomes import LIST_WAS_SEEN, PageOutcome
from spiders.sources import Source, SourceKind, load_sources
from spiders.spool import IN_MEMORY, Spool

_ONE = 1


def check(chosen: argparse.Namespace) -> int:
    """Reads each source's list and its first article; exit code 1 when a source cannot be collected from."""
    from spiders.resident import collect

    settings = settings_from(chosen)
    sources = load_sources(settings.sources).named(chosen.source)
    ended: defaultdict[str, list[Page]] = defaultdict(list)
    tried = tuple(source for source in sources.asked.sources if not source.off and not _lacks_token(source, settings))
    collecting = Collecting(
        sources=tried,
        bus=MemoryBus(),
        spool=Spool(IN_MEMORY),
        codec=JsonCodec(),
        store=MemorySourceStore(),
        clock=SystemClock(),
        logger=log("check"),
        archive=_kept_nowhere,
        once=True,
        most_articles=_ONE,
        most_posts=_ONE,
        weibo_token=settings.weibo_token,
        told=lambda page: ended[page.source.key].append(page),
    )
    if tried:
        collect(collecting, sources.contact)
    for source in sources.sources:
        lines = _explained(source, ended[source.key], settings.office_zone) if source in tried else _untried(source)
        for line in lines:
            print(line)
    return 0 if all(_collectable(ended[source.key]) for source in tried) else 1


def _kept_nowhere(answer: Answer) -> Archive:
    return MemoryArchive(lambda _: Kept(redirects=(), answer=answer))


def _lacks_token(source: Source, settings: Settings) -> bool:
    return source.kind is SourceKind.WEIBO and not settings.weibo_token


def _untried(source: Source) -> list[str]:
    if source.off:
        return [
            f"{source.key}  {source.address}",
            "  已停用（off = true），未试读；写好 lawful_basis 并删去 off 后即可采集",
        ]
    if source.kind is SourceKind.WEIBO:
        return [f"{source.key}  {source.address}", f"  未试读：{LEFT_OUT[LeftOut.WEIBO_NOT_SET_UP]}"]
    columns = "、".join(source.columns.values())
    return [source.key, f"  由人上传的表格（列：{columns}）：用 huiying sources load {source.key} 文件"]


def _explained(source: Source, pages: list[Page], zone: tzinfo) -> list[str]:
    lines = [f"{source.key}  {source.address}", f"  依据：{source.lawful_basis}"]
    for page in pages:
        if page.entry is None:
            named = f"，列出 {page.listed} 篇" if page.outcome is PageOutcome.READ else ""
            lines.append(f"  列表：{_said(page)}{named}")
        else:
            lines.append(f"  首篇：{_said(page)}  {canonical_address(page.address) or ''}")
            lines.extend(_found(page, zone))
    if not _collectable(pages) and all(page.outcome in LIST_WAS_SEEN for page in pages):
        lines.append("  列表里没有文章：来源有 links 或 item 时，请核对它们是否匹配文章的完整地址和所在的行")
    return lines


def _found(page: Page, zone: tzinfo) -> list[str]:
    if page.found is None:
        return []
    found = page.found
    exact = "" if found.precision in (Precision.SECOND, Precision.MINUTE) else "（只到日）"
    return [
        f"    标题：{mask(found.title)}",
        f"    发布时间：{local(found.published_at, zone)}{exact}，正文 {len(found.text)} 字",
    ]


def _said(page: Page) -> str:
    return PAGE_OUTCOMES[page.outcome] if page.outcome is not None else ""


def _collectable(pages: list[Page]) -> bool:
    """Whether an article came through: the one thing that proves a source."""
    return any(page.outcome is PageOutcome.DELIVERED for page in pages)
