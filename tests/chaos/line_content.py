"""What a desk holds after its whole line ran, by content, and in what two desks differ."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from backends.incidents_sql import SqlIncidentStore
from backends.wiring import Backends
from desk.caselog import verify_office
from desk.change import IncidentQuery
from desk.incident import Incident
from desk.post import Outcome, PostQuery, ScreenedPost

_ALL = 1_000_000

ClockTimes = tuple[str, datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One incident without what the order of arrival decides: its posts, and when each clock starts and is due."""

    posts: tuple[str, ...]
    counted: int
    clocks: tuple[ClockTimes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The posts as found, the matters they make, the flagged posts that belong to none, and whether chains verify."""

    posts: tuple[ScreenedPost, ...]
    observations: int
    matters: frozenset[Matter]
    apart: dict[str, Outcome]
    numbers: tuple[str | None, ...]
    chains_hold: bool


def held_in(backends: Backends) -> Held:
    """Reads the opened stores of a desk at rest."""
    posts = tuple(backends.posts.search(PostQuery(limit=_ALL)))
    incidents = backends.incidents.find(IncidentQuery(limit=_ALL))
    placements = backends.incidents.placements({each.post.id for each in posts})
    return Held(
        posts=posts,
        observations=backends.posts.counts().observations,
        matters=frozenset(_matter(backends, incident) for incident in incidents),
        apart={post_id: each.outcome for post_id, each in placements.items() if each.incident_id is None},
        numbers=tuple(incident.number for incident in incidents),
        chains_hold=_chains_hold(backends, incidents),
    )


def differences(expected: Held, held: Held) -> list[str]:
    """One line for whatever was lost, doubled or decided otherwise."""
    return [*_of_posts(expected, held), *_of_placing(expected, held), *_of_matters(expected, held)]


def _of_posts(expected: Held, held: Held) -> Iterator[str]:
    wanted = {each.post.id: each for each in expected.posts}
    found = {each.post.id: each for each in held.posts}
    yield from (f"lost: post {each}" for each in wanted.keys() - found.keys())
    yield from (f"never published: post {each}" for each in found.keys() - wanted.keys())
    yield from (f"stored twice: post {each}" for each in _repeated(screened.post.id for screened in held.posts))
    yield from (f"screened otherwise: post {each}" for each in wanted.keys() & found if wanted[each] != found[each])
    if held.observations != expected.observations:
        yield f"{held.observations} observations, not {expected.observations}"


def _of_placing(expected: Held, held: Held) -> Iterator[str]:
    wanted, found = list(_placed(expected)), list(_placed(held))
    yield from (f"never placed: post {each}" for each in set(wanted) - set(found))
    yield from (f"placed unasked: post {each}" for each in set(found) - set(wanted))
    yield from (f"placed twice: post {each}" for each in _repeated(found))
    yield from (
        f"post {each} ended as {held.apart.get(each)}, not as {outcome}"
        for each, outcome in expected.apart.items()
        if held.apart.get(each) is not outcome
    )


def _of_matters(expected: Held, held: Held) -> Iterator[str]:
    yield from (f"missing: {_told(each)}" for each in expected.matters - held.matters)
    yield from (f"instead: {_told(each)}" for each in held.matters - expected.matters)
    yield from (f"number given twice: {each}" for each in _repeated(map(str, held.numbers)))
    if not held.chains_hold:
        yield "a chain of the case logs is broken"


def _placed(held: Held) -> Iterator[str]:
    yield from (post_id for matter in held.matters for post_id in matter.posts)
    yield from held.apart


def _repeated(those: Iterable[str]) -> list[str]:
    return [each for each, count in Counter(those).items() if count > 1]


def _told(matter: Matter) -> str:
    clocks = ", ".join(f"{key} {start:%m-%d %H:%M} to {due:%m-%d %H:%M}" for key, start, due in matter.clocks)
    return f"matter of {len(matter.posts)} posts from {min(matter.posts)} on, counted {matter.counted}: {clocks}"


def _matter(backends: Backends, incident: Incident) -> Matter:
    return Matter(
        posts=tuple(sorted(each.post_id for each in backends.incidents.posts(incident.id))),
        counted=incident.post_count,
        clocks=tuple((clock.key, clock.start_at, clock.due_at) for clock in incident.clocks),
    )


def _chains_hold(backends: Backends, incidents: Iterable[Incident]) -> bool:
    store = backends.incidents
    assert isinstance(store, SqlIncidentStore)
    return verify_office(store.office_chain(), {each.id: store.case_log(each.id) for each in incidents}) is None
