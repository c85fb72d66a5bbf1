import re
from html import unescape
from pathlib import Path

import docx
import pytest

from backends.clock import SystemClock
from backends.database import sqlite_url
from backends.desk_folder import DeskFolder
from backends.migrate import upgrade
from backends.settings import load_settings
from console import words
from console.brief_command import weekly
from console.main import main
from console.page_words import GAP_REASONS
from console.web import wording
from desk import briefing_words
from desk.briefing_words import CLASSES, GAPS
from desk.coverage import LAYOUT_CHANGED, MUTED
from desk.incident import DispositionClass
from desk.post import Outcome
from desk.week import week_at
from spiders.outcomes import LIST_WAS_SEEN, PageOutcome
from spiders.schedule import NOBODY_ASKED, NOT_SET_UP, SPOOL_FULL, TOO_MANY

Printed = pytest.CaptureFixture[str]
NAME = "【演练】政务舆情周报-2026-W24"
POST = '{"id": "g", "source": "云州论坛", "title": "云州市江口区好天气", "published_at": "2026-06-03T08:00:00+08:00"}'


def briefed(data: Path, folder: Path, *more: str) -> int:
    return main(["brief", "--data", str(data), "--to", str(folder), *more])


def page_text(path: Path) -> str:
    body = path.read_text(encoding="utf-8").split("<body>")[1]
    return unescape(re.sub(r"<[^>]+>", "\n", body))


def word_text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_drill_s_week_is_written_and_both_files_are_named(drilled: Path, tmp_path: Path, capsys: Printed) -> None:
    capsys.readouterr()

    code = briefed(drilled, tmp_path, "--week", "2026-W24")

    assert code == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / f"{NAME}.docx"), str(tmp_path / f"{NAME}.html")]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{NAME}.docx", f"{NAME}.html"]


def test_word_and_page_say_the_same_of_the_drill(drilled: Path, tmp_path: Path) -> None:
    briefed(drilled, tmp_path, "--week", "2026-W24")

    texts = [word_text(tmp_path / f"{NAME}.docx"), page_text(tmp_path / f"{NAME}.html")]

    for text in texts:
        assert "云州市人民政府新闻办公室（演练）" in text
        assert "统计截至6月11日08:00，本周尚未结束。本周涉及事件2起" in text
        assert "（一）按时：3个" in text
        assert "6月10日12:10完成；自首次公开4小时00分，自知悉4小时00分" in text
        assert "公众关切点2个，其中尚未回应1个" in text


def test_without_a_week_a_drill_is_told_of_the_week_it_ended_in(drilled: Path, tmp_path: Path) -> None:
    assert briefed(drilled, tmp_path) == 0

    assert (tmp_path / f"{NAME}.html").exists()


def test_a_week_before_the_drill_is_empty_and_says_so(drilled: Path, tmp_path: Path) -> None:
    briefed(drilled, tmp_path, "--week", "2026-W23")

    text = page_text(tmp_path / "【演练】政务舆情周报-2026-W23.html")

    assert "本周没有新登记的事件，也没有在办的事件" in text
    assert re.search(r"筛查\d+条", text)


def test_a_replay_is_marked_as_one(tmp_path: Path) -> None:
    archive, data = tmp_path / "posts.jsonl", tmp_path / "var"
    archive.write_text(POST + "\n", encoding="utf-8")
    main(["replay", str(archive), "--jurisdiction", "990100", "--data", str(data)])

    code = briefed(data, tmp_path / "to", "--week", "2026-W23")

    assert code == 0
    page = tmp_path / "to" / "【回放】政务舆情周报-2026-W23.html"
    assert '<p class="mark">【回放】</p>' in page.read_text(encoding="utf-8")


def test_a_week_that_has_not_begun_is_refused_and_nothing_is_written(
    drilled: Path, tmp_path: Path, capsys: Printed
) -> None:
    code = briefed(drilled, tmp_path, "--week", "2026-W25")

    assert code == 2
    assert "huiying: week 2026-W25 has not begun" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("week", ["2026-24", "2025-W53", "last"])
def test_what_is_no_week_is_refused_by_name(week: str, tmp_path: Path, capsys: Printed) -> None:
    with pytest.raises(SystemExit) as refused:
        briefed(tmp_path, tmp_path, "--week", week)

    assert refused.value.code == 2
    assert f"{week!r} is no week" in capsys.readouterr().err


def test_without_a_folder_the_files_stand_with_the_desk(drilled: Path, capsys: Printed) -> None:
    capsys.readouterr()

    assert main(["brief", "--data", str(drilled), "--week", "2026-W24"]) == 0

    assert capsys.readouterr().out.splitlines()[0] == str(drilled / "drill" / "briefings" / f"{NAME}.docx")


def test_monday_s_duty_writes_the_last_whole_week_into_the_desk_s_folder(tmp_path: Path) -> None:
    settings = load_settings({"data": str(tmp_path), "office_name": "云州市人民政府新闻办公室"}, {}, tmp_path)
    folder = DeskFolder(settings.data, "desk")
    folder.prepare()
    upgrade(sqlite_url(folder.incidents))

    written = weekly(folder, settings)

    week = week_at(SystemClock().now(), settings.office_zone).before
    names = sorted(path.name for path in (folder.path / "briefings").iterdir())
    assert written == 2
    assert names == [f"政务舆情周报-{week}.docx", f"政务舆情周报-{week}.html"]


def test_the_briefing_uses_the_words_of_the_rest_of_the_desk() -> None:
    assert wording.ELEMENTS.keys() == briefing_words.ELEMENTS.keys()
    assert words.STATES.items() >= briefing_words.LEFT.items()
    assert {Outcome(name): word for name, word in briefing_words.OUTCOMES.items()}.keys() == words.OUTCOMES.keys()
    assert set(CLASSES) == {*DispositionClass, None}


def test_every_reason_the_crawl_gives_for_a_gap_has_its_words() -> None:
    about_articles = {"delivered", "spooled", "repeated", "quarantined", "no_time", "no_text", "not_html"}

    reasons = {outcome.value for outcome in set(PageOutcome) - LIST_WAS_SEEN} - about_articles

    of_the_crawl = {NOBODY_ASKED, SPOOL_FULL, NOT_SET_UP, TOO_MANY, MUTED, LAYOUT_CHANGED}
    assert reasons | of_the_crawl <= set(GAPS)
    assert reasons | of_the_crawl <= set(GAP_REASONS)
