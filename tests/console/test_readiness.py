import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

from backends.clock import ManualClock
from backends.desk_folder import DeskFolder
from backends.telemetry import log
from console.health import Pulse
from console.parts import Part
from console.readiness import Readiness
from tests.build import NOON
from tests.spiders.crawl_site import Site


def begun(tmp_path: Path, part: Part) -> list[str]:
    """The parts that have begun to work, were this process that part."""
    readiness = Readiness(DeskFolder(tmp_path, "desk"), [part], lambda _: os.getpid(), log("run"))
    return [each.name for each in readiness.look()]


def test_a_board_that_takes_connections_and_answers_none_is_not_at_work(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        part = Part(name="web", command=(), stage=0, port=taken.getsockname()[1], page="/healthz")

        assert begun(tmp_path, part) == []


def test_a_board_that_answers_is_at_work_red_or_green(tmp_path: Path) -> None:
    with Site() as site:
        part = Part(name="web", command=(), stage=0, port=urlsplit(site.url()).port, page="/healthz")

        assert begun(tmp_path, part) == ["web"]
    assert site.paths() == ["/healthz"]


def test_a_crawl_is_at_work_once_it_says_so_itself(tmp_path: Path) -> None:
    folder, part = DeskFolder(tmp_path, "desk"), Part(name="crawl", command=(), stage=0, beats=("crawl",))
    folder.prepare()
    before = begun(tmp_path, part)

    Pulse(folder, "crawl", ManualClock(NOON)).worked()

    assert (before, begun(tmp_path, part)) == ([], ["crawl"])
