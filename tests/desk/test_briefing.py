from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from desk.briefing import ANSWERED, RULES, elapsed, quantile
from desk.clock import ClockState, state_at
from desk.coverage import Tally
from desk.incident import Incident, Severity
from desk.moments import Basis
from desk.post import Outcome
from desk.source import CoverageGap, Cursor
from desk.standing import Standing
from desk.steps import ConfirmRelease, DeclineAnswer, RecordRelease
from tests.build import DAY, HOUR, MICROSECOND, NOON, SECOND
from tests.desk.scene import (
    C1_DUE,
    C3_DUE,
    CHIEF,
    FULL,
    a_conference,
    a_release,
    act,
    answered,
    asked,
    concluding,
    conferred,
    dismissing,
    graded,
    opened,
    watched,
)
from tests.desk.weeks import AFTER, INCIDENTS, SINCE, UNTIL, WEEK, WEEK_AFTER, WEEK_AFTER_NEXT, briefed, numbered

MAJOR, ORDINARY = Severity.MAJOR, Severity.ORDINARY


def test_an_empty_week_has_its_denominator() -> None:
    tallies = [Tally(source="forum", outcome=Outcome.ORDINARY, posts=812)]
    cursors = [Cursor(source="forum", last_seen_at=AFTER), Cursor(source="news", last_seen_at=AFTER)]
    gaps = [CoverageGap(source="news", since=NOON, until=NOON + 6 * HOUR, reason="unreachable")]

    briefing = briefed(tallies=tallies, cursors=cursors, gaps=gaps)

    assert (briefing.incidents.number, briefing.clocks.number, briefing.questions.number) == (0, 0, 0)
    assert (briefing.coverage.posts, len(briefing.coverage.sources)) == (812, 2)
    assert (briefing.coverage.owed, briefing.coverage.watched) == (336 * HOUR, 330 * HOUR)


def test_an_incident_is_of_the_week_from_its_first_to_its_last_microsecond() -> None:
    def at(moment: datetime) -> Incident:
        return replace(opened(), opened_at=moment)

    first, last = at(SINCE), at(UNTIL - MICROSECOND)

    assert briefed(first, numbered(last, 2)).opened.number == 2
    assert briefed(at(UNTIL)).incidents.number == 0
    assert briefed(at(SINCE - MICROSECOND)).opened.number == 0
    assert briefed(at(SINCE - MICROSECOND)).incidents.number == 1


def test_an_incident_that_left_before_the_week_is_not_of_it_and_one_that_left_in_it_is() -> None:
    left = act(opened(), dismissing(), at=NOON + HOUR)

    assert briefed(left).closed.number == 1
    assert briefed(replace(left, closed_at=SINCE)).closed.number == 1
    assert briefed(replace(left, opened_at=SINCE - DAY, closed_at=SINCE - MICROSECOND)).incidents.number == 0


def test_a_week_that_runs_is_told_up_to_now() -> None:
    incident = graded(MAJOR)

    briefing = briefed(incident, now=C1_DUE)

    assert not briefing.whole
    assert briefing.cut_off == C1_DUE
    assert briefing.standing(Standing.RUNNING, rule_id="C1").number == 1
    assert briefed(watched(incident, AFTER)).standing(Standing.BREACHED, rule_id="C1").number == 1


def test_a_week_that_has_not_begun_has_no_briefing() -> None:
    with pytest.raises(ValueError, match="has not begun"):
        briefed(now=SINCE)

    assert briefed(now=SINCE + MICROSECOND).incidents.number == 0


def test_ungraded_is_counted_as_ungraded() -> None:
    briefing = briefed(watched(opened(), AFTER))

    assert briefing.ungraded.number == 1
    assert briefing.standing(Standing.UNGRADED_PAST_DUE).number == 3
    assert briefing.standing(Standing.BREACHED).number == 0
    assert briefing.standing(*ANSWERED).number == 0


def test_late_is_late_and_never_kept() -> None:
    late = watched(answered(watched(graded(MAJOR), C1_DUE + SECOND), at=C1_DUE + SECOND), AFTER)

    briefing = briefed(late)

    assert briefing.standing(Standing.LATE, rule_id="C1").number == 1
    assert briefing.standing(Standing.KEPT, rule_id="C1").number == 0


def test_a_breach_that_was_voided_stays_listed_with_its_reason() -> None:
    breached = watched(graded(ORDINARY), C3_DUE + HOUR)
    left = act(breached, dismissing("与本地无关"), at=C3_DUE + HOUR, second=CHIEF)

    [line] = briefed(left).standing(Standing.VOIDED_AFTER_BREACH).listed

    assert line.clock.void_reason == "与本地无关"
    assert line.incident.id == left.id


def test_an_answer_counts_in_the_week_it_was_signed_in_and_in_no_other() -> None:
    said = act(graded(MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)
    incident = watched(act(watched(said, AFTER), ConfirmRelease(release_id="r-1"), at=AFTER), AFTER + DAY)

    weeks = [briefed(incident, week=week, now=AFTER + 20 * DAY) for week in (WEEK, WEEK_AFTER, WEEK_AFTER_NEXT)]

    assert [each.standing(Standing.KEPT, rule_id="C1").number for each in weeks] == [0, 1, 0]
    assert [each.standing(Standing.PENDING_CONFIRMATION, rule_id="C1").number for each in weeks] == [1, 0, 0]
    assert [each.releases.number for each in weeks] == [0, 1, 0]
    assert [each.awaiting.number for each in weeks] == [1, 0, 0]


def test_a_breach_nobody_mends_is_listed_every_week_until_it_is() -> None:
    incident = watched(graded(MAJOR), AFTER + 20 * DAY)

    weeks = [briefed(incident, week=week, now=AFTER + 20 * DAY) for week in (WEEK, WEEK_AFTER, WEEK_AFTER_NEXT)]

    assert [each.standing(Standing.BREACHED, rule_id="C1").number for each in weeks] == [1, 1, 1]


def test_written_again_later_a_week_says_the_same() -> None:
    incident = graded(MAJOR)
    on_monday = briefed(watched(incident, AFTER))

    afterwards = briefed(answered(watched(incident, AFTER + DAY), at=AFTER + DAY), now=AFTER + 9 * DAY)

    assert [(line.clock.key, line.standing) for line in afterwards.ledger] == [
        (line.clock.key, line.standing) for line in on_monday.ledger
    ]


def test_questions_are_open_until_a_signed_release_answers_them() -> None:
    incident = answered(asked(graded(ORDINARY)))

    assert briefed(incident).unanswered.number == 1
    assert briefed(concluding(incident, at=NOON + 2 * HOUR)).unanswered.number == 0
    assert briefed(concluding(incident, at=NOON + 2 * HOUR)).questions.number == 1


def test_releases_and_conferences_are_counted_with_what_they_lack() -> None:
    full = answered(graded(MAJOR), elements=FULL)
    incident = conferred(answered(full, at=NOON + 2 * HOUR, id_="r-2"))

    briefing = briefed(incident)

    assert (briefing.releases.number, briefing.full_releases.number, briefing.conferences.number) == (2, 1, 1)
    assert briefing.conferences.listed[0].conference.id == a_conference().id


def test_no_answer_needed_is_counted() -> None:
    declined = act(graded(ORDINARY), DeclineAnswer(reason="已有公开答复"), at=NOON + HOUR)

    assert briefed(declined).declined.number == 1


def test_first_answers_are_measured_from_each_start() -> None:
    answers = briefed(answered(graded(MAJOR))).first_answers

    assert elapsed(answers, Basis.AWARE) == (HOUR,)
    assert elapsed(answers, Basis.FIRST_PUBLIC) == (HOUR + timedelta(minutes=10),)
    assert elapsed(answers, Basis.OCCURRED) == ()


@pytest.mark.parametrize(("percent", "length"), [(50, 5), (51, 6), (90, 9), (91, 10), (100, 10), (1, 1)])
def test_a_quantile_is_one_of_the_lengths(percent: int, length: int) -> None:
    lengths = [hours * HOUR for hours in range(1, 11)]

    assert quantile(lengths, percent) == length * HOUR


@given(INCIDENTS)
def test_every_time_limit_stands_in_just_one_place(incidents: list[Incident]) -> None:
    briefing = briefed(*incidents)

    by_place = [briefing.standing(place, rule_id=rule).number for place in Standing for rule in RULES]

    assert sum(by_place) == briefing.clocks.number == briefing.standing(*Standing).number


@given(INCIDENTS)
def test_kept_was_met_in_time_graded_on_evidence_and_never_breached(incidents: list[Incident]) -> None:
    kept = briefed(*incidents).standing(Standing.KEPT).listed

    assert all(state_at(line.clock, UNTIL) is ClockState.MET for line in kept)
    assert all(line.clock.met_at is not None and line.clock.met_at <= line.clock.due_at for line in kept)
    assert not any(line.clock.self_reported or line.clock.breach_recorded for line in kept)
    assert all(line.incident.severity is not None for line in kept)


@given(INCIDENTS)
def test_every_breach_on_record_by_the_cut_off_is_told(incidents: list[Incident]) -> None:
    briefing = briefed(*incidents)

    recorded = [line for line in briefing.clocks.listed if line.clock.breach_recorded]

    assert not {line.standing for line in recorded} & {
        Standing.KEPT,
        Standing.RUNNING,
        Standing.VOID,
        Standing.SELF_REPORTED,
    }
