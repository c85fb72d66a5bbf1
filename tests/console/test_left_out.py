"""Weibo is said not to be covered, on the board and in every briefing, until it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.desk_folder import DeskFolder
from backends.settings import Settings, load_settings
from console.health import Pulse
from console.left_out import left_out
from console.web.site import Site
from desk.accounts import Role
from desk.briefing_paper import paper_of
from desk.briefing_words import LEFT_OUT
from desk.coverage import LAYOUT_CHANGED, MUTED, LeftOut
from desk.paper import Paragraph
from flows.brief import BriefedDesk, composed
from spiders.outflow import BUS_AWAY, SPOOL_FULL
from tests.build import HOUR, NOON
from tests.console.board.hands import read
from tests.console.web.visitors import a_site, signed_in
from tests.desk.weeks import AFTER, WEEK

SOURCE = """
contact = "press@yunzhou.example"
[[source]]
key = "weibo-search"
kind = "weibo"
address = "https://api.weibo.com/2/search/topics.json"
query = "云州"
lawful_basis = "微博开放平台授权接口"
schedule = 300
delay = 5
"""


def settings(folder: Path, *, token: str = "", sources: str = "") -> Settings:
    (folder / "sources.toml").write_text(sources or 'contact = "press@yunzhou.example"\nsource = []\n', "utf-8")
    return load_settings({"data": str(folder)}, {"HUIYING_WEIBO_TOKEN": token}, folder)


def test_weibo_is_left_out_until_there_is_a_token_and_a_source_that_is_on(tmp_path: Path) -> None:
    token = "2.00abcdefgh"

    assert left_out(settings(tmp_path, sources=SOURCE)) == (LeftOut.WEIBO_NOT_SET_UP,)
    assert left_out(settings(tmp_path, token=token)) == (LeftOut.WEIBO_NO_SOURCE,)
    assert left_out(settings(tmp_path, token=token, sources=f"{SOURCE}off = true\n")) == (LeftOut.WEIBO_NO_SOURCE,)
    assert left_out(settings(tmp_path, token=token, sources=SOURCE)) == ()


def test_the_token_is_secret_and_no_flag(tmp_path: Path) -> None:
    found = settings(tmp_path, token="2.00abcdefgh")

    assert "2.00abcdefgh" not in repr(found)
    assert found.shown["weibo_token"] == "••••"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path) as site:
        yield site


def test_the_sources_page_says_that_weibo_is_not_covered_and_how_to_change_it(site: Site) -> None:
    page = read(signed_in(site, Role.OFFICER).get("/sources"))

    assert "微博未覆盖" in page
    assert "HUIYING_WEIBO_TOKEN_FILE" in page


@pytest.mark.parametrize(("trouble", "told"), [(BUS_AWAY, "先存入暂存区"), (SPOOL_FULL, "已暂停采集"), ("", "")])
def test_the_board_says_how_delivery_is_hindered(site: Site, trouble: str, told: str) -> None:
    Pulse(DeskFolder(site.settings.data, "desk"), "crawl", site.clock).worked(trouble)

    page = read(signed_in(site, Role.OFFICER).get("/"))

    assert ("信息采集受阻" in page) == bool(trouble)
    assert told in page


@pytest.mark.parametrize(("reason", "told"), [(MUTED, "远少于往常"), (LAYOUT_CHANGED, "版式疑已改变")])
def test_a_suspicious_source_is_named_on_the_sources_page(site: Site, reason: str, told: str) -> None:
    site.desks[""].parts.sources.open_gap("daily", NOON, reason)
    site.clock.sleep(HOUR)

    assert told in read(signed_in(site, Role.OFFICER).get("/sources"))


@pytest.mark.parametrize("uncovered", [(LeftOut.WEIBO_NOT_SET_UP,), (LeftOut.WEIBO_NO_SOURCE,), ()])
def test_a_briefing_says_what_is_left_out_and_nothing_more(site: Site, uncovered: tuple[LeftOut, ...]) -> None:
    parts = site.desks[""].parts
    desk = BriefedDesk(
        posts=parts.posts,
        incidents=parts.incidents,
        sources=parts.sources,
        office=parts.office,
        policy=parts.policy,
        left_out=uncovered,
    )

    paper = paper_of(composed(desk, WEEK, AFTER))

    said = "".join(block.text for block in paper.blocks if isinstance(block, Paragraph))
    assert [each for each in LEFT_OUT if LEFT_OUT[each] in said] == list(uncovered)
