"""Weeks of the desk for tests: any incidents that people, time and luck may have left, and the briefing on them."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from hypothesis import strategies as st

from desk.briefing import Briefing, compose
from desk.coverage import Tally
from desk.errors import IllegalAction, SecondPersonNeeded
from desk.incident import DispositionClass, Incident, PublicQuestion, Severity
from desk.office import Office
from desk.source import CoverageGap, Cursor
from desk.steps import (
    AnswerQuestion,
    Ask,
    ConfirmRelease,
    DeclineAnswer,
    RecordConference,
    RecordRelease,
    RejectRelease,
    Step,
)
from desk.week import Week, week_at
from tests.build import DAY, HOUR, MINUTE, NOON
from tests.desk.scene import (
    CHIEF,
    FULL,
    OFFICE,
    POLICY,
    a_conference,
    a_release,
    act,
    dismissing,
    grading,
    opened,
    watched,
)

WEEK: Week = week_at(NOON, OFFICE.zone)
WEEK_AFTER = Week(year=WEEK.year, number=WEEK.number + 1)
WEEK_AFTER_NEXT = Week(year=WEEK.year, number=WEEK.number + 2)
SINCE, UNTIL = WEEK.since(OFFICE.zone), WEEK.until(OFFICE.zone)
AFTER = UNTIL + 8 * HOUR
"""Monday 08:00, when the week's briefing is written."""

Act = Callable[[int, datetime], list[Step]]


def briefed(
    *incidents: Incident,
    office: Office = OFFICE,
    week: Week = WEEK,
    now: datetime = AFTER,
    tallies: Sequence[Tally] = (),
    cursors: Sequence[Cursor] = (),
    gaps: Sequence[CoverageGap] = (),
    posts_since: datetime | None = None,
) -> Briefing:
    """The briefing on these incidents."""
    return compose(
        office=office,
        policy=POLICY,
        week=week,
        now=now,
        incidents=incidents,
        tallies=tallies,
        cursors=cursors,
        gaps=gaps,
        posts_since=posts_since,
    )


def numbered(incident: Incident, number: int) -> Incident:
    """The incident under another id, as another matter."""
    return replace(incident, id=f"{number:032x}", number=f"云州-2026-{number:04}")


def _said(ago: int, *, typed: bool = False) -> Act:
    def steps(n: int, at: datetime) -> list[Step]:
        release = a_release(id=f"r-{n}", published_at=at - ago * MINUTE, typed=typed)
        return [
            RecordRelease(release=release),
            ConfirmRelease(release_id=f"r-{n}", elements=FULL if n % 2 else FULL - FULL),
        ]

    return steps


def _grade(severity: Severity) -> Act:
    return lambda _, __: [grading(severity)]


ACTS: list[Act] = [
    _grade(Severity.MAJOR),
    _grade(Severity.ORDINARY),
    _said(0),
    _said(200),
    _said(0, typed=True),
    lambda n, at: [RecordRelease(release=a_release(id=f"r-{n}", published_at=at))],
    lambda n, _: [RejectRelease(release_id=f"r-{n - 1}", reason="与本事件无关")],
    lambda n, at: [RecordConference(conference=a_conference(id=f"k-{n}", held_at=at - HOUR))],
    lambda n, _: [
        Ask(question=PublicQuestion(id=f"q-{n}", text="何时恢复供水", disposition_class=DispositionClass.MAJOR_PROBLEM))
    ],
    lambda n, _: [AnswerQuestion(question_id=f"q-{n - 2}", release_id=f"r-{n - 1}")],
    lambda _, __: [DeclineAnswer(reason="已有公开答复")],
    lambda _, __: [dismissing()],
]


def _lived(script: list[tuple[int, Act]]) -> Incident:
    incident, at = opened(), NOON
    for number, (pause, steps) in enumerate(script):
        at += pause * MINUTE
        incident = watched(incident, at)
        with suppress(IllegalAction, SecondPersonNeeded):
            incident = act(incident, *steps(number, at), at=at, second=CHIEF)
    return watched(incident, at + 10 * DAY)


_SCRIPTS = st.lists(st.tuples(st.integers(1, 40 * 60), st.sampled_from(ACTS)), max_size=6)
INCIDENTS = st.lists(_SCRIPTS.map(_lived), max_size=4).map(
    lambda lived: [numbered(incident, number) for number, incident in enumerate(lived, start=1)]
)
"""Incidents as people, time and luck may have left them, weeks after the week in question."""
