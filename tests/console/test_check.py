"""What `huiying check` says of the duty ladder: who is paged when and how, or that nobody is."""

from datetime import timedelta
from pathlib import Path

import pytest

from backends.clock import SystemClock
from backends.sqlite import connect
from console.main import main
from tests.buses import OLDER

Printed = pytest.CaptureFixture[str]
MAIL = ("--smtp-host", "mail.yunzhou.example", "--smtp-from", "huiying@yunzhou.example")
SECRET = "correct-horse-battery"  # of tests only


def huiying(data: Path, *words: str) -> int:
    return main([*words, "--data", str(data)])


def add(data: Path, name: str, role: str, *contacts: str) -> None:
    assert huiying(data, "people", "add", name, "--role", role, *(f"--contact={each}" for each in contacts)) == 0


def put_on_duty(data: Path, name: str) -> None:
    now = SystemClock().now()
    since, until = (now - timedelta(hours=1)).isoformat(), (now + timedelta(hours=1)).isoformat()
    assert huiying(data, "people", "shift", name, "--since", since, "--until", until) == 0


def checked(data: Path, capsys: Printed, *words: str) -> list[str]:
    capsys.readouterr()
    assert huiying(data, "check", *words) == 0
    return capsys.readouterr().out.splitlines()


def ladder(lines: list[str]) -> list[str]:
    start = lines.index("duty ladder, while nobody takes a suspected incident on")
    return lines[start + 1 : start + 3]


def test_new_desk_says_that_nobody_is_paged_and_what_to_do(tmp_path: Path, capsys: Printed) -> None:
    lines = checked(tmp_path, capsys)

    assert ladder(lines) == [
        "  1. at once: 值班员: nobody is on duty or has the role: NOBODY IS PAGED",
        "  2. after 15 minutes: 新闻办主任: nobody is on duty or has the role: NOBODY IS PAGED",
    ]
    assert "next: put somebody on duty as 值班员: huiying people add, then huiying people shift" in lines
    assert list(tmp_path.iterdir()) == []


def test_who_is_on_duty_stands_with_every_channel_in_its_order(
    tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_WEBHOOK_SECRET", SECRET)
    add(tmp_path, "王值班", "值班员", "webhook=https://desk.example/wang", "mail=wang@yunzhou.example")
    add(tmp_path, "赵值班", "值班员")
    put_on_duty(tmp_path, "王值班")
    put_on_duty(tmp_path, "赵值班")

    lines = checked(tmp_path, capsys, *MAIL)

    assert ladder(lines)[0] == (
        "  1. at once: 值班员: 王值班 by webhook, then mail; if not reached, 赵值班, who has no contact"
    )
    assert not any("on duty as 值班员" in line for line in lines)


def test_with_nobody_on_duty_it_names_who_gets_the_page_instead(
    tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_WEBHOOK_SECRET", SECRET)
    add(tmp_path, "王值班", "值班员", "mail=wang@yunzhou.example")

    lines = checked(tmp_path, capsys, *MAIL, "--webhook-url", "https://desk.example/notices")

    assert ladder(lines) == [
        "  1. at once: 值班员: nobody is on duty; everybody of the role is paged: 王值班 by mail",
        "  2. after 15 minutes: 新闻办主任: nobody is on duty or has the role; webhook_url gets it",
    ]


def test_a_channel_that_is_not_set_up_is_said_beside_the_person(tmp_path: Path, capsys: Printed) -> None:
    add(tmp_path, "王值班", "值班员", "mail=wang@yunzhou.example")
    put_on_duty(tmp_path, "王值班")

    lines = checked(tmp_path, capsys)

    assert ladder(lines)[0] == "  1. at once: 值班员: 王值班 by mail (does not work: smtp_host is not set)"


def test_a_bus_of_an_older_program_is_a_problem_until_it_is_migrated(tmp_path: Path, capsys: Printed) -> None:
    add(tmp_path, "王值班", "值班员")
    bus = tmp_path / "desk" / "bus.db"
    for file in bus.parent.glob("bus.db*"):
        file.unlink()
    connect(bus, OLDER).close()
    capsys.readouterr()

    before = huiying(tmp_path, "check")
    told = capsys.readouterr().err
    migrated = huiying(tmp_path, "migrate", "--desk", "desk")

    assert (before, migrated) == (1, 0)
    assert "bus.db holds bus of version 1, this program knows 2: run `huiying migrate`" in told
    assert "store desk: current" in checked(tmp_path, capsys)
