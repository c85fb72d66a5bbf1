"""What other processes do to an incident database while a test watches."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection

from backends.database import Database
from backends.incidents_sql import SqlIncidentStore
from desk.errors import HuiyingError, StaleIncident
from desk.ports import IncidentStore
from tests.build import an_id
from tests.build_incidents import a_change, a_full_change, a_notice, a_placement, an_event, an_incident

SHARED = an_id(1)


def write_at_once(url: str, writer: int, saves: int) -> None:
    """Opens incidents of its own, and after each adds a post to the incident all writers share."""
    store = SqlIncidentStore(Database(url))
    for turn in range(saves):
        store.save([a_change(incident=an_incident(id=f"own-{writer}-{turn}"), events=(an_event(by=f"{writer}"),))])
        join_posts(store, writer * saves + turn, 1)
    store.close()


def join_posts(store: IncidentStore, writer: int, posts: int) -> None:
    """Adds posts to the shared incident one by one, reading it again whenever somebody else was first."""
    for turn in range(posts):
        _until_it_holds(partial(_join, store, f"{writer}-{turn}"))


def place_after_a_pause(url: str, line: "Connection[object, object]") -> None:
    """Takes the placer's lease, says so, is paused from outside, and saves when it goes on."""
    store = SqlIncidentStore(Database(url))
    epoch = store.acquire_lease("placer", "old", patience=timedelta(seconds=30))
    line.send(epoch)
    os.kill(os.getpid(), signal.SIGSTOP)
    line.send(_outcome(lambda: store.save([a_full_change()], epoch=epoch)))
    store.close()


def claim_everything(url: str, line: "Connection[object, object]") -> None:
    """Claims notices one by one until none is left, and tells which it got."""
    store = SqlIncidentStore(Database(url))
    claimed: list[str] = []
    while found := store.claim(a_notice().owed_at, lease=timedelta(minutes=5), limit=1):
        claimed += [notice.key for notice in found]
    line.send(claimed)
    store.close()


def _join(store: IncidentStore, post_id: str) -> None:
    read = store.get(SHARED)
    joined = replace(read, post_count=read.post_count + 1)
    placed = a_placement(post_id=post_id, incident_id=SHARED)
    store.save([a_change(incident=joined, events=(an_event(facts={"post": post_id}),), placements=(placed,))])


def _until_it_holds(save: Callable[[], None]) -> None:
    while True:
        try:
            return save()
        except StaleIncident:
            continue


def _outcome(save: Callable[[], None]) -> str:
    try:
        save()
    except HuiyingError as refusal:
        return type(refusal).__name__
    return "saved"
