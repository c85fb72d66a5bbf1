"""The life of an incident: every state meets every action, and each pair is a row of the table or refused."""

from contextlib import suppress
from dataclasses import replace
from itertools import product

import pytest

from desk.apply import apply
from desk.duty_records import ObligationKind, ReportKind
from desk.duty_steps import (
    AcceptAssignment,
    Assign,
    Correct,
    Fulfil,
    Oblige,
    RecordReceipt,
    ReportUp,
    ReturnAssignment,
    Verify,
)
from desk.errors import IllegalAction
from desk.incident import CLOSED, DispositionClass, Incident, PublicQuestion, Severity, State
from desk.lifecycle import SIDE_EXITS, TRANSITIONS, Action, move
from desk.post import AnswerKind
from desk.release import Signature
from desk.steps import (
    Acknowledge,
    AnswerQuestion,
    Ask,
    ClassQuestion,
    Conclude,
    Confirm,
    ConfirmRelease,
    DeclineAnswer,
    Leave,
    PauseContinuing,
    RecordConference,
    RecordRelease,
    RejectRelease,
    Reopen,
    ResumeContinuing,
    SignAnswerKind,
    Step,
)
from tests.build import HOUR, MINUTE, NOON
from tests.desk.scene import (
    DUTY,
    POLICY,
    PUBLIC,
    a_conference,
    a_release,
    act,
    answered,
    asked,
    conferred,
    dismissing,
    graded,
    grading,
    occurred,
    opened,
)

LATER = NOON + 2 * HOUR
STEPS: dict[Action, Step] = {
    Action.ACKNOWLEDGE: Acknowledge(),
    Action.CONFIRM: Confirm(),
    Action.GRADE: grading(Severity.CONSIDERABLE),
    Action.SIGN_ANSWER_KIND: SignAnswerKind(kind=AnswerKind.EMERGENCY),
    Action.DECLINE_ANSWER: DeclineAnswer(reason="不属于应当回应的情形"),
    Action.RECORD_TIME: occurred(PUBLIC - MINUTE),
    Action.ASK: Ask(question=PublicQuestion(id="q-2", text="伤亡多少人")),
    Action.CLASS_QUESTION: ClassQuestion(question_id="q-1", disposition_class=DispositionClass.MISTAKEN_VIEW),
    Action.ANSWER_QUESTION: AnswerQuestion(question_id="q-1", release_id="r-1"),
    Action.RECORD_RELEASE: RecordRelease(release=a_release(id="r-3")),
    Action.CONFIRM_RELEASE: ConfirmRelease(release_id="r-2"),
    Action.REJECT_RELEASE: RejectRelease(release_id="r-2", reason="说的是另一座桥"),
    Action.RECORD_CONFERENCE: RecordConference(conference=a_conference(id="k-2", held_at=LATER)),
    Action.PAUSE_CONTINUING: PauseContinuing(record="省调查组函"),
    Action.RESUME_CONTINUING: ResumeContinuing(),
    Action.CONCLUDE: Conclude(),
    Action.MERGE: Leave(action=Action.MERGE, reason="同一事件", to="云州-2026-0001"),
    Action.TRANSFER: Leave(action=Action.TRANSFER, reason="属邻市", to="990200"),
    Action.REDIRECT: Leave(action=Action.REDIRECT, reason="个人诉求", to="12345"),
    Action.DISMISS: dismissing(),
    Action.REOPEN: Reopen(reason="又有新情况"),
    Action.ASSIGN: Assign(id="a-1", department="云州市应急管理局", officer="李科长"),
    Action.ACCEPT: AcceptAssignment(id="a-1"),
    Action.RETURN: ReturnAssignment(id="a-1", reason="不属本部门职责"),
    Action.VERIFY: Verify(id="a-1", finding="桥面已封闭"),
    Action.REPORT_UP: ReportUp(id="u-1", kind=ReportKind.INITIAL, to="总值班室", method="电话", at=LATER),
    Action.RECORD_RECEIPT: RecordReceipt(report_id="u-1", at=LATER, receipt="收文〔2026〕1号"),
    Action.OBLIGE: Oblige(id="o-1", kind=ObligationKind.REPLY, title="桥梁检测报告", reference="申请1号", since=NOON),
    Action.FULFIL: Fulfil(id="o-1", at=LATER, evidence="答复书1号"),
    Action.CORRECT: Correct(id="o-1", asked_at=NOON, corrected_at=LATER, document="补正告知书1号"),
}
"""What a person does to reach each action; the others stand on what is tested with the duties."""


def full_file() -> Incident:
    """A file in which every step finds its ground: answered, with a question, a second release waiting, C4 running."""
    incident = conferred(answered(asked(graded(Severity.CONSIDERABLE)), at=NOON + HOUR), at=LATER)
    return act(incident, RecordRelease(release=a_release(id="r-2", published_at=LATER)), at=LATER)


BEFORE: dict[Action, tuple[Action, ...]] = {
    Action.RESUME_CONTINUING: (Action.PAUSE_CONTINUING,),
    Action.CONCLUDE: (Action.ANSWER_QUESTION,),
    Action.ACCEPT: (Action.ASSIGN,),
    Action.RETURN: (Action.ASSIGN,),
    Action.VERIFY: (Action.ASSIGN,),
    Action.RECORD_RECEIPT: (Action.REPORT_UP,),
    Action.FULFIL: (Action.OBLIGE,),
    Action.CORRECT: (Action.OBLIGE,),
}
"""What has to be done before an action finds its ground."""


def standing(state: State, action: Action) -> Incident:
    """The full file ready for the action, put into a state."""
    incident = act(full_file(), *(STEPS[each] for each in BEFORE.get(action, ())), at=LATER)
    return replace(incident, state=state, closed_at=LATER if state in CLOSED else None)


def led_to(state: State, action: Action) -> State | None:
    """Where the action leads, or None where it is refused."""
    with suppress(IllegalAction):
        return move(state, action)
    return None


ALLOWED = [(state, action) for state, action in product(State, STEPS) if action in TRANSITIONS[state]]
REFUSED = [(state, action) for state, action in product(State, STEPS) if action not in TRANSITIONS[state]]


@pytest.mark.parametrize(("state", "action"), list(product(State, Action)))
def test_every_action_in_every_state_is_a_row_of_the_table_or_refused(state: State, action: Action) -> None:
    assert led_to(state, action) is TRANSITIONS[state].get(action)


@pytest.mark.parametrize(
    ("state", "action", "to"),
    [
        (State.REGISTERED, Action.CONFIRM, State.JUDGING),
        (State.REGISTERED, Action.GRADE, State.JUDGING),
        (State.REGISTERED, Action.DISMISS, State.DISMISSED),
        (State.JUDGING, Action.ASSIGN, State.ASSIGNED),
        (State.JUDGING, Action.MERGE, State.MERGED),
        (State.JUDGING, Action.TRANSFER, State.TRANSFERRED),
        (State.JUDGING, Action.REDIRECT, State.REDIRECTED),
        (State.ASSIGNED, Action.ACCEPT, State.ACCEPTED),
        (State.ASSIGNED, Action.DISMISS, None),
        (State.ACCEPTED, Action.CONTINUE, State.HANDLING),
        (State.HANDLING, Action.CONFIRM_RELEASE, State.FIRST_RESPONDED),
        (State.REGISTERED, Action.CONFIRM_RELEASE, State.FIRST_RESPONDED),
        (State.FIRST_RESPONDED, Action.CONTINUE, State.UPDATING),
        (State.UPDATING, Action.CONFIRM_RELEASE, State.UPDATING),
        (State.UPDATING, Action.CONCLUDE, State.CONCLUDED),
        (State.UPDATING, Action.DISMISS, None),
        (State.CONCLUDED, Action.EVALUATE, State.EVALUATED),
        (State.CONCLUDED, Action.REOPEN, State.REOPENED),
        (State.EVALUATED, Action.ARCHIVE, State.ARCHIVED),
        (State.EVALUATED, Action.REOPEN, State.REOPENED),
        (State.ARCHIVED, Action.REOPEN, None),
        (State.CONCLUDED, Action.GRADE, None),
    ],
)
def test_incident_goes_the_way_the_rules_describe(state: State, action: Action, to: State | None) -> None:
    assert led_to(state, action) is to


def test_refusal_says_what_was_asked_of_what_and_what_it_allows() -> None:
    with pytest.raises(IllegalAction) as refusal:
        move(State.CONCLUDED, Action.GRADE)

    assert str(refusal.value) == "cannot grade an incident that is concluded: it allows evaluate, reopen"


@pytest.mark.parametrize(("state", "action"), ALLOWED)
def test_step_the_table_allows_leads_where_it_says_and_leaves_one_line(state: State, action: Action) -> None:
    incident = standing(state, action)

    change = apply(incident, STEPS[action], by=DUTY, now=LATER, policy=POLICY)

    assert change.incident is not None
    assert change.incident.state is TRANSITIONS[state][action]
    assert [(event.kind, event.by, event.at) for event in change.events] == [(action, DUTY, LATER)]
    assert change.incident.version == incident.version


@pytest.mark.parametrize(("state", "action"), REFUSED)
def test_step_the_table_does_not_allow_is_refused_whatever_the_file_holds(state: State, action: Action) -> None:
    incident = standing(state, action)

    with pytest.raises(IllegalAction, match=rf"^cannot {action} an incident that is {state}: it allows "):
        apply(incident, STEPS[action], by=DUTY, now=LATER, policy=POLICY)
    assert incident == standing(state, action)


@pytest.mark.parametrize("action", [each for each in Action if each not in SIDE_EXITS])
def test_leaving_by_anything_but_a_side_exit_is_refused(action: Action) -> None:
    incidents = [replace(full_file(), state=state) for state in State]

    for incident in incidents:
        with pytest.raises(IllegalAction):
            apply(incident, Leave(action=action, reason="移交", to="990200"), by=DUTY, now=LATER, policy=POLICY)


def test_every_state_has_a_row() -> None:
    assert set(TRANSITIONS) == set(State)


def test_every_state_is_reached_from_the_first_flag() -> None:
    reached, ahead = {State.REGISTERED}, [State.REGISTERED]

    while ahead:
        new = set(TRANSITIONS[ahead.pop()].values()) - reached
        reached |= new
        ahead += new

    assert reached == set(State)


def test_terminal_states_allow_nothing_and_all_others_something() -> None:
    terminal = {state for state, row in TRANSITIONS.items() if not row}

    assert terminal == {State.ARCHIVED, State.MERGED, State.TRANSFERRED, State.REDIRECTED}


def test_whatever_leaves_the_desk_is_closed_and_whatever_is_closed_is_left_only_by_reopening() -> None:
    assert set(SIDE_EXITS.values()) < CLOSED
    ways_back = {(state, action) for state in CLOSED for action, to in TRANSITIONS[state].items() if to not in CLOSED}
    assert ways_back == {(state, Action.REOPEN) for state in (State.CONCLUDED, State.EVALUATED, State.DISMISSED)}


@pytest.mark.parametrize("state", sorted(set(State) - CLOSED))
def test_early_answer_is_never_blocked(state: State) -> None:
    assert {Action.RECORD_RELEASE, Action.CONFIRM_RELEASE, Action.RECORD_CONFERENCE} <= set(TRANSITIONS[state])


def test_first_release_leads_to_first_responded_and_of_a_major_matter_straight_to_updating() -> None:
    ordinary, major = (graded(severity) for severity in (Severity.ORDINARY, Severity.MAJOR))

    assert answered(ordinary).state is State.FIRST_RESPONDED
    assert answered(major).state is State.UPDATING


def test_first_release_on_a_major_problem_leads_straight_to_updating() -> None:
    incident = asked(graded(Severity.ORDINARY), DispositionClass.MAJOR_PROBLEM)

    assert answered(incident).state is State.UPDATING


def test_answered_matter_goes_on_to_updating_once_graded_major() -> None:
    incident = answered(opened())

    assert act(incident, grading(Severity.MAJOR), at=LATER).state is State.UPDATING


def test_closing_stamps_the_time_and_reopening_takes_it_off() -> None:
    dismissed = act(opened(), dismissing(), at=NOON + HOUR)

    reopened = act(dismissed, Reopen(reason="又有新情况"), at=LATER)

    assert (dismissed.closed_at, dismissed.next_moment) == (NOON + HOUR, None)
    assert reopened.closed_at is None


def test_rejecting_leaves_a_release_that_can_no_longer_be_confirmed() -> None:
    rejected = act(full_file(), STEPS[Action.REJECT_RELEASE], at=LATER)

    assert [each.signature for each in rejected.releases] == [Signature.CONFIRMED, Signature.REJECTED]
    with pytest.raises(IllegalAction, match="no release r-2 waits for a signature"):
        apply(rejected, STEPS[Action.CONFIRM_RELEASE], by=DUTY, now=LATER, policy=POLICY)
