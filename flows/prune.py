"""Retention: posts nobody needs any more go, and so do records of the bus that were taken or left lying (DESIGN §7)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from desk.change import IncidentQuery
from desk.incident import Incident
from desk.ports import IncidentStore, PostStore
from desk.travel import DEAD, FLAGGED, POSTS

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long a post is kept: after it was collected, and after the incident it belongs to was closed."""

    unneeded: timedelta
    after_closing: timedelta


class Trimmed(Protocol):
    """A bus that keeps what was published until somebody trims it."""

    def trim(self, topic: str) -> int:
        """Deletes the records that every group of the topic has committed, and says how many."""

    def forget(self, topic: str, before: datetime) -> int:
        """Deletes the records of a topic published before then, and says how many."""


def prune_posts(posts: PostStore, incidents: IncidentStore, retention: Retention, now: datetime) -> int:
    """Deletes the posts whose time is over and says how many; the posts of a live or just closed incident stay.

    An incident's own file and its case log are another store and stay: government records are kept for ten years.
    """
    closed_before = now - retention.after_closing
    kept = [incident for incident in _all_incidents(incidents) if _needs_its_posts(incident, closed_before)]
    keep = {placement.post_id for incident in kept for placement in incidents.posts(incident.id)}
    return posts.prune(now - retention.unneeded, keep=keep)


def trim_bus(bus: Trimmed, retention: Retention, now: datetime) -> int:
    """Deletes what all readers have taken and says how many records.

    In quarantine what was replayed goes, and what nobody replayed for as long as an unneeded post is kept: it holds
    what people wrote, masked, and may not stay longer than a post.
    """
    taken = sum(bus.trim(topic) for topic in (POSTS, FLAGGED, DEAD))
    return taken + bus.forget(DEAD, now - retention.unneeded)


def _needs_its_posts(incident: Incident, closed_before: datetime) -> bool:
    # Closed without a known moment: nobody can say that the time is over.
    return not incident.closed or incident.closed_at is None or incident.closed_at >= closed_before


def _all_incidents(incidents: IncidentStore) -> Iterator[Incident]:
    query = IncidentQuery(limit=_PAGE)
    while page := incidents.find(query):
        yield from page
        query = replace(query, after=(page[-1].opened_at, page[-1].id))
