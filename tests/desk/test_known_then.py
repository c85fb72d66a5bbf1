from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.errors import IllegalAction, SecondPersonNeeded
from desk.incident import Incident, Severity
from desk.known_then import known_then
from desk.release import Signature
from desk.standing import Standing, standing
from desk.steps import ConfirmRelease, RecordConference, RecordRelease, RejectRelease, Step
from tests.build import DAY, HOUR, MICROSECOND, MINUTE, NOON
from tests.desk.scene import (
    C1_DUE,
    CHIEF,
    a_conference,
    a_release,
    act,
    answering,
    clock,
    dismissing,
    graded,
    grading,
    opened,
    watched,
)

MAJOR, ORDINARY = Severity.MAJOR, Severity.ORDINARY
Standings = dict[str, Standing]


def stand(incident: Incident, at: datetime) -> Standings:
    return {each.key: standing(incident, each, at) for each in incident.clocks}


def test_an_answer_is_known_from_its_signature_on_not_from_its_own_time() -> None:
    signed_at = C1_DUE + DAY
    proposed = act(graded(MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR)
    incident = act(proposed, ConfirmRelease(release_id="r-1"), at=signed_at)

    before, after = known_then(incident, signed_at - MICROSECOND), known_then(incident, signed_at)

    assert standing(before, clock(before, "C1"), signed_at - MICROSECOND) is Standing.PENDING_CONFIRMATION
    assert before.releases[0].signature is Signature.PROPOSED
    assert standing(after, clock(after, "C1"), signed_at) is Standing.KEPT


def test_what_was_entered_later_is_not_in_the_file() -> None:
    entered_at = NOON + 4 * HOUR
    incident = act(graded(MAJOR), RecordConference(conference=a_conference()), at=entered_at)

    assert known_then(incident, entered_at - MICROSECOND).conferences == ()
    assert known_then(incident, entered_at).conferences == incident.conferences


def test_a_grade_signed_later_leaves_the_incident_ungraded() -> None:
    incident = graded(MAJOR, at=NOON + HOUR)

    before = known_then(incident, NOON + HOUR - MICROSECOND)

    assert before.severity is None
    assert stand(before, NOON) == dict.fromkeys(("C1", "C2", "C3"), Standing.UNGRADED)


def test_leaving_later_leaves_the_incident_on_the_desk() -> None:
    incident = act(opened(), dismissing(), at=NOON + HOUR)

    before = known_then(incident, NOON + HOUR - MICROSECOND)

    assert before.closed_at is None
    assert set(stand(before, NOON).values()) == {Standing.UNGRADED}


def test_a_breach_stays_a_breach_until_the_answer_is_signed() -> None:
    breached = watched(graded(MAJOR), C1_DUE + HOUR)
    incident = act(breached, *answering(a_release(published_at=NOON + HOUR)), at=C1_DUE + DAY)

    before = known_then(incident, C1_DUE + DAY - MICROSECOND)

    assert standing(before, clock(before, "C1"), C1_DUE + HOUR) is Standing.BREACHED


def test_a_release_refused_later_still_waited_then() -> None:
    waiting = watched(act(graded(MAJOR), RecordRelease(release=a_release()), at=NOON + HOUR), C1_DUE + HOUR)
    refused = act(waiting, RejectRelease(release_id="r-1", reason="与本事件无关"), at=C1_DUE + HOUR)
    incident = watched(refused, C1_DUE + 2 * HOUR)

    before = known_then(incident, C1_DUE + HOUR - MICROSECOND)

    assert standing(incident, clock(incident, "C1"), C1_DUE + 2 * HOUR) is Standing.BREACHED
    assert standing(before, clock(before, "C1"), C1_DUE + MINUTE) is Standing.PENDING_CONFIRMATION


def _grade(severity: Severity) -> Callable[[int, datetime], list[Step]]:
    return lambda _, __: [grading(severity)]


def _propose(ago: int) -> Callable[[int, datetime], list[Step]]:
    return lambda n, at: [RecordRelease(release=a_release(id=f"r-{n}", published_at=at - ago * MINUTE))]


ACTS: list[Callable[[int, datetime], list[Step]]] = [
    _grade(MAJOR),
    _grade(ORDINARY),
    _propose(0),
    _propose(90),
    lambda n, _: [ConfirmRelease(release_id=f"r-{n - 1}")],
    lambda n, _: [ConfirmRelease(release_id=f"r-{n - 2}")],
    lambda n, _: [RejectRelease(release_id=f"r-{n - 1}", reason="与本事件无关")],
    lambda n, at: [RecordConference(conference=a_conference(id=f"k-{n}", held_at=at - HOUR))],
    lambda _, __: [dismissing()],
]
SCRIPTS = st.lists(st.tuples(st.integers(1, 30 * 60), st.sampled_from(ACTS)), max_size=6)


@settings(max_examples=400)
@given(SCRIPTS, st.integers(0, 9 * 24 * 60))
def test_the_file_as_known_then_stands_as_the_file_stood_then(
    script: list[tuple[int, Callable[[int, datetime], list[Step]]]], minutes: int
) -> None:
    probe = NOON + minutes * MINUTE + timedelta(seconds=30)
    incident, then, at = opened(), opened(), NOON
    for number, (pause, steps) in enumerate(script):
        at += pause * MINUTE
        then = watched(incident, probe) if at > probe >= at - pause * MINUTE else then
        incident = watched(incident, at)
        with suppress(IllegalAction, SecondPersonNeeded):
            incident = act(incident, *steps(number, at), at=at, second=CHIEF)
    then = watched(incident, probe) if at <= probe else then

    known = known_then(watched(incident, max(at, probe) + DAY), probe)

    assert stand(known, probe) == stand(then, probe)
    assert (known.severity, known.closed_at, len(known.releases)) == (then.severity, then.closed_at, len(then.releases))
