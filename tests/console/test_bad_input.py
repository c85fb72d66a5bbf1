import re
from pathlib import Path

import pytest

from console.main import main

Printed = pytest.CaptureFixture[str]

GOOD = '{"id": "g", "source": "演练", "title": "云州市江口区好天气", "published_at": "2026-06-01T08:00:00+08:00"}'


def replayed(folder: Path, content: bytes, *more: str) -> int:
    archive = folder / "posts.jsonl"
    archive.write_bytes(content)
    return main(["replay", str(archive), "--jurisdiction", "990100", "--data", str(folder / "var"), *more])


def quarantined(folder: Path, capsys: Printed) -> str:
    capsys.readouterr()
    assert main(["quarantine", "list", "--data", str(folder / "var")]) == 0
    return capsys.readouterr().out


def errors(capsys: Printed) -> list[str]:
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("huiying:")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "cannot be read"),
        ('{"title": "没有时间"}', "published_at"),
        ('{"title": "没有时区", "source": "演练", "published_at": "2026-06-01T08:00:00"}', "no zone"),
        ('{"source": "演练", "published_at": "2026-06-01T08:00:00+08:00"}', "title and text are both empty"),
    ],
)
def test_a_bad_line_goes_to_quarantine_with_its_reason_and_the_rest_goes_on(
    line: str, reason: str, tmp_path: Path, capsys: Printed
) -> None:
    code = replayed(tmp_path, f"{GOOD}\n{line}\n{GOOD.replace('好天气', '坏天气')}\n".encode())

    assert code == 0
    assert "共2条信息" in capsys.readouterr().out
    listed = quarantined(tmp_path, capsys)
    assert reason in listed
    assert "posts.jsonl:2" in listed
    assert "1 in quarantine" in listed


def test_a_text_of_ten_megabytes_is_refused_by_name_and_size(tmp_path: Path, capsys: Printed) -> None:
    long = GOOD.replace("云州市江口区好天气", "长" * 3_500_000)

    code = replayed(tmp_path, f"{long}\n{GOOD}\n".encode())

    assert code == 0
    assert "共1条信息" in capsys.readouterr().out
    assert "1 in quarantine" in quarantined(tmp_path, capsys)


def test_a_binary_file_is_one_clear_error_and_leaves_nothing(tmp_path: Path, capsys: Printed) -> None:
    code = replayed(tmp_path, bytes(range(256)) * 40)

    assert code == 2
    assert len(errors(capsys)) == 1


def test_a_replay_without_a_jurisdiction_says_what_to_add(tmp_path: Path, capsys: Printed) -> None:
    archive = tmp_path / "posts.jsonl"
    archive.write_text(GOOD + "\n", encoding="utf-8")

    code = main(["replay", str(archive), "--data", str(tmp_path / "var")])

    assert code == 2
    assert "--jurisdiction" in errors(capsys)[0]
    assert not (tmp_path / "var").exists()


def test_an_unknown_setting_is_named_with_the_nearest_known_one(
    tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_JURISDICTON", "990100")

    code = main(["check", "--data", str(tmp_path)])

    assert code == 2
    assert "did you mean 'jurisdiction'" in errors(capsys)[0]


def test_a_broken_policy_names_every_problem_with_its_path(tmp_path: Path, capsys: Printed) -> None:
    shipped = Path("policy.toml").read_text(encoding="utf-8")
    broken = tmp_path / "policy.toml"
    broken.write_text(shipped.replace("length = 5\n", "length = 6\n").replace('unit = "hours"', 'unit = "moons"', 1))

    code = main(["check", "--data", str(tmp_path), "--policy", str(broken)])

    found = errors(capsys)
    assert code == 1
    assert any("rule[C1].length" in line for line in found)
    assert any("rule[C1].unit" in line for line in found)


def test_a_rule_nothing_in_the_desk_meets_is_named_with_its_row_and_field(tmp_path: Path, capsys: Printed) -> None:
    shipped = Path("policy.toml").read_text(encoding="utf-8")
    broken = tmp_path / "policy.toml"
    broken.write_text(shipped.replace('stop = "handover"', 'stop = "report"').replace('on = "01-31"', 'on = "03-01"'))

    code = main(["check", "--data", str(tmp_path), "--policy", str(broken)])

    assert code == 1
    assert errors(capsys) == [
        f"huiying: {broken}: policy.rule[C11].stop: nothing in the desk meets it by 'report': write 'handover'",
        f"huiying: {broken}: policy.reminder[C19].on: later than the law's 01-31: never looser",
    ]


def test_check_says_through_which_year_working_days_are_published(tmp_path: Path, capsys: Printed) -> None:
    code = main(["check", "--data", str(tmp_path)])

    printed = capsys.readouterr().out
    assert code == 0
    assert re.search(r"working days: published through \d{4}  \[chinesecalendar", printed)
    assert "C14 依申请公开答复: 20 working_days from received" in printed
    assert "C19 部门信息公开年度报告: reminds, on 01-31 every year" in printed


def test_a_policy_that_is_no_toml_is_one_clear_error(tmp_path: Path, capsys: Printed) -> None:
    broken = tmp_path / "policy.toml"
    broken.write_text("version = ")

    code = main(["check", "--data", str(tmp_path), "--policy", str(broken)])

    assert code == 1
    assert str(broken) in errors(capsys)[0]


def test_a_quarantined_line_that_is_still_bad_comes_back(tmp_path: Path, capsys: Printed) -> None:
    replayed(tmp_path, f'{GOOD}\n{{"title": "没有时间", "source": "演练"}}\n'.encode())
    capsys.readouterr()

    code = main(["quarantine", "replay", "--data", str(tmp_path / "var")])

    assert code == 0
    assert "0 published again, 1 still refused" in capsys.readouterr().out
    assert "1 in quarantine" in quarantined(tmp_path, capsys)


def test_an_empty_data_folder_says_how_to_begin(tmp_path: Path, capsys: Printed) -> None:
    code = main(["incidents", "list", "--data", str(tmp_path)])

    assert code == 2
    assert "huiying drill" in errors(capsys)[0]
