"""What a signed severity does to the clocks, early, late and a second time (DESIGN §4.1.1, policy §5.5)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from desk.apply import apply
from desk.clock import ClockState, ClockTag
from desk.errors import IllegalAction, SecondPersonNeeded
from desk.incident import DispositionClass, Incident, OpinionLevel, Severity
from desk.moments import Basis
from desk.post import AnswerKind
from desk.release import Element
from desk.steps import Acknowledge, DeclineAnswer, GradeSeverity, SignAnswerKind, Step
from tests.build import HOUR, MINUTE, NOON, SECOND
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
    act,
    answered,
    answering,
    asked,
    clock,
    conferred,
    dismissing,
    graded,
    grading,
    keys,
    look,
    occurred,
    opened,
    said,
    shown,
    watched,
)

MAJOR = [Severity.ESPECIALLY_MAJOR, Severity.MAJOR]
LESSER = [Severity.CONSIDERABLE, Severity.ORDINARY]
DECLINE = DeclineAnswer(reason="不属于应当回应的情形")
RUNNING, VOID, BREACHED = ClockState.RUNNING, ClockState.VOID, ClockState.BREACHED
MET, PROVISIONAL = ClockState.MET, ClockState.PROVISIONAL


def refused(incident: Incident, step: Step, *, at: datetime, by: str = DUTY, second: str | None = None) -> str:
    """The words with which a step is refused for want of a second person; the incident is a value and stays."""
    with pytest.raises(SecondPersonNeeded) as refusal:
        apply(incident, step, by=by, now=at, policy=POLICY, second=second)
    return str(refusal.value)


def breached(severity: Severity = Severity.MAJOR) -> Incident:
    """A matter graded at once whose first hours passed without a word."""
    return watched(graded(severity), C1_DUE + SECOND)


@pytest.mark.parametrize("severity", MAJOR)
def test_graded_major_binds_both_clocks_from_their_start_and_absorbs_the_third(severity: Severity) -> None:
    incident = graded(severity)

    assert shown(incident, NOON + 2 * MINUTE) == {"C1": RUNNING, "C2": RUNNING, "C3": VOID}
    assert [(each.start_at, each.due_at) for each in incident.clocks[:2]] == [(PUBLIC, C1_DUE), (PUBLIC, C2_DUE)]
    assert clock(incident, "C3").void_reason == "并入首次权威发布和新闻发布会时限"


@pytest.mark.parametrize("severity", LESSER)
def test_graded_below_binds_the_third_and_voids_the_other_two(severity: Severity) -> None:
    incident = graded(severity)

    assert shown(incident, NOON + 2 * MINUTE) == {"C1": VOID, "C2": VOID, "C3": RUNNING}
    assert [clock(incident, key).void_reason for key in ("C1", "C2")] == ["定级低于重大", "定级低于重大"]
    assert clock(incident, "C3").due_at == C3_DUE


def test_grading_is_signed_with_its_ground() -> None:
    with pytest.raises(IllegalAction, match="without the ground the severity rests on"):
        act(opened(), GradeSeverity(severity=Severity.MAJOR, basis=" "))

    [signed] = graded(Severity.MAJOR).grades
    assert (signed.severity, signed.basis, signed.by, signed.at) == (Severity.MAJOR, "死亡人数", DUTY, NOON + MINUTE)


def test_grading_after_the_due_second_breaches_at_that_second_and_counts_as_late_graded() -> None:
    ungraded = watched(opened(), C1_DUE + HOUR)

    late = act(ungraded, grading(Severity.MAJOR), at=C1_DUE + HOUR)

    assert shown(ungraded, C1_DUE + HOUR)["C1"] is PROVISIONAL
    assert shown(late, C1_DUE + HOUR) == {"C1": BREACHED, "C2": RUNNING, "C3": VOID}
    assert (said(clock(late, "C1")), said(clock(late, "C2"))) == ([ClockTag.LATE_GRADED], [])
    assert (clock(late, "C1").due_at, clock(late, "C1").operational_due_at) == (C1_DUE, C1_DUE + 6 * HOUR)


@pytest.mark.parametrize(("at", "tags"), [(C1_DUE, []), (C1_DUE + SECOND, [ClockTag.LATE_GRADED])])
def test_grading_is_late_from_the_second_after_the_due_second_on(at: datetime, tags: list[ClockTag]) -> None:
    assert said(clock(graded(Severity.MAJOR, at=at), "C1")) == tags


def test_breach_of_a_late_grading_stands_in_the_log_at_the_computed_second() -> None:
    late = graded(Severity.MAJOR, at=C1_DUE + HOUR)

    change = apply(late, Acknowledge(), by=DUTY, now=C1_DUE + 2 * HOUR, policy=POLICY)

    first = change.events[0]
    assert (first.kind, first.at, first.recorded_at) == ("breached", C1_DUE, C1_DUE + 2 * HOUR)
    assert first.facts == {"clock": "C1", "rule_version": POLICY.version, "late_graded": True}


def test_up_grading_starts_the_strict_clocks_from_the_event_and_leaves_the_old_ones_listed() -> None:
    up = act(graded(Severity.ORDINARY), grading(Severity.MAJOR), at=C1_DUE + HOUR)

    assert keys(up) == ["C1", "C2", "C3", "C1#2", "C2#2"]
    assert shown(up, C1_DUE + HOUR) == {"C1": VOID, "C2": VOID, "C3": VOID, "C1#2": BREACHED, "C2#2": RUNNING}
    assert (clock(up, "C1#2").due_at, clock(up, "C1#2").operational_due_at) == (C1_DUE, C1_DUE + 6 * HOUR)
    assert said(clock(up, "C1#2")) == [ClockTag.LATE_GRADED]


def test_up_grading_finds_what_was_answered_before_it() -> None:
    told = conferred(answered(graded(Severity.ORDINARY), at=NOON + HOUR), at=NOON + 4 * HOUR)

    up = act(told, grading(Severity.MAJOR), at=C1_DUE + HOUR)

    states = shown(up, C1_DUE + HOUR)
    assert [states[key] for key in ("C1", "C2", "C3", "C1#2", "C2#2")] == [VOID, VOID, MET, MET, MET]
    assert (clock(up, "C1#2").met_at, clock(up, "C2#2").met_at) == (NOON + HOUR, NOON + 4 * HOUR)


def test_up_grading_after_a_late_answer_is_late_and_not_silent() -> None:
    told = answered(graded(Severity.ORDINARY), at=C1_DUE + SECOND)

    up = act(told, grading(Severity.MAJOR), at=C1_DUE + HOUR)

    assert shown(up, C1_DUE + HOUR)["C1#2"] is ClockState.MET_LATE


def test_second_grade_on_the_same_side_changes_no_clock() -> None:
    before = breached()

    again = act(before, grading(Severity.ESPECIALLY_MAJOR), at=C1_DUE + HOUR)

    assert again.clocks == before.clocks
    assert said(clock(again, "C1")) == []


def test_same_grade_signed_again_after_a_deadline_is_one_person_s_act() -> None:
    again = act(breached(), grading(Severity.MAJOR), at=C1_DUE + HOUR)

    assert (len(again.grades), again.clocks) == (2, breached().clocks)


@pytest.mark.parametrize(("at", "late"), [(C1_DUE, False), (C1_DUE + SECOND, True)])
def test_line_of_the_log_says_what_was_graded_and_whether_late(at: datetime, *, late: bool) -> None:
    change = apply(opened(), grading(Severity.MAJOR), by=DUTY, now=at, policy=POLICY)

    assert change.events[-1].facts == {"severity": "major", "late": late, "second": None}


def test_matter_answered_before_it_was_graded_was_not_graded_late() -> None:
    done = conferred(answered(opened(), at=NOON + HOUR))

    change = apply(done, grading(Severity.MAJOR), by=DUTY, now=C1_DUE + HOUR, policy=POLICY)

    assert change.events[-1].facts["late"] is False


def test_down_grading_before_any_deadline_is_one_person_s_act() -> None:
    down = act(graded(Severity.MAJOR), grading(Severity.CONSIDERABLE), at=C1_DUE)

    assert shown(down, C1_DUE) == {"C1": VOID, "C2": VOID, "C3": VOID, "C3#2": RUNNING}
    assert (said(clock(down, "C1")), clock(down, "C3#2").due_at) == ([], C3_DUE)


@pytest.mark.parametrize(("by", "second"), [(DUTY, None), (DUTY, ""), (DUTY, " "), (DUTY, DUTY), (DUTY, f"{DUTY} ")])
def test_down_grading_one_second_after_a_deadline_needs_two_different_people(by: str, second: str | None) -> None:
    incident = graded(Severity.MAJOR)

    words = refused(incident, grading(Severity.CONSIDERABLE), at=C1_DUE + SECOND, by=by, second=second)

    assert words == f"a deadline of {incident.id} has passed: down-grading needs a second person's signature"
    assert incident == graded(Severity.MAJOR)


def test_down_grading_by_two_people_keeps_the_breach_listed() -> None:
    down = act(breached(), grading(Severity.CONSIDERABLE), at=C1_DUE + HOUR, second=CHIEF)

    assert shown(down, C1_DUE + HOUR) == {"C1": VOID, "C2": VOID, "C3": VOID, "C3#2": RUNNING}
    assert said(clock(down, "C1")) == [ClockTag.VOIDED_AFTER_BREACH]
    assert clock(down, "C1").breach_recorded


def test_superseded_breach_is_a_passed_deadline_still() -> None:
    late = act(breached(), *answering(a_release(published_at=NOON + HOUR)), at=C1_DUE + HOUR)

    refused(late, grading(Severity.CONSIDERABLE), at=C1_DUE + HOUR)

    assert said(clock(late, "C1")) == [ClockTag.SUPERSEDED_BREACH]


def test_breach_nobody_watched_is_kept_all_the_same() -> None:
    change = apply(
        graded(Severity.MAJOR),
        grading(Severity.ORDINARY),
        by=DUTY,
        second=CHIEF,
        now=C1_DUE + HOUR,
        policy=POLICY,
    )

    assert change.incident is not None
    assert [(event.kind, event.at) for event in change.events] == [("breached", C1_DUE), ("grade", C1_DUE + HOUR)]
    assert said(clock(change.incident, "C1")) == [ClockTag.VOIDED_AFTER_BREACH]


def test_up_grading_again_does_not_clean_what_was_breached_before() -> None:
    down = act(breached(), grading(Severity.CONSIDERABLE), at=C1_DUE + HOUR, second=CHIEF)

    up = act(down, grading(Severity.MAJOR), at=C1_DUE + 2 * HOUR)

    assert said(clock(up, "C1")) == [ClockTag.VOIDED_AFTER_BREACH]
    assert shown(up, C1_DUE + 2 * HOUR)["C1#2"] is BREACHED


def test_grading_below_after_the_provisional_due_second_says_so_and_binds_later_exits_to_two_people() -> None:
    below = act(opened(), grading(Severity.ORDINARY), at=C1_DUE + SECOND)

    assert (said(clock(below, "C1")), said(clock(below, "C2"))) == ([ClockTag.VOIDED_AFTER_DUE], [])
    assert "needs a second person's signature" in refused(below, dismissing(), at=C1_DUE + HOUR)


def test_met_clocks_stay_met_whatever_the_grade() -> None:
    early = answered(opened(), at=NOON + HOUR)

    for severity in Severity:
        states = shown(act(early, grading(severity), at=NOON + 2 * HOUR), NOON + 2 * HOUR)
        assert (states["C1"], states["C3"]) == (MET, MET)


def test_declined_answer_voids_the_third_clock_with_its_signed_reason() -> None:
    declined = act(graded(Severity.ORDINARY), DECLINE, at=NOON + HOUR)

    assert shown(declined, NOON + HOUR)["C3"] is VOID
    assert (clock(declined, "C3").void_reason, declined.no_answer_reason) == ("无需回应", DECLINE.reason)


def test_declining_needs_a_reason() -> None:
    with pytest.raises(IllegalAction, match="without a reason"):
        act(opened(), DeclineAnswer(reason=" "))


def test_declining_takes_back_the_kind_that_was_signed() -> None:
    kind = SignAnswerKind(kind=AnswerKind.PUBLIC_INTEREST)

    assert act(graded(Severity.ORDINARY), kind, DECLINE).answer_kind is None


@pytest.mark.parametrize("severity", MAJOR)
def test_answer_to_a_major_matter_cannot_be_declined(severity: Severity) -> None:
    with pytest.raises(IllegalAction, match="cannot decline an answer"):
        act(graded(severity), DECLINE)


def test_declining_after_the_deadline_needs_two_people_and_keeps_the_breach() -> None:
    incident = graded(Severity.ORDINARY)

    refused(incident, DECLINE, at=C3_DUE + SECOND)
    declined = act(incident, DECLINE, at=C3_DUE + SECOND, second=CHIEF)

    assert said(clock(declined, "C3")) == [ClockTag.VOIDED_AFTER_BREACH]


def test_ungraded_matter_declined_still_owes_what_a_major_one_would() -> None:
    declined = act(opened(), DECLINE)

    assert shown(declined, NOON + HOUR) == {"C1": PROVISIONAL, "C2": PROVISIONAL, "C3": VOID}
    assert shown(act(declined, grading(Severity.MAJOR)), NOON + HOUR)["C1"] is RUNNING
    assert set(shown(act(declined, grading(Severity.ORDINARY)), NOON + HOUR).values()) == {VOID}


def test_signing_that_an_answer_is_owed_after_all_runs_the_third_clock_again() -> None:
    declined = act(graded(Severity.ORDINARY), DECLINE, at=NOON + HOUR)

    owed = act(declined, SignAnswerKind(kind=AnswerKind.PUBLIC_INTEREST), at=NOON + 2 * HOUR)

    assert (owed.answer_kind, owed.no_answer_reason) == (AnswerKind.PUBLIC_INTEREST, None)
    assert (shown(owed, NOON + 2 * HOUR)["C3#2"], clock(owed, "C3#2").due_at) == (RUNNING, C3_DUE)


def test_declining_and_owing_again_after_the_deadline_is_a_breach_at_the_old_second() -> None:
    declined = act(graded(Severity.ORDINARY), DECLINE, at=NOON + HOUR)

    owed = act(declined, SignAnswerKind(kind=AnswerKind.ORDERED), at=C3_DUE + HOUR)

    assert shown(owed, C3_DUE + HOUR)["C3#2"] is BREACHED
    assert said(clock(owed, "C3#2")) == []


def test_declining_is_forgotten_once_the_matter_is_graded_major() -> None:
    major = act(act(graded(Severity.ORDINARY), DECLINE), grading(Severity.MAJOR), at=NOON + HOUR)

    down = act(major, grading(Severity.ORDINARY), at=NOON + 2 * HOUR)

    assert major.no_answer_reason is None
    assert shown(down, NOON + 2 * HOUR)["C3#2"] is RUNNING


@pytest.mark.parametrize("kind", AnswerKind)
def test_kind_of_answer_is_signed_and_a_hot_topic_only_where_the_office_chose_it(kind: AnswerKind) -> None:
    without = replace(POLICY, hot_topic=False)

    assert act(opened(), SignAnswerKind(kind=kind)).answer_kind is kind
    five = [each for each in AnswerKind if each is not AnswerKind.HOT_TOPIC]
    for each in five:
        signed = apply(opened(), SignAnswerKind(kind=each), by=DUTY, now=NOON, policy=without).incident
        assert signed is not None
        assert signed.answer_kind is each
    with pytest.raises(IllegalAction, match="hot topics owe no answer here"):
        apply(opened(), SignAnswerKind(kind=AnswerKind.HOT_TOPIC), by=DUTY, now=NOON, policy=without)


def test_opinion_level_is_never_below_what_the_signed_severity_implies() -> None:
    levels = [graded(severity).opinion_level for severity in Severity]

    assert levels == [OpinionLevel.L1, OpinionLevel.L2, OpinionLevel.L3, OpinionLevel.L4]
    assert opened().opinion_level is OpinionLevel.L4


def test_continuing_interval_shortens_to_a_day_once_the_matter_is_graded_major() -> None:
    ungraded = answered(opened(), at=NOON + HOUR)

    major = act(ungraded, grading(Severity.MAJOR), at=NOON + 2 * HOUR)

    assert (clock(ungraded, "C4").due_at, clock(major, "C4").due_at) == (NOON + 73 * HOUR, NOON + 25 * HOUR)
    assert shown(major, NOON + 25 * HOUR + SECOND)["C4"] is BREACHED


def test_continuing_interval_shortens_too_when_a_lesser_grade_is_raised() -> None:
    lesser = answered(graded(Severity.ORDINARY), at=NOON + HOUR)

    major = act(lesser, grading(Severity.MAJOR), at=NOON + 2 * HOUR)

    assert clock(major, "C4").due_at == NOON + 25 * HOUR


@pytest.mark.parametrize(
    ("first", "second"), [(Severity.MAJOR, Severity.ESPECIALLY_MAJOR), (Severity.ORDINARY, Severity.CONSIDERABLE)]
)
def test_continuing_interval_stays_when_the_matter_stays_on_its_side(first: Severity, second: Severity) -> None:
    before = answered(graded(first), at=NOON + HOUR)

    after = act(before, grading(second), at=NOON + 2 * HOUR)

    assert clock(after, "C4") == clock(before, "C4")


def test_gap_and_cycles_of_before_stay_as_they_were_when_the_matter_is_raised() -> None:
    first = answered(graded(Severity.ORDINARY), at=NOON + HOUR)
    second = answered(first, at=NOON + 3 * HOUR, id_="r-2")

    raised = act(watched(second, NOON + 80 * HOUR), grading(Severity.MAJOR), at=NOON + 80 * HOUR)

    assert clock(raised, "C4") == clock(second, "C4")
    assert (clock(raised, "C4#2").due_at, clock(raised, "C4#2").breach_recorded) == (NOON + 75 * HOUR, True)


def test_continuing_interval_shortened_too_late_is_breached_late_graded_and_alarms_a_day_later() -> None:
    ungraded = answered(opened(), at=NOON + HOUR)

    late = clock(act(ungraded, grading(Severity.MAJOR), at=NOON + 26 * HOUR), "C4")

    assert (late.due_at, late.operational_due_at) == (NOON + 25 * HOUR, NOON + 50 * HOUR)
    assert said(late) == [ClockTag.LATE_GRADED]


def test_fully_answered_matter_owes_further_releases_once_graded_major() -> None:
    full = answered(graded(Severity.ORDINARY), at=NOON + HOUR, elements=FULL)

    up = act(full, grading(Severity.MAJOR), at=NOON + 2 * HOUR)

    assert "C4" not in keys(full)
    assert (clock(up, "C4").start_basis, clock(up, "C4").due_at) == (Basis.LAST_RELEASE, NOON + 25 * HOUR)


def test_further_release_owed_only_since_a_late_grade_alarms_from_then_on() -> None:
    full = answered(graded(Severity.ORDINARY), at=NOON + HOUR, elements=FULL)

    late = clock(act(full, grading(Severity.MAJOR), at=NOON + 26 * HOUR), "C4")

    assert (late.due_at, late.operational_due_at) == (NOON + 25 * HOUR, NOON + 50 * HOUR)
    assert (late.binding, said(late)) == (True, [ClockTag.LATE_GRADED])


@pytest.mark.parametrize(
    ("elements", "class_", "state"),
    [
        (FULL, DispositionClass.UNCLEAR_UNDERSTANDING, VOID),
        (FULL, DispositionClass.MAJOR_PROBLEM, RUNNING),
        (FULL - {Element.OUTCOME}, DispositionClass.UNCLEAR_UNDERSTANDING, RUNNING),
    ],
)
def test_down_graded_matter_owes_further_releases_only_while_something_is_open(
    elements: frozenset[Element], class_: DispositionClass, state: ClockState
) -> None:
    incident = answered(asked(graded(Severity.MAJOR), class_), elements=elements)

    down = act(incident, grading(Severity.ORDINARY), at=NOON + 2 * HOUR)

    assert shown(down, NOON + 2 * HOUR)["C4"] is state


@pytest.mark.parametrize(
    "way", [[Severity.MAJOR], [Severity.ORDINARY, Severity.MAJOR], [Severity.MAJOR, Severity.ESPECIALLY_MAJOR]]
)
def test_no_way_of_grading_late_hides_that_nobody_answered(way: Sequence[Severity]) -> None:
    incident = act(opened(), *map(grading, way), at=C2_DUE + HOUR)

    seen = look(incident, C2_DUE + 2 * HOUR)

    breaches = {each.rule_id: each.due_at for each in seen.clocks if each.breach_recorded}
    assert breaches == {"C1": C1_DUE, "C2": C2_DUE}


def test_earlier_occurrence_moves_the_bound_clocks() -> None:
    moved = act(graded(Severity.MAJOR), occurred(PUBLIC - 2 * HOUR), at=NOON + HOUR)

    assert (clock(moved, "C1").due_at, clock(moved, "C2").due_at) == (C1_DUE - 2 * HOUR, C2_DUE - 2 * HOUR)
