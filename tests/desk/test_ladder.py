"""Who is paged while nobody acts: each step once, at its minute, until somebody does."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.change import Change
from desk.decided import settled
from desk.incident import Incident, Rung, Severity
from desk.ladder import addressee, next_step_at, steps_owed, superseded
from desk.notices import confirm_notice, ladder_notice, warning_notice
from desk.steps import Acknowledge, Confirm, Reopen, Step
from desk.watching import watch
from tests.build import DAY, HOUR, MICROSECOND, MINUTE, NOON
from tests.desk.scene import (
    C1_DUE,
    OFFICE,
    POLICY,
    a_release,
    act,
    clock,
    dismissing,
    grading,
    look,
    opened,
    saved,
    watched,
)

STEP_2 = NOON + 15 * MINUTE
ACTS: list[Step] = [Acknowledge(), Confirm(), grading(Severity.ORDINARY), dismissing()]
acts = pytest.mark.parametrize("step", ACTS, ids=lambda step: type(step).__name__)


def seen(incident: Incident, now: datetime) -> Change:
    """The change a look at that time makes; there is one."""
    change = watch(incident, now, OFFICE, POLICY)
    assert change is not None
    return change


def with_rungs(*minutes: int) -> Incident:
    """An incident just opened whose ladder has these steps."""
    rungs = tuple(Rung(role=f"第{minute}分钟", owed_at=NOON + minute * MINUTE) for minute in minutes)
    return settled(replace(opened(), ladder=rungs, climbed=1))


def test_opened_incident_owes_the_first_step_at_once_and_the_next_after_its_minutes() -> None:
    incident = opened()

    assert [(rung.role, rung.owed_at) for rung in incident.ladder] == [("值班员", NOON), ("新闻办主任", STEP_2)]
    assert (incident.climbed, next_step_at(incident), incident.next_moment) == (1, STEP_2, STEP_2)


def test_second_step_is_owed_at_its_moment_and_not_before() -> None:
    incident = opened()

    assert watch(incident, STEP_2 - MICROSECOND, OFFICE, POLICY) is None
    [notice] = seen(incident, STEP_2).notices
    assert (notice.rung, notice.person, notice.owed_at) == ("step2", "新闻办主任", STEP_2)
    assert notice.key == f"{incident.id}·-·step2·新闻办主任·1"


def test_climb_stands_in_the_log_at_its_computed_moment_however_late_it_is_noticed() -> None:
    [event] = [each for each in seen(opened(), STEP_2 + HOUR).events if each.kind == "climbed"]

    assert (event.at, event.recorded_at, event.by) == (STEP_2, STEP_2 + HOUR, "watch")
    assert event.facts == {"step": 2, "role": "新闻办主任"}


def test_each_step_is_paged_once() -> None:
    climbed = look(opened(), STEP_2)

    assert watch(climbed, STEP_2 + MINUTE, OFFICE, POLICY) is None
    assert climbed.next_moment == clock(climbed, "C1").warn_at[0]


@acts
def test_act_before_the_second_step_stops_the_ladder(step: Step) -> None:
    acted = act(opened(), step, at=STEP_2 - MICROSECOND)

    assert next_step_at(acted) is None
    assert steps_owed(acted, STEP_2 + DAY) == ()
    assert acted.next_moment != STEP_2
    assert watch(acted, STEP_2, OFFICE, POLICY) is None


@acts
def test_page_of_the_ladder_that_was_not_sent_yet_is_superseded_by_an_act(step: Step) -> None:
    waiting = ladder_notice(opened(), 0, OFFICE, NOON)

    assert superseded(waiting, opened()) is None
    assert superseded(waiting, act(opened(), step)) is not None


def test_why_a_page_is_superseded_names_who_took_it() -> None:
    waiting = ladder_notice(opened(), 1, OFFICE, STEP_2)

    assert superseded(waiting, act(opened(), Acknowledge(), by="p-wang")) == "superseded: acknowledged by p-wang"
    assert superseded(waiting, act(opened(), dismissing())) == "superseded: the incident is dismissed"


def test_a_warning_to_whoever_acknowledged_and_a_confirmation_asked_for_are_not_superseded() -> None:
    taken = act(opened(), Acknowledge())
    warning = warning_notice(taken, clock(taken, "C1"), 0, OFFICE, POLICY, NOON)
    confirm = confirm_notice(taken, replace(a_release(), id="step"), OFFICE, NOON)

    assert [superseded(each, taken) for each in (warning, confirm)] == [None, None]


def test_after_an_outage_every_missed_step_is_paged_at_once() -> None:
    incident = with_rungs(0, 10, 30, 90)

    change = seen(incident, NOON + HOUR)

    assert [notice.rung for notice in change.notices] == ["step2", "step3"]
    assert next_step_at(saved(change)) == NOON + 90 * MINUTE


def test_reopened_incident_does_not_climb_again() -> None:
    back = act(act(opened(), dismissing()), Reopen(reason="又有新情况"), at=NOON + 2 * MINUTE)

    assert (next_step_at(back), steps_owed(back, NOON + DAY)) == (None, ())


def test_incident_without_a_ladder_still_pages_the_duty_officer() -> None:
    from_before = replace(opened(), ladder=(), climbed=0)

    assert (addressee(from_before), next_step_at(from_before)) == ("值班员", None)
    assert {notice.person for notice in seen(from_before, C1_DUE + HOUR).notices} == {"值班员"}


def test_warnings_follow_whoever_acknowledged() -> None:
    before = look(opened(), clock(opened(), "C1").warn_at[0])
    after = act(before, Acknowledge(), at=NOON + 3 * HOUR, by="p-wang")

    [notice] = seen(after, clock(after, "C1").warn_at[1]).notices

    assert (addressee(before), notice.person, notice.rung) == ("值班员", "p-wang", "warn2")


@given(minutes=st.sets(st.integers(1, 300), max_size=5), acted=st.none() | st.integers(0, 400))
def test_every_step_up_to_the_act_is_paged_once_and_none_after(minutes: set[int], acted: int | None) -> None:
    incident = with_rungs(0, *sorted(minutes))
    until = NOON + (400 if acted is None else acted) * MINUTE

    climbed = watched(incident, until)
    after = climbed if acted is None else act(climbed, Acknowledge(), at=until)

    assert climbed.climbed == 1 + sum(1 for minute in minutes if NOON + minute * MINUTE <= until)
    assert watched(after, NOON + 2 * DAY).climbed == climbed.climbed


@given(minutes=st.sets(st.integers(1, 300), max_size=5), looks=st.sets(st.integers(0, 500), max_size=8))
def test_look_at_the_next_moment_always_gets_on(minutes: set[int], looks: set[int]) -> None:
    incident = with_rungs(0, *sorted(minutes))

    for minute in sorted(looks):
        incident = look(incident, NOON + minute * MINUTE)
        assert incident.next_moment is None or incident.next_moment > NOON + minute * MINUTE
