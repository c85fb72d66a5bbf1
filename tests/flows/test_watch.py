from datetime import timedelta

from desk.apply import apply
from desk.change import IncidentQuery
from desk.incident import Severity
from desk.steps import GradeSeverity
from flows.watch import watch_deadlines, watch_until
from tests.build import HOUR, NOON, a_post
from tests.pipelines.line import OFFICE, POLICY, LineOfTests

SECOND = timedelta(seconds=1)


def line_with_explosion(*, graded: Severity | None = None) -> LineOfTests:
    line = LineOfTests()
    line.deliver([a_post(title="江口区一化工厂发生爆炸", text="", published_at=NOON, collected_at=NOON)])
    line.run()
    if graded:
        (incident,) = line.incidents.find(IncidentQuery())
        step = GradeSeverity(severity=graded, basis="应急部门初判")
        line.incidents.save([apply(incident, step, by="王", now=NOON + HOUR, policy=POLICY)])
    return line


def breaches(line: LineOfTests) -> list[str]:
    (incident,) = line.incidents.find(IncidentQuery())
    return [
        f"{each.event.facts['clock']} {each.event.at.isoformat()}"
        for each in line.incidents.timeline(incident.id)
        if each.event.kind == "breached" and each.event.facts["clock"] == "C1"
    ]


def test_a_breach_is_recorded_at_its_computed_second_however_late_it_is_noticed() -> None:
    line = line_with_explosion(graded=Severity.MAJOR)

    watch_deadlines(line.incidents, OFFICE, POLICY, NOON + 9 * HOUR)

    assert breaches(line) == [f"C1 {(NOON + 5 * HOUR).isoformat()}"]


def test_nothing_is_breached_in_the_due_second_itself() -> None:
    line = line_with_explosion(graded=Severity.MAJOR)

    watch_until(line.incidents, OFFICE, POLICY, NOON + 5 * HOUR)
    in_the_second = breaches(line)
    watch_until(line.incidents, OFFICE, POLICY, NOON + 5 * HOUR + SECOND)

    assert in_the_second == []
    assert len(breaches(line)) == 1


def test_stepping_through_every_moment_owes_each_warning_and_the_due_time() -> None:
    line = line_with_explosion()

    watch_until(line.incidents, OFFICE, POLICY, NOON + 6 * HOUR)

    rungs = [row.notice.rung for row in line.incidents.notices() if row.notice.clock_key == "C1"]
    assert rungs == ["warn1", "warn2", "warn3", "due"]


def test_watching_after_an_outage_owes_one_page_a_clock() -> None:
    line = line_with_explosion()

    watch_deadlines(line.incidents, OFFICE, POLICY, NOON + 6 * HOUR)

    rungs = [row.notice.rung for row in line.incidents.notices() if row.notice.clock_key == "C1"]
    assert rungs == ["due"]


def test_watching_twice_changes_nothing() -> None:
    line = line_with_explosion()
    watch_deadlines(line.incidents, OFFICE, POLICY, NOON + 6 * HOUR)
    before = line.incidents.find(IncidentQuery())

    changed = watch_deadlines(line.incidents, OFFICE, POLICY, NOON + 6 * HOUR)

    assert changed == 0
    assert line.incidents.find(IncidentQuery()) == before
