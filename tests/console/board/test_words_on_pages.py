from pathlib import Path

from console.web.site import Site
from desk.accounts import Role
from tests.console.board.hands import at, read
from tests.console.board.scene import Filed
from tests.console.web.visitors import a_browser, a_site, signed_in


def test_an_office_without_a_name_is_told_so_instead_of_a_bare_word(tmp_path: Path) -> None:
    with a_site(tmp_path) as site:
        page = read(a_browser(site).get("/sign-in"))

    assert "单位名称未设置 回应" in page


def test_the_first_visitor_is_told_where_the_one_time_password_stands(tmp_path: Path) -> None:
    with a_site(tmp_path) as site:
        page = read(a_browser(site).get("/sign-in"))

    assert "第一次使用：登录名和一次性密码显示在启动本系统的窗口里。" in page


def test_link_and_file_say_that_one_of_them_has_to_be_there(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)

    pages = [read(browser.get(at(filed.close, slug))) for slug in ("record-release", "record-conference")]

    assert [page.count("（链接和文件至少有一样）") for page in pages] == [2, 2]
    assert "（可不填）" not in pages[0]


def test_the_unplaced_list_names_the_settings_that_would_place_such_posts(morning: tuple[Site, Filed]) -> None:
    site, _ = morning

    page = read(signed_in(site, Role.OFFICER).get("/unplaced"))

    assert "jurisdiction（管辖区划）或 watch_words（关注词）" in page
