"""Incidents for tests, about the fictional 云州市: only what matters to a test is written out there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from desk.change import Change, Delivery, Event, Fact, Notice, Placement, Reached
from desk.clock import Clock
from desk.incident import Grade, Incident, OpinionLevel, PublicQuestion, Severity, State, Times
from desk.moments import Basis, EvidencedTime, Precision
from desk.post import AnswerKind, EventKind, Outcome
from desk.release import ConferenceKind, Element, PressConference, Release, ReleaseKind, Speaker
from tests.build import HOUR, NOON, an_id

MICROSECOND = timedelta(microseconds=1)


class IncidentChanges(TypedDict, total=False):
    id: str
    title: str
    state: State
    times: Times
    opened_at: datetime
    last_post_at: datetime
    number: str | None
    version: int
    event_kind: EventKind | None
    answer_kind: AnswerKind | None
    no_answer_reason: str | None
    grades: tuple[Grade, ...]
    opinion_level: OpinionLevel | None
    place_name: str | None
    place_codes: tuple[str, ...]
    terms: tuple[str, ...]
    post_count: int
    clocks: tuple[Clock, ...]
    questions: tuple[PublicQuestion, ...]
    releases: tuple[Release, ...]
    conferences: tuple[PressConference, ...]
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    closed_at: datetime | None
    next_moment: datetime | None


class EventChanges(TypedDict, total=False):
    kind: str
    at: datetime
    recorded_at: datetime
    by: str
    facts: Mapping[str, Fact]
    text: str


class NoticeChanges(TypedDict, total=False):
    key: str
    incident_id: str
    clock_key: str
    rung: str
    person: str
    title: str
    text: str
    owed_at: datetime


class PlacementChanges(TypedDict, total=False):
    post_id: str
    outcome: Outcome
    placed_at: datetime
    incident_id: str | None


class DeliveryChanges(TypedDict, total=False):
    key: str
    attempted_at: datetime
    sent_at: datetime | None
    reached: tuple[Reached, ...]
    error: str | None
    retry_at: datetime | None
    withdrawn: bool


class ChangeChanges(TypedDict, total=False):
    incident: Incident | None
    events: tuple[Event, ...]
    notices: tuple[Notice, ...]
    placements: tuple[Placement, ...]


def an_incident(**changes: Unpack[IncidentChanges]) -> Incident:
    """A new incident, just flagged."""
    return replace(_INCIDENT, **changes)


def an_event(**changes: Unpack[EventChanges]) -> Event:
    """The flag that opened an incident."""
    return replace(Event(kind="flagged", at=NOON, recorded_at=NOON, by="desk"), **changes)


def a_notice(**changes: Unpack[NoticeChanges]) -> Notice:
    """A page to the duty officer, owed at noon."""
    return replace(_NOTICE, **changes)


def a_placement(**changes: Unpack[PlacementChanges]) -> Placement:
    """The placing of the post that opened the incident."""
    opened = Placement(post_id=an_id(1), outcome=Outcome.OPENED, placed_at=NOON, incident_id=_INCIDENT.id)
    return replace(opened, **changes)


def a_delivery(**changes: Unpack[DeliveryChanges]) -> Delivery:
    """A failed attempt at noon that is given up."""
    return replace(Delivery(key=_NOTICE.key, attempted_at=NOON), **changes)


def a_change(**changes: Unpack[ChangeChanges]) -> Change:
    """The opening of a new incident, with nothing beside it."""
    return replace(Change(incident=_INCIDENT), **changes)


def a_full_change(incident: Incident | None = None) -> Change:
    """A change that leaves a trace in every table."""
    about = incident or an_incident()
    return a_change(
        incident=about,
        events=(an_event(text="记一笔"),),
        notices=(a_notice(key=f"{about.id}·C1·1·p-duty·1", incident_id=about.id),),
        placements=(a_placement(post_id=an_id(50), incident_id=about.id),),
    )


def _a_time() -> EvidencedTime:
    return EvidencedTime(at=NOON, precision=Precision.SECOND, source=an_id(1), entered_at=NOON)


_INCIDENT = Incident(
    id=an_id(1),
    title="云州市东湖水厂周边自来水浑浊",
    state=State.REGISTERED,
    times=Times(first_seen=_a_time(), aware=_a_time()),
    opened_at=NOON,
    last_post_at=NOON,
)
_NOTICE = Notice(
    key=f"{an_id(1)}·C3·1·p-duty·1",
    incident_id=an_id(1),
    clock_key="C3",
    rung="1",
    person="p-duty",
    title="请认领：东湖水厂周边自来水浑浊",
    text="该事件已登记，请值班员认领并研判。",
    owed_at=NOON,
)

A_FULL_INCIDENT = an_incident(
    id=an_id(77),
    state=State.HANDLING,
    event_kind=EventKind.ACCIDENT,
    answer_kind=AnswerKind.EMERGENCY,
    grades=(Grade(severity=Severity.MAJOR, basis="伤亡人数", by="李主任", at=NOON + MICROSECOND),),
    opinion_level=OpinionLevel.L2,
    place_name="东湖区",
    place_codes=("990102",),
    terms=("水厂", "浑浊"),
    post_count=12,
    clocks=(
        Clock(
            rule_id="C1",
            rule_version="2016-61",
            start_basis=Basis.AWARE,
            start_at=NOON,
            start_precision=Precision.MINUTE,
            due_at=NOON + 5 * HOUR,
            warn_at=(NOON + 3 * HOUR, NOON + 4 * HOUR),
            binding=True,
        ),
    ),
    questions=(PublicQuestion(id="q-1", text="自来水何时恢复正常？", posts=(an_id(1), an_id(2))),),
    releases=(
        Release(
            id="r-1",
            kind=ReleaseKind.FIRST,
            channel="yunzhou-fabu",
            published_at=NOON + HOUR,
            entered_at=NOON + HOUR,
            entered_by="值班员",
            elements=frozenset({Element.FACTS, Element.STANCE}),
        ),
    ),
    conferences=(
        PressConference(
            id="k-1",
            kind=ConferenceKind.PRESS_CONFERENCE,
            held_at=NOON + 20 * HOUR,
            speakers=(Speaker(role="副市长", is_principal=False),),
            entered_at=NOON + 21 * HOUR,
            entered_by="值班员",
        ),
    ),
    next_moment=NOON + 3 * HOUR,
)
