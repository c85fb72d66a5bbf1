"""What a person cannot enter about the duties: each refusal names what is missing, and nothing happened."""

from dataclasses import replace

import pytest

from desk.apply import apply
from desk.duty_records import ObligationKind, ReportKind
from desk.duty_steps import (
    AcceptAssignment,
    Assign,
    Consulted,
    Correct,
    DecideQuestion,
    Extend,
    FindUnlawful,
    Fulfil,
    HandOver,
    Oblige,
    RecordReceipt,
    ReportUp,
    ReturnAssignment,
    Verify,
)
from desk.errors import IllegalAction
from desk.incident import DispositionClass, Incident
from desk.steps import Confirm, Step
from tests.build import HOUR, NOON, SECOND
from tests.desk.duty_scene import FINDING, RULES, asking, do, obliging
from tests.desk.scene import DUTY, opened

NOW = NOON + HOUR
FUTURE = NOW + SECOND
SUGGESTION, FALSE = DispositionClass.CONSTRUCTIVE_SUGGESTION, DispositionClass.FALSE_INFORMATION
GIVEN = Assign(id="a-1", department="云州市交通运输局", officer="王科长")
FOUND = FindUnlawful(question_id="q-1", at=NOON, ground=FINDING)
HANDED = HandOver(id="h-1", question_id="q-1", at=NOON, body="公安局", document="函1号", legal_basis="第7条")
SENT = ReportUp(id="u-1", kind=ReportKind.INITIAL, to="总值班室", method="电话", at=NOON)
DECIDED = DecideQuestion(question_id="q-1", at=NOON, outcome="采纳", document="函5号")
REQUEST = obliging(ObligationKind.REPLY, NOON)


def assigned() -> Incident:
    return do(opened(), Confirm(), GIVEN)


def suggested() -> Incident:
    return do(opened(), asking(SUGGESTION))


def false() -> Incident:
    return do(opened(), asking(FALSE))


def requested() -> Incident:
    return do(opened(), REQUEST)


@pytest.mark.parametrize(
    ("incident", "step", "why"),
    [
        (assigned(), GIVEN, "already in the file"),
        (assigned(), replace(GIVEN, id="a-2", officer=" "), "names no department or no officer"),
        (assigned(), AcceptAssignment(id="a-9"), "no assignment a-9"),
        (assigned(), ReturnAssignment(id="a-1", reason=" "), "without a reason"),
        (assigned(), Verify(id="a-1", finding=" "), "without a finding"),
        (do(assigned(), AcceptAssignment(id="a-1")), AcceptAssignment(id="a-1"), "no assignment a-1 to accept"),
        (do(assigned(), Verify(id="a-1", finding="属实")), Verify(id="a-1", finding="再查"), "no assignment a-1"),
        (false(), DECIDED, "no suggestion and no difficulty"),
        (suggested(), replace(DECIDED, at=FUTURE), "dated in the future"),
        (suggested(), replace(DECIDED, document=" "), "lacks what it rests on"),
        (suggested(), replace(DECIDED, question_id="q-9"), "no question q-9"),
        (do(suggested(), DECIDED), DECIDED, "decided already"),
        (suggested(), FOUND, "not classed as false information"),
        (false(), replace(FOUND, ground=" "), "lacks what it rests on"),
        (do(false(), FOUND), FOUND, "has its finding already"),
        (do(false(), FOUND), replace(HANDED, document=" "), "lacks what it rests on"),
        (do(false(), FOUND), replace(HANDED, at=FUTURE), "dated in the future"),
        (do(false(), FOUND, HANDED), HANDED, "already in the file"),
        (opened(), replace(SENT, at=FUTURE), "dated in the future"),
        (opened(), replace(SENT, to=" "), "lacks what it rests on"),
        (do(opened(), SENT), SENT, "already in the file"),
        (opened(), RecordReceipt(report_id="u-1", at=NOON, receipt="1号"), "no report u-1"),
        (do(opened(), SENT), RecordReceipt(report_id="u-1", at=NOON - SECOND, receipt="1号"), "after its receipt"),
        (requested(), REQUEST, "already in the file"),
        (opened(), replace(REQUEST, since=FUTURE), "dated in the future"),
        (opened(), Oblige(id="o-1", kind=ObligationKind.REPLY, title=" ", reference="1", since=NOON), "no title"),
        (opened(), Fulfil(id="o-1", at=NOON, evidence="答复书"), "no obligation o-1"),
        (requested(), Fulfil(id="o-1", at=FUTURE, evidence="答复书"), "in the future"),
        (requested(), Fulfil(id="o-1", at=NOON, evidence=" "), "no evidence"),
        (requested(), Consulted(id="o-1"), "is not paused"),
        (requested(), Extend(clock_key="C14#o-1", document=" "), "only under an approval"),
        (requested(), Extend(clock_key="C14#o-9", document="批"), "no clock C14#o-9"),
        (requested(), Correct(id="o-1", asked_at=NOON, corrected_at=NOON - SECOND, document="补"), "out of order"),
        (requested(), Correct(id="o-1", asked_at=NOON, corrected_at=FUTURE, document="补"), "out of order"),
        (requested(), Correct(id="o-1", asked_at=NOON, corrected_at=NOON, document=" "), "rests on no document"),
    ],
)
def test_step_without_its_ground_is_refused_and_nothing_happened(incident: Incident, step: Step, why: str) -> None:
    before = replace(incident)

    with pytest.raises(IllegalAction, match=why):
        apply(incident, step, by=DUTY, now=NOW, policy=RULES)
    assert incident == before


def test_correction_is_a_request_s_alone_and_once() -> None:
    step = Correct(id="o-1", asked_at=NOON, corrected_at=NOON, document="补正告知书")
    disclosed = do(opened(), obliging(ObligationKind.DISCLOSURE, NOON))
    corrected = do(requested(), step)

    for incident in (disclosed, corrected):
        with pytest.raises(IllegalAction, match="no request, or was corrected once already"):
            apply(incident, step, by=DUTY, now=NOW, policy=RULES)
