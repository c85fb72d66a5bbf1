"""The tour as a newcomer walks it: every command in it runs, one after another, on what the one before left."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "tour.md").read_text(encoding="utf-8"), flags=re.DOTALL)
# The first two commands make the environment these tests run in, and run the desk until Ctrl-C: test_running_desk.
OURS = re.compile(r"(?!make run|\. \.venv).+")
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if OURS.match(line)]


def test_every_command_of_the_tour_runs(tmp_path: Path) -> None:
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "huiying").write_text(f'#!/bin/sh\nexec {sys.executable} -m console.main "$@"\n', encoding="utf-8")
    (commands / "huiying").chmod(0o755)
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HUIYING_DATA": str(tmp_path / "var"), "PYTHONPATH": str(ROOT)}
    folder = tmp_path / "top"
    folder.mkdir()
    for name in ("drills", "policy.toml"):
        (folder / name).symlink_to(ROOT / name)

    ended = {
        command: subprocess.run(  # the tour's own words, as its reader types them
            command,
            shell=True,
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
        )
        for command in COMMANDS
    }

    assert len(ended) >= 8
    assert {command: run.stderr.decode()[-300:] for command, run in ended.items() if run.returncode} == {}
