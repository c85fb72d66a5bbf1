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


TRANSITIONS: Mapping[State, Mapping[Action, State]] = {
    State.REGISTERED: {
        **_open(State.REGISTERED, confirm=State.JUDGING, grade=State.JUDGING),
        **SIDE_EXITS,
    },
    State.JUDGING: {**_open(State.JUDGING, assign=State.ASSIGNED), **SIDE_EXITS},
    State.ASSIGNED: _open(State.ASSIGNED, accept=State.ACCEPTED),
    State.ACCEPTED: _open(State.ACCEPTED, **{"continue": State.HANDLING}),
    State.HANDLING: _open(State.HANDLING),
    State.FIRST_RESPONDED: {
        **_open(State.FIRST_RESPONDED, conclude=State.CONCLUDED, assign=State.FIRST_RESPONDED),
        Action.CONTINUE: State.UPDATING,
    },
    State.UPDATING: _open(State.UPDATING, confirm_release=State.UPDATING, conclude=State.CONCLUDED),
    State.REOPENED: {
        **_open(State.REOPENED, confirm=State.JUDGING, conclude=State.CONCLUDED),
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
