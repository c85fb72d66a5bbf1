import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.moments import Precision
from spiders.article import read_article
from spiders.article_time import best_time
from spiders.bylines import without_bylines
from spiders.charset import readable
from spiders.written_time import BEIJING, WrittenTime
from tests.spiders.crawl_site import PAGES

NOW = datetime(2026, 6, 10, 4, tzinfo=UTC)
WRITTEN = datetime(2026, 6, 10, 0, 12, tzinfo=UTC)
TEXT = "云州市应急管理局通报，今晨一化工厂起火，火势已得到控制，暂无人员伤亡。"


def page(head: str = "", info: str = "", body: str = f"<p>{TEXT}</p>") -> str:
    return f"<html><head><title>化工厂起火</title>{head}</head><body><h1>化工厂起火</h1>{info}{body}</body></html>"


@pytest.mark.parametrize(
    ("head", "info"),
    [
        ('<script type="application/ld+json">{"datePublished": "2026-06-10T08:12:00+08:00"}</script>', ""),
        ('<script type="application/ld+json">{"@graph": [{"datePublished": "2026-06-10T08:12:00"}]}</script>', ""),
        ('<meta property="article:published_time" content="2026-06-10T08:12:00+08:00">', ""),
        ('<meta name="PubDate" content="2026-06-10 08:12">', ""),
        ("", '<time datetime="2026-06-10T08:12">今天</time>'),
        ("", "<div>2026年06月10日 08:12 来源：云州日报</div>"),
        ("<script>var info = {publish_time: '2026-06-10 08:12:00'};</script>", ""),
    ],
)
def test_the_time_is_found_to_the_minute_wherever_it_stands(head: str, info: str) -> None:
    found = read_article(page(head, info), NOW).published

    assert found is not None
    assert found.at == WRITTEN
    assert found.to_the_minute


def test_the_time_something_happened_is_not_when_it_was_published() -> None:
    body = f"<p>2026年6月10日 03:05，{TEXT}{TEXT}{TEXT}</p>"

    assert read_article(page(body=body), NOW).published is None


def test_a_time_that_has_not_come_yet_is_passed_over() -> None:
    info = "<div>2026-06-20 09:00</div><div>2026-06-10 08:12</div>"

    found = read_article(page(info=info), NOW).published

    assert found == WrittenTime(at=WRITTEN, precision=Precision.MINUTE)


def test_a_local_time_labelled_utc_is_read_as_people_are_shown_it() -> None:
    head = '<meta property="article:published_time" content="2026-06-10T08:12:00Z">'

    assert read_article(page(head, "<div>2026-06-10 08:12</div>"), NOW).published == WrittenTime(
        at=WRITTEN, precision=Precision.SECOND
    )


def test_the_list_s_exact_time_wins_only_over_the_bare_day_it_lies_in() -> None:
    day = WrittenTime(at=datetime(2026, 6, 9, 16, tzinfo=UTC), precision=Precision.DAY)
    exact = WrittenTime(at=WRITTEN, precision=Precision.MINUTE)
    another_day = WrittenTime(at=datetime(2026, 6, 12, tzinfo=UTC), precision=Precision.MINUTE)

    assert best_time(day, exact) == exact
    assert best_time(day, another_day) == day
    assert best_time(exact, another_day) == exact
    assert best_time(None, exact) == exact


def test_title_and_text_come_without_what_surrounds_them() -> None:
    around = '<div class="related"><p>推荐阅读：另一件事，另一件事。</p></div><footer>版权所有，违者必究。</footer>'
    html = page(body=f"<nav>首页，新闻，江口</nav><div class=content><p>{TEXT}</p><p>{TEXT}</p></div>{around}")

    article = read_article(html.replace("<title>化工厂起火", "<title>化工厂起火_江口新闻_云州日报"), NOW)

    assert (article.title, article.text) == ("化工厂起火", f"{TEXT}\n{TEXT}")


def test_broken_html_is_read_as_far_as_it_goes() -> None:
    article = read_article((PAGES / "broken.html").read_text(encoding="utf-8"), NOW)

    assert article.title == "江口大桥封闭检修"
    assert "预计两日后恢复通行，过往车辆请绕行青石桥。" in article.text


@pytest.mark.parametrize("html", ["", "<", "<html></html>", "\0\0", "<html><head><title></title></head></html>"])
def test_an_empty_page_says_nothing(html: str) -> None:
    article = read_article(html, NOW)

    assert (article.title, article.text, article.published) == ("", "", None)


def test_a_page_nested_without_end_is_read_in_bounded_time() -> None:
    deep = "<div class=comment><b>" * 50_000

    article = read_article(page(body=f"<p>{TEXT}</p>{deep}{TEXT}"), NOW)

    assert TEXT in article.text


def test_no_author_of_a_page_is_in_its_article() -> None:
    article = read_article((PAGES / "planted.html").read_text(encoding="utf-8"), NOW)

    said = f"{article.title}\n{article.text}"
    assert "现场有浓烟，附近居民已经撤离" in said
    kept = {
        name
        for name in ("卜氏名", "卜识明", "meta", "jsonld", "nickname", "byline", "card", "commenter")
        if name in said
    }
    assert kept == set()


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("责任编辑：卜识明", ""),
        ("文/卜识明 图/卜氏名", ""),
        ("本报记者 卜识明 报道", ""),
        ("来源：云州日报 作者：卜识明 责编：卜氏名", "来源：云州日报"),
        ("新华社云州6月10日电（记者卜识明、卜氏名）江口大桥封闭", "新华社云州6月10日电江口大桥封闭"),
        ("作者：卜识明 江口大桥昨日封闭，请绕行。", "江口大桥昨日封闭，请绕行。"),
    ],
)
def test_bylines_are_left_out(line: str, left: str) -> None:
    assert without_bylines(line) == left


@pytest.mark.parametrize(
    "line",
    [
        "记者从应急管理局获悉，火灾已扑灭。",
        "记者：请问事故原因是什么？",
        "发布会上，记者问：何时恢复？",
        "图片报道：现场浓烟滚滚，消防正在处置。",
        "云州市应急管理局通报：无人员伤亡。",
    ],
)
def test_what_is_said_stays(line: str) -> None:
    assert without_bylines(line) == line


@pytest.mark.archive
def test_titles_and_minutes_of_real_pages_are_those_read_by_hand(archives: Path) -> None:
    folder = archives / "news_pages"
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    now = datetime(2026, 6, 10, tzinfo=UTC)

    found = {
        each["file"]: read_article(readable(gzip.decompress((folder / each["file"]).read_bytes())), now)
        for each in gold
    }

    wrong_titles = [each["file"] for each in gold if found[each["file"]].title != each["title"]]
    wrong_times = [each["file"] for each in gold if _minute(found[each["file"]].published) not in each["published"]]
    assert (wrong_titles, wrong_times) == ([], [])
    assert all(len(article.text) > 80 for article in found.values())


def _minute(published: WrittenTime | None) -> str:
    assert published is not None
    form = {True: "%Y-%m-%d %H:%M", False: "%Y-%m-%d"}[published.to_the_minute]
    return published.at.astimezone(BEIJING).strftime(form)
