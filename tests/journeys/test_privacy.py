import json
from pathlib import Path

import pytest

from console.main import main

NAMES = ("PLANTED-author", "PLANTED-nickname", "PLANTED-avatar", "9876543210123", "PLANTED-handle", "PLANTED-city")
NUMBERS = (
    "13912345678",
    "110101199003070134",
    "6222021234567890128",
    "planted@mail.example",
    "京A12345",
    "vx-planted99",
)


def archive_with_planted_identities(folder: Path) -> Path:
    line = {
        "id": "p1",
        "source": "云州论坛",
        "title": f"云州市江口区一化工厂发生爆炸 联系电话{NUMBERS[0]}",
        "text": (
            f"身份证{NUMBERS[1]}，卡号{NUMBERS[2]}，邮箱{NUMBERS[3]}，车牌{NUMBERS[4]}，"
            f"微信号：{NUMBERS[5]}，@{NAMES[4]} 说现场有浓烟"
        ),
        "url": f"https://weibo.com/{NAMES[3]}/AbCdEfGhI",
        "published_at": "2026-06-01T08:00:00+08:00",
        "author": NAMES[0],
        "nickname": NAMES[1],
        "avatar": NAMES[2],
        "uid": NAMES[3],
        "location": NAMES[5],
    }
    broken = {key: value for key, value in line.items() if key != "published_at"} | {"id": "p2"}
    path = folder / "planted.jsonl"
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in (line, broken)), encoding="utf-8")
    return path


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
