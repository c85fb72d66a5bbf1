"""Calendar duties C17–C23: each comes round or follows something, and falls due at the end of its day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.incident import Incident, Severity, State
from desk.reminder_rules import After
from desk.reminders import AHEAD, BEHIND, Reminder, coming, incident_reminders, office_reminders, reminders_after
from tests.build import DAY, HOUR, NOON, SECOND
from tests.desk.duty_scene import RULES, UNKNOWN_YEAR, ZONE, end_of
from tests.desk.scene import answered, graded

YEAR_BEGINS = datetime(2026, 1, 1, tzinfo=ZONE).astimezone(UTC)
YEAR_ENDS = end_of(2026, 12, 31)


def due_in_2026(rule_id: str) -> list[datetime]:
    found = office_reminders(RULES, YEAR_BEGINS, YEAR_ENDS)
    return [each.due_at for each in found if each.rule_id == rule_id]


@pytest.mark.parametrize(
    ("rule_id", "days"),
    [
        ("C18", [(1, 22), (4, 22), (7, 21), (10, 27)]),
        ("C19", [(1, 31)]),
        ("C19G", [(3, 31)]),
        ("C19S", [(2, 1)]),
        ("C23", [(1, 10), (7, 10)]),
        ("C23Y", [(12, 31)]),
        ("C23T", [(12, 31)]),
    ],
)
def test_what_comes_round_falls_due_on_its_days(rule_id: str, days: list[tuple[int, int]]) -> None:
    assert due_in_2026(rule_id) == [end_of(2026, month, day) for month, day in days]


def test_monthly_consultation_is_owed_by_the_last_day_of_each_month() -> None:
    assert len(due_in_2026("C23M")) == 12
    assert due_in_2026("C23M")[1] == end_of(2026, 2, 28)


def test_training_of_two_years_is_not_owed_in_an_odd_year() -> None:
    odd = office_reminders(RULES, end_of(2024, 12, 31) + SECOND, end_of(2025, 12, 31))

    assert [each for each in odd if each.rule_id == "C23T"] == []


def test_window_holds_both_its_ends() -> None:
    due = end_of(2026, 1, 31)

    windows = [(due, due), (due + SECOND, due + HOUR), (due - HOUR, due - SECOND)]
    found = [[each.rule_id for each in office_reminders(RULES, *window)] for window in windows]

    assert [("C19" in each) for each in found] == [True, False, False]


def test_yearly_report_is_reminded_of_thirty_and_ten_days_before() -> None:
    [report] = [each for each in office_reminders(RULES, YEAR_BEGINS, YEAR_ENDS) if each.rule_id == "C19"]

    said = [moment.astimezone(ZONE).isoformat() for moment in report.warn_at]

    assert said == ["2026-01-01T09:00:00+08:00", "2026-01-21T09:00:00+08:00"]


def test_every_calendar_duty_names_its_rule_and_version() -> None:
    found = office_reminders(RULES, YEAR_BEGINS, YEAR_ENDS)

    assert {each.rule_version for each in found} == {RULES.version}
    assert [each.due_at for each in found] == sorted(each.due_at for each in found)


def test_quarter_that_reaches_into_an_unpublished_year_is_uncertain() -> None:
    certain, uncertain = (
        [each.certain for each in office_reminders(policy, YEAR_BEGINS, YEAR_ENDS) if each.rule_id == "C18"]
        for policy in (RULES, UNKNOWN_YEAR)
    )

    assert (set(certain), set(uncertain)) == ({True}, {False})


def after(what: After) -> list[Reminder]:
    return list(reminders_after(RULES, what, NOON, "x"))


def test_raw_posts_go_after_thirty_days_and_those_of_an_incident_ninety_days_after_it_closed() -> None:
    [collected], [closed] = after(After.COLLECTED), after(After.CLOSED)

    assert (collected.rule_id, collected.due_at) == ("C22", end_of(2026, 7, 3))
    assert (closed.rule_id, closed.due_at) == ("C22C", end_of(2026, 9, 1))


def test_archive_is_kept_ten_years_and_a_leap_day_ends_on_the_last_of_february() -> None:
    [archived] = after(After.ARCHIVED)
    leap = datetime(2028, 2, 29, 12, tzinfo=ZONE)

    assert (archived.rule_id, archived.due_at) == ("C21", end_of(2036, 6, 3))
    assert reminders_after(RULES, After.ARCHIVED, leap, "x")[0].due_at == end_of(2038, 2, 28)


def test_concluded_incident_is_evaluated_within_five_working_days_and_its_release_stays_two_years() -> None:
    told = answered(graded(Severity.ORDINARY))
    concluded = replace(told, state=State.CONCLUDED, closed_at=NOON + DAY)

    found = {each.rule_id: each.due_at for each in incident_reminders(RULES, concluded)}

    assert found == {
        "C17": end_of(2026, 6, 11),
        "C20": end_of(2028, 6, 3),
        "C22C": end_of(2026, 9, 2),
    }


def test_open_incident_reminds_of_its_releases_only() -> None:
    found = incident_reminders(RULES, answered(graded(Severity.ORDINARY)))

    assert [each.rule_id for each in found] == ["C20"]


def test_duty_binds_only_what_starts_while_it_is_in_force() -> None:
    before = datetime(2024, 12, 31, 23, tzinfo=ZONE)

    assert reminders_after(RULES, After.COLLECTED, before, "x") == ()
    assert len(reminders_after(RULES, After.COLLECTED, before + timedelta(hours=1), "x")) == 1


def concluded_at(moment: datetime) -> Incident:
    return replace(answered(graded(Severity.ORDINARY)), state=State.CONCLUDED, closed_at=moment)


def told(now: datetime, *incidents: Incident) -> list[tuple[str, datetime]]:
    return [(each.reminder.rule_id, each.reminder.due_at) for each in coming(RULES, incidents, now)]


def test_what_comes_round_is_told_ahead_and_stays_a_week_behind() -> None:
    due = end_of(2026, 7, 10)

    seen = [
        ("C23", due) in told(now) for now in (due - AHEAD - SECOND, due - AHEAD, due + BEHIND, due + BEHIND + SECOND)
    ]

    assert seen == [False, True, True, False]


def test_what_follows_an_incident_is_told_from_its_first_warning_on() -> None:
    incident = concluded_at(NOON + DAY)
    [evaluation] = [each for each in incident_reminders(RULES, incident) if each.rule_id == "C17"]

    seen = [
        ("C17", evaluation.due_at) in told(now, incident)
        for now in (evaluation.warn_at[0] - SECOND, evaluation.warn_at[0])
    ]

    assert seen == [False, True]


def test_the_next_due_stands_first_and_only_what_is_warned_of_is_near() -> None:
    found = coming(RULES, (), NOON)

    assert [each.reminder.due_at for each in found] == sorted(each.reminder.due_at for each in found)
    assert {each.near(NOON) for each in found} == {True, False}
    assert all(each.reminder.warn_at[0] <= NOON for each in found if each.near(NOON))
