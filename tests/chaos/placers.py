"""Real processes that each run `huiying run --only place` on one desk folder, watched by what they log and store."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from backends.codec import JsonCodec
from backends.desk_folder import DeskFolder
from backends.settings import Settings, load_settings
from backends.wiring import Backends, open_backends
from desk.moments import Precision
from desk.post import Post
from desk.travel import FLAGGED, FlaggedPost, Outgoing
from spiders.door import RawItem, admit
from tests.build import a_verdict

START = datetime(2026, 6, 1, tzinfo=UTC)
STANDING_BY = "standing by: another placer is at work"
MADE_WAY = "standing by: another placer took over"
AT_WORK = "placing"


class _Line(msgspec.Struct):
    event: str


@dataclass
class Office:
    """A desk folder with its stores made, and the placers that run in it."""

    data: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with open_backends(self.folder, self.settings, migrate=True):
            pass

    @property
    def folder(self) -> DeskFolder:
        return DeskFolder(self.data, "desk")

    @property
    def settings(self) -> Settings:
        return load_settings({"data": str(self.data)}, self._ours(), self.data)

    @contextmanager
    def opened(self) -> Iterator[Backends]:
        with open_backends(self.folder, self.settings) as backends:
            yield backends

    def start(self, *parts: str) -> "subprocess.Popen[bytes]":
        only = [word for part in parts or ("place",) for word in ("--only", part)]
        command = [sys.executable, "-m", "console.main", "run", "--data", str(self.data), *only]
        with (self.data / "said").open("ab") as said:
            environ = {**os.environ, **self._ours()}
            return subprocess.Popen(command, stdout=said, stderr=said, env=environ, cwd=self.data)

    def events(self, seat: str) -> list[str]:
        log = self.folder.log / f"{seat}.jsonl"
        lines = log.read_bytes().splitlines() if log.exists() else []
        return [msgspec.json.decode(line, type=_Line).event for line in lines]

    def last_said(self, seat: str) -> str:
        """What the placer of that seat last said of its turn."""
        said = [event for event in self.events(seat) if event in (STANDING_BY, MADE_WAY, AT_WORK)]
        return said[-1] if said else ""

    def flag(self, posts: Sequence[Post]) -> None:
        codec = JsonCodec()
        flagged = [FlaggedPost(post=post, verdict=a_verdict()) for post in posts]
        with self.opened() as backends:
            backends.bus.publish([Outgoing(topic=FLAGGED, key="place", value=codec.encode(each)) for each in flagged])
            backends.bus.flush()

    def placed(self, posts: Sequence[Post]) -> int:
        with self.opened() as backends:
            return len(backends.incidents.placements([post.id for post in posts]))

    def _ours(self) -> dict[str, str]:
        return {"HUIYING_JURISDICTION": "990100", "HUIYING_BATCH": "25", **self.environ}


def flagged_posts(count: int, *, first: int = 0) -> list[Post]:
    """So many posts a minute apart, each a matter of its own or of those before it."""
    return [_post(number) for number in range(first, first + count)]


def stop(*processes: "subprocess.Popen[bytes]") -> list[int]:
    """Asks them to stop; says how each ended."""
    for process in processes:
        process.send_signal(signal.SIGCONT)
        process.terminate()
    return [process.wait(timeout=30) for process in processes]


def _post(number: int) -> Post:
    at = START + timedelta(minutes=number)
    title = f"云州市江口区第{number % 7}化工厂发生爆炸致{number % 9}人受伤（{number}）"
    return admit(RawItem(source="yunzhou-news", title=title, published_at=at, precision=Precision.MINUTE), now=at)
