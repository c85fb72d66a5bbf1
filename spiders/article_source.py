"""Which medium or office a page names as its source: an organisation's name, never a person's or an account's."""

import re
from collections.abc import Iterator

import msgspec
from parsel import Selector

from spiders.article_text import blocks_of
from spiders.masking import mask

_LABEL = re.compile(
    r"(?:稿件|文章|信息|新闻|内容)?(?:来源|出处|稿源|来自|供稿单位|发布机构)\s*[:：]\s*([^\s|｜,，;；。]{2,40})"
)
_METAS = ("contentsource", "source", "copyrightsource", "mediaid", "og:site_name", "application-name")
_ORGANISATION = re.compile(
    r"报|网|社|[电视]台|新闻|发布|政府|[局委办厅部院处站厂队校]$|中心|集团|公司|频道|客户端|杂志|周刊|在线|融媒|公安|消防|应急|学校|大学|医院|街道"
    r"|[镇乡县区市省]$|委员会|协会|法院|检察院|论坛|com|cn"
)
_LONGEST = 30
_MOST_BLOCKS = 3_000


def article_source(page: Selector) -> tuple[str, str]:
    """The named source and what says it; both empty where no organisation is named."""
    for said, why in _said(page):
        name = said.strip()[:_LONGEST].removeprefix("《").removesuffix("》")
        if _ORGANISATION.search(name) and mask(name) == name:
            return name, why
    return "", ""


def _said(page: Selector) -> Iterator[tuple[str, str]]:
    metas = {
        (each.root.get("name") or each.root.get("property", "")).lower(): each.root.get("content", "")
        for each in page.xpath("//meta[@content]")
    }
    if metas.get(_METAS[0]):
        yield metas[_METAS[0]], "meta ContentSource"
    for (_, text), _ in zip(blocks_of(page.root), range(_MOST_BLOCKS), strict=False):
        match = _LABEL.search(text[:300]) if len(text) <= 2_000 else None
        if match is not None:
            yield match[1], "shown as the source"
    yield from ((metas[name], f"meta {name}") for name in _METAS[1:] if metas.get(name))
    yield from ((name, "json-ld publisher") for name in _publishers(page))


def _publishers(page: Selector) -> Iterator[str]:
    for script in page.xpath("//script[contains(@type, 'ld+json')]/text()").getall():
        try:
            found = msgspec.json.decode(script.strip())
        except (msgspec.DecodeError, RecursionError, ValueError):
            continue
        publisher = found.get("publisher") if isinstance(found, dict) else None
        name = publisher.get("name") if isinstance(publisher, dict) else None
        if isinstance(name, str):
            yield name
