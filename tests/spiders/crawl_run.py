"""The real `huiying crawl` as a process of its own over a folder, and what it left there."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backends.desk_folder import DeskFolder
from backends.settings import load_settings
from backends.wiring import open_backends
from desk.post import Observation, Post
from desk.source import CoverageGap, Cursor
from desk.travel import DEAD, POSTS, DeadRecord

ROOT = Path(__file__).resolve().parents[2]
CONTACT = "press@yunzhou.example"


def source(key: str, address: str, **lines: str | int | bool | list[str]) -> str:
    """One source as it stands in sources.toml."""
    fields = {"kind": "feed", "lawful_basis": "公开新闻", "schedule": 60, "delay": 1} | lines
    written = "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    return f'[[source]]\nkey = "{key}"\naddress = "{address}"\n{written}'


def write_sources(folder: Path, *sources: str) -> None:
    """The sources file of a data folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f'contact = "{CONTACT}"\n' + "\n".join(sources)
    (folder / "sources.toml").write_text(text, encoding="utf-8")


def start(data: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Starts a command of collection as its own process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUIYING_")}
    if "CRAWL_WEIBO_TOKEN_FILE" in os.environ:
        environment["HUIYING_WEIBO_TOKEN_FILE"] = os.environ["CRAWL_WEIBO_TOKEN_FILE"]
    command = [sys.executable, "-m", "console.main", *arguments, "--data", str(data)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)


def crawl(data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs `huiying crawl --once` to its end."""
    process = start(data, "crawl", "--once", *arguments)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def ends(data: Path) -> Counter[str]:
    """How the pages ended, from the crawl's own log."""
    lines = (data / "desk" / "log" / "crawl.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return Counter(line["outcome"] for line in found if line["event"] == "page ended")


def delivered(data: Path) -> list[Post]:
    """The posts on the bus."""
    return [each for each in _on_bus(data, POSTS) if isinstance(each, Post)]


def observed(data: Path) -> list[Observation]:
    """The counters on the bus."""
    return [each for each in _on_bus(data, POSTS) if isinstance(each, Observation)]


def dead(data: Path) -> list[DeadRecord]:
    """What lies in quarantine."""
    return [each for each in _on_bus(data, DEAD) if isinstance(each, DeadRecord)]


def cursor(data: Path, key: str) -> Cursor:
    """Where a source stands."""
    with open_backends(DeskFolder(data, "desk"), load_settings({"data": str(data)}, {}, data)) as backends:
        return backends.sources.cursor(key)


def set_cursor(data: Path, moved: Cursor) -> None:
    """Puts a source elsewhere, as if time had passed."""
    with open_backends(DeskFolder(data, "desk"), load_settings({"data": str(data)}, {}, data)) as backends:
        backends.sources.save_cursor(moved)


def gaps(data: Path) -> list[CoverageGap]:
    """All coverage gaps."""
    ever = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    with open_backends(DeskFolder(data, "desk"), load_settings({"data": str(data)}, {}, data)) as backends:
        return backends.sources.gaps(*ever)


def _on_bus(data: Path, topic: str) -> list[object]:
    with (
        open_backends(DeskFolder(data, "desk"), load_settings({"data": str(data)}, {}, data)) as backends,
        backends.bus.subscribe(topic, group="test") as subscription,
    ):
        records = subscription.poll(limit=1_000, timeout=timedelta())
        return [backends.codec.decode(record.value) for record in records]
