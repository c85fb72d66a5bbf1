import json
from pathlib import Path

import pytest

from console.main import main

Printed = pytest.CaptureFixture[str]


def classified(folder: Path, lines: list[str], capsys: Printed) -> tuple[int, list[dict[str, object]]]:
    file = folder / "posts.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code = main(["classify", str(file)])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_line_gets_one_answer_in_order(tmp_path: Path, capsys: Printed) -> None:
    lines = [
        '{"id": "a", "title": "云州市一化工厂发生爆炸致3人死亡"}',
        '{"id": 2, "text": "今天的晚霞真好看", "published_at": "2026-06-01T08:00:00+08:00"}',
    ]

    code, answers = classified(tmp_path, lines, capsys)

    assert code == 0
    assert [answer["id"] for answer in answers] == ["a", "2"]
    assert [answer["flagged"] for answer in answers] == [True, False]
    assert answers[0]["event_kind"] == "accident"
    assert answers[0]["why"]
    assert set(answers[0]) == {"id", "incident", "flagged", "event_kind", "why"}


def test_a_bad_line_gets_its_reason_and_the_others_their_answers(tmp_path: Path, capsys: Printed) -> None:
    lines = ['{"id": "a", "title": "好天气"}', "not json", '{"id": "c"}', '{"id": "d", "title": "好天气"}']

    code, answers = classified(tmp_path, lines, capsys)

    assert code == 1
    assert [answer.get("id") for answer in answers] == ["a", None, None, "d"]
    assert str(answers[1]["error"]).startswith("line 2")
    assert "neither title nor text" in str(answers[2]["error"])


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path, capsys: Printed) -> None:
    code = main(["classify", str(tmp_path / "nothing.jsonl")])

    assert code == 2
    assert "No such file" in capsys.readouterr().err
