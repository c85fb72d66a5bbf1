"""The life of an incident as one table: which action leads from which state to which.

Every change of state is a row here and nowhere else; an action that is not in a state's row is refused with all its
facts and nothing changes. Terminal states keep a row, so that the table is total.
"""

from collections.abc import Mapping
from enum import StrEnum

from desk.errors import IllegalAction
from desk.incident import State


class Action(StrEnum):
    """What a person does to an incident (policy §5.2)."""

    ACKNOWLEDGE = "acknowledge"
    CONFIRM = "confirm"
    GRADE = "grade"
    SIGN_ANSWER_KIND = "sign_answer_kind"
    DECLINE_ANSWER = "decline_answer"
    RECORD_TIME = "record_time"
    ASK = "ask"
    CLASS_QUESTION = "class_question"
    ANSWER_QUESTION = "answer_question"
    RECORD_RELEASE = "record_release"
    CONFIRM_RELEASE = "confirm_release"
    REJECT_RELEASE = "reject_release"
    RECORD_CONFERENCE = "record_conference"
    RECORD_CONSULTATION = "record_consultation"
    PAUSE_CONTINUING = "pause_continuing"
    RESUME_CONTINUING = "resume_continuing"
    ASSIGN = "assign"
    ACCEPT = "accept"
    RETURN = "return"
    VERIFY = "verify"
    DECIDE_QUESTION = "decide_question"
    FIND_UNLAWFUL = "find_unlawful"
    HAND_OVER = "hand_over"
    REPORT_UP = "report_up"
    RECORD_RECEIPT = "record_receipt"
    OBLIGE = "oblige"
    FULFIL = "fulfil"
    CORRECT = "correct"
    CONSULT = "consult"
    CONSULTED = "consulted"
    EXTEND = "extend"
    CONTINUE = "continue"
    CONCLUDE = "conclude"
    EVALUATE = "evaluate"
    ARCHIVE = "archive"
    MERGE = "merge"
    TRANSFER = "transfer"
    REDIRECT = "redirect"
    DISMISS = "dismiss"
    REOPEN = "reopen"


_RECORDING = (
    Action.ACKNOWLEDGE,
    Action.SIGN_ANSWER_KIND,
    Action.DECLINE_ANSWER,
    Action.RECORD_TIME,
    Action.ASK,
    Action.CLASS_QUESTION,
    Action.ANSWER_QUESTION,
    Action.RECORD_RELEASE,
    Action.REJECT_RELEASE,
    Action.RECORD_CONFERENCE,
    Action.RECORD_CONSULTATION,
    Action.PAUSE_CONTINUING,
    Action.RESUME_CONTINUING,
    Action.VERIFY,
    Action.DECIDE_QUESTION,
    Action.FIND_UNLAWFUL,
    Action.HAND_OVER,
    Action.REPORT_UP,
    Action.RECORD_RECEIPT,
    Action.OBLIGE,
    Action.FULFIL,
    Action.CORRECT,
    Action.CONSULT,
    Action.CONSULTED,
    Action.EXTEND,
)
"""What is written into the file without moving the incident on."""

SIDE_EXITS: Mapping[Action, State] = {
    Action.MERGE: State.MERGED,
    Action.TRANSFER: State.TRANSFERRED,
    Action.REDIRECT: State.REDIRECTED,
    Action.DISMISS: State.DISMISSED,
}
"""How an incident leaves the desk before it is handled."""


def _open(state: State, **moves: State) -> dict[Action, State]:
    # A release is allowed out of order everywhere: an early answer is never blocked (policy §5.2).
    stays = dict.fromkeys((*_RECORDING, Action.GRADE), state)
    return {**stays, Action.CONFIRM_RELEASE: State.FIRST_RESPONDED, **{Action(name): to for name, to in moves.items()}}


def _and_assigned(state: State, **moves: State) -> dict[Action, State]:
    # A second department may be given its part while the first is at work, and take it or give it back.
    return {**_open(state, **moves), **dict.fromkeys((Action.ASSIGN, Action.ACCEPT, Action.RETURN), state)}


TRANSITIONS: Mapping[State, Mapping[Action, State]] = {
    State.REGISTERED: {
        **_open(State.REGISTERED, confirm=State.JUDGING, grade=State.JUDGING),
        **SIDE_EXITS,
    },
    State.JUDGING: {
        # Returned by one department, the matter is with the office again while another may still have its part.
        **_open(State.JUDGING, assign=State.ASSIGNED, accept=State.ACCEPTED),
        **SIDE_EXITS,
    },
    State.ASSIGNED: {
        **_open(State.ASSIGNED, assign=State.ASSIGNED, accept=State.ACCEPTED),
        Action.RETURN: State.JUDGING,
    },
    State.ACCEPTED: _and_assigned(State.ACCEPTED, **{"continue": State.HANDLING}),
    State.HANDLING: _and_assigned(State.HANDLING),
    State.FIRST_RESPONDED: {
        **_and_assigned(State.FIRST_RESPONDED, conclude=State.CONCLUDED),
        Action.CONTINUE: State.UPDATING,
    },
    State.UPDATING: _and_assigned(State.UPDATING, confirm_release=State.UPDATING, conclude=State.CONCLUDED),
    State.REOPENED: {
        **_and_assigned(State.REOPENED, confirm=State.JUDGING, conclude=State.CONCLUDED),
        **SIDE_EXITS,
    },
    State.CONCLUDED: {Action.EVALUATE: State.EVALUATED, Action.REOPEN: State.REOPENED},
    State.EVALUATED: {Action.ARCHIVE: State.ARCHIVED, Action.REOPEN: State.REOPENED},
    State.DISMISSED: {Action.REOPEN: State.REOPENED},
    State.ARCHIVED: {},
    State.MERGED: {},
    State.TRANSFERRED: {},
    State.REDIRECTED: {},
}


def move(state: State, action: Action) -> State:
    """The state the action leads to. Raises IllegalAction; then nothing changed."""
    row = TRANSITIONS[state]
    if action not in row:
        allowed = ", ".join(sorted(row)) or "nothing"
        raise IllegalAction(f"cannot {action} an incident that is {state}: it allows {allowed}")
    return row[action]
