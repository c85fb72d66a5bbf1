from pathlib import Path

import pytest

from console.main import main
from tests.journeys.planted import NAMES, NUMBERS, archive_with_planted_identities


def test_planted_identities_reach_no_store_log_index_quarantine_or_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "var"
    archive = archive_with_planted_identities(tmp_path)

    assert main(["replay", str(archive), "--jurisdiction", "990100", "--data", str(data)]) == 0
    assert main(["incidents", "export", "--data", str(data)]) == 0
    assert main(["incidents", "show", "回应-2026-0001", "--data", str(data)]) == 0
    assert main(["quarantine", "list", "--data", str(data)]) == 0

    said = capsys.readouterr()
    written = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    assert "爆炸" in said.out
    assert "1 in quarantine" in said.out
    for planted in (*NAMES, *NUMBERS):
        assert planted not in said.out + said.err
        assert [path.name for path, content in written.items() if planted.encode() in content] == []
