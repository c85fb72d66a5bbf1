"""Prefect around plain functions: runs shown in its own pages, and calendar duties served with their schedules.

Prefect is imported by what needs it only: that takes seconds. Nothing else in the house knows it.
"""

import asyncio
import signal
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import httpx

from backends.clock import Stopwatch
from backends.parent import die_with_parent
from desk.errors import HuiyingError
from flows.calendar import Duty
from flows.resident import Work

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.runner import Runner

_ANSWERS_WITHIN = 1.0
_SHOWN_WITHIN = timedelta(seconds=15)
_POLL_SECONDS = 10
_GIVEN_UP_SECONDS = 60
"""A server that has answered no poll for so long is away: who serves the duties must keep the hours without it."""


def answers(api: str) -> bool:
    """Whether the Prefect server at this address answers right now."""
    try:
        # Never by way of a proxy: the server is on this machine.
        with httpx.Client(trust_env=False, timeout=_ANSWERS_WITHIN) as client:
            return client.get(f"{api}/health").is_success
    except httpx.HTTPError:
        return False


def shown_as(name: str) -> Callable[[Work], int]:
    """Runs work as a flow of this name. Raises TimeoutError where Prefect holds it up: the watch must go on."""

    def run(work: Work) -> int:
        # In a thread of its own, for Prefect takes over signals in the main one, and can hang as a whole.
        ended: list[int | BaseException] = []
        thread = Thread(target=lambda: ended.append(_outcome(name, work)), daemon=True)
        thread.start()
        thread.join(_SHOWN_WITHIN.total_seconds())
        if not ended:
            raise TimeoutError(f"flow {name} did not end within {_SHOWN_WITHIN}")
        if isinstance(ended[0], BaseException):
            raise ended[0]
        return ended[0]

    return run


def serve_duties(duties: Sequence[Duty], zone: ZoneInfo, polled: Callable[[], object]) -> None:
    """Serves the duties until SIGTERM; `polled` is called while the server answers.

    Raises HuiyingError when Prefect cannot serve them (any more): call it again.
    """
    try:
        asyncio.run(_serve(duties, zone, polled))
    except Exception as error:  # whatever ails Prefect is said in one line
        reason = str(error).partition("\n")[0]
        raise HuiyingError(f"Prefect serves the calendar no longer: {type(error).__name__}: {reason}") from error


def scheduled_for() -> datetime | None:
    """The hour for which Prefect runs what is running in this process; None outside of Prefect."""
    from prefect.runtime import flow_run

    return flow_run.get_scheduled_start_time() if flow_run.get_id() is not None else None


def _outcome(name: str, work: Work) -> int | BaseException:
    try:
        return _flow(name, work)()
    except BaseException as error:  # noqa: BLE001  # handed over to the thread that waits for it
        return error


def _flow(name: str, work: Work) -> "Flow[[], int]":
    from prefect import flow

    return flow(name=name, validate_parameters=False, persist_result=False)(work)


def _served(duty: Duty) -> "Flow[[], int]":
    def perform() -> int:
        # Prefect runs it in a process of its own, which nobody else would stop.
        die_with_parent()
        return duty.perform()

    return _flow(duty.name, perform)


async def _serve(duties: Sequence[Duty], zone: ZoneInfo, polled: Callable[[], object]) -> None:
    from prefect.runner import Runner
    from prefect.schedules import Cron

    # Never paused when it stops: what falls due while the desk is off is done once it is on again.
    runner = Runner(name="calendar", pause_on_shutdown=False, limit=1, query_seconds=_POLL_SECONDS)
    for duty in duties:
        await runner.aadd_flow(_served(duty), name=duty.name, schedule=Cron(duty.hours.cron, timezone=str(zone)))
    serving = asyncio.create_task(runner.start())
    telling = asyncio.create_task(_tell(runner, serving, polled))
    ended, _ = await asyncio.wait({serving, telling}, return_when=asyncio.FIRST_COMPLETED)
    serving.cancel()
    telling.cancel()
    for task in ended:
        # Cancelled by SIGTERM: a clean end.
        if not task.cancelled():
            task.result()


async def _tell(runner: "Runner", serving: "asyncio.Task[None]", polled: Callable[[], object]) -> None:
    """Tells of every poll. Raises TimeoutError once there was none for long."""
    told, since = None, Stopwatch()
    while since.elapsed() < _GIVEN_UP_SECONDS:
        if runner.last_polled != told:
            since = Stopwatch()
            # The runner takes SIGTERM over as it starts, and forgets to await its own end.
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
            told = runner.last_polled
            polled()
        await asyncio.sleep(1)
    raise TimeoutError(f"no poll was answered for {_GIVEN_UP_SECONDS} s")
