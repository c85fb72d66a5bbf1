from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from backends.clock import ManualClock
from backends.desk_folder import DeskFolder
from console.health import NEEDED, Pulse
from console.web.site import Site
from desk.accounts import Role
from desk.post import Outcome, ScreenedPost
from spiders.schedule import NOBODY_ASKED
from tests.build import HOUR, MINUTE, NOON, SECOND, a_post, a_verdict
from tests.console.board.hands import at, read, stored
from tests.console.board.scene import Filed, configured, fill
from tests.console.web.visitors import a_site, signed_in


def beating(site: Site, *parts: str) -> None:
    for part in parts:
        Pulse(DeskFolder(site.settings.data, "desk"), part, site.clock).worked()


def test_the_board_shows_open_incidents_under_headings_in_the_order_they_press(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    page = read(signed_in(site, Role.OFFICER).get("/"))

    places = [page.index(number) for number in (filed.waiting, filed.close, filed.overdue, filed.suspected)]
    assert places == sorted(places)
    assert "请立即确认" in page[: places[0]]
    assert f"最近结束的 1 件 网传云州大桥限行 {filed.dismissed} · 不立案" in page


def test_every_clock_says_its_state_what_is_left_and_its_due_time(morning: tuple[Site, Filed]) -> None:
    site, _ = morning

    page = read(signed_in(site, Role.OFFICER).get("/"))

    assert "首次权威发布（5 小时） 待确认 已过 20 分 00 秒 时限 6月3日 19:40" in page
    assert "首次权威发布（5 小时） 临近时限 还剩 50 分 00 秒 时限 6月3日 20:50" in page
    assert "一般政务舆情回应（48 小时） 超时 已过 2 小时 00 分 时限 6月3日 18:00" in page
    assert "首次权威发布（5 小时） 暂计 还剩 4 小时 30 分" in page
    assert "首次权威发布（5 小时） 按时 6月3日 16:00 完成，用时 3 小时 10 分" in page


def test_the_board_says_what_is_owed_now_and_by_whom(morning: tuple[Site, Filed]) -> None:
    site, _ = morning

    page = read(signed_in(site, Role.OFFICER).get("/"))

    assert "确认或退回发布“关于清河桥情况的通报” 李值班 确认" in page
    assert "尚无人认领 值班员、新闻办主任 认领" in page


def test_a_viewer_reads_everything_and_is_offered_nothing(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.VIEWER)

    board, incident = browser.get("/"), browser.get(at(filed.waiting))

    assert "尚无人认领" in read(board)
    assert "可以做的事" not in read(incident)
    assert "/confirm-release" not in board.text + incident.text


def test_an_incident_shows_rule_citation_three_figures_timeline_and_notices(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    page = read(signed_in(site, Role.OFFICER).get(at(filed.waiting)))

    assert "国办发〔2016〕61号；国办发〔2016〕80号：最迟要在5小时内发布权威信息" in page
    assert "自首次公开 2026-06-03 14:40:00 5 小时 20 分 超过时限" in page
    assert "尚无记录：事发时间" in page
    assert "定级 李值班 应急部门初步核实重伤五十二人" in page
    assert "已送达 2026-06-03 20:00:00" in page
    assert "清河桥垮塌，有车掉进河里。现场有人拍了照片，大家都在问。" in page


def test_the_first_opening_is_awareness_only_where_nothing_told_it_earlier(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    known = stored(site, filed.suspected)

    signed_in(site, Role.VIEWER).get(at(filed.suspected))

    assert stored(site, filed.suspected) == known


def test_an_opening_before_the_recorded_awareness_is_recorded_once(tmp_path: Path) -> None:
    with a_site(configured(tmp_path)) as site:
        filed = fill(site, NOON + 30 * MINUTE)  # a flag from a clock that runs ahead of this one by ten minutes
        browser = signed_in(site, Role.OFFICER)

        pages = [browser.get(at(filed.suspected)), browser.get(at(filed.suspected))]

        aware = stored(site, filed.suspected).times.aware
        assert [page.status_code for page in pages] == [200, 200]
        assert (aware.at, aware.source) == (NOON, "officer 打开")
        assert read(pages[1]).count("补录时间 officer") == 1


def test_an_unknown_incident_is_a_page_that_says_so(morning: tuple[Site, Filed]) -> None:
    site, _ = morning

    page = signed_in(site, Role.OFFICER).get(at("云州-2026-9999"))

    assert page.status_code == 404
    assert "没有这个事件" in read(page)


def test_an_empty_desk_says_what_to_set_up_next_in_order(tmp_path: Path) -> None:
    with a_site(tmp_path) as site:
        page = read(signed_in(site, Role.OFFICER).get("/"))

    steps = [page.rindex(step) for step in ("设定管辖区划", "登记信息来源", "登记值班人员", "设定通知渠道")]
    assert steps == sorted(steps)
    assert "目前没有在办事件" in page


def test_without_a_channel_the_board_says_first_why_health_is_red_and_what_mends_it(tmp_path: Path) -> None:
    with a_site(tmp_path) as site:
        beating(site, "screen", "place", "watch")
        page = read(signed_in(site, Role.OFFICER).get("/"))

    told = (
        "还没有通知渠道：没有人会收到提醒，健康检查（/healthz）因此为红。请系统管理员完成“设定通知渠道”并重启，即转绿。"
    )
    assert page.index(told) < page.index("在办事件 截至")
    assert "没有在运行" not in page
    assert "在此之前没有人收到提醒，/healthz 为红。" in page


def test_the_missing_channel_is_told_only_while_it_is_missing(morning: tuple[Site, Filed]) -> None:
    site, _ = morning

    page = read(signed_in(site, Role.OFFICER).get("/"))

    assert "还没有通知渠道" not in page
    assert "通知发送没有在运行：没有人会收到提醒。" in page
    assert "信息判定没有在运行：新信息不会成为事件。" in page


def test_what_is_set_up_is_no_longer_asked_for(morning: tuple[Site, Filed]) -> None:
    site, _ = morning

    assert "开始使用前" not in read(signed_in(site, Role.OFFICER).get("/"))


def test_a_watch_that_stopped_is_told_with_since_when(morning: tuple[Site, Filed]) -> None:
    site, _ = morning
    beating(site, *NEEDED)
    assert isinstance(site.clock, ManualClock)
    browser = signed_in(site, Role.OFFICER)

    site.clock.advance(15 * SECOND)
    still_patient = read(browser.get("/"))
    site.clock.advance(SECOND)
    told = read(browser.get("/"))

    assert "没有在运行" not in still_patient
    assert "计时巡查没有在运行（自 6月3日 20:00 起）" in told


def test_search_finds_words_within_days_and_names_the_incident(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)

    found = read(browser.get("/search?q=清河桥&since=2026-06-03&until=2026-06-03"))
    outside = read(browser.get("/search?q=清河桥&until=2026-06-02"))

    assert f"所属事件 {filed.waiting}" in found
    assert "没有符合条件的信息" in outside


def test_search_pages_through_everything_once(morning: tuple[Site, Filed]) -> None:
    site, _ = morning
    posts = [a_post(title=f"第{number:03}条", text="翻页", published_at=NOON + number * MINUTE) for number in range(70)]
    site.desks[""].parts.posts.put(
        [ScreenedPost(post=post, verdict=a_verdict(), outcome=Outcome.ORDINARY) for post in posts]
    )
    browser = signed_in(site, Role.OFFICER)

    pages = [browser.get("/search?q=翻页")]
    for _ in range(2):
        further = unescape(pages[-1].text.split('href="?')[-1].split('"')[0])
        pages.append(browser.get(f"/search?{further}"))

    seen = [read(page) for page in pages]
    assert [sum(text.count(f"第{number:03}条") for text in seen) for number in range(70)] == [1] * 70
    assert [("没有更早的了" in text) for text in seen] == [False, False, True]


@pytest.mark.parametrize("query", ["since=yesterday", "until=2026-13-01", "after=nowhere", "since=0001-01-01"])
def test_a_search_that_cannot_be_read_says_so_in_place(morning: tuple[Site, Filed], query: str) -> None:
    site, _ = morning

    page = signed_in(site, Role.OFFICER).get(f"/search?{query}")

    assert page.status_code == 422
    assert 'role="search"' in page.text
    assert "页面出错" not in read(page)


def test_sources_show_when_they_were_last_seen_and_what_cannot_be_seen_first(morning: tuple[Site, Filed]) -> None:
    site, _ = morning

    page = read(signed_in(site, Role.OFFICER).get("/sources"))

    assert "yunzhou-forum 最近看到：6月3日 19:57（3 分 00 秒前）" in page
    assert "yunzhou-fabu 本单位渠道 最近看到：从未 自 6月3日 18:00 看不到：30 秒内没有读完" in page
    assert page.index("yunzhou-fabu") < page.index("yunzhou-forum")


def test_a_source_nobody_asked_because_nothing_ran_says_so_in_words(morning: tuple[Site, Filed]) -> None:
    site, _ = morning
    site.desks[""].parts.sources.open_gap("yunzhou-forum", NOON - HOUR, NOBODY_ASKED)

    page = read(signed_in(site, Role.OFFICER).get("/sources"))

    assert "自 6月3日 19:00 看不到：采集没有在运行，请用 huiying run 启动" in page


def test_a_broken_sources_file_is_told(morning: tuple[Site, Filed]) -> None:
    site, _ = morning
    site.settings.sources.write_text("contact = 7", encoding="utf-8")

    assert "来源文件不能用" in read(signed_in(site, Role.OFFICER).get("/sources"))


def test_posts_nobody_could_place_are_listed(morning: tuple[Site, Filed]) -> None:
    site, _ = morning

    assert "城关镇的路塌了，谁来管。" in read(signed_in(site, Role.OFFICER).get("/unplaced"))


@pytest.mark.parametrize("path", ["/", "/search", "/sources", "/unplaced", f"/incidents/{quote('云州-2026-0001')}"])
def test_no_page_is_shown_to_somebody_who_has_not_signed_in(morning: tuple[Site, Filed], path: str) -> None:
    site, _ = morning
    browser = signed_in(site, Role.OFFICER)
    browser.cookies.clear()

    answer = browser.get(path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_pages_need_nothing_from_outside_and_no_script_of_their_own(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)

    for path in ("/", at(filed.waiting), at(filed.close, "record-release"), "/search", "/sources"):
        page = browser.get(path).text
        assert page.count("<script") == 1
        assert '<script src="/static/live.js" defer></script>' in page
        assert " style=" not in page
    assert browser.get("/static/live.js").status_code == 200
    assert browser.get("/static/huiying.css").status_code == 200
