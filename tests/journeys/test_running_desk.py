"""The whole desk as real processes; the tests of this file share one desk and go through its day in order."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from backends.clock import SystemClock
from backends.local_receiver import LocalReceiver
from console.health import PartState, health_of
from tests.build import HOUR, SECOND
from tests.journeys.running import SECRET, RunningDesk, a_free_port, alive, seconds_until

pytestmark = pytest.mark.process

PARTS = ("prefect", "line", "watch", "notify", "calendar", "web")


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalReceiver]:
    with LocalReceiver(tmp_path_factory.mktemp("receiver"), SECRET) as listening:
        yield listening


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, receiver: LocalReceiver) -> Iterator[RunningDesk]:
    data = tmp_path_factory.mktemp("desk")
    running = RunningDesk(data=data, webhook=receiver.url, web_port=a_free_port(), prefect_port=a_free_port())
    running.start()
    yield running
    running.process.kill()
    running.process.wait()


def watch_state(desk: RunningDesk) -> PartState:
    return health_of(desk.folder, SystemClock().now())["watch"].state


def pages(receiver: LocalReceiver, rung: str) -> list[str]:
    return [
        each.notice.key for each in receiver.received() if (each.notice.clock_key, each.notice.rung) == ("C1", rung)
    ]


def test_within_a_minute_every_part_works_and_people_know_where_to_look(desk: RunningDesk) -> None:
    seconds_until(lambda: desk.at_work(*PARTS), at_most=60 - desk.started.elapsed())

    assert f"kill {desk.process.pid}, stops it" in desk.said()
    assert f"The board is at http://127.0.0.1:{desk.web_port}" in desk.said()
    assert f"Prefect shows the flows at http://127.0.0.1:{desk.prefect_port}" in desk.said()


def test_a_second_start_says_where_the_first_runs_and_disturbs_nothing(desk: RunningDesk) -> None:
    before = desk.parts()

    second = subprocess.run(
        desk.command(),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HUIYING_WEBHOOK_SECRET": SECRET},
    )

    assert second.returncode == 2
    assert f"is run by process {desk.process.pid} since" in second.stderr
    assert f"http://127.0.0.1:{desk.web_port}" in second.stderr
    assert desk.parts() == before


def test_prefect_shows_the_sweeps_of_the_watch_and_runs_the_duties_of_the_calendar(desk: RunningDesk) -> None:
    seconds_until(lambda: desk.asked_for("prune"), at_most=30)

    seconds_until(lambda: desk.shown_runs("watch") > 0 and desk.shown_runs("prune") > 0, at_most=40)

    assert '"event": "pruned"' in (desk.folder.log / "prune.jsonl").read_text(encoding="utf-8")


def test_a_breach_is_paged_while_prefect_does_not_answer_and_health_says_so(
    desk: RunningDesk, receiver: LocalReceiver
) -> None:
    prefect = desk.parts()["prefect"]
    os.kill(prefect, signal.SIGSTOP)
    seconds_until(lambda: watch_state(desk) is PartState.HINDERED, at_most=15)

    desk.post("云州市江口区一化工厂发生爆炸致3人受伤", ago=5 * HOUR - 4 * SECOND)

    seconds_until(lambda: len(pages(receiver, "due")) == 1, at_most=15)
    assert watch_state(desk) is PartState.HINDERED
    os.kill(prefect, signal.SIGCONT)


def test_a_watch_that_stood_still_over_a_due_moment_pages_it_once(desk: RunningDesk, receiver: LocalReceiver) -> None:
    before, watch = len(pages(receiver, "due")), desk.parts()["watch"]
    os.kill(watch, signal.SIGSTOP)
    desk.post("云州市桐山县发生5.1级地震", ago=5 * HOUR - 2 * SECOND)
    seconds_until(lambda: watch_state(desk) is PartState.SILENT, at_most=20)

    os.kill(watch, signal.SIGCONT)

    seconds_until(lambda: len(pages(receiver, "due")) > before, at_most=10)
    seconds_until(lambda: watch_state(desk) is not PartState.SILENT, at_most=10)
    assert len(pages(receiver, "due")) == before + 1


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_is_started_again_within_three_seconds(desk: RunningDesk, part: str) -> None:
    others = {name: process for name, process in desk.parts().items() if name != part}

    killed = desk.kill(part)

    seconds_until(lambda: desk.parts()[part] != killed, at_most=3)
    assert not alive(killed)
    assert {name: process for name, process in desk.parts().items() if name != part} == others


def test_sigterm_stops_every_part_within_ten_seconds(desk: RunningDesk) -> None:
    seconds = desk.stop()

    assert seconds < 10
    assert desk.process.returncode == 0
    assert [part for part, process in desk.parts().items() if alive(process)] == []


def test_a_later_start_goes_on_where_it_was_with_or_without_a_terminal(
    desk: RunningDesk, receiver: LocalReceiver
) -> None:
    before = len(receiver.received())
    desk.start_without_terminal()
    seconds_until(lambda: desk.at_work("line", "watch", "notify"), at_most=40)

    seconds = desk.stop()

    assert len(receiver.received()) == before
    assert seconds < 10
    assert [part for part, process in desk.parts().items() if alive(process)] == []


def test_no_part_outlives_a_killed_supervisor(desk: RunningDesk) -> None:
    desk.start()
    seconds_until(lambda: all(alive(process) for process in desk.parts().values()), at_most=20)
    parts = desk.parts()

    desk.process.kill()

    seconds_until(lambda: not any(alive(process) for process in parts.values()), at_most=3)
    assert set(parts) >= set(PARTS)
