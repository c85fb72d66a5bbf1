"""The export of incidents for other programs: one JSON line each, with nothing about who posted."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from desk.change import Placement
from desk.clock import Clock, state_at, tags
from desk.incident import Incident
from desk.post import Outcome, ScreenedPost


def exported(
    incident: Incident, placements: Sequence[Placement], posts: Mapping[str, ScreenedPost], now: datetime
) -> bytes:
    """The incident as one JSON line, clock states as of `now`, posts in the order they joined.

    A post whose retention has ended keeps its place with what is still known of it.
    """
    return msgspec.json.encode(
        {
            "id": incident.id,
            "number": incident.number,
            "title": incident.title,
            "opened_at": incident.opened_at,
            "event_kind": incident.event_kind,
            "severity": incident.severity,
            "state": incident.state,
            "place": {"name": incident.place_name, "codes": incident.place_codes},
            "clocks": [_clock(clock, now) for clock in incident.clocks],
            "posts": [_post(each, posts.get(each.post_id)) for each in placements if each.outcome in _OF_INCIDENT],
        }
    )


_OF_INCIDENT = frozenset({Outcome.OPENED, Outcome.JOINED, Outcome.MATCHED})


def _clock(clock: Clock, now: datetime) -> dict[str, object]:
    return {
        "rule": clock.rule_id,
        "version": clock.rule_version,
        "cycle": clock.cycle,
        "start": clock.start_at,
        "start_basis": clock.start_basis,
        "due": clock.due_at,
        "state": state_at(clock, now),
        "tags": sorted(tags(clock)),
        "met_at": clock.met_at,
    }


def _post(placement: Placement, screened: ScreenedPost | None) -> dict[str, object]:
    post = screened.post if screened else None
    return {
        "id": (post.given_id or post.id) if post else placement.post_id,
        "title": post.title if post else None,
        "published_at": post.published_at if post else None,
        "joined_at": placement.placed_at,
        "outcome": placement.outcome,
    }
