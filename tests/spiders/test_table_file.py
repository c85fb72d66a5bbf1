"""Files that a board or hotline gave: their rows as posts, read by the columns that are named."""

import json
from pathlib import Path

import pytest

from desk.errors import BadSettings
from spiders.source_reading import read_sources
from tests.spiders.crawl_run import CONTACT, dead, delivered, start

pytestmark = pytest.mark.process
SOURCES = f'''contact = "{CONTACT}"
[[source]]
key = "mailbox"
kind = "table"
lawful_basis = "市长信箱主管单位按月移交"
jurisdiction = "990100"
columns = {{ title = "标题", text = "内容", published = "来信时间", id = "编号" }}
'''
CSV = """编号,姓名,联系电话,标题,内容,来信时间
YZ-1,卜识明,13912345678,路灯不亮,江口区青石路路灯三天不亮，请尽快修复。电话13912345678,2026-06-10 08:12
YZ-2,卜氏名,13987654321,停水,"江口小区停水两天，
何时恢复供水？",2026/6/9
YZ-3,卜氏名,,没有时间,这一行没有时间，应当隔离而不丢失。,
YZ-1,卜识明,13912345678,路灯不亮,江口区青石路路灯三天不亮，请尽快修复。电话13912345678,2026-06-10 08:12
"""


def loaded(data: Path, name: str, content: bytes) -> tuple[int, str, str]:
    data.mkdir(exist_ok=True)
    (data / "sources.toml").write_text(SOURCES, encoding="utf-8")
    (data / name).write_bytes(content)
    process = start(data, "sources", "load", "mailbox", str(data / name))
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_every_row_of_a_csv_ends_once_and_only_named_columns_are_read(tmp_path: Path) -> None:
    code, out, _ = loaded(tmp_path / "var", "mail.csv", CSV.encode("gb18030"))

    assert (code, out) == (1, "load: delivered 2, repeated 1, quarantined 1\n")
    lamps, water = delivered(tmp_path / "var")
    assert (lamps.title, lamps.given_id, lamps.jurisdiction) == ("路灯不亮", "YZ-1", "990100")
    assert "何时恢复供水" in water.text
    (refused,) = dead(tmp_path / "var")
    assert "row 3 says no time" in refused.reason
    assert "应当隔离而不丢失" in refused.value.decode()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "var" / "desk").rglob("*") if path.is_file())
    assert [each for each in ("卜识明", "卜氏名", "13912345678", "13987654321") if each.encode() in kept] == []


@pytest.mark.parametrize("form", ["array", "lines"])
def test_json_is_read_as_csv_is(tmp_path: Path, form: str) -> None:
    rows = [{"标题": "停水", "内容": "何时恢复供水？", "来信时间": "2026-06-09 10:00", "编号": 7, "姓名": "卜识明"}]
    content = {"array": json.dumps(rows, ensure_ascii=False), "lines": json.dumps(rows[0], ensure_ascii=False) + "\n\n"}

    code, out, _ = loaded(tmp_path / "var", "mail.json", content[form].encode())

    assert (code, out) == (0, "load: delivered 1\n")
    (post,) = delivered(tmp_path / "var")
    assert (post.title, post.given_id) == ("停水", "7")


@pytest.mark.parametrize("content", ["编号,内容\n1,停水\n", '[{"标题": "停水"}, 7]', '{"标题": "停水"}\n{broken\n'])
def test_a_file_that_is_none_of_these_is_refused_and_nothing_is_published(tmp_path: Path, content: str) -> None:
    code, _, err = loaded(tmp_path / "var", "mail.csv", content.encode())

    assert code == 2
    assert "huiying: " in err
    assert not (tmp_path / "var" / "desk").exists()


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"columns": {"published": "时间"}}, "columns.text"),
        ({"columns": {"text": "内容"}}, "columns.published"),
        ({"columns": {"text": "内容", "published": "时间", "author": "姓名"}}, "columns.author"),
        ({"address": "https://yunzhou.example/"}, "address"),
    ],
)
def test_a_table_source_names_its_columns_and_no_author_s(changed: dict[str, object], path: str) -> None:
    table: dict[str, object] = {"key": "mailbox", "kind": "table", "lawful_basis": "移交"}
    columns = {"columns": {"text": "内容", "published": "时间"}}

    with pytest.raises(BadSettings) as refused:
        read_sources({"contact": CONTACT, "source": [table | columns | changed]})

    (problem,) = refused.value.problems
    assert problem.startswith(f"sources.source[0].{path}: ")
