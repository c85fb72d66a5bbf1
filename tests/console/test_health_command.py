from pathlib import Path

import pytest

from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.local_receiver import LocalReceiver
from console.health import NEEDED, Pulse
from console.main import main


@pytest.fixture
def folder(tmp_path: Path) -> DeskFolder:
    found = DeskFolder(tmp_path, "desk")
    found.prepare()
    return found


def test_parts_at_work_are_well(folder: DeskFolder, capsys: pytest.CaptureFixture[str]) -> None:
    for part in NEEDED:
        Pulse(folder, part, SystemClock()).worked()

    code = main(["health", "--data", str(folder.root)])

    assert code == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [[part, "at", "work"] for part in NEEDED]


def test_a_part_that_never_worked_is_not_well(folder: DeskFolder, capsys: pytest.CaptureFixture[str]) -> None:
    Pulse(folder, "screen", SystemClock()).worked()

    code = main(["health", "screen", "calendar", "--data", str(folder.root)])

    assert code == 1
    assert capsys.readouterr().out.splitlines() == ["screen    at work", "calendar  never"]


def test_a_part_in_trouble_is_not_well(folder: DeskFolder, capsys: pytest.CaptureFixture[str]) -> None:
    Pulse(folder, "screen", SystemClock()).worked("kafka is away")

    code = main(["health", "screen", "--data", str(folder.root)])

    assert code == 1
    assert "kafka is away" in capsys.readouterr().out


def test_a_board_that_answers_is_at_work(folder: DeskFolder, capsys: pytest.CaptureFixture[str]) -> None:
    # Any server that answers stands for the board: what its answer says is the desk's own matter.
    with LocalReceiver(folder.spool, secret="x" * 16) as receiver:
        port = receiver.url.rstrip("/").rpartition(":")[2]

        code = main(["health", "web", "--data", str(folder.root), "--web-port", port])

    assert code == 0
    assert capsys.readouterr().out == "web       at work\n"


def test_a_board_that_does_not_answer_is_not_well(folder: DeskFolder, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["health", "web", "--data", str(folder.root), "--web-port", "1024"])

    assert code == 1
    assert capsys.readouterr().out.startswith("web       does not answer on port 1024")
