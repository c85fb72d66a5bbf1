"""The duties beside the first answers as the file changes: moved, ended, begun anew, paused, extended."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desk.apply import apply
from desk.clock import ClockState, ClockTag, state_at, tags
from desk.duty_clocks import RECLASSED, REGRADED, RETURNED
from desk.duty_records import ObligationKind
from desk.duty_steps import (
    AcceptAssignment,
    Assign,
    Consult,
    Consulted,
    Correct,
    Extend,
    FindUnlawful,
    ReturnAssignment,
)
from desk.errors import IllegalAction, SecondPersonNeeded
from desk.incident import DispositionClass, Incident, OpinionLevel, PublicQuestion, Severity
from desk.known_then import known_then
from desk.moments import Basis
from desk.placing import place
from desk.release import ConferenceKind, Element, PressConference, Speaker
from desk.rules import Limit
from desk.steps import Acknowledge, Ask, ClassQuestion, Conclude, Confirm, RecordConference, Reopen, Step
from desk.working_days import Unit
from tests.build import DAY, HOUR, MINUTE, NOON, SECOND, a_post
from tests.desk.duty_scene import (
    CALENDAR,
    FINDING,
    RULES,
    UNKNOWN_YEAR,
    answer,
    asking,
    deciding,
    do,
    end_of,
    handing_over,
    looked,
    obliging,
    reporting,
    running,
    watched_changes,
)
from tests.desk.scene import (
    C1_DUE,
    DUTY,
    FULL,
    OFFICE,
    PUBLIC,
    a_conference,
    a_release,
    answering,
    flagged,
    grading,
    occurred,
    opened,
    saved,
)

FALSE = DispositionClass.FALSE_INFORMATION
MISTAKEN = DispositionClass.MISTAKEN_VIEW
SUGGESTION = DispositionClass.CONSTRUCTIVE_SUGGESTION
PROBLEM = DispositionClass.MAJOR_PROBLEM
GIVEN = Assign(id="a-1", department="云州市交通运输局", officer="王科长")


OTHER_STARTS = replace(
    RULES,
    version="2027-1",
    rules={
        name: replace(
            each,
            version="2027-1",
            start_basis=Basis.AWARE if each.start_basis is Basis.OCCURRED else Basis.OCCURRED,
            latest_start=Limit(length=timedelta(days=1), unit=Unit.WORKING_DAYS) if each.latest_start else None,
        )
        for name, each in RULES.rules.items()
    },
)


def another_question(class_: DispositionClass) -> Ask:
    return Ask(question=PublicQuestion(id="q-2", text="能否加装护栏", disposition_class=class_))


def answer_alone(at: datetime, *, id_: str = "r-1") -> tuple[Step, ...]:
    return answering(a_release(id=id_, published_at=at), elements=FULL)


def silent(at: datetime) -> PressConference:
    return a_conference(held_at=at, speakers=(Speaker(role="副市长", is_principal=False),))


def requested() -> Incident:
    return do(opened(), obliging(ObligationKind.REPLY, NOON))


def test_undecided_suggestion_runs_from_when_the_decision_was_owed() -> None:
    undecided = running(do(opened(), asking(SUGGESTION)), "C6")

    assert (undecided.start_basis, undecided.start_at) == (Basis.AWARE, end_of(2026, 6, 10))
    assert undecided.due_at == end_of(2026, 7, 9)


def test_decision_in_time_starts_it_earlier_and_a_late_one_moves_nothing() -> None:
    undecided = do(opened(), asking(SUGGESTION))
    last = end_of(2026, 6, 10)

    in_time = running(do(undecided, deciding(last), at=last), "C6")
    late = running(do(undecided, deciding(last + SECOND), at=last + SECOND), "C6")

    assert (in_time.start_basis, in_time.start_at) == (Basis.DECIDED, last)
    assert (late.start_basis, late.start_at) == (Basis.AWARE, last)


def test_problem_nobody_accepts_runs_from_forty_eight_hours_after_awareness() -> None:
    left = running(do(opened(), asking(PROBLEM)), "C8")

    assert left.start_at == NOON + 48 * HOUR
    assert left.due_at == end_of(2026, 8, 4)


def test_acceptance_in_time_starts_a_problem_s_clock_and_a_late_one_moves_nothing() -> None:
    given = do(opened(), asking(PROBLEM), Confirm(), GIVEN)
    last = NOON + 48 * HOUR

    moments = [last, last + SECOND]
    clocks = [running(do(given, AcceptAssignment(id="a-1"), at=moment), "C8") for moment in moments]

    assert [clock.start_basis for clock in clocks] == [Basis.ACCEPTED, Basis.AWARE]
    assert [clock.start_at for clock in clocks] == [last, last]


def test_answer_without_its_result_does_not_meet_a_suggestion() -> None:
    asked = do(opened(), asking(SUGGESTION))

    without = do(asked, *answer(NOON + HOUR, frozenset({Element.STANCE, Element.FACTS})), at=NOON + HOUR)
    completed = do(without, *answer(NOON + DAY, frozenset({Element.OUTCOME}), id_="r-2"), at=NOON + DAY)

    assert running(without, "C6").open
    assert running(completed, "C6").met_at == NOON + DAY


def test_falsehood_is_cleared_up_by_facts_only() -> None:
    asked = do(opened(), asking(FALSE))

    stance = do(asked, *answer(NOON + HOUR, frozenset({Element.STANCE})), at=NOON + HOUR)
    facts = do(asked, *answer(NOON + HOUR, frozenset({Element.FACTS})), at=NOON + HOUR)

    assert (running(stance, "C10").met_at, running(facts, "C10").met_at) == (None, NOON + HOUR)


def test_office_that_spoke_before_the_desk_knew_is_in_time_with_a_negative_delay() -> None:
    early = do(opened(), asking(MISTAKEN), *answer(NOON - HOUR))

    clock = running(early, "C9")

    assert state_at(clock, NOON + HOUR) is ClockState.MET
    assert clock.met_at is not None
    assert clock.met_at - clock.start_at == -HOUR


def test_falsehood_about_a_major_matter_is_cleared_up_within_the_first_release_s_time() -> None:
    graded = do(opened(), asking(FALSE), grading(Severity.MAJOR))

    old, new = [clock for clock in graded.clocks if clock.rule_id == "C10"]

    assert (old.void_reason, new.due_at, new.key) == (REGRADED, C1_DUE, "C10#q-1#2")


def test_class_signed_after_the_due_second_keeps_the_strict_time_and_adds_an_operational_one() -> None:
    late = NOON + 50 * HOUR

    clock = running(do(opened(), asking(MISTAKEN), at=late), "C9")

    assert (clock.due_at, clock.operational_due_at) == (NOON + 48 * HOUR, late + 48 * HOUR)
    assert ClockTag.LATE_GRADED in tags(clock)
    assert state_at(clock, late) is ClockState.BREACHED


def test_new_class_ends_the_old_duty_with_its_reason_and_begins_the_new_one() -> None:
    changed = do(opened(), asking(MISTAKEN), ClassQuestion(question_id="q-1", disposition_class=SUGGESTION))

    assert running(changed, "C9").void_reason == RECLASSED
    assert running(changed, "C6").open


def test_new_class_after_the_due_second_needs_two_people_and_keeps_the_breach() -> None:
    asked = do(opened(), asking(MISTAKEN))
    step, late = ClassQuestion(question_id="q-1", disposition_class=SUGGESTION), NOON + 48 * HOUR + SECOND

    with pytest.raises(SecondPersonNeeded):
        apply(asked, step, by=DUTY, now=late, policy=RULES)
    in_time = do(asked, step, at=late - SECOND)
    by_two = do(asked, step, at=late, second="p-chief")

    assert tags(running(in_time, "C9")) == frozenset()
    assert ClockTag.VOIDED_AFTER_BREACH in tags(running(by_two, "C9"))


@pytest.mark.parametrize(
    ("level", "minutes"),
    [(OpinionLevel.L1, 30), (OpinionLevel.L2, 30), (OpinionLevel.L3, 120), (OpinionLevel.L4, 480)],
)
def test_acceptance_is_owed_by_the_level_it_was_given_at(level: OpinionLevel, minutes: int) -> None:
    given = do(replace(opened(), opinion_level=level), Confirm(), GIVEN, at=NOON)

    assert running(given, "C16").due_at == NOON + minutes * MINUTE


def test_returned_assignment_ends_its_clocks_and_a_second_return_is_the_office_s_to_decide() -> None:
    again = replace(GIVEN, id="a-2")
    returned = do(opened(), Confirm(), GIVEN, ReturnAssignment(id="a-1", reason="不属本部门职责"), again)

    first, second = [clock for clock in returned.clocks if clock.rule_id == "C16"]

    assert (first.void_reason, second.open) == (RETURNED, True)
    with pytest.raises(IllegalAction, match="once already"):
        apply(returned, ReturnAssignment(id="a-2", reason="仍不属"), by=DUTY, now=NOON + HOUR, policy=RULES)


def test_verification_after_the_first_answer_was_due_has_the_rule_s_own_length() -> None:
    late = NOON + 49 * HOUR

    given = do(opened(), Confirm(), GIVEN, at=late)

    assert running(given, "C16V").due_at == late + 24 * HOUR


def test_hand_over_needs_a_person_s_finding_first() -> None:
    asked = do(opened(), asking(FALSE))

    with pytest.raises(IllegalAction, match="no finding"):
        apply(asked, handing_over(NOON)[0], by=DUTY, now=NOON + HOUR, policy=RULES)
    assert [clock.rule_id for clock in asked.clocks if clock.rule_id == "C11"] == []


def test_hand_over_before_any_answer_is_taken_with_its_true_time_and_says_so() -> None:
    found = do(opened(), asking(FALSE), FindUnlawful(question_id="q-1", at=NOON, ground=FINDING))

    before = do(found, *handing_over(NOON), at=NOON + HOUR)
    after = do(found, *answer(NOON + HOUR), *handing_over(NOON + HOUR), at=NOON + HOUR)

    assert [each.handovers[0].answered_before for each in (before, after)] == [False, True]
    assert running(before, "C11").met_at == NOON


def test_consultation_of_another_body_is_not_counted_in_the_reply_s_time() -> None:
    asked = requested()

    paused = do(asked, Consult(id="o-1", record="征求意见函3号"), at=NOON + DAY)
    answered = do(paused, Consulted(id="o-1"), at=NOON + 6 * DAY)

    # Asked on Thursday 4 June, answered on Tuesday the 9th: Friday, Monday and Tuesday are left out.
    assert state_at(running(paused, "C14"), NOON + 2 * DAY) is ClockState.PAUSED
    assert running(answered, "C14").paused_days == 3
    assert running(answered, "C14").due_at == end_of(2026, 7, 7)


def test_body_that_answers_the_same_day_moves_nothing() -> None:
    paused = do(requested(), Consult(id="o-1", record="征求意见函3号"), at=NOON + HOUR)

    answered = do(paused, Consulted(id="o-1"), at=NOON + 2 * HOUR)

    assert running(answered, "C14").due_at == end_of(2026, 7, 2)


def test_nothing_is_said_of_a_paused_reply_however_long_it_takes() -> None:
    paused = do(requested(), Consult(id="o-1", record="征求意见函3号"), at=NOON + DAY)

    changes = watched_changes(paused, NOON + 60 * DAY)

    assert [notice for change in changes for notice in change.notices if notice.clock_key == "C14#o-1"] == []


def test_pause_undoes_no_passed_deadline() -> None:
    late = end_of(2026, 7, 2) + SECOND

    with pytest.raises(IllegalAction, match="no pause undoes that"):
        apply(requested(), Consult(id="o-1", record="函"), by=DUTY, now=late, policy=RULES)
    assert running(do(requested(), Consult(id="o-1", record="函"), at=late - SECOND), "C14").paused_at is not None


@pytest.mark.parametrize("kind", [ObligationKind.REPOST, ObligationKind.DISCLOSURE])
def test_only_a_reply_pauses_for_a_consultation(kind: ObligationKind) -> None:
    owed = do(opened(), obliging(kind, NOON))

    with pytest.raises(IllegalAction, match="knows no pause"):
        apply(owed, Consult(id="o-1", record="函"), by=DUTY, now=NOON + HOUR, policy=RULES)


def test_corrected_request_runs_anew_from_the_day_it_came_in() -> None:
    step = Correct(id="o-1", asked_at=NOON + DAY, corrected_at=NOON + 5 * DAY, document="补正告知书1号")

    corrected = do(requested(), step, at=NOON + 6 * DAY)

    assert running(corrected, "C14").start_at == NOON + 5 * DAY
    assert running(corrected, "C14").due_at == end_of(2026, 7, 7)


def test_correction_is_asked_for_within_seven_working_days() -> None:
    last = end_of(2026, 6, 12)
    now = last + DAY

    in_time = do(requested(), Correct(id="o-1", asked_at=last, corrected_at=now, document="补正告知书"), at=now)
    late = Correct(id="o-1", asked_at=last + SECOND, corrected_at=now, document="补正告知书")

    assert running(in_time, "C14").start_at == now
    with pytest.raises(IllegalAction, match="the time runs on"):
        apply(requested(), late, by=DUTY, now=now, policy=RULES)


def test_reply_is_extended_once_by_twenty_working_days_under_its_approval() -> None:
    extended = do(requested(), Extend(clock_key="C14#o-1", document="延期审批表1号"))

    assert running(extended, "C14").due_at == end_of(2026, 7, 30)
    assert ClockTag.EXTENDED in tags(running(extended, "C14"))
    with pytest.raises(IllegalAction, match="extended once already"):
        apply(extended, Extend(clock_key="C14#o-1", document="再延"), by=DUTY, now=NOON + HOUR, policy=RULES)


def test_no_extension_after_the_due_second_or_where_the_rule_knows_none() -> None:
    late = end_of(2026, 7, 2) + SECOND

    with pytest.raises(IllegalAction, match="no extension undoes that"):
        apply(requested(), Extend(clock_key="C14#o-1", document="延期"), by=DUTY, now=late, policy=RULES)
    with pytest.raises(IllegalAction, match="cannot be extended"):
        apply(opened(), Extend(clock_key="C3", document="延期"), by=DUTY, now=NOON + HOUR, policy=RULES)


def test_unpublished_year_makes_the_result_provisional_and_never_a_breach() -> None:
    owed = do(opened(), obliging(ObligationKind.REPLY, NOON), policy=UNKNOWN_YEAR)
    past = running(owed, "C14").due_at + 30 * DAY

    change = looked(owed, past, UNKNOWN_YEAR)

    assert change is not None
    assert state_at(running(saved(change), "C14"), past) is ClockState.PROVISIONAL
    assert [event.kind for event in change.events if event.facts.get("clock") == "C14#o-1"] == ["due_passed"]


def test_published_year_settles_it_and_the_breach_stands_at_its_computed_second() -> None:
    owed = do(opened(), obliging(ObligationKind.REPLY, NOON), policy=UNKNOWN_YEAR)
    assert running(owed, "C14").due_at == end_of(2026, 7, 1)  # the Dragon Boat Festival is not known yet

    change = looked(owed, end_of(2026, 7, 2) + HOUR)

    assert change is not None
    breaches = [(event.at, event.facts["clock"]) for event in change.events if event.kind == "breached"]
    assert (end_of(2026, 7, 2), "C14#o-1") in breaches
    assert not running(saved(change), "C14").calendar_open


def test_changed_policy_never_rewrites_a_clock_that_runs() -> None:
    asked = do(opened(), asking(MISTAKEN))
    stricter = replace(RULES.rule("C9"), length=10 * HOUR, version="2027-1")
    changed = replace(RULES, version="2027-1", rules={**RULES.rules, "C9": stricter})

    later = do(asked, occurred(PUBLIC - HOUR), at=NOON + HOUR, policy=changed)

    assert running(later, "C9") == running(asked, "C9")
    assert running(later, "C9").rule_version == RULES.version


def test_rule_binds_only_what_starts_while_it_is_in_force() -> None:
    day = CALENDAR.day_of(NOON)
    rules = [replace(RULES.rule("C9"), effective_to=last) for last in (day, day - DAY)]
    policies = [replace(RULES, rules={**RULES.rules, "C9": rule}) for rule in rules]

    files = [do(opened(), asking(MISTAKEN), policy=policy) for policy in policies]

    assert [any(clock.rule_id == "C9" for clock in each.clocks) for each in files] == [True, False]


def test_interview_of_the_principal_meets_his_clock_and_not_the_conference_s() -> None:
    interview = a_conference(kind=ConferenceKind.INTERVIEW)

    spoke = do(opened(), grading(Severity.MAJOR), RecordConference(conference=interview), at=NOON + 4 * HOUR)

    assert running(spoke, "C5").met_at == interview.held_at
    assert running(spoke, "C2").open


def test_report_counts_only_with_its_receipt() -> None:
    sent, receipt = reporting(NOON + HOUR)
    major = do(opened(), grading(Severity.MAJOR))

    only_sent = do(major, sent, at=NOON + HOUR)
    received = do(only_sent, receipt, at=NOON + 3 * HOUR)

    assert running(only_sent, "C15").open
    assert running(received, "C15").met_at == NOON + HOUR


def test_briefing_of_an_earlier_moment_does_not_know_a_later_duty() -> None:
    asked = do(opened(), asking(MISTAKEN), at=NOON + HOUR)

    before, then = (known_then(asked, NOON + HOUR + less) for less in (-SECOND, timedelta()))

    assert [clock.rule_id for clock in before.clocks if clock.rule_id == "C9"] == []
    assert running(then, "C9").open


def test_earlier_publication_of_a_joined_post_moves_the_principal_s_clock_too() -> None:
    graded = do(opened(), grading(Severity.MAJOR))
    earlier = a_post(text="清河桥昨夜就有裂缝", published_at=PUBLIC - HOUR, collected_at=NOON + HOUR)

    joined = saved(place(flagged(earlier), (graded,), OFFICE, RULES))

    assert running(joined, "C5").due_at == running(graded, "C5").due_at - HOUR
    assert running(joined, "C5").due_at == running(joined, "C2").due_at


def test_down_grading_ends_what_only_a_major_matter_owes_with_its_reason() -> None:
    major = do(opened(), asking(FALSE), grading(Severity.MAJOR))

    below = do(major, grading(Severity.ORDINARY), at=NOON + HOUR)

    assert [running(below, rule_id).void_reason for rule_id in ("C5", "C15")] == [REGRADED, REGRADED]
    assert (running(below, "C10").due_at, running(below, "C10").cycle) == (NOON + 48 * HOUR, 3)


def test_down_grading_after_the_report_was_due_needs_two_people_and_keeps_the_breach() -> None:
    major = do(opened(), grading(Severity.MAJOR))
    due = running(major, "C15").due_at

    with pytest.raises(SecondPersonNeeded):
        apply(major, grading(Severity.ORDINARY), by=DUTY, now=due + SECOND, policy=RULES)
    by_two = do(major, grading(Severity.ORDINARY), at=due + SECOND, second="p-chief")

    assert running(do(major, grading(Severity.ORDINARY), at=due), "C15").void_reason == REGRADED
    assert ClockTag.VOIDED_AFTER_BREACH in tags(running(by_two, "C15"))


def test_flag_of_a_silent_principal_asks_for_no_second_person() -> None:
    reported = do(opened(), grading(Severity.MAJOR), *reporting(NOON))
    done = do(reported, *answer_alone(NOON + HOUR), RecordConference(conference=silent(NOON + HOUR)), at=NOON + HOUR)
    past = running(done, "C5").due_at + HOUR

    again = do(done, *answer_alone(past, id_="r-2"), grading(Severity.ORDINARY), at=past)

    assert state_at(running(done, "C5"), past) is ClockState.FLAGGED
    assert running(again, "C5").void_reason == REGRADED


def test_reopened_matter_owes_again_what_its_conclusion_ended() -> None:
    major = do(
        opened(), grading(Severity.MAJOR), *answer_alone(NOON), RecordConference(conference=silent(NOON)), at=NOON
    )
    concluded = do(major, Conclude(), at=NOON + HOUR)

    reopened = do(concluded, Reopen(reason="又有新情况"), at=NOON + HOUR)

    assert [clock.key for clock in concluded.clocks if clock.voided_at == NOON + HOUR] == ["C5", "C15", "C4"]
    assert [running(reopened, rule_id).key for rule_id in ("C5", "C15")] == ["C5#2", "C15#2"]


def test_start_from_the_assignment_moves_a_passed_deadline_only_by_two_people() -> None:
    from_assignment = replace(RULES.rule("C3"), start_basis=Basis.ASSIGNED)
    policy = replace(RULES, rules={**RULES.rules, "C3": from_assignment})
    judged = do(saved(place(flagged(), (), OFFICE, policy)), Confirm(), grading(Severity.ORDINARY), policy=policy)
    late = running(judged, "C3").due_at + SECOND

    in_time = do(judged, GIVEN, at=late - SECOND, policy=policy)
    with pytest.raises(SecondPersonNeeded):
        apply(judged, GIVEN, by=DUTY, now=late, policy=policy)
    by_two = do(judged, GIVEN, at=late, policy=policy, second="p-chief")

    assert running(in_time, "C3").start_at == late - SECOND
    assert ClockTag.VOIDED_AFTER_BREACH in tags(next(each for each in by_two.clocks if each.rule_id == "C3"))


@pytest.mark.parametrize("rule_id", ["C1", "C2", "C3", "C5", "C6", "C9", "C15"])
def test_policy_with_other_starts_moves_no_clock_that_runs(rule_id: str) -> None:
    before = do(opened(), asking(MISTAKEN), another_question(SUGGESTION), grading(Severity.MAJOR))
    later = a_post(text="清河桥桥面已经封闭", published_at=NOON, collected_at=NOON + HOUR)

    joined = saved(place(flagged(later), (before,), OFFICE, OTHER_STARTS))
    acted = do(joined, Acknowledge(), at=NOON + HOUR, policy=OTHER_STARTS)

    started = [(running(each, rule_id).start_at, running(each, rule_id).due_at) for each in (before, acted)]
    assert started[0] == started[1]
    assert running(acted, rule_id).rule_version == RULES.version
