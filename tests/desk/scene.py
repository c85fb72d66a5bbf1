"""The desk of 云州市 (990100) for tests: an incident opened at noon by placing a post, and what is done to it."""

import tomllib
from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TypedDict, Unpack

from desk.apply import apply
from desk.change import Change
from desk.clock import Clock, ClockState, ClockTag, state_at, tags
from desk.incident import DispositionClass, Incident, PublicQuestion, Severity
from desk.lifecycle import Action
from desk.moments import Basis, EvidencedTime, Precision
from desk.office import Office
from desk.placing import place
from desk.policy import Policy, read_policy
from desk.post import Outcome, Place, Post, Verdict
from desk.release import ConferenceKind, Element, PressConference, Release, ReleaseKind, Signature, Speaker
from desk.rules import Rule
from desk.steps import (
    AnswerQuestion,
    Ask,
    ConfirmRelease,
    GradeSeverity,
    Leave,
    RecordConference,
    RecordRelease,
    RecordTime,
    Step,
)
from desk.travel import FlaggedPost
from desk.watching import watch
from tests.build import HOUR, MINUTE, NOON, PostChanges, a_post, a_verdict

POLICY_FILE = Path(__file__).parents[2] / "policy.toml"
WHOLE: Policy = read_policy(tomllib.loads(POLICY_FILE.read_text(encoding="utf-8")))
"""The office's rules as they are shipped."""
FIRST_ANSWERS = ("C1", "C2", "C3", "C4")
POLICY: Policy = replace(
    WHOLE,
    rules={
        name: each if name in FIRST_ANSWERS else replace(each, effective_from=date(2100, 1, 1))
        for name, each in WHOLE.rules.items()
    },
)
"""The rules of the first answers alone: no other is in force yet, so that a test sees these clocks by themselves."""
OFFICE = Office(
    name="云州市人民政府新闻办公室", zone=timezone(8 * HOUR), jurisdiction=("990100",), watch_words=("云州大桥",)
)
DRILL = replace(OFFICE, mark="【演练】")

PUBLIC = NOON - 10 * MINUTE
"""When the first post of the scene was published: C1 and C2 start here."""
C1_DUE, C2_DUE, C3_DUE = PUBLIC + 5 * HOUR, PUBLIC + 24 * HOUR, NOON + 48 * HOUR
FULL = frozenset(Element)
DUTY, CHIEF = "p-duty", "p-chief"


class ReleaseChanges(TypedDict, total=False):
    id: str
    kind: ReleaseKind
    channel: str
    published_at: datetime
    title: str
    typed: bool
    capture: str | None
    captured_at: datetime | None
    elements: frozenset[Element]
    signature: Signature


class ConferenceChanges(TypedDict, total=False):
    id: str
    kind: ConferenceKind
    held_at: datetime
    speakers: tuple[Speaker, ...]
    record: str | None
    record_hash: str | None


def rule(rule_id: str) -> Rule:
    """One rule of the office."""
    return POLICY.rule(rule_id)


def a_time(at: datetime, *, precision: Precision = Precision.SECOND, until: datetime | None = None) -> EvidencedTime:
    """A time evidenced by the hotline."""
    return EvidencedTime(at=at, precision=precision, source="12345", entered_at=at, until=until)


def flagged(post: Post | None = None, verdict: Verdict | None = None) -> FlaggedPost:
    """The post about 清河桥 on its way to being placed."""
    return FlaggedPost(post=post or a_post(), verdict=verdict or a_verdict())


def at_place(name: str, *codes: str) -> tuple[Place, ...]:
    """One place name with the codes it may mean."""
    return (Place(name=name, codes=codes),)


def official_post(**changes: Unpack[PostChanges]) -> Post:
    """A captured post of the office's own channel about 清河桥, an hour after the flag."""
    own: PostChanges = {
        "source": "yunzhou-gov",
        "title": "关于清河桥垮塌的通报",
        "text": "清河桥发生垮塌，现场救援正在进行。",
        "published_at": NOON + HOUR,
        "collected_at": NOON + HOUR + MINUTE,
        "official": True,
        "channel": "云州发布",
        "capture": "c0ffee",
        "captured_at": NOON + HOUR + MINUTE,
    }
    return a_post(**(own | changes))


def opened(post: Post | None = None, verdict: Verdict | None = None) -> Incident:
    """The incident that placing the post opened, as it stands after its first save."""
    return saved(place(flagged(post, verdict), (), OFFICE, POLICY))


def placed(post: Post, verdict: Verdict, *incidents: Incident, office: Office = OFFICE) -> Change:
    """The change that places the post."""
    return place(flagged(post, verdict), incidents, office, POLICY)


def outcome(change: Change) -> Outcome:
    """The one end of the post."""
    [placement] = change.placements
    return placement.outcome


def saved(change: Change) -> Incident:
    """The incident of a change as a store gives it back."""
    assert change.incident is not None
    return replace(change.incident, version=change.incident.version + 1)


def act(
    incident: Incident, *steps: Step, at: datetime = NOON + MINUTE, by: str = DUTY, second: str | None = None
) -> Incident:
    """The incident after these steps."""
    for step in steps:
        incident = saved(apply(incident, step, by=by, now=at, policy=POLICY, second=second))
    return incident


def look(incident: Incident, now: datetime) -> Incident:
    """The incident after a look at the time."""
    change = watch(incident, now, OFFICE, POLICY)
    return incident if change is None else saved(change)


def watched(incident: Incident, until: datetime) -> Incident:
    """The incident as a watch that never fails leaves it: every due moment up to `until` looked at."""
    while incident.next_moment is not None and incident.next_moment <= until:
        incident = look(incident, incident.next_moment)
    return incident


def graded(severity: Severity, *, at: datetime = NOON + MINUTE, incident: Incident | None = None) -> Incident:
    """The incident with a signed severity."""
    return act(incident or opened(), grading(severity), at=at)


def grading(severity: Severity) -> GradeSeverity:
    """A signed severity."""
    return GradeSeverity(severity=severity, basis="死亡人数")


def occurred(at: datetime, *, precision: Precision = Precision.SECOND) -> RecordTime:
    """The hotline's evidence of when it happened."""
    return RecordTime(basis=Basis.OCCURRED, time=a_time(at, precision=precision))


def a_release(**changes: Unpack[ReleaseChanges]) -> Release:
    """A release of an hour after the flag, read from its page and captured at once."""
    published = changes.get("published_at", NOON + HOUR)
    first = Release(
        id="r-1",
        kind=ReleaseKind.FIRST,
        channel="云州发布",
        published_at=published,
        entered_at=published,
        entered_by=DUTY,
        title="情况通报",
        typed=False,
        capture="c0ffee",
        captured_at=published,
    )
    return replace(first, **changes)


def a_conference(**changes: Unpack[ConferenceChanges]) -> PressConference:
    """A press conference four hours after the flag, with the mayor, on record."""
    held = PressConference(
        id="k-1",
        kind=ConferenceKind.PRESS_CONFERENCE,
        held_at=NOON + 4 * HOUR,
        speakers=(Speaker(role="市长", is_principal=True),),
        entered_at=NOON + 4 * HOUR,
        entered_by=DUTY,
        record="实录",
        record_hash="beef",
    )
    return replace(held, **changes)


def answering(release: Release, *, elements: frozenset[Element] = frozenset()) -> tuple[Step, Step]:
    """The two steps that put a release into the file and sign it."""
    return RecordRelease(release=release), ConfirmRelease(release_id=release.id, elements=elements)


def answered(
    incident: Incident, *, at: datetime = NOON + HOUR, elements: frozenset[Element] = frozenset(), id_: str = "r-1"
) -> Incident:
    """The incident with a release published and signed at that time."""
    return act(incident, *answering(a_release(id=id_, published_at=at), elements=elements), at=at)


def conferred(incident: Incident, *, at: datetime = NOON + 4 * HOUR) -> Incident:
    """The incident with a press conference held at that time."""
    return act(incident, RecordConference(conference=a_conference(held_at=at)), at=at)


def asked(incident: Incident, class_: DispositionClass | None = None, *, at: datetime = NOON + MINUTE) -> Incident:
    """The incident with a public question."""
    question = PublicQuestion(id="q-1", text="桥为什么会塌", disposition_class=class_)
    return act(incident, Ask(question=question), at=at)


def concluding(incident: Incident, *, at: datetime) -> Incident:
    """The incident with its question answered by the first release."""
    return act(incident, AnswerQuestion(question_id="q-1", release_id="r-1"), at=at)


def dismissing(reason: str = "与本地无关") -> Leave:
    """A dismissal with its reason."""
    return Leave(action=Action.DISMISS, reason=reason)


def clock(incident: Incident, key: str) -> Clock:
    """The clock of the incident with this key."""
    return next(each for each in incident.clocks if each.key == key)


def keys(incident: Incident) -> list[str]:
    """The keys of the incident's clocks, as they are listed."""
    return [each.key for each in incident.clocks]


def shown(incident: Incident, now: datetime) -> dict[str, ClockState]:
    """What each clock of the incident shows at that time."""
    return {each.key: state_at(each, now) for each in incident.clocks}


def said(clock: Clock) -> list[ClockTag]:
    """What is said beside the clock's state, in order."""
    return sorted(tags(clock))
