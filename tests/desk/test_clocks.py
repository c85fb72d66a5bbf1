"""The law's clocks: when they start, the second they fall due, and what each shows at any moment."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.clock import Clock, ClockState, ClockTag, state_at
from desk.clocks import (
    anew,
    bind,
    continuing_clock,
    meet,
    next_moment,
    pause,
    provisional_clocks,
    readings,
    restart,
    restarted,
    resume,
    start_clock,
    start_of,
    tighten,
    void,
)
from desk.incident import Severity, Times
from desk.moments import Basis, Precision
from desk.rules import WarnPoint, warn_moments
from tests.build import DAY, HOUR, MINUTE, NOON, SECOND
from tests.desk.scene import C1_DUE, C2_DUE, C3_DUE, POLICY, PUBLIC, a_time, clock, graded, opened, rule, said

MICROSECOND = timedelta(microseconds=1)
MOMENTS = st.integers(-400_000, 400_000).map(lambda seconds: NOON + seconds * SECOND)
LAW = ("C1", "C2", "C3")


def times(*, occurred: datetime | None = None, first_public: datetime | None = PUBLIC, aware: datetime = NOON) -> Times:
    return Times(
        first_seen=a_time(NOON),
        aware=a_time(aware),
        first_public=a_time(first_public) if first_public else None,
        occurred=a_time(occurred) if occurred else None,
    )


def running(rule_id: str = "C1", known: Times | None = None) -> Clock:
    return start_clock(rule(rule_id), known or times(), binding=True)


@pytest.mark.parametrize(("rule_id", "due"), [("C1", C1_DUE), ("C2", C2_DUE), ("C3", C3_DUE)])
def test_law_is_kept_in_the_due_second_and_breached_one_second_later(rule_id: str, due: datetime) -> None:
    limit = running(rule_id)

    assert limit.due_at == due
    assert state_at(limit, due) is ClockState.WARNING
    assert state_at(limit, due + SECOND - MICROSECOND) is ClockState.WARNING
    assert state_at(limit, due + SECOND) is ClockState.BREACHED


@pytest.mark.parametrize("rule_id", LAW)
def test_answer_in_the_due_second_is_in_time_and_one_second_later_late(rule_id: str) -> None:
    limit = running(rule_id)

    in_time = meet(limit, limit.due_at + 999_999 * MICROSECOND, evidence="r-1", self_reported=False)
    late = meet(limit, limit.due_at + SECOND, evidence="r-1", self_reported=False)

    assert [state_at(each, limit.due_at + DAY) for each in (in_time, late)] == [ClockState.MET, ClockState.MET_LATE]


def test_answer_before_the_start_is_in_time() -> None:
    early = meet(running(), PUBLIC - 3 * HOUR, evidence="r-1", self_reported=False)

    assert state_at(early, NOON) is ClockState.MET


@given(start=MOMENTS)
def test_nights_weekends_and_holidays_change_nothing(start: datetime) -> None:
    lengths = [
        running(rule_id, times(occurred=start, first_public=start, aware=start)).due_at - start for rule_id in LAW
    ]

    assert lengths == [5 * HOUR, 24 * HOUR, 48 * HOUR]


def test_start_is_truncated_to_the_whole_second() -> None:
    limit = running("C1", times(first_public=PUBLIC + 999_999 * MICROSECOND))

    assert (limit.start_at, limit.due_at) == (PUBLIC, C1_DUE)


@pytest.mark.parametrize(
    ("known", "basis"),
    [
        (times(occurred=PUBLIC - HOUR), Basis.OCCURRED),
        (times(), Basis.FIRST_PUBLIC),
        (times(first_public=None), Basis.AWARE),
        (times(aware=PUBLIC - HOUR), Basis.AWARE),
    ],
)
def test_major_clocks_start_from_the_occurrence_or_else_from_the_earliest_that_is_evidenced(
    known: Times, basis: Basis
) -> None:
    assert [start_of(rule(rule_id), known)[0] for rule_id in ("C1", "C2")] == [basis, basis]


def test_every_other_matter_runs_from_awareness_whatever_else_is_known() -> None:
    assert running("C3", times(occurred=NOON - 9 * HOUR)).start_at == NOON


def test_from_the_first_flag_the_three_clocks_run_provisionally() -> None:
    clocks = provisional_clocks(POLICY, times())

    assert [(each.key, each.due_at, state_at(each, NOON)) for each in clocks] == [
        ("C1", C1_DUE, ClockState.PROVISIONAL),
        ("C2", C2_DUE, ClockState.PROVISIONAL),
        ("C3", C3_DUE, ClockState.PROVISIONAL),
    ]


def test_three_figures_are_kept_side_by_side() -> None:
    known = times(occurred=PUBLIC - HOUR)

    figures = readings(running(), known, NOON + 4 * HOUR)

    assert [(each.basis, each.elapsed, each.in_time) for each in figures] == [
        (Basis.OCCURRED, 5 * HOUR + 10 * MINUTE, False),
        (Basis.FIRST_PUBLIC, 4 * HOUR + 10 * MINUTE, True),
        (Basis.AWARE, 4 * HOUR, True),
    ]


def test_figures_stand_still_once_the_clock_is_met() -> None:
    met = meet(running(), NOON + HOUR, evidence="r-1", self_reported=False)

    figures = readings(met, times(), NOON + 90 * HOUR)

    assert [(each.elapsed, each.in_time) for each in figures] == [(HOUR + 10 * MINUTE, True), (HOUR, True)]


def test_figure_is_in_time_in_its_due_second_and_not_one_second_later() -> None:
    due, later = (readings(running(), times(), moment)[0] for moment in (C1_DUE, C1_DUE + SECOND))

    assert (due.in_time, later.in_time) == (True, False)


def test_figure_of_an_answer_before_the_first_post_is_negative() -> None:
    met = meet(running(), PUBLIC - HOUR, evidence="r-1", self_reported=False)

    assert readings(met, times(), NOON)[0].elapsed == -HOUR


def test_warnings_stand_at_their_shares_and_before_the_due_time_in_order() -> None:
    assert running().warn_at == (PUBLIC + 150 * MINUTE, PUBLIC + 4 * HOUR, C1_DUE - 30 * MINUTE)
    assert running("C2").warn_at == (C2_DUE - 12 * HOUR, C2_DUE - 6 * HOUR, C2_DUE - 2 * HOUR)
    assert running("C3").warn_at == (C3_DUE - 24 * HOUR, C3_DUE - 12 * HOUR, C3_DUE - 4 * HOUR)


def test_warning_outside_the_limit_is_left_out_and_one_at_the_start_kept() -> None:
    points = [WarnPoint(before_due=before) for before in (0 * HOUR, 5 * HOUR, 5 * HOUR + SECOND)]

    assert warn_moments(points, NOON, NOON + 5 * HOUR) == (NOON,)


def test_clock_warns_from_its_warn_point_and_not_a_second_before() -> None:
    first = running().warn_at[0]

    assert state_at(running(), first - SECOND) is ClockState.RUNNING
    assert state_at(running(), first) is ClockState.WARNING


def test_grading_in_the_due_second_is_not_late_and_one_second_later_is() -> None:
    ungraded = replace(running(), binding=False)

    in_time, late = bind(ungraded, rule("C1"), C1_DUE), bind(ungraded, rule("C1"), C1_DUE + SECOND)

    assert (in_time.operational_due_at, said(in_time)) == (None, [])
    assert (late.operational_due_at, said(late)) == (C1_DUE + SECOND + 5 * HOUR, [ClockTag.LATE_GRADED])
    assert (late.due_at, state_at(late, C1_DUE + SECOND)) == (C1_DUE, ClockState.BREACHED)


def test_clock_that_binds_already_is_never_graded_late() -> None:
    bound = bind(replace(running(), binding=False), rule("C1"), NOON)

    assert bind(bound, rule("C1"), C1_DUE + HOUR) == bound


def test_met_clock_graded_late_alarms_nobody_any_more() -> None:
    met = meet(replace(running(), binding=False), NOON, evidence="r-1", self_reported=False)

    assert bind(met, rule("C1"), C1_DUE + HOUR).operational_due_at is None


def test_clock_that_is_met_or_void_waits_for_nothing() -> None:
    waiting = replace(running(), awaiting="r-1", awaiting_at=NOON)

    met, gone = meet(waiting, NOON, evidence="r-1", self_reported=False), void(waiting, NOON, "合并")

    assert [(each.awaiting, each.awaiting_at) for each in (met, gone)] == [(None, None)] * 2


def test_earlier_start_moves_the_warnings_unless_they_lead_to_the_operational_due_time() -> None:
    late = bind(replace(running(), binding=False), rule("C1"), C1_DUE + HOUR)

    first, second = (restart(each, rule("C1"), times(occurred=PUBLIC - HOUR)) for each in (running(), late))

    assert first.warn_at == tuple(moment - HOUR for moment in running().warn_at)
    assert (second.warn_at, second.alarm_due_at, second.due_at) == (late.warn_at, late.alarm_due_at, C1_DUE - HOUR)


def test_continuing_clock_keeps_its_start_whatever_else_becomes_known() -> None:
    cycle = continuing_clock(rule("C4"), None, NOON, major=True)

    assert restart(cycle, rule("C4"), times(occurred=PUBLIC - HOUR)) == cycle


def test_earlier_start_moves_the_due_time_and_may_turn_a_met_clock_late() -> None:
    met = meet(running(), C1_DUE, evidence="r-1", self_reported=False)

    same, late = (restart(met, rule("C1"), times(occurred=PUBLIC - ago)) for ago in (0 * SECOND, SECOND))

    assert [state_at(each, C1_DUE) for each in (same, late)] == [ClockState.MET, ClockState.MET_LATE]


def test_late_answer_stays_late_when_the_start_turns_out_later() -> None:
    late = meet(running("C1", times(occurred=PUBLIC - HOUR)), C1_DUE, evidence="r-1", self_reported=False)

    moved = restart(late, rule("C1"), times(occurred=PUBLIC))

    assert (moved.due_at, state_at(moved, C1_DUE)) == (C1_DUE, ClockState.MET_LATE)


def test_start_known_more_exactly_is_shown_as_such() -> None:
    vague = replace(running(), start_precision=Precision.DAY)

    exact = restart(vague, rule("C1"), times(occurred=PUBLIC))

    assert (said(vague), said(exact)) == ([ClockTag.UNCERTAIN_START], [])
    assert (exact.start_basis, exact.due_at) == (Basis.OCCURRED, C1_DUE)


@pytest.mark.parametrize(
    ("precision", "found"),
    [
        (Precision.SECOND, []),
        (Precision.MINUTE, []),
        (Precision.HOUR, [ClockTag.UNCERTAIN_START]),
        (Precision.DAY, [ClockTag.UNCERTAIN_START]),
    ],
)
def test_start_known_only_by_the_hour_or_the_day_is_said_to_be_uncertain(
    precision: Precision, found: list[ClockTag]
) -> None:
    assert said(replace(running(), start_precision=precision)) == found


def test_due_time_keeps_the_length_it_was_given_under_the_policy_of_its_day() -> None:
    tightened = replace(rule("C1"), length=3 * HOUR, version="2027-1")

    moved = restart(running(), tightened, times(occurred=PUBLIC - HOUR))

    assert (moved.due_at, moved.rule_version) == (C1_DUE - HOUR, rule("C1").version)


def test_overdue_clock_stays_in_the_list_when_its_start_turns_out_later() -> None:
    early = replace(running("C1", times(occurred=PUBLIC - HOUR)), breach_recorded=True)

    stays, again = restarted(early, rule("C1"), times(occurred=PUBLIC), C1_DUE)

    assert (stays.key, stays.due_at, said(stays)) == ("C1", C1_DUE - HOUR, [ClockTag.VOIDED_AFTER_BREACH])
    assert (again.key, again.due_at, again.breach_recorded) == ("C1#2", C1_DUE, False)


def test_overdue_clock_just_moves_when_its_start_turns_out_earlier_or_the_same() -> None:
    moved = [restarted(running(), rule("C1"), times(occurred=PUBLIC - ago), C1_DUE + DAY) for ago in (HOUR, 0 * HOUR)]

    assert [[(each.key, each.due_at) for each in clocks] for clocks in moved] == [
        [("C1", C1_DUE - HOUR)],
        [("C1", C1_DUE)],
    ]


def test_met_clock_just_moves_when_its_start_turns_out_later() -> None:
    met = meet(running("C1", times(occurred=PUBLIC - HOUR)), NOON, evidence="r-1", self_reported=False)

    [moved] = restarted(met, rule("C1"), times(occurred=PUBLIC), C1_DUE + DAY)

    assert (moved.key, moved.due_at, moved.met_at) == ("C1", C1_DUE, NOON)


def test_clock_not_due_yet_just_moves_when_its_start_turns_out_later() -> None:
    early = running("C1", times(occurred=PUBLIC - HOUR))

    moved = restarted(early, rule("C1"), times(occurred=PUBLIC), early.due_at)

    assert [(each.key, each.due_at) for each in moved] == [("C1", C1_DUE)]


def test_void_clock_stays_where_it_is_whatever_start_becomes_known() -> None:
    gone = void(running(), NOON, "定级低于重大")

    assert restart(gone, rule("C1"), times(occurred=PUBLIC - HOUR)) == gone


def test_met_clock_is_never_voided() -> None:
    met = meet(running(), NOON, evidence="r-1", self_reported=False)

    assert void(met, NOON + HOUR, "不立案") == met


def test_clock_voided_in_its_due_second_ends_clean_and_one_second_later_it_does_not() -> None:
    in_time, late = (void(running(), moment, "并入") for moment in (C1_DUE, C1_DUE + SECOND))

    assert (said(in_time), said(late)) == ([], [ClockTag.VOIDED_AFTER_DUE])


def test_clock_voided_after_its_recorded_breach_stays_breached_later_voided() -> None:
    breached = replace(running(), breach_recorded=True)

    gone = void(breached, C1_DUE + HOUR, "降级")

    assert (state_at(gone, C1_DUE + DAY), said(gone)) == (ClockState.VOID, [ClockTag.VOIDED_AFTER_BREACH])


def test_release_that_waits_holds_the_breach_back_only_when_it_was_said_by_the_due_second() -> None:
    in_time, late = (replace(running(), awaiting="r-1", awaiting_at=at) for at in (C1_DUE, C1_DUE + SECOND))

    assert state_at(in_time, C1_DUE) is ClockState.WARNING
    assert state_at(in_time, C1_DUE + SECOND) is ClockState.PENDING_CONFIRMATION
    assert state_at(late, C1_DUE + SECOND) is ClockState.BREACHED


def test_recorded_breach_is_shown_until_a_person_signs_what_turned_up() -> None:
    found = replace(running(), breach_recorded=True, awaiting="r-1", awaiting_at=NOON)

    signed = meet(found, NOON, evidence="r-1", self_reported=False)

    assert state_at(found, C1_DUE + HOUR) is ClockState.BREACHED
    assert (state_at(signed, C1_DUE + HOUR), said(signed)) == (ClockState.MET, [ClockTag.SUPERSEDED_BREACH])


def test_late_answer_after_a_breach_supersedes_nothing() -> None:
    late = meet(replace(running(), breach_recorded=True), C1_DUE + HOUR, evidence="r-1", self_reported=False)

    assert said(late) == []


def test_self_reported_time_is_said_beside_the_state() -> None:
    typed = meet(running(), NOON, evidence="r-1", self_reported=True)

    assert (state_at(typed, NOON), said(typed)) == (ClockState.MET, [ClockTag.SELF_REPORTED])


def test_continuing_clock_runs_from_the_last_release_a_day_for_major_matters_and_three_else() -> None:
    major, other = (continuing_clock(rule("C4"), None, NOON, major=flag) for flag in (True, False))

    assert (major.due_at, other.due_at) == (NOON + 24 * HOUR, NOON + 72 * HOUR)
    assert state_at(major, NOON + 24 * HOUR) is ClockState.WARNING
    assert state_at(major, NOON + 24 * HOUR + SECOND) is ClockState.BREACHED


def test_continuing_clock_counts_its_cycles() -> None:
    first = continuing_clock(rule("C4"), None, NOON, major=True)

    second = continuing_clock(rule("C4"), first, NOON + HOUR, major=True)

    assert (first.key, second.key) == ("C4", "C4#2")


def test_pause_moves_everything_still_to_come_by_its_length() -> None:
    cycle = continuing_clock(rule("C4"), None, NOON, major=True)

    paused = pause(cycle, NOON + HOUR, "调查组函")
    resumed = resume(paused, NOON + 11 * HOUR)

    assert state_at(paused, NOON + 90 * HOUR) is ClockState.PAUSED
    assert (resumed.due_at, resumed.paused_at) == (cycle.due_at + 10 * HOUR, None)
    assert resumed.warn_at == tuple(moment + 10 * HOUR for moment in cycle.warn_at)


def test_pause_moves_the_operational_due_time_too() -> None:
    late = tighten(continuing_clock(rule("C4"), None, NOON, major=False), rule("C4"), NOON + 30 * HOUR)

    resumed = resume(pause(late, NOON + 31 * HOUR, "调查组函"), NOON + 41 * HOUR)

    assert (late.alarm_due_at, resumed.alarm_due_at) == (NOON + 54 * HOUR, NOON + 64 * HOUR)


def test_release_during_a_pause_is_as_early_as_the_pause_makes_it() -> None:
    paused = pause(continuing_clock(rule("C4"), None, NOON, major=True), NOON + 23 * HOUR, "调查组函")

    met = meet(paused, NOON + 80 * HOUR, evidence="r-2", self_reported=False)

    assert state_at(met, NOON + 80 * HOUR) is ClockState.MET


def test_shorter_interval_of_a_major_matter_counts_from_the_last_release_on() -> None:
    cycle = continuing_clock(rule("C4"), None, NOON, major=False)

    in_time, late = (tighten(cycle, rule("C4"), NOON + hours) for hours in (24 * HOUR, 24 * HOUR + SECOND))

    assert (in_time.due_at, in_time.operational_due_at) == (NOON + 24 * HOUR, None)
    assert (late.due_at, late.operational_due_at) == (NOON + 24 * HOUR, NOON + 48 * HOUR + SECOND)
    assert in_time.warn_at == continuing_clock(rule("C4"), None, NOON, major=True).warn_at


def test_office_with_one_interval_for_all_matters_keeps_it() -> None:
    one = replace(rule("C4"), length_major=None)
    cycle = continuing_clock(one, None, NOON, major=True)

    assert (cycle.due_at, tighten(cycle, one, NOON).due_at) == (NOON + 72 * HOUR, NOON + 72 * HOUR)


def test_clock_that_runs_again_keeps_its_evidence_and_gets_a_name_of_its_own() -> None:
    again = anew(void(running(), NOON, "不立案"), rule("C1"), times())

    assert (again.key, again.start_at, again.due_at, again.open) == ("C1#2", PUBLIC, C1_DUE, True)


def test_next_moment_is_the_first_warning_then_the_second_after_the_due_time() -> None:
    fresh = running()
    spoken = replace(fresh, warned=3)
    told = replace(spoken, breach_recorded=True, due_noted=True)

    assert [next_moment([each]) for each in (fresh, spoken, told)] == [fresh.warn_at[0], C1_DUE + SECOND, None]


def test_nothing_is_to_be_said_about_clocks_that_are_met_void_or_paused() -> None:
    met = meet(running(), NOON, evidence="r-1", self_reported=False)
    paused = pause(running("C3"), NOON, "调查组函")

    assert next_moment([met, void(running(), NOON, "合并"), paused]) is None


def test_late_grading_keeps_the_strict_due_time_and_alarms_towards_the_operational_one() -> None:
    late = clock(graded(Severity.MAJOR, at=C1_DUE + HOUR), "C1")

    assert (late.due_at, late.alarm_due_at) == (C1_DUE, C1_DUE + 6 * HOUR)
    assert late.warn_at[-1] == C1_DUE + 6 * HOUR - 30 * MINUTE


@given(st.sampled_from(LAW), MOMENTS, MOMENTS, MOMENTS)
def test_once_late_a_clock_is_never_in_time_again(
    rule_id: str, met_at: datetime, start: datetime, other: datetime
) -> None:
    met = meet(running(rule_id, times(first_public=start, aware=start)), met_at, evidence="r-1", self_reported=False)

    moved = restart(met, rule(rule_id), times(first_public=other, aware=other))

    assert moved.met_late >= met.met_late


@given(MOMENTS, MOMENTS)
def test_state_depends_on_the_clock_and_the_time_alone(start: datetime, now: datetime) -> None:
    limit = running("C1", times(first_public=start, aware=start))

    assert (state_at(limit, now) is ClockState.BREACHED) == (now > start + 5 * HOUR)


def test_scene_opens_at_noon_with_the_law_s_three_clocks() -> None:
    assert [(each.key, each.due_at) for each in opened().clocks] == [("C1", C1_DUE), ("C2", C2_DUE), ("C3", C3_DUE)]


def test_interval_of_the_start_has_a_strict_and_a_lenient_due_time_and_says_that_it_is_uncertain() -> None:
    known = Times(first_seen=a_time(NOON), aware=a_time(NOON), occurred=a_time(PUBLIC, until=PUBLIC + HOUR))

    clock_ = start_clock(rule("C1"), known, binding=True)
    [strict, _] = readings(clock_, known, PUBLIC + 5 * HOUR + SECOND)

    assert (clock_.due_at, clock_.start_until) == (PUBLIC + 5 * HOUR, PUBLIC + HOUR)
    assert (strict.due_at, strict.lenient_due_at, strict.in_time) == (C1_DUE, C1_DUE + HOUR, False)
    assert ClockTag.UNCERTAIN_START in said(clock_)


@pytest.mark.parametrize(
    ("precision", "lenient"),
    [
        (Precision.SECOND, None),
        (Precision.MINUTE, None),
        (Precision.HOUR, C1_DUE + HOUR - SECOND),
        (Precision.DAY, C1_DUE + DAY - SECOND),
    ],
)
def test_time_known_to_the_hour_or_the_day_is_an_interval(precision: Precision, lenient: datetime | None) -> None:
    known = Times(first_seen=a_time(NOON), aware=a_time(NOON), occurred=a_time(PUBLIC, precision=precision))

    [reading, _] = readings(start_clock(rule("C1"), known, binding=True), known, NOON)

    assert (reading.due_at, reading.lenient_due_at) == (C1_DUE, lenient)


def test_exact_evidence_ends_the_interval() -> None:
    known = Times(first_seen=a_time(NOON), aware=a_time(NOON), occurred=a_time(PUBLIC, until=PUBLIC + HOUR))

    exact = restart(start_clock(rule("C1"), known, binding=True), rule("C1"), times(occurred=PUBLIC))

    assert exact.start_until is None
    assert ClockTag.UNCERTAIN_START not in said(exact)


@given(length=st.integers(1, 47), start=MOMENTS)
def test_changed_policy_rewrites_no_due_time_and_no_reading(length: int, start: datetime) -> None:
    known = times(occurred=start)
    clock_ = start_clock(rule("C1"), known, binding=False)
    changed = replace(rule("C1"), length=timedelta(hours=length), version="2027-1")

    moved = restart(clock_, changed, times(occurred=start - HOUR))
    graded_late = bind(clock_, changed, start + 9 * HOUR)

    assert moved.due_at == clock_.due_at - HOUR
    assert graded_late.operational_due_at == start + 14 * HOUR
    assert {each.due_at - each.start_at for each in readings(moved, known, NOON)} == {5 * HOUR}
    assert {moved.rule_version, graded_late.rule_version} == {rule("C1").version}
