"""What the passing of time makes due: each thing once, at its computed second, whoever looks how often."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from desk.change import Change
from desk.clock import ClockState
from desk.incident import Incident, Severity
from desk.steps import ConfirmRelease, PauseContinuing, RecordRelease, RejectRelease, ResumeContinuing
from desk.watching import noted_breaches, watch
from tests.build import DAY, HOUR, MINUTE, NOON, SECOND
from tests.desk.scene import (
    C1_DUE,
    C2_DUE,
    C3_DUE,
    OFFICE,
    POLICY,
    PUBLIC,
    a_release,
    act,
    answered,
    clock,
    conferred,
    dismissing,
    graded,
    grading,
    look,
    opened,
    saved,
    shown,
    watched,
)

FIRST_WARNING = PUBLIC + 150 * MINUTE


def seen(incident: Incident, now: datetime) -> Change:
    """The change a look at that time makes; there is one."""
    change = watch(incident, now, OFFICE, POLICY)
    assert change is not None
    return change


def lines(change: Change) -> list[tuple[str, str, datetime]]:
    """What a change wrote into the log: kind, clock and the time it happened."""
    return [(event.kind, str(event.facts.get("clock", "-")), event.at) for event in change.events]


def rungs(change: Change) -> list[tuple[str, str]]:
    """What a change owes: clock and rung of each notice."""
    return [(notice.clock_key, notice.rung) for notice in change.notices]


def looked_at(incident: Incident, until: datetime) -> list[Change]:
    """Every change a watch that never fails makes up to then."""
    changes = []
    while incident.next_moment is not None and incident.next_moment <= until:
        changes.append(seen(incident, incident.next_moment))
        incident = saved(changes[-1])
    return changes


def test_nothing_is_said_before_the_first_warning_and_something_at_it() -> None:
    incident = graded(Severity.MAJOR)

    assert watch(incident, FIRST_WARNING - SECOND, OFFICE, POLICY) is None
    assert lines(seen(incident, FIRST_WARNING)) == [("warned", "C1", FIRST_WARNING)]
    assert incident.next_moment == FIRST_WARNING


def test_every_warning_is_paged_once_and_then_the_breach() -> None:
    changes = looked_at(graded(Severity.MAJOR), C1_DUE + SECOND)

    assert [rung for change in changes for rung in rungs(change)] == [
        ("C1", "warn1"),
        ("C1", "warn2"),
        ("C1", "warn3"),
        ("C1", "due"),
    ]


def test_breach_is_recorded_from_the_second_after_the_due_second_on() -> None:
    incident = watched(graded(Severity.MAJOR), C1_DUE)

    assert watch(incident, C1_DUE, OFFICE, POLICY) is None
    assert lines(seen(incident, C1_DUE + SECOND)) == [("breached", "C1", C1_DUE)]
    assert incident.next_moment == C1_DUE + SECOND


def test_breach_is_recorded_at_its_due_second_however_late_it_is_noticed() -> None:
    [breached] = seen(watched(graded(Severity.MAJOR), C1_DUE), C1_DUE + 5 * HOUR).events

    assert (breached.at, breached.recorded_at, breached.by) == (C1_DUE, C1_DUE + 5 * HOUR, "watch")
    assert breached.facts == {"clock": "C1", "rule_version": POLICY.version, "late_graded": False}


def test_after_an_outage_each_clock_speaks_once_of_where_it_stands() -> None:
    change = seen(graded(Severity.MAJOR), C2_DUE + HOUR)

    assert lines(change) == [("breached", "C1", C1_DUE), ("breached", "C2", C2_DUE)]
    assert rungs(change) == [("C1", "due"), ("C2", "due")]


def test_after_a_shorter_outage_the_last_warning_speaks_for_the_missed_ones() -> None:
    change = seen(graded(Severity.MAJOR), C1_DUE - 10 * MINUTE)

    assert rungs(change) == [("C1", "warn3")]
    assert lines(change) == [("warned", "C1", C1_DUE - 30 * MINUTE)]


def test_looking_twice_changes_nothing() -> None:
    incident = look(graded(Severity.MAJOR), C1_DUE + HOUR)

    assert watch(incident, C1_DUE + HOUR, OFFICE, POLICY) is None


def test_ungraded_incident_is_warned_and_paged_but_never_breached() -> None:
    changes = looked_at(opened(), C3_DUE + DAY)

    kinds = {line for change in changes for line in lines(change) if line[0] not in ("warned", "climbed")}
    assert kinds == {("due_passed", "C1", C1_DUE), ("due_passed", "C2", C2_DUE), ("due_passed", "C3", C3_DUE)}
    assert shown(saved(changes[-1]), C3_DUE + DAY) == dict.fromkeys(("C1", "C2", "C3"), ClockState.PROVISIONAL)


def test_late_grading_is_breached_at_once_and_alarmed_towards_the_operational_due_time() -> None:
    late = graded(Severity.MAJOR, at=C1_DUE + HOUR, incident=watched(opened(), C1_DUE + HOUR))

    changes = looked_at(late, C1_DUE + 6 * HOUR + SECOND)

    assert lines(changes[0]) == [("breached", "C1", C1_DUE)]
    assert rungs(changes[0]) == []
    assert [(rungs(change), lines(change)[0][2]) for change in changes[1:]] == [
        ([("C1", "warn1")], C1_DUE + HOUR + 150 * MINUTE),
        ([("C1", "warn2")], C1_DUE + 5 * HOUR),
        ([("C1", "warn3")], C1_DUE + 6 * HOUR - 30 * MINUTE),
        ([("C1", "due")], C1_DUE + 6 * HOUR),
    ]


def test_no_notice_of_a_late_grading_is_swallowed_as_a_repeat() -> None:
    before = looked_at(opened(), C1_DUE + HOUR)
    late = graded(Severity.MAJOR, at=C1_DUE + HOUR, incident=saved(before[-1]))

    after = looked_at(late, C1_DUE + 6 * HOUR + SECOND)

    keys = [notice.key for change in (*before, *after) for notice in change.notices]
    assert len(keys) == len(set(keys)) == 9


def test_release_waiting_at_the_due_time_is_paged_to_be_confirmed_and_not_breached() -> None:
    waiting = act(graded(Severity.MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)

    change = seen(watched(waiting, C1_DUE), C1_DUE + SECOND)

    assert (lines(change), rungs(change)) == ([("due_passed", "C1", C1_DUE)], [("C1", "due-confirm")])
    assert saved(change).next_moment == clock(waiting, "C2").warn_at[0]


def test_refused_signature_after_the_due_time_is_a_breach_that_is_paged() -> None:
    waiting = act(graded(Severity.MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)
    rejected = act(
        watched(waiting, C1_DUE + HOUR), RejectRelease(release_id="r-1", reason="说的是另一座桥"), at=C1_DUE + HOUR
    )

    change = seen(rejected, C1_DUE + HOUR)

    assert (lines(change), rungs(change)) == ([("breached", "C1", C1_DUE)], [("C1", "due")])


def test_signature_after_the_due_time_leaves_nothing_to_be_said() -> None:
    waiting = act(graded(Severity.MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)

    signed = act(watched(waiting, C1_DUE + HOUR), ConfirmRelease(release_id="r-1"), at=C1_DUE + HOUR)

    assert watch(signed, C1_DUE + HOUR, OFFICE, POLICY) is None


def test_breach_that_a_step_put_on_record_is_still_paged_and_not_logged_twice() -> None:
    stepped = act(watched(graded(Severity.MAJOR), C1_DUE), RecordRelease(release=a_release()), at=C1_DUE + HOUR)

    change = seen(stepped, C1_DUE + HOUR)

    assert (lines(change), [clock_key for clock_key, _ in rungs(change)]) == ([], ["C1"])


def test_breaches_noted_twice_are_noted_once() -> None:
    noted, events = noted_breaches(graded(Severity.MAJOR), C1_DUE + SECOND)

    assert [event.at for event in events] == [C1_DUE]
    assert noted_breaches(noted, C1_DUE + HOUR) == (noted, ())
    assert noted_breaches(graded(Severity.MAJOR), C1_DUE) == (graded(Severity.MAJOR), ())


def test_closed_incident_is_left_alone() -> None:
    closed = act(opened(), dismissing())

    assert watch(closed, C3_DUE + DAY, OFFICE, POLICY) is None
    assert noted_breaches(closed, C3_DUE + DAY) == (closed, ())


def test_paused_clock_is_silent_and_speaks_again_after_it_resumes() -> None:
    running = conferred(answered(graded(Severity.MAJOR), at=NOON + HOUR))
    paused = act(running, PauseContinuing(record="省调查组函"), at=NOON + 5 * HOUR)

    resumed = act(paused, ResumeContinuing(), at=NOON + 105 * HOUR)

    assert (paused.next_moment, watch(paused, NOON + 90 * HOUR, OFFICE, POLICY)) == (None, None)
    assert rungs(seen(resumed, NOON + 125 * HOUR + SECOND)) == [("C4", "due")]


def test_pause_that_outlasts_the_due_time_is_no_breach() -> None:
    running = conferred(answered(graded(Severity.MAJOR), at=NOON + HOUR))

    paused = act(running, PauseContinuing(record="省调查组函"), at=NOON + 5 * HOUR)

    assert noted_breaches(paused, NOON + 90 * HOUR) == (paused, ())


def test_gap_of_a_continuing_clock_is_breached_like_any_other() -> None:
    running = conferred(answered(graded(Severity.MAJOR), at=NOON + HOUR))

    change = seen(watched(running, NOON + 25 * HOUR), NOON + 25 * HOUR + SECOND)

    assert lines(change) == [("breached", "C4", NOON + 25 * HOUR)]


def test_met_clocks_say_nothing() -> None:
    done = conferred(answered(graded(Severity.MAJOR), at=NOON + HOUR))

    changes = looked_at(done, NOON + 30 * DAY)

    assert {clock_key for change in changes for clock_key, _ in rungs(change)} == {"C4"}


def test_due_moments_are_those_of_the_whole_second() -> None:
    incident = watched(graded(Severity.MAJOR), C1_DUE)

    assert watch(incident, C1_DUE + SECOND - SECOND / 1_000_000, OFFICE, POLICY) is None


@given(st.sets(st.integers(0, 60 * 60), min_size=1, max_size=8))
def test_where_the_clocks_end_does_not_depend_on_how_often_somebody_looks(minutes: set[int]) -> None:
    incident = graded(Severity.MAJOR)
    end = NOON + 60 * 60 * MINUTE

    for minute in sorted(minutes):
        incident = look(incident, NOON + minute * MINUTE)
    seldom, always = look(incident, end), watched(graded(Severity.MAJOR), end)

    assert replace(seldom, version=0) == replace(always, version=0)


@given(
    severity=st.none() | st.sampled_from(Severity),
    graded_after=st.integers(0, 100),
    delay=st.integers(0, 200_000),
)
def test_look_at_the_next_moment_always_gets_on(severity: Severity | None, graded_after: int, delay: int) -> None:
    now = NOON + graded_after * HOUR
    incident = opened() if severity is None else act(opened(), grading(severity), at=now)

    while incident.next_moment is not None:
        moment = max(incident.next_moment, now) + delay * SECOND
        after = look(incident, moment)
        assert after.next_moment is None or after.next_moment > moment
        incident = after


def test_board_shows_the_breach_even_when_nothing_sweeps() -> None:
    assert shown(graded(Severity.MAJOR), C1_DUE + SECOND)["C1"] is ClockState.BREACHED
