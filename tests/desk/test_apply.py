"""A person's step on an incident: what it changes, what it refuses, and that no one person erases a passed deadline."""

from dataclasses import replace
from datetime import datetime

import pytest

from desk.apply import apply
from desk.clock import ClockState, ClockTag
from desk.errors import IllegalAction, SecondPersonNeeded
from desk.incident import DispositionClass, Incident, Severity, State
from desk.lifecycle import SIDE_EXITS, Action
from desk.moments import Basis, EvidencedTime, Precision
from desk.policy import Policy
from desk.rules import Pause
from desk.steps import (
    Acknowledge,
    AnswerQuestion,
    Ask,
    ClassQuestion,
    Conclude,
    Confirm,
    Leave,
    PauseContinuing,
    RecordRelease,
    RecordTime,
    Reopen,
    ResumeContinuing,
    Step,
)
from tests.build import DAY, HOUR, MINUTE, NOON, SECOND, a_post
from tests.desk.scene import (
    C1_DUE,
    C2_DUE,
    C3_DUE,
    CHIEF,
    DUTY,
    FULL,
    POLICY,
    PUBLIC,
    a_release,
    a_time,
    act,
    answered,
    asked,
    clock,
    concluding,
    conferred,
    dismissing,
    graded,
    keys,
    occurred,
    opened,
    rule,
    said,
    shown,
    watched,
)

LEAVING = [
    Leave(action=Action.DISMISS, reason="与本地无关"),
    Leave(action=Action.MERGE, reason="同一事件", to="云州-2026-0001"),
    Leave(action=Action.TRANSFER, reason="属邻市", to="990200"),
    Leave(action=Action.REDIRECT, reason="个人诉求", to="12345"),
]
REOPEN = Reopen(reason="又有新情况")
PAUSE, RESUME = PauseContinuing(record="省调查组函〔2026〕3号"), ResumeContinuing()
VOID, RUNNING, BREACHED = ClockState.VOID, ClockState.RUNNING, ClockState.BREACHED


def refused(
    incident: Incident, step: Step, *, at: datetime = NOON + HOUR, second: str | None = None, policy: Policy = POLICY
) -> str:
    """The words with which a step is refused."""
    with pytest.raises((IllegalAction, SecondPersonNeeded)) as refusal:
        apply(incident, step, by=DUTY, now=at, policy=policy, second=second)
    return str(refusal.value)


def first_public(at: datetime) -> RecordTime:
    return RecordTime(basis=Basis.FIRST_PUBLIC, time=a_time(at))


def aware(at: datetime) -> RecordTime:
    return RecordTime(basis=Basis.AWARE, time=a_time(at))


def public_on_that_day(*, until: datetime | None = None) -> Incident:
    """An incident whose first post carries its day alone."""
    incident = opened()
    day = EvidencedTime(at=NOON - 10 * HOUR, precision=Precision.DAY, source="post", entered_at=NOON, until=until)
    return replace(incident, times=replace(incident.times, first_public=day))


def graded_on_that_day() -> Incident:
    """A graded incident whose clocks run from the beginning of the day of the first post."""
    post = a_post(published_at=NOON - 10 * HOUR, precision=Precision.DAY)
    return graded(Severity.MAJOR, incident=opened(post))


def test_step_is_one_line_of_the_log_with_who_and_when() -> None:
    change = apply(opened(), Confirm(), by=DUTY, now=NOON + MINUTE, policy=POLICY)

    [event] = change.events
    assert (event.kind, event.by, event.at, event.recorded_at) == ("confirm", DUTY, NOON + MINUTE, NOON + MINUTE)
    assert (change.notices, change.placements) == ((), ())


def test_free_text_stands_apart_from_the_facts() -> None:
    change = apply(opened(), dismissing("经核实为演练"), by=DUTY, now=NOON + MINUTE, policy=POLICY)

    assert change.events[0].text == "经核实为演练"
    assert "经核实为演练" not in change.events[0].facts.values()


def test_two_signatures_both_stand_in_the_log() -> None:
    change = apply(opened(), dismissing(), by=DUTY, now=C1_DUE + HOUR, policy=POLICY, second=CHIEF)

    assert (change.events[-1].by, change.events[-1].facts["second"]) == (DUTY, CHIEF)


def test_first_to_acknowledge_is_kept() -> None:
    taken = act(opened(), Acknowledge(), at=NOON + MINUTE)

    again = act(taken, Acknowledge(), at=NOON + HOUR, by=CHIEF)

    assert (again.acknowledged_by, again.acknowledged_at) == (DUTY, NOON + MINUTE)


@pytest.mark.parametrize("step", LEAVING)
def test_leaving_before_any_deadline_is_one_person_s_act_with_a_reason(step: Leave) -> None:
    left = act(opened(), step, at=C1_DUE)

    assert left.closed
    assert [(each.voided_at, each.void_reason, said(each)) for each in left.clocks] == [(C1_DUE, step.reason, [])] * 3


@pytest.mark.parametrize("second", [None, "", " ", DUTY])
@pytest.mark.parametrize("step", LEAVING)
def test_leaving_one_second_after_a_deadline_needs_two_people(step: Leave, second: str | None) -> None:
    incident = opened()

    assert "needs a second person's signature" in refused(incident, step, at=C1_DUE + SECOND, second=second)
    assert incident == opened()


@pytest.mark.parametrize("step", LEAVING)
def test_leaving_by_two_people_keeps_the_breach_listed(step: Leave) -> None:
    left = act(graded(Severity.MAJOR), step, at=C1_DUE + SECOND, second=CHIEF)

    assert left.state is SIDE_EXITS[step.action]
    assert (shown(left, NOON + 9 * HOUR)["C1"], said(clock(left, "C1"))) == (VOID, [ClockTag.VOIDED_AFTER_BREACH])
    assert (said(clock(left, "C2")), clock(left, "C1").void_reason) == ([], step.reason)


def test_leaving_ungraded_after_a_deadline_says_that_the_due_second_had_passed() -> None:
    left = act(opened(), dismissing(), at=C1_DUE + SECOND, second=CHIEF)

    assert [said(each) for each in left.clocks] == [[ClockTag.VOIDED_AFTER_DUE], [], []]


def test_leaving_after_a_late_answer_needs_two_people_too() -> None:
    reopened = replace(answered(graded(Severity.ORDINARY), at=C3_DUE + SECOND), state=State.REOPENED)

    assert "needs a second person" in refused(reopened, dismissing(), at=C3_DUE + HOUR)


@pytest.mark.parametrize("step", LEAVING)
def test_leaving_needs_a_reason_and_a_destination(step: Leave) -> None:
    assert "without a reason" in refused(opened(), replace(step, reason=" "))
    assert refused(opened(), replace(LEAVING[2], to=" ")).endswith("without saying where it goes")


def test_incident_is_not_merged_into_itself() -> None:
    incident = replace(opened(), number="云州-2026-0042")

    for own in (incident.id, "云州-2026-0042"):
        assert "to itself" in refused(incident, Leave(action=Action.MERGE, reason="同一事件", to=own))


def test_reopening_runs_the_owed_clocks_again_from_the_same_evidence() -> None:
    dismissed = act(opened(), dismissing(), at=NOON + HOUR)

    again = act(dismissed, REOPEN, at=NOON + 2 * HOUR)

    assert keys(again) == ["C1", "C2", "C3", "C1#2", "C2#2", "C3#2"]
    assert [clock(again, f"{key}#2").due_at for key in ("C1", "C2", "C3")] == [C1_DUE, C2_DUE, C3_DUE]
    assert again.next_moment == clock(again, "C1#2").warn_at[0]


def test_line_of_the_reopening_says_how_many_clocks_run_again() -> None:
    change = apply(act(opened(), dismissing()), REOPEN, by=DUTY, now=NOON + HOUR, policy=POLICY)

    assert (change.events[0].facts, change.events[0].text) == ({"revived": 3}, REOPEN.reason)


def test_reopening_erases_no_breach() -> None:
    left = act(graded(Severity.MAJOR), dismissing(), at=C1_DUE + SECOND, second=CHIEF)

    again = act(left, REOPEN, at=C1_DUE + DAY)

    assert said(clock(again, "C1")) == [ClockTag.VOIDED_AFTER_BREACH]
    assert shown(again, C1_DUE + DAY)["C1#2"] is BREACHED


def test_dismissal_that_was_wrong_is_no_way_out() -> None:
    dismissed = act(graded(Severity.MAJOR), dismissing(), at=NOON + HOUR)

    again = act(dismissed, REOPEN, at=C1_DUE + 30 * DAY)
    seen = watched(again, C1_DUE + 30 * DAY)

    assert {key: state for key, state in shown(seen, C1_DUE + 30 * DAY).items() if "#" in key} == {
        "C1#2": BREACHED,
        "C2#2": BREACHED,
    }
    assert said(clock(seen, "C1#2")) == []


def test_reopening_brings_back_only_what_the_grade_owes() -> None:
    below = act(graded(Severity.ORDINARY, at=NOON + HOUR), dismissing(), at=NOON + HOUR)

    again = act(below, REOPEN, at=NOON + 2 * HOUR)

    assert keys(again) == ["C1", "C2", "C3", "C3#2"]


def test_reopening_needs_a_reason() -> None:
    assert "without a reason" in refused(act(opened(), dismissing()), Reopen(reason=" "))


def test_reopened_major_matter_owes_a_release_again() -> None:
    done = act(conferred(answered(graded(Severity.MAJOR))), Conclude(), at=NOON + 5 * HOUR)

    again = act(done, REOPEN, at=NOON + 100 * HOUR)

    assert (clock(done, "C4").void_reason, clock(again, "C4#2").due_at) == ("办结", NOON + 124 * HOUR)


def test_matter_is_concluded_once_its_clocks_are_met_and_its_questions_answered() -> None:
    incident = concluding(answered(asked(graded(Severity.ORDINARY))), at=NOON + 2 * HOUR)

    done = act(incident, Conclude(), at=NOON + 3 * HOUR)

    assert (done.state, done.closed_at, done.next_moment) == (State.CONCLUDED, NOON + 3 * HOUR, None)


def test_matter_with_a_running_clock_or_an_open_question_is_not_concluded() -> None:
    silent = answered(asked(graded(Severity.MAJOR)))

    assert refused(silent, Conclude(), at=NOON + 2 * HOUR).endswith("still open: C2、q-1")


def test_running_clock_alone_or_open_question_alone_keeps_a_matter_open() -> None:
    no_conference = concluding(answered(asked(graded(Severity.MAJOR))), at=NOON + 2 * HOUR)
    no_answer = answered(asked(graded(Severity.ORDINARY)))

    assert refused(no_conference, Conclude(), at=NOON + 2 * HOUR).endswith("still open: C2")
    assert refused(no_answer, Conclude(), at=NOON + 2 * HOUR).endswith("still open: q-1")


def test_concluding_ends_the_continuing_clock_and_keeps_its_gap_listed() -> None:
    incident = conferred(answered(graded(Severity.MAJOR), at=NOON + HOUR))

    done = act(incident, Conclude(), at=NOON + 25 * HOUR + SECOND)

    assert said(clock(done, "C4")) == [ClockTag.VOIDED_AFTER_BREACH]


def test_earlier_publication_moves_the_start_and_the_due_time() -> None:
    moved = act(opened(), first_public(PUBLIC - HOUR), at=NOON + HOUR)

    assert [clock(moved, key).due_at for key in ("C1", "C2", "C3")] == [C1_DUE - HOUR, C2_DUE - HOUR, C3_DUE]


def test_later_publication_is_taken_and_moves_nothing() -> None:
    moved = act(opened(), first_public(PUBLIC + MINUTE), at=NOON + HOUR)

    assert (moved.clocks, moved.times.first_public) == (opened().clocks, opened().times.first_public)


def test_earlier_report_is_the_office_s_knowledge_from_then_on() -> None:
    moved = act(opened(), aware(NOON - 5 * MINUTE), at=NOON + HOUR)

    assert (clock(moved, "C3").due_at, moved.times.aware.source) == (C3_DUE - 5 * MINUTE, "12345")
    assert moved.times.reported == moved.times.aware


def test_later_report_moves_nothing() -> None:
    moved = act(opened(), aware(NOON + 30 * MINUTE), at=NOON + HOUR)

    assert (moved.clocks, moved.times.aware) == (opened().clocks, opened().times.aware)


def test_report_before_the_first_post_starts_the_major_clocks() -> None:
    moved = act(opened(), aware(PUBLIC - HOUR), at=NOON + HOUR)

    assert (clock(moved, "C1").due_at, clock(moved, "C1").start_basis) == (C1_DUE - HOUR, Basis.AWARE)


def test_occurrence_is_the_start_once_it_is_known() -> None:
    moved = act(opened(), occurred(PUBLIC - 2 * HOUR), at=NOON + HOUR)

    assert (clock(moved, "C1").start_basis, clock(moved, "C1").due_at) == (Basis.OCCURRED, C1_DUE - 2 * HOUR)
    assert clock(moved, "C3").due_at == C3_DUE


def test_occurrence_in_the_second_of_the_first_post_is_taken_and_one_second_later_refused() -> None:
    assert clock(act(opened(), occurred(PUBLIC)), "C1").due_at == C1_DUE
    assert "cannot be later than the first post" in refused(opened(), occurred(PUBLIC + SECOND))


def test_occurrence_later_than_the_first_report_is_refused() -> None:
    reported = act(opened(), aware(PUBLIC - HOUR), at=NOON + HOUR)

    assert "cannot be later than the first post or report" in refused(reported, occurred(PUBLIC - HOUR + SECOND))


def test_first_post_known_by_its_day_alone_refuses_only_what_is_later_than_that_day() -> None:
    incident = public_on_that_day()

    moved = act(incident, occurred(NOON - 2 * HOUR), at=NOON + HOUR)
    assert clock(moved, "C1").due_at == NOON + 3 * HOUR
    narrow = public_on_that_day(until=NOON - 3 * HOUR)
    assert "cannot be later" in refused(narrow, occurred(NOON - 3 * HOUR + SECOND))
    assert clock(act(narrow, occurred(NOON - 3 * HOUR)), "C1").due_at == NOON + 2 * HOUR


@pytest.mark.parametrize("step", [occurred(NOON + HOUR + SECOND), first_public(NOON + 2 * HOUR), aware(NOON + DAY)])
def test_time_in_the_future_is_refused(step: RecordTime) -> None:
    assert "is dated in the future" in refused(opened(), step, at=NOON + HOUR)


@pytest.mark.parametrize("basis", [Basis.ASSIGNED, Basis.ACCEPTED, Basis.LAST_RELEASE])
def test_times_the_desk_takes_itself_are_not_recorded_by_hand(basis: Basis) -> None:
    assert "is not a time a person records by hand" in refused(opened(), RecordTime(basis=basis, time=a_time(NOON)))


def test_time_of_this_very_moment_is_taken() -> None:
    assert act(opened(), aware(NOON), at=NOON).times.reported is not None


def test_first_post_known_by_its_hour_refuses_only_what_is_later_than_that_hour() -> None:
    hour = EvidencedTime(at=PUBLIC - 2 * HOUR, precision=Precision.HOUR, source="post", entered_at=NOON)
    incident = replace(opened(), times=replace(opened().times, first_public=hour))

    assert clock(act(incident, occurred(PUBLIC - HOUR - SECOND)), "C1").due_at == C1_DUE - HOUR - SECOND
    assert "cannot be later" in refused(incident, occurred(PUBLIC - HOUR))


def test_after_a_deadline_one_person_may_still_record_what_moves_nothing_later() -> None:
    late = watched(act(graded(Severity.MAJOR), occurred(PUBLIC - HOUR)), C1_DUE)

    for step in (occurred(PUBLIC - HOUR), occurred(PUBLIC - 2 * HOUR), aware(NOON + MINUTE), first_public(PUBLIC)):
        assert len(act(late, step, at=C1_DUE).clocks) == 3


def test_later_occurrence_needs_two_people_even_where_no_clock_runs_from_it_now() -> None:
    early = act(opened(), occurred(PUBLIC - HOUR))
    below = graded(Severity.ORDINARY, at=C1_DUE, incident=early)

    assert "needs a second person's signature" in refused(below, occurred(PUBLIC), at=C1_DUE)


def test_recorded_time_says_when_it_was_entered_whatever_it_claims() -> None:
    moved = act(opened(), occurred(PUBLIC), at=NOON + 3 * HOUR)

    assert moved.times.occurred is not None
    assert moved.times.occurred.entered_at == NOON + 3 * HOUR


def test_later_occurrence_after_a_deadline_needs_two_people_and_keeps_the_old_clock() -> None:
    early = watched(act(graded(Severity.MAJOR), occurred(PUBLIC - HOUR)), C1_DUE)

    words = refused(early, occurred(PUBLIC), at=C1_DUE)
    moved = act(early, occurred(PUBLIC), at=C1_DUE, second=CHIEF)

    assert "moving occurred to a later time needs a second person's signature" in words
    assert said(clock(moved, "C1")) == [ClockTag.VOIDED_AFTER_BREACH]
    assert (clock(moved, "C1#2").due_at, shown(moved, C1_DUE)["C1#2"]) == (C1_DUE, ClockState.WARNING)


def test_later_occurrence_after_a_deadline_needs_its_evidence_named() -> None:
    early = act(graded(Severity.MAJOR), occurred(PUBLIC - HOUR))
    nameless = RecordTime(basis=Basis.OCCURRED, time=replace(a_time(PUBLIC), source=" "))

    words = refused(early, nameless, at=C1_DUE, second=CHIEF)

    assert words.endswith("has passed: moving occurred to a later time needs a reason")


def test_later_occurrence_before_any_deadline_is_one_person_s_act() -> None:
    early = act(graded(Severity.MAJOR), occurred(PUBLIC - HOUR))

    moved = act(early, occurred(PUBLIC), at=C1_DUE - HOUR)

    assert (keys(moved), clock(moved, "C1").due_at) == (["C1", "C2", "C3"], C1_DUE)


def test_more_exact_first_time_that_comes_later_needs_two_people_after_a_deadline() -> None:
    vague = watched(graded_on_that_day(), NOON + 9 * HOUR)

    assert "needs a second person's signature" in refused(vague, occurred(NOON - 2 * HOUR), at=NOON + 9 * HOUR)


def test_earlier_occurrence_that_makes_a_met_clock_late_is_taken() -> None:
    met = answered(graded(Severity.MAJOR), at=C1_DUE)

    moved = act(met, occurred(PUBLIC - SECOND), at=C1_DUE)

    assert shown(moved, C1_DUE)["C1"] is ClockState.MET_LATE


def test_question_is_asked_once_and_comes_without_its_answer() -> None:
    incident = asked(opened())

    assert "q-1 is already in the file" in refused(incident, Ask(question=incident.questions[0]))
    answered_already = replace(incident.questions[0], id="q-2", answered_by=("r-1",))
    assert "comes with its answer" in refused(incident, Ask(question=answered_already))


@pytest.mark.parametrize(("class_", "by"), [(None, None), (DispositionClass.MISTAKEN_VIEW, DUTY)])
def test_question_that_comes_with_its_class_is_signed_by_who_asks_it(
    class_: DispositionClass | None, by: str | None
) -> None:
    [question] = asked(opened(), class_).questions

    assert (question.disposition_class, question.classed_by) == (class_, by)


def test_class_of_a_question_is_signed() -> None:
    step = ClassQuestion(question_id="q-1", disposition_class=DispositionClass.MISTAKEN_VIEW)

    [question] = act(asked(opened()), step, by=CHIEF).questions

    assert (question.disposition_class, question.classed_by) == (DispositionClass.MISTAKEN_VIEW, CHIEF)


def test_unknown_question_is_refused() -> None:
    step = ClassQuestion(question_id="q-9", disposition_class=DispositionClass.MISTAKEN_VIEW)

    assert refused(asked(opened()), step).startswith("no question q-9 in the file of")


def test_question_is_answered_only_by_a_confirmed_release() -> None:
    proposed = act(asked(opened()), RecordRelease(release=a_release()), at=NOON + HOUR)
    step = AnswerQuestion(question_id="q-1", release_id="r-1")

    assert refused(proposed, step).startswith("no confirmed release r-1")
    twice = concluding(concluding(answered(asked(opened())), at=NOON + HOUR), at=NOON + 2 * HOUR)
    assert twice.questions[0].answered_by == ("r-1",)


def test_continuing_clock_pauses_on_a_record_and_resumes_where_it_stood() -> None:
    incident = answered(graded(Severity.MAJOR), at=NOON + HOUR)

    paused = act(incident, PAUSE, at=NOON + 3 * HOUR)
    resumed = act(paused, RESUME, at=NOON + 13 * HOUR)

    assert (shown(paused, NOON + 90 * HOUR)["C4"], clock(paused, "C4").pause_ground) == (
        ClockState.PAUSED,
        PAUSE.record,
    )
    assert clock(resumed, "C4").due_at == clock(incident, "C4").due_at + 10 * HOUR


def test_pause_stops_the_cycle_that_runs() -> None:
    second = answered(answered(graded(Severity.MAJOR), at=NOON + HOUR), at=NOON + 3 * HOUR, id_="r-2")

    paused = act(second, PAUSE, at=NOON + 4 * HOUR)

    assert (clock(paused, "C4"), clock(paused, "C4#2").paused_at) == (clock(second, "C4"), NOON + 4 * HOUR)


def test_pause_without_a_record_is_refused() -> None:
    incident = answered(graded(Severity.MAJOR), at=NOON + HOUR)

    assert "pauses only on the record of an investigating body" in refused(incident, PauseContinuing(record=" "))


def test_nothing_but_the_continuing_clock_pauses() -> None:
    assert "nothing to pause or resume" in refused(graded(Severity.MAJOR), PAUSE)
    assert {rule(rule_id).pause for rule_id in ("C1", "C2", "C3")} == {Pause.NONE}


def test_pause_after_the_due_second_is_refused_and_in_it_is_not() -> None:
    incident = answered(graded(Severity.MAJOR), at=NOON + HOUR)
    due = clock(incident, "C4").due_at

    assert shown(act(incident, PAUSE, at=due), due + DAY)["C4"] is ClockState.PAUSED
    assert "no pause undoes that" in refused(incident, PAUSE, at=due + SECOND)


def test_paused_clock_is_not_paused_again_and_a_running_one_not_resumed() -> None:
    incident = answered(graded(Severity.MAJOR), at=NOON + HOUR)

    assert refused(act(incident, PAUSE, at=NOON + 2 * HOUR), PAUSE, at=NOON + 3 * HOUR).startswith(
        "C4 is paused already"
    )
    assert refused(incident, RESUME, at=NOON + 2 * HOUR).startswith("C4 is not paused")


def test_office_that_allows_no_pause_gets_none() -> None:
    incident = answered(graded(Severity.MAJOR), at=NOON + HOUR)
    strict = replace(POLICY, rules={**POLICY.rules, "C4": replace(rule("C4"), pause=Pause.NONE)})

    assert refused(incident, PAUSE, policy=strict).startswith("C4 knows no pause here")


def test_next_moment_follows_the_ladder_and_the_clocks_and_ends_with_the_incident() -> None:
    taken = act(opened(), Acknowledge())
    answered_fully = conferred(answered(graded(Severity.ORDINARY), elements=FULL))

    assert opened().next_moment == NOON + 15 * MINUTE
    assert taken.next_moment == clock(taken, "C1").warn_at[0]
    assert answered_fully.next_moment is None
