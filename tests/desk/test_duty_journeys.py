"""One journey per rule beside the first answers: it starts, warns, stops on its evidence, and breaches without it."""

import pytest

from desk.clock import ClockState, state_at
from desk.law import WIRED
from desk.rules import Overdue
from tests.build import SECOND
from tests.desk.duty_scene import A_DAY, BREACHING, JOURNEYS, RULES, Journey, do, running, watched_changes

EACH = pytest.mark.parametrize("journey", JOURNEYS, ids=lambda each: each.rule_id)
EACH_BREACHING = pytest.mark.parametrize("journey", BREACHING, ids=lambda each: each.rule_id)
FIRST_ANSWERS = {"C1", "C2", "C3", "C4"}


def test_every_rule_of_the_file_has_its_journey() -> None:
    assert {each.rule_id for each in JOURNEYS} | FIRST_ANSWERS == set(WIRED) == set(RULES.rules)


@EACH
def test_start_begins_the_clock_with_its_rule_and_version(journey: Journey) -> None:
    clock = running(journey.begun(), journey.rule_id)

    assert (clock.start_at, clock.due_at) == (journey.start, journey.due)
    assert clock.start_basis in {RULES.rule(journey.rule_id).start_basis, *RULES.rule(journey.rule_id).fallbacks}
    assert (clock.rule_version, clock.calendar_open) == (RULES.version, False)


@EACH
def test_evidence_in_the_due_second_is_in_time(journey: Journey) -> None:
    met = do(journey.begun(), *journey.evidence(journey.due), at=journey.due)

    clock = running(met, journey.rule_id)

    assert state_at(clock, journey.due + A_DAY) is ClockState.MET
    assert clock.met_at == journey.due


@EACH
def test_evidence_one_second_later_is_late_and_stays_late(journey: Journey) -> None:
    late = journey.due + SECOND

    met = do(journey.begun(), *journey.evidence(late), at=late)

    assert state_at(running(met, journey.rule_id), late + A_DAY) is ClockState.MET_LATE


@EACH_BREACHING
def test_without_evidence_it_is_breached_at_the_computed_second(journey: Journey) -> None:
    changes = watched_changes(journey.begun(), journey.due + A_DAY)

    breaches = [
        event.at
        for change in changes
        for event in change.events
        if event.kind == "breached" and str(event.facts["clock"]).partition("#")[0] == journey.rule_id
    ]

    assert breaches == [journey.due]


@EACH_BREACHING
def test_due_time_is_paged_once_with_its_rule(journey: Journey) -> None:
    changes = watched_changes(journey.begun(), journey.due + A_DAY)

    pages = [
        notice
        for change in changes
        for notice in change.notices
        if notice.clock_key.partition("#")[0] == journey.rule_id and notice.rung == "due"
    ]

    assert len(pages) == 1
    assert RULES.rule(journey.rule_id).citation in pages[0].text


@EACH_BREACHING
def test_every_warn_point_is_said_before_the_due_second(journey: Journey) -> None:
    changes = watched_changes(journey.begun(), journey.due)

    warned = [
        notice.owed_at
        for change in changes
        for notice in change.notices
        if notice.clock_key.partition("#")[0] == journey.rule_id
    ]

    assert warned == list(running(journey.begun(), journey.rule_id).warn_at)
    assert warned


def test_principal_who_does_not_speak_is_flagged_and_nobody_is_paged_for_it() -> None:
    [journey] = [each for each in JOURNEYS if each.rule_id == "C5"]

    changes = watched_changes(journey.begun(), journey.due + A_DAY)

    kinds = [event.kind for change in changes for event in change.events if event.facts.get("clock") == "C5"]
    assert kinds == ["flagged"]
    assert [notice for change in changes for notice in change.notices if notice.clock_key == "C5"] == []
    assert RULES.rule("C5").overdue is Overdue.FLAG
