"""The office's answers in an incident's file: proposed, signed, rejected, and the clocks they meet."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from desk.clock import Clock
from desk.clocks import continuing_clock, meet, void
from desk.decided import Decided, Signed
from desk.errors import IllegalAction
from desk.incident import DispositionClass, Incident
from desk.policy import Policy
from desk.release import Element, PressConference, Release, Signature
from desk.rules import Stop
from desk.steps import ConfirmRelease, RecordConference, RecordRelease, RejectRelease

NOTHING_OPEN = "关切已全部回应"


def record_release(incident: Incident, step: RecordRelease, signed: Signed) -> Decided:
    """The incident with a release a person entered, proposed until signed; who entered it and when is the desk's."""
    release = replace(step.release, entered_by=signed.by, entered_at=signed.now)
    if any(known.id == release.id for known in incident.releases):
        raise IllegalAction(f"release {release.id} is already in the file of {incident.id}")
    if release.signature is not Signature.PROPOSED:
        raise IllegalAction(f"release {release.id} comes with a signature: record it first, then confirm or reject it")
    if not release.channel.strip():
        raise IllegalAction(f"release {release.id} names no registered official channel")
    facts = {"release": release.id, "channel": release.channel, "published_at": release.published_at.isoformat()}
    return Decided(incident=with_proposal(incident, release), facts=facts)


def with_proposal(incident: Incident, release: Release) -> Incident:
    """The incident with a proposed release; open clocks that a release meets now await its signature."""
    return with_awaited(replace(incident, releases=(*incident.releases, release)))


def with_awaited(incident: Incident) -> Incident:
    """The incident with every open clock naming the earliest release that waits for a signature, if any."""
    return _with_clocks(incident, lambda clock: _awaiting(incident, clock))


def confirm_release(incident: Incident, step: ConfirmRelease, signed: Signed, policy: Policy) -> Decided:
    """The release signed: open clocks are met at the release's own time (DESIGN §4.1.5)."""
    release = _with_attached(_proposed(incident, step.release_id), step, signed)
    if not (release.capture or "").strip():
        raise IllegalAction(f"release {release.id} has no capture and no attached record: attach one first")
    if release.published_at > signed.now:
        raise IllegalAction(f"release {release.id} is dated in the future: {release.published_at.isoformat()}")
    signed_release = replace(
        release,
        signature=Signature.CONFIRMED,
        signed_by=signed.by,
        signed_at=signed.now,
        elements=release.elements | step.elements,
    )
    answered = _with_release(incident, signed_release)
    answered = _with_clocks(answered, lambda clock: _met_by(clock, signed_release, policy))
    answered = with_next_continuing(answered, policy) if is_continuing_owed(answered) else answered
    answered = with_awaited(without_needless_continuing(answered, signed))
    return Decided(incident=answered, facts=_release_facts(signed_release))


def reject_release(incident: Incident, step: RejectRelease, signed: Signed) -> Decided:
    """The release rejected: clocks that awaited it stand as if it had never been said (DESIGN §4.1.5)."""
    release = _proposed(incident, step.release_id)
    if not step.reason.strip():
        raise IllegalAction(f"cannot reject release {release.id} without a reason")
    rejected = replace(release, signature=Signature.REJECTED, signed_by=signed.by, signed_at=signed.now)
    without = _with_clocks(_with_release(incident, rejected), lambda clock: _unexcused(clock, release))
    return Decided(incident=with_awaited(without), facts={"release": release.id}, text=step.reason)


def record_conference(incident: Incident, step: RecordConference, signed: Signed, policy: Policy) -> Decided:
    """The conference in the file; one with speakers meets the 24 h clock at the time it was held (DESIGN §4.1.4)."""
    held = replace(step.conference, entered_by=signed.by, entered_at=signed.now)
    if any(known.id == held.id for known in incident.conferences):
        raise IllegalAction(f"conference {held.id} is already in the file of {incident.id}")
    if held.held_at > signed.now:
        raise IllegalAction(f"conference {held.id} has not been held yet: {held.held_at.isoformat()}")
    recorded = replace(incident, conferences=(*incident.conferences, held))
    recorded = _with_clocks(recorded, lambda clock: _met_by_conference(clock, held, policy))
    facts = {
        "conference": held.id,
        "form": held.kind.value,
        "held_at": held.held_at.isoformat(),
        "speakers": len(held.speakers),
        "principal_spoke": any(speaker.is_principal for speaker in held.speakers),
    }
    return Decided(incident=recorded, facts=facts)


def is_continuing_owed(incident: Incident) -> bool:
    """Whether C4 runs on: after the first release of a major matter, or while something is left open (§4.1.8)."""
    if not _confirmed(incident) or any(clock.rule_id == "C4" and clock.open for clock in incident.clocks):
        return False
    major = incident.severity is not None and incident.severity.is_major
    return major or has_open_matter(incident)


def has_open_matter(incident: Incident) -> bool:
    """Whether a class-3 question is unanswered or one of the four elements has not been said yet."""
    said = frozenset[Element]().union(*(release.elements for release in _confirmed(incident)))
    major_problem = any(
        question.disposition_class is DispositionClass.MAJOR_PROBLEM and not question.answered_by
        for question in incident.questions
    )
    return major_problem or said != frozenset(Element)


def with_next_continuing(incident: Incident, policy: Policy, *, since: datetime | None = None) -> Incident:
    """The incident with the next cycle of C4: from its last confirmed release, or from `since` where that is later."""
    last_release = max(release.published_at for release in _confirmed(incident))
    cycles = [clock for clock in incident.clocks if clock.rule_id == "C4"]
    major = incident.severity is not None and incident.severity.is_major
    start = max(last_release, since or last_release)
    clock = continuing_clock(policy.rule("C4"), cycles[-1] if cycles else None, start, major=major)
    return replace(incident, clocks=(*incident.clocks, clock))


def with_known_answer(incident: Incident, clock: Clock, policy: Policy) -> Clock:
    """A clock that starts anew, met at once by the earliest answer that already stands signed in the file."""
    for release in sorted(_confirmed(incident), key=lambda release: release.published_at):
        clock = _met_by(clock, release, policy)
    for held in sorted(incident.conferences, key=lambda held: held.held_at):
        clock = _met_by_conference(clock, held, policy)
    return clock


def without_needless_continuing(incident: Incident, signed: Signed) -> Incident:
    """The incident with its C4 ended when nothing is left open and the matter is not major."""
    major = incident.severity is not None and incident.severity.is_major
    if major or has_open_matter(incident):
        return incident
    return _with_clocks(
        incident, lambda clock: void(clock, signed.now, NOTHING_OPEN) if clock.rule_id == "C4" else clock
    )


def _met_by(clock: Clock, release: Release, policy: Policy) -> Clock:
    if not clock.open or policy.rule(clock.rule_id).stop is not Stop.RELEASE:
        return clock
    if clock.rule_id == "C4" and release.published_at <= clock.start_at:
        return clock
    return meet(clock, release.published_at, evidence=release.id, self_reported=release.self_reported)


def _met_by_conference(clock: Clock, held: PressConference, policy: Policy) -> Clock:
    if not clock.open or not held.counts or policy.rule(clock.rule_id).stop is not Stop.PRESS_CONFERENCE:
        return clock
    return meet(clock, held.held_at, evidence=held.id, self_reported=held.self_reported)


def _unexcused(clock: Clock, rejected: Release) -> Clock:
    """The clock whose due time passed waiting for this release: what it then said has to be said again, as a breach."""
    waited = clock.awaiting == rejected.id and clock.awaited_in_time
    return replace(clock, due_noted=False) if waited else clock


def _awaiting(incident: Incident, clock: Clock) -> Clock:
    if not clock.open or clock.rule_id not in ("C1", "C3", "C4"):
        return clock
    proposed = [
        release
        for release in incident.releases
        if release.signature is Signature.PROPOSED
        # What was published before the last release is no further one.
        and (clock.rule_id != "C4" or release.published_at > clock.start_at)
    ]
    first = min(proposed, key=lambda release: (release.published_at, release.id), default=None)
    return replace(clock, awaiting=first.id if first else None, awaiting_at=first.published_at if first else None)


def _proposed(incident: Incident, release_id: str) -> Release:
    for release in incident.releases:
        if release.id == release_id and release.signature is Signature.PROPOSED:
            return release
    raise IllegalAction(f"no release {release_id} waits for a signature in the file of {incident.id}")


def _with_attached(release: Release, step: ConfirmRelease, signed: Signed) -> Release:
    """The release with the record attached in signing it, which proves no earlier time than this."""
    return release if release.capture else replace(release, capture=step.capture, captured_at=signed.now)


def _confirmed(incident: Incident) -> list[Release]:
    return [release for release in incident.releases if release.signature is Signature.CONFIRMED]


def _with_release(incident: Incident, release: Release) -> Incident:
    return replace(
        incident, releases=tuple(release if known.id == release.id else known for known in incident.releases)
    )


def _with_clocks(incident: Incident, change: Callable[[Clock], Clock]) -> Incident:
    return replace(incident, clocks=tuple(change(clock) for clock in incident.clocks))


def _release_facts(release: Release) -> dict[str, str | int | bool | None]:
    return {
        "release": release.id,
        "published_at": release.published_at.isoformat(),
        "self_reported": release.self_reported,
        "elements": "、".join(sorted(element.value for element in release.elements)),
    }
