"""`huiying incidents`: what a desk, drill or replay holds, listed, shown whole or exported."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from backends.clock import SystemClock
from backends.settings import Settings
from backends.wiring import Backends, open_backends
from console.exporting import exported
from console.showing import listed, overview, shown
from console.wiring import folder_of, policy_from, settings_from
from desk.change import IncidentQuery
from desk.incident import Incident
from desk.ports import IncidentStore

_PAGE = 500


def list(chosen: argparse.Namespace) -> int:  # noqa: A001  # named for the action people type
    """One line per incident, then how posts ended."""
    settings = settings_from(chosen)
    with open_backends(folder_of(chosen, settings), settings) as backends:
        now = moment_of(chosen, backends)
        for incident in every(backends.incidents, open_only=chosen.open_only):
            print(listed(incident, now, settings.office_zone))
        print(overview(backends.posts.counts(), backends.incidents.outcomes()))
    return 0


def show(chosen: argparse.Namespace) -> int:
    """One incident whole. Raises IncidentNotFound."""
    settings = settings_from(chosen)
    with open_backends(folder_of(chosen, settings), settings) as backends:
        incident = backends.incidents.get(chosen.ref)
        print(_shown(incident, backends, settings, moment_of(chosen, backends)))
    return 0


def export(chosen: argparse.Namespace) -> int:
    """One JSON line per incident on standard output."""
    settings = settings_from(chosen)
    with open_backends(folder_of(chosen, settings), settings) as backends:
        now = moment_of(chosen, backends)
        for incident in every(backends.incidents, open_only=chosen.open_only):
            placements = backends.incidents.posts(incident.id)
            posts = backends.posts.get([placement.post_id for placement in placements])
            sys.stdout.buffer.write(exported(incident, placements, posts, now) + b"\n")
    sys.stdout.buffer.flush()
    return 0


def every(incidents: IncidentStore, *, open_only: bool = False) -> Iterator[Incident]:
    """All incidents, oldest first, a page at a time."""
    query = IncidentQuery(open_only=open_only, limit=_PAGE)
    while page := incidents.find(query):
        yield from page
        query = replace(query, after=(page[-1].opened_at, page[-1].id))


def moment_of(chosen: argparse.Namespace, backends: Backends) -> datetime:
    """The moment states are shown for: the one asked for, where a replay's time stands, or now."""
    if chosen.now is not None:
        asked: datetime = chosen.now
        return asked
    reached = [cursor.last_seen_at for cursor in backends.sources.cursors() if cursor.source.startswith("replay of ")]
    return next((moment for moment in reached if moment is not None), SystemClock().now())


def _shown(incident: Incident, backends: Backends, settings: Settings, now: datetime) -> str:
    placements = backends.incidents.posts(incident.id)
    return shown(
        incident,
        posts=backends.posts.get([placement.post_id for placement in placements]),
        placements=placements,
        timeline=backends.incidents.timeline(incident.id),
        notices=backends.incidents.notices(incident.id),
        policy=policy_from(settings),
        now=now,
        zone=settings.office_zone,
    )
