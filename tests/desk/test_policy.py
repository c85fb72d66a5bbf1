"""The office's rules as data: read whole, every problem at once with its path, the law never loosened."""

import re
import tomllib
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import BadPolicy
from desk.incident import OpinionLevel, Severity
from desk.ladder import LadderStep
from desk.law import LAW
from desk.moments import Basis
from desk.policy import read_policy
from desk.post import EventKind
from desk.rules import Pause, Scope, Stop, WarnPoint
from tests.build import HOUR, MINUTE
from tests.desk.scene import FIRST_ANSWERS, POLICY_FILE, WHOLE

Table: TypeAlias = dict[str, object]
FILE: Table = tomllib.loads(POLICY_FILE.read_text(encoding="utf-8"))
C1, C2, C3, C4 = range(4)
KEYS = (
    "citation, consequence, effective_from, effective_to, extension, fallbacks, fixed, id, latest_start, "
    "latest_start_unit, length, length_by_level, length_major, never_looser, overdue, pause, scope, start_basis, "
    "stop, stricter, title, unit, warn"
)
NOT_HELD = 'never_looser: not what the desk holds: write ["length", "pause", "scope", "start_basis", "stop"]'
ENDS_BEFORE = "effective_to: before effective_from: write a later day or leave it out"
PERIODS = "'month' or 'quarter' or 'half_year' or 'year' or 'two_years'"


def problems(mapping: Table) -> list[str]:
    """What the reader finds wrong, in its order."""
    with pytest.raises(BadPolicy) as found:
        read_policy(mapping)
    return list(found.value.problems)


def problems_or_none(mapping: Table) -> list[str]:
    """What the reader finds wrong, if anything."""
    try:
        read_policy(mapping)
    except BadPolicy as found:
        return list(found.problems)
    return []


def rules(mapping: Table) -> list[Table]:
    """The rules of a mapping, to be changed in place."""
    tables = mapping["rule"]
    assert isinstance(tables, list)
    return tables


def with_rule(index: int, **changes: object) -> Table:
    """The office's file with one rule changed."""
    mapping = deepcopy(FILE)
    rules(mapping)[index].update(changes)
    return mapping


def without_rule(index: int) -> Table:
    """The office's file with one rule left out."""
    mapping = deepcopy(FILE)
    del rules(mapping)[index]
    return mapping


def with_levels(**floors: object) -> Table:
    """The office's file with other floors of the opinion level."""
    return deepcopy(FILE) | {"opinion_level": floors}


def test_office_s_file_holds_the_law_s_three_clocks_and_the_continuing_one() -> None:
    assert {rule_id: WHOLE.rule(rule_id).length for rule_id in FIRST_ANSWERS} == {
        "C1": 5 * HOUR,
        "C2": 24 * HOUR,
        "C3": 48 * HOUR,
        "C4": 72 * HOUR,
    }
    assert WHOLE.rule("C4").length_major == 24 * HOUR


def test_rules_say_whom_they_bind_what_starts_and_what_meets_them() -> None:
    firsts = [WHOLE.rule(rule_id) for rule_id in FIRST_ANSWERS]
    read = [(each.scope, each.start_basis, each.stop, each.pause) for each in firsts]

    assert read == [
        (Scope.MAJOR, Basis.OCCURRED, Stop.RELEASE, Pause.NONE),
        (Scope.MAJOR, Basis.OCCURRED, Stop.PRESS_CONFERENCE, Pause.NONE),
        (Scope.ANSWERABLE, Basis.AWARE, Stop.RELEASE, Pause.NONE),
        (Scope.CONTINUING, Basis.LAST_RELEASE, Stop.RELEASE, Pause.INVESTIGATION),
    ]
    assert WHOLE.rule("C1").fallbacks == (Basis.FIRST_PUBLIC, Basis.AWARE)


def test_every_rule_carries_its_source_its_day_and_the_version_of_the_file() -> None:
    for each in (WHOLE.rule(rule_id) for rule_id in FIRST_ANSWERS):
        assert (each.version, each.effective_from) == (FILE["version"], date(2016, 11, 10))
        assert "国办发〔2016〕61号" in each.citation


def test_warn_points_are_those_of_the_rules() -> None:
    assert [WHOLE.rule(rule_id).warn for rule_id in ("C1", "C2", "C3", "C4")] == [
        (WarnPoint(percent=50), WarnPoint(percent=80), WarnPoint(before_due=30 * MINUTE)),
        tuple(WarnPoint(before_due=hours * HOUR) for hours in (12, 6, 2)),
        tuple(WarnPoint(before_due=hours * HOUR) for hours in (24, 12, 4)),
        (WarnPoint(percent=80),),
    ]


def test_law_is_five_twenty_four_and_forty_eight_hours_and_twenty_working_days() -> None:
    assert {
        "C1": 5 * HOUR,
        "C2": 24 * HOUR,
        "C3": 48 * HOUR,
        "C9": 48 * HOUR,
        "C10": 48 * HOUR,
        "C12": 24 * HOUR,
        "C13": timedelta(days=20),
        "C14": timedelta(days=20),
    } == LAW


@pytest.mark.parametrize(("index", "rule_id", "hours"), [(C1, "C1", 5), (C2, "C2", 24), (C3, "C3", 48)])
def test_law_s_number_is_the_ceiling(index: int, rule_id: str, hours: int) -> None:
    stricter = read_policy(with_rule(index, length=hours - 1))

    assert stricter.rule(rule_id).length == timedelta(hours=hours - 1)
    assert read_policy(with_rule(index, length=hours)).rule(rule_id).length == timedelta(hours=hours)
    assert problems(with_rule(index, length=hours + 1)) == [
        f"policy.rule[{rule_id}].length: longer than the law's {hours} hours: never looser"
    ]


@pytest.mark.parametrize(
    ("index", "change", "problem"),
    [
        (C1, {"pause": "investigation"}, "policy.rule[C1].pause: the law knows no pause of this clock: write 'none'"),
        (C2, {"fixed": False}, "policy.rule[C2].fixed: a rule of the law is fixed: write true"),
        (C2, {"stop": "release"}, "policy.rule[C2].stop: the evidence the law asks for cannot be changed"),
        (C3, {"stop": "press_conference"}, "policy.rule[C3].stop: the evidence the law asks for cannot be changed"),
        (
            C1,
            {"start_basis": "assigned"},
            "policy.rule[C1].start_basis: later than the law's: use occurred or first_public or aware",
        ),
        (
            C3,
            {"start_basis": "accepted"},
            "policy.rule[C3].start_basis: later than the law's: use occurred or first_public or aware or assigned",
        ),
        (
            C3,
            {"scope": "major"},
            "policy.rule[C3].scope: whom the law binds cannot be changed: write 'answerable'",
        ),
    ],
)
def test_rule_looser_than_the_law_is_refused(index: int, change: Table, problem: str) -> None:
    assert problems(with_rule(index, **change)) == [problem]


@pytest.mark.parametrize("basis", ["first_public", "aware"])
def test_start_may_be_read_in_the_ways_the_rules_leave_open(basis: str) -> None:
    assert read_policy(with_rule(C1, start_basis=basis)).rule("C1").start_basis is Basis(basis)


@pytest.mark.parametrize(
    "change", [{"length": 400, "length_major": 48}, {"length": 24, "length_major": 6}, {"pause": "none"}]
)
def test_continuing_interval_is_the_office_s_own(change: Table) -> None:
    assert read_policy(with_rule(C4, **change)).rule("C4").fixed is False


@pytest.mark.parametrize(("index", "rule_id"), [(C1, "C1"), (C2, "C2"), (C3, "C3"), (C4, "C4")])
def test_law_s_clocks_cannot_be_left_out(index: int, rule_id: str) -> None:
    assert problems(without_rule(index)) == [f"policy.rule: {rule_id} is missing: the law's clocks cannot be left out"]


def test_rule_stands_once() -> None:
    mapping = deepcopy(FILE)
    rules(mapping).append(deepcopy(rules(mapping)[C4]))

    assert problems(mapping) == ["policy.rule: C4 stands twice: keep one"]


def test_every_problem_is_named_at_once_with_its_path() -> None:
    mapping = with_rule(C1, length="five", colour="red", warn=["50%", "soon"], fixed="yes", effective_from="2016")
    rules(mapping)[C2].update(start_basis="noon", length=25)
    del rules(mapping)[C3]["citation"]
    mapping |= {"version": " ", "answer": {}, "extra": 1}

    assert problems(mapping) == [
        "policy.extra: unknown: use one of answer, ladder, opinion_level, reminder, report, rule, version",
        "policy.version: ' ' cannot be used: write a text in quotes",
        f"policy.rule[C1].colour: unknown: use one of {KEYS}",
        "policy.rule[C1].effective_from: '2016' cannot be used: write a date like 2016-11-10, without quotes",
        "policy.rule[C1].length: 'five' cannot be used: write a whole number from 1 to 999999",
        "policy.rule[C1].warn[1]: 'soon' is no warn point: write '50%', '-30min', '-12h', '-2wd' or '-10d'",
        "policy.rule[C1].fixed: 'yes' cannot be used: write true or false",
        f"policy.rule[C2].start_basis: 'noon' cannot be used: write {' or '.join(repr(each.value) for each in Basis)}",
        "policy.rule[C3].citation: missing: write a text in quotes",
        "policy.answer.hot_topic: missing: write true or false",
        "policy.rule[C1].fixed: a rule of the law is fixed: write true",
        "policy.rule[C2].length: longer than the law's 24 hours: never looser",
    ]


def test_empty_file_says_all_that_is_missing() -> None:
    shipped = "copy its row from the policy.toml that comes with Huiying"
    by_law = "the law's clocks cannot be left out"

    assert problems({}) == [
        "policy.version: missing: write a text in quotes",
        "policy.rule: missing: write tables [[rule]]",
        "policy.report: missing: write tables [[report]]",
        "policy.reminder: missing: write tables [[reminder]]",
        "policy.answer: missing: write a table [answer]",
        "policy.opinion_level: missing: write a table [opinion_level]",
        *(f"policy.rule: {each} is missing: {by_law if each in (*LAW, 'C4') else shipped}" for each in WHOLE.rules),
        "policy.report: nobody says how fast other emergencies are reported: write a row without kind",
        *(f"policy.reminder: {each} is missing: {shipped}" for each in WHOLE.reminders),
    ]


def with_ladder(*steps: Table) -> Table:
    """The office's file with another ladder."""
    return deepcopy(FILE) | {"ladder": list(steps)}


def a_step(role: object = "值班员", after_minutes: object = 0) -> Table:
    """One step of a ladder."""
    return {"role": role, "after_minutes": after_minutes}


def test_ladder_pages_the_duty_officer_at_once_and_the_office_head_after_a_quarter_of_an_hour() -> None:
    steps = (LadderStep(role="值班员", after=timedelta()), LadderStep(role="新闻办主任", after=15 * MINUTE))

    assert WHOLE.ladder == steps
    assert read_policy({name: table for name, table in FILE.items() if name != "ladder"}).ladder == steps


def test_ladder_climbs_from_nought_and_only_upwards() -> None:
    late = with_ladder(a_step(after_minutes=1), a_step("主任", 1), a_step("局长", 2))

    assert problems(late) == [
        "policy.ladder[0].after_minutes: the first step is paged at once: write 0",
        "policy.ladder[1].after_minutes: not later than the step before: write 2 or more",
    ]
    assert read_policy(with_ladder(a_step(), a_step("主任", 1))).ladder[1].after == MINUTE


def test_ladder_that_would_page_nobody_is_refused() -> None:
    assert problems(with_ladder()) == ["policy.ladder: nobody would be paged: write at least one step"]
    assert problems(deepcopy(FILE) | {"ladder": "值班员"}) == [
        "policy.ladder: '值班员' cannot be used: write tables [[ladder]]"
    ]


def test_every_problem_of_a_ladder_is_named_at_once() -> None:
    wrong = with_ladder({"role": " ", "after_minutes": 0}, {"role": "主任", "after_minutes": -1, "mail": "x"})

    assert problems(wrong) == [
        "policy.ladder[0].role: ' ' cannot be used: write a text in quotes",
        "policy.ladder[1].mail: unknown: use one of after_minutes, role",
        "policy.ladder[1].after_minutes: -1 cannot be used: write a whole number from 0 to 999999",
    ]


def test_role_has_no_dot_that_would_part_a_key() -> None:
    assert problems(with_ladder(a_step("值班·员"))) == [
        "policy.ladder[0].role: '·' parts the names in a notice's key: leave it out"
    ]


def test_message_is_one_line_a_problem() -> None:
    with pytest.raises(BadPolicy) as found:
        read_policy({})

    assert str(found.value).splitlines() == list(found.value.problems)


@pytest.mark.parametrize("value", [0, -1, 1_000_000, 10**30, 1.5, True, "5", None, [5]])
def test_length_is_a_whole_number_of_hours_within_reason(value: object) -> None:
    assert [each.split(":")[0] for each in problems(with_rule(C4, length=value))] == ["policy.rule[C4].length"]


@pytest.mark.parametrize("value", ["2016-11-10", datetime(2016, 11, 10), 20161110, None])  # noqa: DTZ001
def test_effective_day_is_a_date(value: object) -> None:
    found = problems(with_rule(C1, effective_from=value))

    assert [each.split(":")[0] for each in found] == ["policy.rule[C1].effective_from"]


@pytest.mark.parametrize("warn", ["", "50", "100%", "-1w", "30min", "-12 h", "-h", "1e1%", "50%\n"])
def test_warn_point_that_is_none_is_named_with_its_place_in_the_list(warn: str) -> None:
    found = problems(with_rule(C4, warn=["80%", warn]))

    assert found == [
        f"policy.rule[C4].warn[1]: {warn!r} is no warn point: write '50%', '-30min', '-12h', '-2wd' or '-10d'"
    ]


@pytest.mark.parametrize("warn", ["80%", [80], [["80%"]], None])
def test_warn_points_are_a_list_of_texts(warn: object) -> None:
    assert [each.split(":")[0] for each in problems(with_rule(C4, warn=warn))] == ["policy.rule[C4].warn"]


@pytest.mark.parametrize("fallbacks", [["noon"], ["aware", "noon"]])
def test_unknown_fallback_is_named_with_its_place_in_the_list(fallbacks: list[str]) -> None:
    [found] = problems(with_rule(C1, fallbacks=fallbacks))

    assert found.startswith(f"policy.rule[C1].fallbacks[{len(fallbacks) - 1}]: 'noon' cannot be used")


def test_floors_of_the_opinion_level_are_the_office_s_choice_and_rise() -> None:
    chosen = read_policy(with_levels(L3=5, L2=5, L1=6)).level_floors

    assert chosen == ((6, OpinionLevel.L1), (5, OpinionLevel.L2), (5, OpinionLevel.L3))
    assert problems(with_levels(L3=6, L2=5, L1=6)) == [
        "policy.opinion_level: L1 needs at least as many posts as L2, and L2 as L3"
    ]


def test_lowest_level_has_no_floor() -> None:
    assert problems(with_levels(L4=1, L3=5, L2=6, L1=7)) == ["policy.opinion_level.L4: unknown: use one of L1, L2, L3"]


@pytest.mark.parametrize("chosen", [{"hot_topic": True}, {"hot_topic": False}])
def test_hot_topic_is_the_office_s_choice(chosen: dict[str, bool]) -> None:
    assert read_policy(deepcopy(FILE) | {"answer": chosen}).hot_topic is chosen["hot_topic"]


def test_five_kinds_of_the_law_cannot_be_switched_off() -> None:
    found = problems(deepcopy(FILE) | {"answer": {"hot_topic": False, "emergency": False}})

    assert found == ["policy.answer.emergency: unknown: use one of hot_topic"]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
SPOIL: list[Callable[[Table, str, object], None]] = [
    lambda mapping, key, junk: mapping.update({key: junk}),
    lambda mapping, key, junk: rules(mapping)[C1].update({key: junk}),
]


@given(
    where=st.sampled_from(SPOIL),
    key=st.sampled_from([*FILE, *rules(FILE)[C4], "surplus"]),
    junk=JUNK,
)
def test_whatever_stands_in_the_file_is_read_or_refused_with_its_path(
    where: Callable[[Table, str, object], None], key: str, junk: object
) -> None:
    mapping = deepcopy(FILE)
    where(mapping, key, junk)

    found = problems_or_none(mapping)

    assert all(each.startswith("policy.") for each in found)
    assert found or all(read_policy(mapping).rule(rule_id).length <= LAW[rule_id] for rule_id in LAW)


ROW = {rule["id"]: index for index, rule in enumerate(rules(FILE))}


def with_reminder(rule_id: str, **changes: object) -> Table:
    """The office's file with one calendar duty changed."""
    mapping = deepcopy(FILE)
    rows = mapping["reminder"]
    assert isinstance(rows, list)
    next(row for row in rows if row["id"] == rule_id).update(changes)
    return mapping


def test_every_rule_names_its_document() -> None:
    citations = {row.id: row.citation for row in WHOLE.rules.values()}
    citations |= {row.id: row.citation for row in WHOLE.reminders.values()}

    named = re.compile(r"〔\d{4}〕\d+号|条例|保护法|应对法|本单位规定")

    assert [row for row, citation in citations.items() if not named.search(citation)] == []


@pytest.mark.parametrize(
    ("rule_id", "change", "problem"),
    [
        (
            "C6",
            {"start_basis": "accepted"},
            "start_basis: nothing in the desk starts it from 'accepted': write 'decided'",
        ),
        ("C6", {"stop": "handover"}, "stop: nothing in the desk meets it by 'handover': write 'result'"),
        ("C11", {"scope": "request"}, "scope: the desk binds 'unlawful' by it: write 'unlawful'"),
        ("C8", {"pause": "consultation"}, "pause: nothing in the desk pauses it by 'consultation': write 'none'"),
        ("C16", {"fallbacks": ["aware"]}, "fallbacks: nothing in the desk starts it from 'aware': leave it out"),
        ("C13", {"unit": "calendar_days"}, "unit: this clock counts other units: write 'working_days'"),
        ("C14", {"pause": "none"}, "pause: the law knows one pause only of this clock: write 'consultation'"),
        ("C14", {"extension": 21}, "extension: longer than the law's 20 working days: never looser"),
        ("C10", {"length_major": 6}, "length_major: longer than the law's 5 hours: never looser"),
        ("C5", {"overdue": "shrug"}, "overdue: 'shrug' cannot be used: write 'breach' or 'flag'"),
        ("C9", {"never_looser": ["stop"]}, NOT_HELD),
        (
            "C13",
            {"effective_to": date(2019, 1, 1)},
            "effective_to: before effective_from: write a later day or leave it out",
        ),
    ],
)
def test_row_nothing_produces_or_the_law_forbids_is_named_with_its_field(
    rule_id: str, change: Table, problem: str
) -> None:
    assert problems(with_rule(ROW[rule_id], **change)) == [f"policy.rule[{rule_id}].{problem}"]


def test_not_deciding_is_no_way_out_in_the_file_either() -> None:
    mapping = deepcopy(FILE)
    del rules(mapping)[ROW["C7"]]["latest_start"]

    assert problems(mapping) == [
        "policy.rule[C7].latest_start: missing: not deciding would be a way out: write a whole number and its unit"
    ]


@pytest.mark.parametrize(
    ("rule_id", "most", "unit"), [("C13", 20, "working days"), ("C14", 20, "working days"), ("C12", 24, "hours")]
)
def test_other_laws_numbers_are_ceilings_too(rule_id: str, most: int, unit: str) -> None:
    assert read_policy(with_rule(ROW[rule_id], length=most)).rules
    assert problems(with_rule(ROW[rule_id], length=most + 1)) == [
        f"policy.rule[{rule_id}].length: longer than the law's {most} {unit}: never looser"
    ]


def test_rule_the_desk_does_not_know_is_refused() -> None:
    mapping = deepcopy(FILE)
    rules(mapping).append(deepcopy(rules(mapping)[C4]) | {"id": "C99"})

    [found] = problems(mapping)

    assert found.startswith("policy.rule[C99].id: nothing in the desk starts or meets it: use one of C1, C2")


@pytest.mark.parametrize(
    ("rule_id", "change", "problem"),
    [
        ("C19", {"on": "02-01"}, "on: later than the law's 01-31: never looser"),
        ("C19", {"on": "13-01"}, "on: '13-01' is no day of a year: write month and day like '01-31'"),
        ("C21", {"length": 9}, "length: shorter than 10 years, or floor is not true: records are kept so long"),
        ("C22", {"length": 31}, "length: longer than 30 calendar_days: raw posts are kept shorter, never longer"),
        ("C17", {"every": "year"}, "every: write either every = … or after = …: one of the two starts it"),
        ("C18", {"every": "moon"}, "every: 'moon' cannot be used: write " + PERIODS),
    ],
)
def test_calendar_duty_that_is_looser_or_unclear_is_named(rule_id: str, change: Table, problem: str) -> None:
    assert problems(with_reminder(rule_id, **change)) == [f"policy.reminder[{rule_id}].{problem}"]


def test_calendar_duty_at_the_law_s_bound_is_taken() -> None:
    assert read_policy(with_reminder("C19", on="01-31")).reminders["C19"].on == (1, 31)
    assert read_policy(with_reminder("C21", length=11)).reminders["C21"].length == 11
    assert read_policy(with_reminder("C22", length=29)).reminders["C22"].length == 29


def with_reports(*rows: Table) -> Table:
    """The office's file with another report table."""
    return deepcopy(FILE) | {"report": list(rows)}


def a_report_row(minutes: int = 60, **changes: object) -> Table:
    """One row of the report table, for every emergency."""
    return {"minutes": minutes, "start_basis": "aware", "citation": "本单位规定"} | changes


def test_report_table_answers_by_severity_then_by_kind_then_for_all() -> None:
    table = with_reports(
        a_report_row(90),
        a_report_row(60, kind="accident"),
        a_report_row(20, kind="accident", severities=["major"]),
    )

    policy = read_policy(table)
    limits = [
        policy.report_limit(EventKind.ACCIDENT, Severity.MAJOR),
        policy.report_limit(EventKind.ACCIDENT, Severity.ORDINARY),
        policy.report_limit(EventKind.NATURAL, Severity.MAJOR),
        policy.report_limit(None, None),
    ]

    assert [limit.length for limit in limits] == [20 * MINUTE, 60 * MINUTE, 90 * MINUTE, 90 * MINUTE]


def test_report_table_is_never_slower_than_the_law_and_speaks_of_everything() -> None:
    slow = with_reports(a_report_row(), a_report_row(121, kind="accident"))
    partial = with_reports(a_report_row(120, kind="accident"))
    twice = with_reports(a_report_row(), a_report_row())

    assert problems(slow) == ["policy.report[1].minutes: longer than the law's 120 minutes: never looser"]
    assert problems(partial) == [
        "policy.report: nobody says how fast other emergencies are reported: write a row without kind"
    ]
    assert problems(twice) == ["policy.report: two rows are for the same kind and severity: keep one"]
