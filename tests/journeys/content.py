"""What the stores of a desk hold, by content: everything that must not depend on crashes, batches or speed."""

from dataclasses import dataclass
from pathlib import Path

from backends.desk_folder import DeskFolder
from backends.settings import load_settings
from backends.wiring import Backends, open_backends
from desk.change import IncidentQuery
from desk.incident import Incident
from desk.post import Outcome, PostQuery, ScreenedPost


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Posts, incidents with their posts and log lines, and notices; salts and hashes are left out."""

    posts: list[ScreenedPost]
    observations: int
    incidents: list[Incident]
    placements: dict[str, list[tuple[str, Outcome]]]
    timelines: dict[str, list[tuple[str, str, str]]]
    notices: list[tuple[str, str, str]]
    outcomes: dict[Outcome, int]


def content_of(data: Path, desk: str) -> Content:
    """Reads the stores of a desk that is at rest."""
    settings = load_settings({"data": str(data)}, {}, data)
    with open_backends(DeskFolder(data, desk), settings) as backends:
        return content_in(backends)


def content_in(backends: Backends) -> Content:
    """Reads the opened stores of a desk that is at rest."""
    incidents = backends.incidents.find(IncidentQuery(limit=100_000))
    return Content(
        posts=sorted(backends.posts.search(PostQuery(limit=1_000_000)), key=lambda each: each.post.id),
        observations=backends.posts.counts().observations,
        incidents=incidents,
        placements={
            each.id: [(placed.post_id, placed.outcome) for placed in backends.incidents.posts(each.id)]
            for each in incidents
        },
        timelines={
            each.id: [
                (line.event.kind, line.event.at.isoformat(), repr(sorted(line.event.facts.items())))
                for line in backends.incidents.timeline(each.id)
            ]
            for each in incidents
        },
        notices=sorted((row.notice.key, row.notice.text, row.state.value) for row in backends.incidents.notices()),
        outcomes=dict(backends.incidents.outcomes()),
    )
