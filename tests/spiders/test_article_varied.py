"""Pages of many makes: title, minute, source and text are those a person reads."""

from datetime import UTC, datetime

import pytest

from spiders.article import Article, read_article
from spiders.charset import readable
from spiders.written_time import BEIJING
from tests.spiders.varied_pages import BODY, PAGES, TITLE, html_of

NOW = datetime(2026, 6, 11, 4, tzinfo=UTC)
MINUTES = [name for name, varied in PAGES.items() if varied.minute]
DAYS = [name for name, varied in PAGES.items() if not varied.minute]


def read(name: str, charset: str = "utf-8") -> Article:
    html = readable(html_of(name).encode(charset), "text/html")
    return read_article(html, NOW, address=PAGES[name].address, fresh=PAGES[name].fresh)


@pytest.mark.parametrize("name", MINUTES)
def test_the_minute_is_the_one_people_read(name: str) -> None:
    published = read(name).published

    assert published is not None
    assert published.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") == PAGES[name].minute
    assert published.to_the_minute


@pytest.mark.parametrize("name", DAYS)
def test_a_page_that_names_only_the_day_is_not_given_another_s_minute(name: str) -> None:
    published = read(name).published

    assert published is not None
    assert published.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") == "2026-06-10 00:00"
    assert not published.to_the_minute


@pytest.mark.parametrize("name", PAGES)
def test_the_title_is_the_article_s_without_the_site_s(name: str) -> None:
    assert read(name).title == TITLE


@pytest.mark.parametrize("name", PAGES)
def test_the_text_holds_every_paragraph_and_nothing_of_its_neighbours(name: str) -> None:
    text = read(name).text

    assert [paragraph for paragraph in BODY if paragraph not in text] == []
    assert [other for other in ("青石桥今日起", "消防员辛苦了", "备案号", "PLANTED") if other in text] == []


@pytest.mark.parametrize("name", [name for name, varied in PAGES.items() if varied.source])
def test_the_source_is_the_organisation_named_on_the_page(name: str) -> None:
    assert read(name).source == PAGES[name].source


@pytest.mark.parametrize("name", PAGES)
def test_no_charset_changes_what_is_read(name: str) -> None:
    assert read(name, "gb18030") == read(name)


@pytest.mark.parametrize("name", PAGES)
def test_everything_found_says_why(name: str) -> None:
    why = read(name).why

    assert all((why.title, why.published, why.text))


@pytest.mark.parametrize("named", ["卜识明", "PLANTED", "风一样的男子", "138 0000 0000"])
def test_a_person_or_an_account_is_no_source(named: str) -> None:
    html = f"<h1>江口大桥封闭</h1><p>2026-06-10 08:10 来源：{named}</p><p>{BODY[0]}</p>"

    assert read_article(html, NOW).source == ""


def test_yesterday_says_nothing_on_a_page_saved_some_other_day() -> None:
    html = html_of("seen-the-day-after")

    assert read_article(html, NOW, fresh=False).published is None
