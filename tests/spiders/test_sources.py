import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from console.page_words import PAGE_OUTCOMES
from desk.errors import BadSettings
from spiders.outcomes import PageOutcome
from spiders.source_reading import read_sources
from spiders.sources import SourceKind, load_sources

EXAMPLE = Path(__file__).resolve().parents[2] / "sources.example.toml"
A_FEED = {
    "key": "daily",
    "kind": "feed",
    "address": "https://www.yunzhou.example/rss.xml",
    "lawful_basis": "公开新闻",
    "schedule": 300,
    "delay": 5,
}


def problems(*sources: dict[str, object], contact: object = "press@yunzhou.example") -> list[str]:
    with pytest.raises(BadSettings) as refused:
        read_sources({"contact": contact, "source": list(sources)})
    return list(refused.value.problems)


def test_the_example_file_can_be_used_as_it_stands() -> None:
    sources = load_sources(EXAMPLE)

    feed, pages, forum, paged, table = sources.sources
    assert (feed.kind, feed.schedule, feed.official) == (SourceKind.FEED, timedelta(minutes=5), False)
    assert (pages.kind, pages.channel) == (SourceKind.PAGES, "云州市人民政府网站")
    assert pages.links is not None
    assert pages.links.fullmatch("https://www.yunzhou.example/tongbao/20260610/t1.html")
    assert (forum.slowest, forum.rows.pages, forum.article.text) == (timedelta(minutes=30), 3, "[id^='postmessage_']")
    assert (paged.rows.item, paged.rows.next, paged.article.title) == ("ul.news-list li", "a.next-page", "h1")
    assert (table.columns["published"], table in sources.asked.sources) == ("来信时间", False)


def test_every_problem_is_told_at_once_with_its_path() -> None:
    wrong: dict[str, object] = {
        "key": "a b",
        "kind": "twitter",
        "address": "ftp://yunzhou.example",
        "schedule": 59,
        "delay": 121,
        "channel": "云州发布",
        "password": "x",
    }

    told = problems(wrong, contact="nobody")

    paths = [problem.split(":")[0] for problem in told]
    start = "sources.source[0]."
    expected = ("key", "kind", "address", "lawful_basis", "schedule", "delay", "channel", "password")
    assert set(paths) == {"sources.contact", *(start + key for key in expected)}


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"links": ".*"}, "links"),
        ({"kind": "pages"}, "links"),
        ({"kind": "pages", "links": "("}, "links"),
        ({"official": True}, "channel"),
        ({"jurisdiction": "9901"}, "jurisdiction"),
        ({"hosts": ["http://other.example/"]}, "hosts"),
        ({"address": "https://me:secret@yunzhou.example/"}, "address"),
        ({"schedule": 86_401}, "schedule"),
        ({"slowest": 299}, "slowest"),
        ({"item": "li"}, "item"),
        ({"kind": "pages", "item": "li["}, "item"),
        ({"kind": "pages", "item": "li", "pages": 21}, "pages"),
        ({"kind": "forum", "columns": {}}, "columns"),
        ({"article": {"author": ".by"}}, "article.author"),
        ({"article": {"title": "h1["}}, "article.title"),
        ({"off": "yes"}, "off"),
    ],
)
def test_one_wrong_line_is_one_problem(changed: dict[str, object], key: str) -> None:
    (told,) = problems(A_FEED | changed)

    assert told.startswith(f"sources.source[0].{key}: ")
    assert "secret" not in told


def test_two_sources_of_one_key_are_refused() -> None:
    (told,) = problems(A_FEED, A_FEED)

    assert "'daily' stands there twice" in told


def test_a_source_covers_its_own_hosts_and_what_lies_below_them() -> None:
    (source,) = read_sources({"contact": "a@b.example", "source": [A_FEED | {"hosts": ["news.example.cn"]}]}).sources

    assert source.covers("https://yunzhou.example/1.html")
    assert source.covers("http://m.news.example.cn/1.html")
    assert not source.covers("https://notyunzhou.example/1.html")
    assert not source.covers("https://example.cn/1.html")


def test_a_missing_file_says_what_to_copy(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"no such file, copy sources\.example\.toml"):
        load_sources(tmp_path / "sources.toml")


def test_choosing_a_source_that_is_not_there_names_those_that_are() -> None:
    sources = read_sources(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))

    assert [source.key for source in sources.named("yunzhou-daily").sources] == ["yunzhou-daily"]
    with pytest.raises(BadSettings, match="there is yunzhou-daily, yunzhou-government, "):
        sources.named("daily")


@pytest.mark.parametrize("outcome", list(PageOutcome))
def test_every_end_of_a_page_is_explained_in_words_and_in_the_documents(outcome: PageOutcome) -> None:
    page = (EXAMPLE.parent / "docs" / "sources.md").read_text(encoding="utf-8")

    assert f"| `{outcome.value}` |" in page
    assert PAGE_OUTCOMES[outcome]
