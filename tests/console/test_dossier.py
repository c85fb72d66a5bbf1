"""A dossier of the drill, from the command line to its checking on a machine that has nothing else."""

import re
import stat
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from backends.database import Database, sqlite_url
from backends.desk_folder import DeskFolder
from backends.dossier_cover import cover_html
from backends.dossier_evidence import evidence_of
from backends.dossier_package import unpacked
from backends.incidents_sql import SqlIncidentStore
from backends.settings import load_settings
from backends.wiring import open_backends
from console.dossier_command import case_of
from console.dossier_cover import cover_of
from console.main import main
from desk import dossier
from desk.caselog import Entry, verify_office
from desk.errors import StaleIncident
from tests.build import NOON, an_id
from tests.build_incidents import a_change, an_event
from tests.dossiers import DossierOffice, lines_in, with_lines

Printed = pytest.CaptureFixture[str]
NUMBER = "演练云州-2026-0001"


class BusyIncidents(SqlIncidentStore):
    """A store in which somebody changes the incident whenever its case log has just been read."""

    def __init__(self, database: Database, *, changes: int = 3) -> None:
        super().__init__(database)
        self.left = changes

    def case_log(self, incident_id: str) -> list[Entry]:
        read = super().case_log(incident_id)
        if self.left:
            self.left -= 1
            self.save([a_change(incident=self.get(incident_id), events=(an_event(kind="joined"),))])
        return read


@pytest.fixture
def file(drilled: Path, tmp_path: Path, capsys: Printed) -> Path:
    path = tmp_path / "dossier.zip"
    assert main(["dossier", NUMBER, "--data", str(drilled), "--to", str(path)]) == 0
    capsys.readouterr()
    return path


def verified(file: Path, capsys: Printed, *more: str) -> tuple[int, list[str]]:
    code = main(["verify", str(file), *more])
    return code, capsys.readouterr().out.splitlines()


def head_of(data: Path, folder: Path, capsys: Printed) -> Path:
    assert main(["heads", "--data", str(data)]) == 0
    path = folder / "heads.txt"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    return path


def test_drill_s_dossier_holds_and_says_that_it_is_a_drill(file: Path, capsys: Printed) -> None:
    code, lines = verified(file, capsys)

    assert code == 0
    assert lines[0] == "卷宗文件：dossier.zip"
    assert lines[1] == "【演练】本卷宗为演练或回放内容，不是真实事件"
    assert lines[2].startswith(f"事件：{NUMBER} ")
    assert lines[-1] == "结论：未发现改动。签名有效，各条经过、单位总链和所附文件全部相符。"


def test_same_drill_gives_the_same_file(file: Path, drilled: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"

    assert main(["dossier", NUMBER, "--data", str(drilled), "--to", str(again)]) == 0

    assert again.read_bytes() == file.read_bytes()


def test_verify_needs_nothing_but_the_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("HUIYING_DATA", str(elsewhere / "none"))
    monkeypatch.setenv("HUIYING_WEB_PORT", "no port")

    code, _ = verified(file, capsys)

    assert code == 0
    assert list(elsewhere.iterdir()) == []


def test_first_altered_entry_is_named_in_plain_words(file: Path, capsys: Printed) -> None:
    lines = lines_in(file.read_bytes(), dossier.CASE_LOG)
    lines[8] = lines[8].replace("新闻办主任".encode(), "值班员".encode())
    file.write_bytes(with_lines(file.read_bytes(), dossier.CASE_LOG, lines))

    code, said = verified(file, capsys)

    assert code == 1
    assert "结论：不可信。经过（case_log.jsonl）第 9 条内容被改动。" in said


def test_key_handed_out_and_head_sent_out_are_demanded(
    file: Path, drilled: Path, tmp_path: Path, capsys: Printed
) -> None:
    assert main(["dossier", "--public-key", "--data", str(drilled)]) == 0
    key = tmp_path / "public_key.pem"
    key.write_text(capsys.readouterr().out)
    heads = head_of(drilled, tmp_path, capsys)

    code, lines = verified(file, capsys, "--key", str(key), "--heads", str(heads))

    assert code == 0
    assert "外部留底：核对 1 条，另有 0 条晚于本卷宗。" in lines
    assert any(line.startswith("公钥指纹：") and line.endswith("（与所给公钥一致）") for line in lines)


def test_head_that_left_and_is_not_in_the_chain_is_caught(
    file: Path, drilled: Path, tmp_path: Path, capsys: Printed
) -> None:
    heads = head_of(drilled, tmp_path, capsys)
    day, seq, _ = heads.read_text().split()
    heads.write_text(f"{day} {seq} {'0' * 64}\n")

    code, lines = verified(file, capsys, "--heads", str(heads))

    assert code == 1
    assert f"结论：不可信。{day} 的外部留底（单位总链第 {seq} 行）与卷宗不符" in lines[-1]


def test_cover_tells_the_whole_case_in_chinese(file: Path) -> None:
    page = unpacked(file.read_bytes())[dossier.COVER].decode()

    text = unescape(re.sub(r"<[^>]+>", "\n", page.split("<body>")[1]))

    for part in ("起算依据", "时限", "发布、发布会和会商", "经过", "通知", "人员", "如何核对"):
        assert f"\n{part}" in text
    assert "【演练】本卷宗为演练或回放内容，不是真实事件" in text
    assert "起算 2026-06-10 08:10:00 ＋ 5 小时 ＝ 到期 2026-06-10 13:10:00（到期当秒仍算按时）" in text
    assert "自首次公开：4 小时 00 分" in text
    assert "自自" not in text
    assert "规则版本" in text
    assert "已送达" in text
    assert "<script" not in page


def test_cover_shows_evidence_and_no_official_s_address(tmp_path: Path) -> None:
    office = DossierOffice(tmp_path)
    case = office.case()

    page = cover_html(cover_of(case, evidence_of(case, office.archive), fingerprint="ab")).decode()

    assert "附原件 2 件" in page
    assert "no mailbox &lt;邮箱&gt; here" in page
    assert "duty@" not in page
    assert "区应急局电话核实，第3次" in page


def test_without_a_file_the_dossier_stands_with_the_desk(drilled: Path, capsys: Printed) -> None:
    capsys.readouterr()

    assert main(["dossier", NUMBER, "--data", str(drilled)]) == 0

    written = drilled / "drill" / "dossiers" / f"卷宗-演练-{NUMBER}.zip"
    assert capsys.readouterr().out.splitlines() == [str(written)]
    assert written.exists()


def test_private_key_stands_in_the_desk_s_folder_for_its_owner_alone(file: Path, drilled: Path) -> None:
    key = drilled / "drill" / "signing_key.pem"

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert b"PRIVATE" not in file.read_bytes()


def test_unknown_incident_is_refused_and_nothing_is_written(drilled: Path, tmp_path: Path, capsys: Printed) -> None:
    path = tmp_path / "none.zip"

    code = main(["dossier", "演练云州-2026-0999", "--data", str(drilled), "--to", str(path)])

    assert code == 2
    assert "no incident has the id or number 演练云州-2026-0999" in capsys.readouterr().err
    assert not path.exists()


def test_dossier_of_no_incident_is_refused(drilled: Path, capsys: Printed) -> None:
    code = main(["dossier", "--data", str(drilled)])

    assert code == 2
    assert "no incident is named" in capsys.readouterr().err


def test_file_that_cannot_be_read_is_refused(tmp_path: Path, capsys: Printed) -> None:
    code = main(["verify", str(tmp_path / "none.zip")])

    assert code == 2
    assert "none.zip: no such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "content", "why"),
    [
        ("--key", b"no key", "no public key in PEM, use what"),
        ("--heads", b"no head", "line 1 is no head"),
        ("--heads", b"\xff", "no text in UTF-8"),
    ],
)
def test_key_or_heads_that_cannot_be_used_are_refused(
    file: Path, tmp_path: Path, capsys: Printed, option: str, content: bytes, why: str
) -> None:
    given = tmp_path / "given"
    given.write_bytes(content)

    code = main(["verify", str(file), option, str(given)])

    assert code == 2
    assert why in capsys.readouterr().err


def test_case_is_read_at_one_version_while_the_incident_is_being_changed(tmp_path: Path) -> None:
    settings = load_settings({"data": str(tmp_path)}, {}, tmp_path)
    folder = DeskFolder(tmp_path, "desk")
    with open_backends(folder, settings, migrate=True) as backends:
        busy = BusyIncidents(Database(sqlite_url(folder.incidents)))
        busy.save([a_change(events=(an_event(),))])
        case = case_of(an_id(1), replace(backends, incidents=busy), folder, settings, NOON)
        busy.close()

    assert (case.incident.version, len(case.entries), len(case.links)) == (4, 4, 4)
    assert verify_office(case.links, {an_id(1): case.entries}) is None


def test_incident_that_never_stands_still_is_refused(tmp_path: Path) -> None:
    settings = load_settings({"data": str(tmp_path)}, {}, tmp_path)
    folder = DeskFolder(tmp_path, "desk")
    with open_backends(folder, settings, migrate=True) as backends:
        busy = BusyIncidents(Database(sqlite_url(folder.incidents)), changes=1_000)
        busy.save([a_change(events=(an_event(),))])
        with pytest.raises(StaleIncident, match="is being changed all the time"):
            case_of(an_id(1), replace(backends, incidents=busy), folder, settings, NOON)
        busy.close()


def test_anything_else_than_a_dossier_is_not_trusted(tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "letter.txt").write_text("公函", encoding="utf-8")

    code, lines = verified(tmp_path / "letter.txt", capsys)

    assert code == 1
    assert lines[-1] == "结论：不可信。打不开：不是卷宗包，或压缩包的外壳被改动。"
