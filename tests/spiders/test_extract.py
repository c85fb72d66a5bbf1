"""`huiying extract` on saved pages and on a site of its own."""

import gzip
import json
from pathlib import Path

import pytest

from console.main import main
from tests.spiders.crawl_site import PAGES, Reply, Site, article
from tests.spiders.varied_pages import TITLE, html_of

SAVED = html_of("last-change-beside-publication")


def extracted(capsys: pytest.CaptureFixture[str], *pages: str) -> tuple[int, list[dict[str, str | None]]]:
    code = main(["extract", *pages])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_saved_page_is_one_line_with_all_its_parts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "1.html").write_bytes(SAVED.encode("gb18030"))
    (tmp_path / "2.html.gz").write_bytes(gzip.compress(SAVED.encode()))

    code, (plain, packed) = extracted(capsys, str(tmp_path / "1.html"), str(tmp_path / "2.html.gz"))

    assert code == 0
    assert list(plain) == ["file", "title", "published_at", "precision", "source", "text", "why"]
    assert (plain["title"], plain["published_at"]) == (TITLE, "2026-06-10T08:10:00+08:00")
    assert (plain["precision"], plain["source"]) == ("minute", "云州日报")
    assert packed == plain | {"file": str(tmp_path / "2.html.gz")}


def test_a_page_that_says_nothing_is_a_line_with_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "1.html").write_bytes(b"")

    code, (line,) = extracted(capsys, str(tmp_path / "1.html"))

    assert code == 0
    assert (line["title"], line["text"]) == ("", "")
    assert [line["published_at"], line["precision"]] == [None, None]


def test_what_cannot_be_read_is_an_error_line_and_the_rest_goes_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "1.html").write_text(SAVED, encoding="utf-8")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(SAVED.encode())[:-20])

    names = [str(tmp_path / "gone.html"), str(tmp_path / "cut.gz"), str(tmp_path), str(tmp_path / "1.html")]
    code, lines = extracted(capsys, *names)

    assert code == 1
    assert [line["file"] for line in lines if "error" in line] == names[:3]
    assert lines[3]["title"] == TITLE


def test_an_address_is_asked_for_once_by_name_after_robots_txt(capsys: pytest.CaptureFixture[str]) -> None:
    with Site(61) as site:
        site.put("/moved", Reply(status=302, headers={"Location": "/1.html"}))
        site.put("/1.html", article())

        code, (line,) = extracted(capsys, site.url("/moved"))

        assert code == 0
        assert line["title"] == "江口区化工厂起火"
        assert site.paths() == ["/robots.txt", "/moved", "/1.html"]
        assert {each.agent for each in site.asked} == {"Huiying/0.1 (response desk of a government press office)"}
        assert site.asked[2].at - site.asked[1].at > 0.9


def test_robots_txt_is_obeyed_by_hand_too(capsys: pytest.CaptureFixture[str]) -> None:
    with Site(62) as site:
        site.put("/robots.txt", Reply(body=b"User-agent: *\nDisallow: /1.html", kind="text/plain"))
        site.put("/1.html", article())

        code, (line,) = extracted(capsys, site.url("/1.html"))

        assert code == 1
        assert "robots.txt asks not to" in (line["error"] or "")
        assert site.paths() == ["/robots.txt"]


def test_planted_identities_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["extract", str(PAGES / "planted.html")])

    said = capsys.readouterr().out
    assert "现场有浓烟" in said
    assert [planted for planted in ("卜氏名", "卜识明", "13912345678", "PLANTED", "京A12345") if planted in said] == []


@pytest.mark.archive
def test_real_pages_come_out_with_titles_and_minutes_read_by_hand(
    archives: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = archives / "news_pages"
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))

    code, lines = extracted(capsys, *(str(folder / each["file"]) for each in gold))

    assert code == 0
    assert [line["title"] for line in lines] == [each["title"] for each in gold]
    written = [(line["published_at"] or "").replace("T", " ") for line in lines]
    wrong = [at for at, each in zip(written, gold, strict=True) if not at.startswith(tuple(each["published"]))]
    assert wrong == []
    assert {line["precision"] for line in lines} <= {"second", "minute", "day"}
