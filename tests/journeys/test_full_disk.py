"""A desk on a very small disk of its own: full in the middle, then given room again."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.main import main
from spiders.archives import read_archive
from tests.journeys.content import content_of
from tests.journeys.stream import START

pytestmark = [pytest.mark.process, pytest.mark.mount]

POSTS = 1_500


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def archive(folder: Path) -> Path:
    path = folder / "posts.jsonl"
    day = START.date().isoformat()
    lines = [
        f'{{"source": "云州新闻", "title": "云州市江口区今天的晚霞真好看第{number}张", '
        f'"published_at": "{day}T{number // 60 % 24:02}:{number % 60:02}:00+08:00"}}'
        for number in range(POSTS)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_full_disk_is_one_clear_message_and_with_room_again_nothing_is_lost(
    small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = archive(tmp_path)
    command = ["replay", str(posts), "--jurisdiction", "990100", "--name", "full", "--data", str(small_disk)]

    full = main(command)
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("huiying:")]
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = main(command)

    assert (full, again) == (2, 0)
    assert len(said) == 1
    assert "full" in said[0]
    assert len(content_of(small_disk, "replay/full").posts) == len(list(read_archive(posts, "jsonl")))
