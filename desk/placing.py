"""Placing a flagged post: it joins an incident, opens one, or ends in a counted outcome of its own.

Same place, kind, words and time window join; otherwise a post inside the jurisdiction opens an incident. The post's own
`collected_at` is the time of the decision, so that any cutting into batches gives the same incidents (DESIGN §3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from desk.answering import with_proposal
from desk.change import Change, Event, Notice, Placement
from desk.clocks import provisional_clocks, restart
from desk.decided import one_change
from desk.duty_clocks import recounted
from desk.incident import Incident, State, Times
from desk.ladder import set_up, steps_owed
from desk.moments import EvidencedTime, Precision, earliest
from desk.notices import confirm_notice, ladder_notice
from desk.office import Office, most_specific, related
from desk.opinion import proposed_level
from desk.policy import Policy
from desk.post import ABROAD, Outcome, Place, Post, Verdict
from desk.release import Release, ReleaseKind
from desk.travel import FlaggedPost
from desk.watching import noted_breaches

WINDOW = timedelta(hours=72)
"""How long after its last post an incident still takes new ones (docs/decisions/0005)."""

KEPT_TERMS = 40
PLACER = "placer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where a post belongs: inside with its codes, elsewhere, or unplaced."""

    outcome: Outcome | None
    name: str | None = None
    codes: tuple[str, ...] = ()


def place(flagged: FlaggedPost, incidents: Iterable[Incident], office: Office, policy: Policy) -> Change:
    """The change that places one post among the open incidents."""
    match = best_match(flagged, incidents)
    if flagged.post.official:
        return _propose(flagged, match, office) if match else _counted(flagged.post, Outcome.OFFICIAL)
    if match is not None:
        return _join(flagged, match, policy)
    where = locate(flagged.post, flagged.verdict, office)
    if where.outcome is not None:
        return _counted(flagged.post, where.outcome)
    return _open(flagged, where, office, policy)


def best_match(flagged: FlaggedPost, incidents: Iterable[Incident]) -> Incident | None:
    """The open incident the post belongs to: most shared words, then the latest post, then by id; or None."""
    matching = [
        (shared, incident)
        for incident in incidents
        if _within_window(flagged.post, incident) and (shared := _shared_words(flagged, incident))
    ]
    ranked = sorted(matching, key=lambda pair: pair[1].id)
    ranked.sort(key=lambda pair: (pair[0], pair[1].last_post_at), reverse=True)
    return ranked[0][1] if ranked else None


def locate(post: Post, verdict: Verdict, office: Office) -> Located:
    """Where the post belongs (DESIGN §4.1.14): a place below ours, a local source, or a watch word is inside."""
    inside = [place for place in verdict.places if all(office.covers(code) for code in place.codes)]
    nearest = most_specific(inside)
    if nearest is not None:
        return Located(outcome=None, name=nearest.name, codes=nearest.codes)
    watched = next((word for word in office.watch_words if word in post.title or word in post.text), None)
    if watched is not None:
        return Located(outcome=None, name=watched, codes=())
    if not verdict.places and post.jurisdiction is not None:
        inside_source = office.covers(post.jurisdiction)
        return Located(outcome=None if inside_source else Outcome.ELSEWHERE, codes=(post.jurisdiction,))
    unsure = not verdict.places or any(_may_be_ours(place, office) for place in verdict.places)
    return Located(outcome=Outcome.UNPLACED if unsure else Outcome.ELSEWHERE)


def _may_be_ours(place: Place, office: Office) -> bool:
    return any(office.covers(code) or office.lies_within(code) for code in place.codes)


def _within_window(post: Post, incident: Incident) -> bool:
    return not incident.closed and post.collected_at - incident.last_post_at <= WINDOW


def _shared_words(flagged: FlaggedPost, incident: Incident) -> int:
    """How many words the post shares with the incident, or 0 where place, kind or words say it is another matter."""
    verdict = flagged.verdict
    kinds_differ = verdict.event_kind is not None and incident.event_kind not in (None, verdict.event_kind)
    shared = len(set(verdict.terms) & set(incident.terms))
    if kinds_differ and shared < _CLEAR_WORDS:
        return 0
    codes = _domestic_codes(verdict.places)
    if codes and incident.place_codes:
        same_place = any(related(code, own) for code in codes for own in incident.place_codes)
        return shared if same_place else 0
    abroad = any(ABROAD in place.codes for place in verdict.places)
    # Without a place on both sides the words alone must say that it is the same matter.
    return shared if shared >= _CLEAR_WORDS and not abroad else 0


_CLEAR_WORDS = 2


def _domestic_codes(places: Sequence[Place]) -> frozenset[str]:
    return frozenset(code for place in places for code in place.codes if code != ABROAD)


def _counted(post: Post, outcome: Outcome, incident: Incident | None = None) -> Change:
    return Change(incident=None, placements=(_placement(post, outcome, incident),))


def _placement(post: Post, outcome: Outcome, incident: Incident | None) -> Placement:
    incident_id = incident.id if incident else None
    return Placement(post_id=post.id, outcome=outcome, placed_at=post.collected_at, incident_id=incident_id)


def _open(flagged: FlaggedPost, where: Located, office: Office, policy: Policy) -> Change:
    post, verdict = flagged.post, flagged.verdict
    times = _first_times(post)
    incident = Incident(
        id=f"i-{post.id[:20]}",
        title=post.title or post.text[:40],
        state=State.REGISTERED,
        times=times,
        opened_at=post.collected_at,
        last_post_at=post.collected_at,
        event_kind=verdict.event_kind,
        place_name=where.name,
        place_codes=where.codes,
        terms=verdict.terms[:KEPT_TERMS],
        post_count=1,
        clocks=provisional_clocks(policy, times),
        opinion_level=proposed_level(1, None, policy),
        ladder=set_up(policy.ladder, post.collected_at),
    )
    facts = {"post": post.id, "probability": f"{verdict.incident:.3f}", "why": "、".join(verdict.why)}
    steps = steps_owed(incident, post.collected_at)
    notices = [ladder_notice(incident, step, office, post.collected_at) for step in steps]
    on_the_ladder = replace(incident, climbed=len(steps))
    return _placed(on_the_ladder, post, Outcome.OPENED, [_event("opened", post, facts)], notices)


def _first_times(post: Post) -> Times:
    published, aware = _published(post), _seen(post)
    # A post cannot be known before it is public: a source's clock running ahead must not delay ours.
    first_public = published if published.at <= aware.at else aware
    return Times(first_seen=aware, aware=aware, first_public=first_public)


def _seen(post: Post) -> EvidencedTime:
    return EvidencedTime(
        at=post.collected_at, precision=Precision.SECOND, source=f"post {post.id}", entered_at=post.collected_at
    )


def _published(post: Post) -> EvidencedTime:
    return EvidencedTime(
        at=post.published_at, precision=post.precision, source=f"post {post.id}", entered_at=post.collected_at
    )


def _join(flagged: FlaggedPost, incident: Incident, policy: Policy) -> Change:
    post, verdict = flagged.post, flagged.verdict
    times = replace(
        incident.times,
        first_public=earliest(incident.times.first_public, _published(post)),
        # Several screeners pass posts on in any order: the office knew with the first one collected.
        aware=earliest(incident.times.aware, _seen(post)) or incident.times.aware,
    )
    count = incident.post_count + 1
    joined = replace(
        incident,
        times=times,
        clocks=tuple(restart(clock, policy.rule(clock.rule_id), times) for clock in incident.clocks),
        event_kind=incident.event_kind or verdict.event_kind,
        place_codes=_narrowed(incident.place_codes, verdict.places),
        terms=tuple(dict.fromkeys((*incident.terms, *verdict.terms)))[:KEPT_TERMS],
        post_count=count,
        last_post_at=max(incident.last_post_at, post.collected_at),
        opinion_level=proposed_level(count, incident.severity, policy),
    )
    return _placed(recounted(joined, policy), post, Outcome.JOINED, [_event("joined", post, {"post": post.id})])


def _narrowed(codes: tuple[str, ...], places: Sequence[Place]) -> tuple[str, ...]:
    """The incident's codes with a certain place named later beside them: both a province and its county match on."""
    certain = [place.codes[0] for place in places if len(place.codes) == 1 and place.codes[0] != ABROAD]
    fitting = [code for code in certain if not codes or any(related(code, own) for own in codes)]
    return tuple(dict.fromkeys((*codes, *fitting)))


def _propose(flagged: FlaggedPost, incident: Incident, office: Office) -> Change:
    post = flagged.post
    release = Release(
        id=f"r-{post.id[:20]}",
        kind=ReleaseKind.CONTINUING if incident.releases else ReleaseKind.FIRST,
        channel=post.channel or post.source,
        published_at=post.published_at,
        entered_at=post.collected_at,
        entered_by=PLACER,
        address=post.address,
        title=post.title,
        post_id=post.id,
        typed=False,
        capture=post.capture,
        captured_at=post.captured_at,
    )
    noted, breaches = noted_breaches(incident, post.collected_at)
    proposed = with_proposal(noted, release)
    facts = {"release": release.id, "channel": release.channel, "published_at": release.published_at.isoformat()}
    notice = confirm_notice(proposed, release, office, post.collected_at)
    events = [*breaches, _event("release_proposed", post, facts)]
    return _placed(proposed, post, Outcome.MATCHED, events, [notice])


def _event(kind: str, post: Post, facts: dict[str, str]) -> Event:
    return Event(kind=kind, at=post.collected_at, recorded_at=post.collected_at, by=PLACER, facts=dict(facts))


def _placed(
    incident: Incident, post: Post, outcome: Outcome, events: Sequence[Event], notices: Sequence[Notice] = ()
) -> Change:
    return one_change(incident, events, notices, [_placement(post, outcome, incident)])
