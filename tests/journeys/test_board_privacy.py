import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient

from console.main import main
from console.web.site import Site
from desk.accounts import Role
from desk.change import IncidentQuery
from desk.week import week_at
from tests.console.web.visitors import a_browser, a_site, signed_in
from tests.journeys.planted import NAMES, NUMBERS, archive_with_planted_identities, put_planted
from tests.spiders.crawl_run import crawl
from tests.spiders.crawl_site import Site as Served

pytestmark = pytest.mark.process
REPLAY = "replay/planted"
Printed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder into which the spider and a replay brought posts with planted identities."""
    folder = tmp_path_factory.mktemp("planted")
    data = folder / "var"
    with Served(57) as site:
        put_planted(site, data)
        crawl(data)
    office = ["--jurisdiction", "990100", "--data", str(data)]
    assert main(["run", "--only", "screen", "--only", "place", "--until-idle", *office]) == 0
    assert main(["replay", str(archive_with_planted_identities(folder)), "--name", "planted", *office]) == 0
    return data


@pytest.fixture(scope="module")
def site(collected: Path) -> Iterator[Site]:
    with a_site(collected) as opened:
        yield opened


def none_in(text: str) -> bool:
    found = [planted for planted in (*NAMES, *NUMBERS) if planted in text or quote(planted) in text]
    assert found == []
    return True


def incidents_of(site: Site, key: str) -> list[str]:
    return [each.number or each.id for each in site.desks[key].parts.incidents.find(IncidentQuery())]


def pages_of(site: Site, key: str) -> list[str]:
    prefix = f"/{key}" if key else ""
    incidents = [f"/incidents/{quote(number)}" for number in incidents_of(site, key)]
    forms = [
        f"{page}/{slug}" for page in incidents for slug in ("grade", "confirm-release", "merge", "assign", "oblige")
    ]
    lists = ["/", "/search", f"/search?q={quote('爆炸')}", "/unplaced", "/sources", "/calendar"]
    return [f"{prefix}{page}" for page in (*lists, *incidents, *(f"{page}?posts=all" for page in incidents), *forms)]


def shown(browser: TestClient, pages: list[str]) -> dict[str, str]:
    answers = {page: browser.get(page) for page in pages}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {page: answer.text for page, answer in answers.items()}


@pytest.mark.parametrize("key", ["", REPLAY])
def test_no_page_of_the_board_shows_a_planted_identity(site: Site, key: str) -> None:
    pages = shown(signed_in(site, Role.ADMIN), pages_of(site, key))

    lists = [text for page, text in pages.items() if page.endswith(("/", "search", quote("爆炸"), "posts=all"))]
    assert len(incidents_of(site, key)) == 1
    assert all("化工厂" in text for text in lists)
    assert all(none_in(text) for text in pages.values())


def test_a_post_nobody_could_place_is_listed_without_its_identities(site: Site) -> None:
    page = signed_in(site, Role.OFFICER).get("/unplaced").text

    assert "一客车侧翻坠河致5人死亡" in page
    assert none_in(page)


@pytest.mark.parametrize("term", [*NAMES, *NUMBERS])
def test_searching_for_an_identity_finds_nobody(site: Site, term: str) -> None:
    page = signed_in(site, Role.OFFICER).get("/search", params={"q": term})

    assert "没有符合条件的信息" in page.text


def test_health_and_figures_name_no_planted_identity(site: Site) -> None:
    monitor = a_browser(site, client="127.0.0.1")

    said = [monitor.get("/metrics").text, monitor.get("/healthz").text]

    assert re.search(r'^posts_total\{outcome="opened"\} 1\.0$', said[0], re.MULTILINE)
    assert all(none_in(each) for each in said)


@pytest.mark.parametrize("key", ["", REPLAY])
def test_exports_and_the_weekly_briefing_name_no_planted_identity(
    collected: Path, site: Site, tmp_path: Path, capsys: Printed, key: str
) -> None:
    of = ["--data", str(collected), "--desk", key or "desk"]
    (incident,) = site.desks[key].parts.incidents.find(IncidentQuery())
    week = week_at(incident.opened_at, site.desks[key].parts.office.zone)

    assert main(["incidents", "export", *of]) == 0
    assert main(["incidents", "list", *of]) == 0
    assert main(["brief", "--week", str(week), "--to", str(tmp_path), *of]) == 0

    (word,), (page,) = tmp_path.glob("*.docx"), tmp_path.glob("*.html")
    with ZipFile(word) as parts:
        texts = [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
    assert any("化工厂" in text for text in texts)
    assert "化工厂" in page.read_text(encoding="utf-8")
    assert all(none_in(text) for text in (*texts, page.read_text(encoding="utf-8"), capsys.readouterr().out))


def test_no_table_index_log_or_name_of_a_capture_keeps_a_planted_identity(collected: Path, site: Site) -> None:
    shown(signed_in(site, Role.OFFICER), pages_of(site, ""))
    left = {path: path.read_bytes() for path in collected.rglob("*") if path.is_file()}
    captures = [path for path in left if path.name.endswith(".warc.gz")]
    # What the office itself published is kept as it stood: the capture of its own page, and of no other.
    scanned = {path: content for path, content in left.items() if path not in captures}

    holding = [
        (path.name, planted)
        for path, content in scanned.items()
        for planted in (*NAMES, *NUMBERS)
        if planted.encode() in content
    ]

    assert len(captures) == 1
    assert {"incidents.db", "posts.db", "bus.db", "crawl.jsonl"} <= {path.name for path in scanned}
    assert holding == []
    assert all(none_in(str(path.relative_to(collected))) for path in left)
