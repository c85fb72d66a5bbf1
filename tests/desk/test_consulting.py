from dataclasses import replace

import pytest

from desk.apply import apply
from desk.errors import IllegalAction
from desk.incident import CLOSED, Consultation, State
from desk.lifecycle import TRANSITIONS, Action
from desk.steps import RecordConsultation
from tests.build import HOUR, MINUTE, NOON
from tests.desk.scene import CHIEF, DUTY, POLICY, act, opened

HELD = Consultation(
    id="h-1",
    held_at=NOON + MINUTE,
    bodies=("市应急管理局", "市委网信办"),
    attendees=("市应急管理局分管负责人",),
    conclusion="由市应急管理局拟稿，两小时内首次发布",
    entered_at=NOON,
    entered_by="somebody else",
)
LATER = NOON + HOUR


def test_a_consultation_is_kept_with_who_entered_it_and_when() -> None:
    incident = act(opened(), RecordConsultation(consultation=HELD), at=LATER, by=CHIEF)

    assert incident.consultations == (replace(HELD, entered_by=CHIEF, entered_at=LATER),)


def test_a_consultation_moves_no_clock_and_no_state() -> None:
    before = opened()

    after = act(before, RecordConsultation(consultation=HELD), at=LATER)

    assert (after.clocks, after.state) == (before.clocks, before.state)


def test_the_log_names_the_bodies_and_keeps_the_conclusion_as_erasable_text() -> None:
    change = apply(opened(), RecordConsultation(consultation=HELD), by=DUTY, now=LATER, policy=POLICY)

    (event,) = change.events
    assert (event.kind, event.text) == ("record_consultation", HELD.conclusion)
    assert event.facts["bodies"] == "市应急管理局、市委网信办"


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (replace(HELD, bodies=()), "names no body"),
        (replace(HELD, bodies=(" ",)), "names no body"),
        (replace(HELD, conclusion=" "), "has no conclusion"),
        (replace(HELD, held_at=LATER + MINUTE), "has not been held yet"),
    ],
)
def test_a_consultation_without_its_content_is_refused(held: Consultation, said: str) -> None:
    with pytest.raises(IllegalAction, match=said):
        act(opened(), RecordConsultation(consultation=held), at=LATER)


def test_a_consultation_held_this_very_second_is_taken() -> None:
    incident = act(opened(), RecordConsultation(consultation=replace(HELD, held_at=LATER)), at=LATER)

    assert incident.consultations[0].held_at == LATER


def test_the_same_consultation_twice_is_refused() -> None:
    incident = act(opened(), RecordConsultation(consultation=HELD), at=LATER)

    with pytest.raises(IllegalAction, match="already in the file"):
        act(incident, RecordConsultation(consultation=HELD), at=LATER)


@pytest.mark.parametrize("state", list(State))
def test_consultations_are_recorded_while_an_incident_is_open(state: State) -> None:
    assert (Action.RECORD_CONSULTATION in TRANSITIONS[state]) == (state not in CLOSED)
