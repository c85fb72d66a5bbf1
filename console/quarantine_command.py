"""`huiying quarantine`: what could not become a post, why, and once more through the door."""

import argparse
from collections.abc import Iterator
from datetime import timedelta

from backends.wiring import Backends, open_backends
from console.wiring import folder_of, settings_from
from desk.errors import BadPost
from desk.ports import Subscription
from desk.travel import DEAD, POSTS, DeadRecord, Outgoing
from pipelines.screen import replayed
from spiders.archive_jsonl import admit_line

GROUP = "quarantine"
"""Whose place in quarantine tells what has been replayed."""
_SHOWN = 120
_SEAT_FREED = timedelta(seconds=5)


def list_dead(chosen: argparse.Namespace) -> int:
    """One line per quarantined record that has not been replayed: where it stood, why, how it begins."""
    settings = settings_from(chosen)
    with (
        open_backends(folder_of(chosen, settings), settings) as backends,
        backends.bus.subscribe(DEAD, group=GROUP) as subscription,
    ):
        waiting = list(_waiting(subscription, backends))
    for dead in waiting:
        beginning = dead.value[:_SHOWN].decode(errors="replace").replace("\n", " ")
        print(f"{dead.topic} {dead.key}: {dead.reason}: {beginning}")
    print(f"{len(waiting)} in quarantine")
    return 0


def replay_dead(chosen: argparse.Namespace) -> int:
    """Publishes what waits in quarantine once more; what is still refused stays or comes back with its reason."""
    settings = settings_from(chosen)
    admitted = refused = 0
    with (
        open_backends(folder_of(chosen, settings), settings) as backends,
        backends.bus.subscribe(DEAD, group=GROUP) as subscription,
    ):
        for dead in _waiting(subscription, backends):
            outgoing = _once_more(dead, backends)
            admitted += outgoing.topic != DEAD
            refused += outgoing.topic == DEAD
            backends.bus.publish([outgoing])
        backends.bus.flush()
        # Commit last: a crash before this line replays twice, and a post known already is dropped by its id.
        subscription.commit()
    print(f"{admitted} published again, {refused} still refused; `huiying run --until-idle` screens and places them")
    return 0


def _waiting(subscription: Subscription, backends: Backends) -> Iterator[DeadRecord]:
    seen: set[tuple[str, bytes]] = set()
    # Something is there, but the seat of a killed reader takes a while to free: the first poll waits for it.
    timeout = _SEAT_FREED if subscription.lag() else timedelta()
    while records := subscription.poll(limit=500, timeout=timeout):
        timeout = timedelta()
        for record in records:
            dead = backends.codec.decode(record.value)
            if isinstance(dead, DeadRecord) and (dead.key, dead.value) not in seen:
                seen.add((dead.key, dead.value))
                yield dead


def _once_more(dead: DeadRecord, backends: Backends) -> Outgoing:
    if dead.offset >= 0:
        return replayed(dead)
    try:
        post = admit_line(dead.value)
    except BadPost as error:
        still = DeadRecord(topic=dead.topic, offset=-1, key=dead.key, value=dead.value, reason=str(error))
        return Outgoing(topic=DEAD, key=dead.key, value=backends.codec.encode(still))
    return Outgoing(topic=POSTS, key=post.id, value=backends.codec.encode(post))
