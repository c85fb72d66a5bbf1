from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desk.incident import Incident, Severity
from desk.release import Signature
from desk.standing import Standing, standing
from desk.steps import DeclineAnswer, RecordRelease
from tests.build import DAY, HOUR, MINUTE, NOON, SECOND
from tests.desk.scene import (
    C1_DUE,
    C3_DUE,
    CHIEF,
    a_release,
    act,
    answered,
    answering,
    clock,
    dismissing,
    graded,
    opened,
    watched,
)

MAJOR, ORDINARY = Severity.MAJOR, Severity.ORDINARY


def stands(incident: Incident, key: str, at: datetime = NOON + 90 * DAY) -> Standing:
    return standing(incident, clock(incident, key), at)


def test_met_in_the_due_second_is_kept_and_a_second_later_is_late() -> None:
    in_time = answered(watched(graded(MAJOR), C1_DUE), at=C1_DUE)
    late = answered(watched(graded(MAJOR), C1_DUE + SECOND), at=C1_DUE + SECOND)

    assert stands(in_time, "C1") is Standing.KEPT
    assert stands(late, "C1") is Standing.LATE


def test_open_is_running_up_to_the_due_second_and_breached_behind_it() -> None:
    incident = graded(MAJOR)

    assert stands(incident, "C1", C1_DUE) is Standing.RUNNING
    assert stands(incident, "C1", C1_DUE + SECOND) is Standing.BREACHED


def test_a_typed_time_is_never_kept() -> None:
    incident = act(graded(MAJOR), *answering(a_release(typed=True)), at=NOON + HOUR)

    assert stands(incident, "C1") is Standing.SELF_REPORTED


def test_evidence_found_after_the_breach_is_never_kept() -> None:
    breached = watched(graded(MAJOR), C1_DUE + HOUR)

    incident = act(breached, *answering(a_release(published_at=NOON + HOUR)), at=C1_DUE + HOUR)

    assert stands(incident, "C1") is Standing.SUPERSEDED_BREACH


def test_breached_and_then_voided_stays_in_a_place_of_its_own() -> None:
    breached = watched(graded(ORDINARY), C3_DUE + HOUR)

    left = act(breached, dismissing(), at=C3_DUE + HOUR, second=CHIEF)

    assert stands(left, "C3") is Standing.VOIDED_AFTER_BREACH


def test_ended_ungraded_after_its_due_time_stays_apart_from_what_never_applied() -> None:
    left = act(opened(), dismissing(), at=C1_DUE + HOUR, second=CHIEF)

    assert stands(left, "C1") is Standing.VOIDED_AFTER_DUE
    assert stands(left, "C3") is Standing.VOID


def test_graded_after_the_due_time_is_told_apart_from_other_breaches_and_late_answers() -> None:
    late = graded(MAJOR, at=C1_DUE + HOUR)

    assert stands(late, "C1", C1_DUE + HOUR) is Standing.BREACHED_GRADED_LATE
    assert stands(answered(late, at=C1_DUE + 2 * HOUR), "C1") is Standing.LATE_GRADED_LATE


def test_ungraded_counts_as_ungraded_whatever_else_it_is() -> None:
    incident = opened()
    answered_ungraded = answered(incident)
    answered_late = answered(incident, at=C1_DUE + HOUR)

    assert stands(incident, "C1", C1_DUE) is Standing.UNGRADED
    assert stands(incident, "C1", C1_DUE + SECOND) is Standing.UNGRADED_PAST_DUE
    assert stands(answered_ungraded, "C1") is Standing.UNGRADED_ANSWERED
    assert stands(answered_late, "C1") is Standing.UNGRADED_PAST_DUE


def test_a_continuing_release_of_an_ungraded_incident_is_ungraded_but_its_breach_is_a_breach() -> None:
    first = answered(opened())
    second = answered(first, at=NOON + 2 * HOUR, id_="r-2")

    assert stands(first, "C4", NOON + 2 * HOUR) is Standing.UNGRADED
    assert stands(second, "C4") is Standing.UNGRADED_ANSWERED
    assert stands(first, "C4", NOON + 90 * DAY) is Standing.BREACHED


def test_answered_before_a_grade_that_asked_for_no_such_answer_is_not_kept() -> None:
    incident = graded(ORDINARY, incident=answered(opened()), at=NOON + 2 * HOUR)

    assert stands(incident, "C1") is Standing.VOID
    assert stands(incident, "C3") is Standing.KEPT


def test_a_release_said_in_time_and_not_signed_waits_behind_the_due_time() -> None:
    incident = act(graded(MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)

    assert incident.releases[0].signature is Signature.PROPOSED
    assert stands(incident, "C1", C1_DUE) is Standing.RUNNING
    assert stands(incident, "C1", C1_DUE + SECOND) is Standing.PENDING_CONFIRMATION


def test_no_answer_needed_and_absorbed_time_limits_are_void() -> None:
    declined = act(graded(ORDINARY), DeclineAnswer(reason="已有公开答复"), at=NOON + 5 * MINUTE)

    assert stands(declined, "C3") is Standing.VOID
    assert stands(graded(MAJOR), "C3") is Standing.VOID


@pytest.mark.parametrize("late_by", [SECOND, HOUR, 30 * DAY])
def test_late_never_becomes_kept_by_a_self_report_or_a_breach_on_record(late_by: timedelta) -> None:
    late = answered(graded(MAJOR), at=C1_DUE + late_by)

    altered = replace(clock(late, "C1"), self_reported=True, breach_recorded=True)

    assert standing(late, altered, NOON + 90 * DAY) is Standing.LATE
