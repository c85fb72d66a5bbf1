import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backends.desk_folder import DeskFolder
from backends.wiring import open_backends
from console.web.site import Site
from desk.accounts import Role
from desk.errors import CaptureError
from desk.source import Cursor
from tests.build import HOUR, NOON
from tests.build_incidents import a_change, an_incident
from tests.console.web.visitors import signed_in


@pytest.fixture
def browser(site: Site) -> Iterator[TestClient]:
    return signed_in(site, Role.OFFICER)


def play(site: Site, name: str, *titles: str) -> DeskFolder:
    """A drill or replay with these incidents, played to one hour past noon."""
    folder = DeskFolder(site.settings.data, name)
    with open_backends(folder, site.settings, migrate=True) as backends:
        for number, title in enumerate(titles):
            backends.incidents.save([a_change(incident=an_incident(id=f"i-{number}", title=title))])
        backends.sources.save_cursor(Cursor(source=f"replay of {name}", last_seen_at=NOON + HOUR))
    return folder


def forget(folder: DeskFolder) -> None:
    for path in folder.path.glob("*.db*"):
        path.unlink()


def test_drill_played_later_is_shown_without_a_restart_under_its_mark(site: Site, browser: TestClient) -> None:
    before = browser.get("/drill/").status_code

    play(site, "drill", "云州大桥演练事件")

    page = browser.get("/drill/").text
    assert before == 404
    assert "云州大桥演练事件" in page
    assert "<title>【演练】" in page
    assert "以下全部为演练内容" in page
    assert "云州大桥演练事件" not in browser.get("/").text


def test_replay_is_shown_under_its_own_name_and_mark(site: Site, browser: TestClient) -> None:
    play(site, "replay/三月-1", "云州的旧事")

    page = browser.get("/replay/三月-1/").text

    assert "云州的旧事" in page
    assert "<title>【回放】" in page
    assert 'href="/replay/%E4%B8%89%E6%9C%88-1/search"' in page


@pytest.mark.parametrize("path", ["/drill", "/replay/past"])
def test_address_without_its_last_slash_leads_there(site: Site, browser: TestClient, path: str) -> None:
    play(site, path.removeprefix("/"))

    assert browser.get(path).headers["location"] == f"{path}/"


def test_real_desk_carries_no_mark(browser: TestClient) -> None:
    page = browser.get("/").text

    assert "【" not in page.partition("</header>")[0]


def test_drill_played_again_is_the_new_one(site: Site, browser: TestClient) -> None:
    folder = play(site, "drill", "第一次演练")
    first = browser.get("/drill/").text
    forget(folder)
    gone = browser.get("/drill/").status_code

    play(site, "drill", "第二次演练")

    second = browser.get("/drill/").text
    assert "第一次演练" in first
    assert gone == 404
    assert "第二次演练" in second
    assert "第一次演练" not in second


def test_time_of_a_drill_stands_where_it_was_played_to(site: Site) -> None:
    play(site, "drill")

    assert site.desks["drill"].clock.now() == NOON + HOUR
    assert site.desks[""].clock.now() == NOON


def test_drill_or_replay_reaches_no_page_outside(site: Site) -> None:
    folder = play(site, "drill")

    with pytest.raises(CaptureError, match="nothing outside"):
        site.desks["drill"].archive.capture("http://127.0.0.1:9/page", now=NOON)

    assert list(folder.archive.iterdir()) == []


def test_drill_of_another_version_says_what_to_run(site: Site, browser: TestClient) -> None:
    folder = play(site, "drill")
    connection = sqlite3.connect(folder.incidents)
    connection.execute("update alembic_version set version_num = '0001'")
    connection.commit()
    connection.close()

    page = browser.get("/drill/")

    assert page.status_code == 503
    assert "huiying migrate" in page.text
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("key", ["desk", "replay/none", "../desk", "replay/../desk", "replay/", "x"])
def test_nothing_but_drills_and_replays_stands_beside_the_real_desk(site: Site, key: str) -> None:
    assert key not in site.desks


def test_standing_desks_are_listed_real_one_first(site: Site) -> None:
    play(site, "drill")
    play(site, "replay/past")

    assert list(site.desks) == ["", "drill", "replay/past"]
    assert len(site.desks) == 3


def test_folder_that_is_no_data_folder_holds_no_desk(site: Site, tmp_path: Path) -> None:
    (tmp_path / "drill").mkdir()

    assert "drill" not in site.desks
