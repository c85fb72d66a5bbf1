"""The rota from the command line, and what `huiying run` notifies with."""

from datetime import timedelta
from pathlib import Path

import pytest

from backends.clock import SystemClock
from console.main import main

Printed = pytest.CaptureFixture[str]
WANG = ("people", "add", "王值班", "--role", "值班员", "--contact", "mail=wang@yunzhou.example")


def huiying(data: Path, *words: str) -> int:
    return main([*words, "--data", str(data)])


def listed(data: Path, capsys: Printed) -> list[str]:
    capsys.readouterr()
    assert huiying(data, "people", "list") == 0
    return capsys.readouterr().out.splitlines()


def refused(data: Path, capsys: Printed, *words: str) -> str:
    capsys.readouterr()
    assert huiying(data, *words) == 2
    return capsys.readouterr().err


def hours_from_now(hours: int) -> str:
    return (SystemClock().now() + timedelta(hours=hours)).isoformat()


def test_a_person_is_added_before_the_desk_first_runs_and_listed(tmp_path: Path, capsys: Printed) -> None:
    assert huiying(tmp_path, *WANG) == 0

    assert listed(tmp_path, capsys) == [
        "王值班  王值班  值班员  mail=wang@yunzhou.example  not on duty",
        "nobody is on duty as 值班员: huiying people shift ID --since … --until …",
        "nobody is on duty as 新闻办主任: huiying people shift ID --since … --until …",
    ]


def test_a_shift_puts_a_person_on_duty_in_their_role_or_another(tmp_path: Path, capsys: Printed) -> None:
    huiying(tmp_path, *WANG)
    times = ("--since", hours_from_now(-1), "--until", hours_from_now(1))

    assert huiying(tmp_path, "people", "shift", "王值班", *times) == 0
    assert huiying(tmp_path, "people", "shift", "王值班", "--role", "新闻办主任", *times) == 0

    (line,) = listed(tmp_path, capsys)
    assert line.endswith("on duty as 值班员、新闻办主任")


def test_a_shift_of_another_day_is_no_duty_now(tmp_path: Path, capsys: Printed) -> None:
    huiying(tmp_path, *WANG)

    huiying(tmp_path, "people", "shift", "王值班", "--since", hours_from_now(1), "--until", hours_from_now(9))

    assert listed(tmp_path, capsys)[0].endswith("not on duty")


def test_a_person_added_again_is_replaced_with_contacts_in_their_order(tmp_path: Path, capsys: Printed) -> None:
    huiying(tmp_path, *WANG)
    contacts = ("--contact", "webhook=https://desk.example/wang", "--contact", "mail=wang@yunzhou.example")

    huiying(tmp_path, "people", "add", "王值班", "--name", "王一", "--role", "值班员", *contacts, "--inactive")

    shown = "webhook=https://desk.example/wang mail=wang@yunzhou.example"
    assert listed(tmp_path, capsys)[0] == f"王值班  王一  值班员  {shown}  inactive"


def test_every_problem_of_a_person_is_told_at_once_and_nobody_is_added(tmp_path: Path, capsys: Printed) -> None:
    words = ("people", "add", "王 值班", "--role", "局长", "--contact", "pigeon=1001", "--contact", "mail=wang")

    told = refused(tmp_path, capsys, *words)

    assert told.splitlines() == [
        "huiying: id '王 值班': use 1 to 30 characters without spaces or '·'",
        "huiying: no step of the ladder has the role 局长: use 值班员 or 新闻办主任",
        "huiying: no channel pigeon: use webhook or mail or wecom or dingtalk or feishu or sms or apprise",
        "huiying: 'wang' is no mail address: write mail=NAME@DOMAIN",
    ]
    assert len(listed(tmp_path, capsys)) == 2


def test_a_robots_address_comes_from_a_file_and_is_never_shown(tmp_path: Path, capsys: Printed) -> None:
    note = tmp_path / "robot"
    note.write_text("https://oapi.dingtalk.com/robot/send?access_token=hunter2#SEChunter2\n", encoding="utf-8")

    told = huiying(tmp_path, *WANG, "--contact", f"dingtalk=@{note}"), capsys.readouterr()
    line = listed(tmp_path, capsys)[0]

    assert told[0] == 0
    assert "  mail=wang@yunzhou.example dingtalk=https://oapi.dingtalk.com/…  " in line
    assert "hunter2" not in told[1].out + told[1].err + line


def test_a_contact_that_cannot_be_read_adds_nobody(tmp_path: Path, capsys: Printed) -> None:
    told = refused(tmp_path, capsys, *WANG, "--contact", f"dingtalk=@{tmp_path / 'missing'}")

    assert "cannot read the dingtalk contact from" in told
    assert len(listed(tmp_path, capsys)) == 2


def test_a_shift_needs_somebody_and_a_length(tmp_path: Path, capsys: Printed) -> None:
    huiying(tmp_path, *WANG)
    noon, later = "2026-11-23T12:00", "2026-11-23T12:01"

    nobody = refused(tmp_path, capsys, "people", "shift", "p-9", "--since", noon, "--until", later)
    empty = refused(tmp_path, capsys, "people", "shift", "王值班", "--since", noon, "--until", noon)

    assert "nobody has the id p-9" in nobody
    assert "the shift ends before it begins" in empty


def test_a_rehearsal_that_was_never_played_has_no_rota(tmp_path: Path, capsys: Printed) -> None:
    told = refused(tmp_path, capsys, *WANG, "--desk", "drill")

    assert "no desk drill" in told
    assert not (tmp_path / "drill").exists()


def test_a_rehearsal_never_notifies_real_people(
    tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_WEBHOOK_SECRET", "correct-horse-battery")

    told = [
        refused(tmp_path, capsys, "run", "--only", "notify", "--desk", desk, "--until-idle")
        for desk in ("drill", "replay/a")
    ]

    assert ["is a rehearsal" in each for each in told] == [True, True]
    assert list(tmp_path.iterdir()) == []


def test_without_a_channel_notifying_is_refused_with_what_to_set(tmp_path: Path, capsys: Printed) -> None:
    told = refused(tmp_path, capsys, "run", "--only", "notify", "--until-idle")

    assert "neither webhook_secret, smtp_host nor outside_channels is set" in told
