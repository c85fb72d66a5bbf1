"""The forms of assignments (交办): given to a department's named officer, accepted or returned, its facts checked."""

from collections.abc import Sequence

from console.web.action_forms import ActionForm, Scene, Sent
from console.web.fields import Field, FieldKind, Option
from console.web.judge_forms import REASON
from console.web.moments_text import exact_text
from desk.duty_records import Assignment
from desk.duty_steps import AcceptAssignment, Assign, ReturnAssignment, Verify
from desk.incident import Incident
from desk.lifecycle import Action

ASSIGNING = "交办与核查"

_TO_WHOM = (
    Field(
        name="department", label="责任部门", kind=FieldKind.TEXT, hint="一次交办一个部门；涉及几个部门的，分别交办。"
    ),
    Field(
        name="officer",
        label="承办人（责成专人）",
        kind=FieldKind.TEXT,
        hint="写部门指定的承办人，例如：市交通运输局办公室王科长。交办要落实到人。",
    ),
)
_FINDING = Field(
    name="finding",
    label="核查结果",
    kind=FieldKind.LONG,
    hint="写明核查了什么、事实怎样、依据什么。不要写群众个人信息。",
)


def waiting(incident: Incident) -> list[Assignment]:
    """The assignments nobody has accepted or returned."""
    return [each for each in incident.assignments if each.accepted_at is None and each.returned_at is None]


def _unverified(incident: Incident) -> list[Assignment]:
    return [each for each in incident.assignments if each.returned_at is None and each.verified_at is None]


def _which(scene: Scene, given: Sequence[Assignment]) -> Field:
    return Field(
        name="assignment",
        label="哪项交办",
        kind=FieldKind.CHOICE,
        options=tuple(
            Option(value=each.id, label=f"{each.department} {each.officer}（{exact_text(each.at, scene.zone)} 交办）")
            for each in given
        ),
        values=(given[0].id,) if len(given) == 1 else (),
    )


def _chosen(sent: Sent, given: Sequence[Assignment]) -> str:
    return sent.typed.one_of("assignment", [each.id for each in given])


def _assign(_: Scene, sent: Sent) -> Assign:
    typed = sent.typed
    return Assign(id=f"a-{sent.once}", department=typed.text("department"), officer=typed.text("officer"))


def _return(scene: Scene, sent: Sent) -> ReturnAssignment:
    chosen = _chosen(sent, waiting(scene.incident))
    return ReturnAssignment(id=chosen, reason=sent.typed.text("reason"))


def _verify(scene: Scene, sent: Sent) -> Verify:
    return Verify(id=_chosen(sent, _unverified(scene.incident)), finding=sent.typed.text("finding"))


ASSIGNING_FORMS = (
    ActionForm(
        action=Action.ASSIGN,
        group=ASSIGNING,
        title="交办",
        button="签字交办",
        says="交给责任部门的承办人办理。认领和核查反馈两个时限从提交时起算，不影响首次回应的时限。",
        step=_assign,
        fields=lambda _: _TO_WHOM,
    ),
    ActionForm(
        action=Action.ACCEPT,
        group=ASSIGNING,
        title="部门认领",
        button="认领",
        says="责任部门承办人认领这项交办，时间按提交时记。“重大问题”的调查处置时限从认领起算。",
        step=lambda scene, sent: AcceptAssignment(id=_chosen(sent, waiting(scene.incident))),
        fields=lambda scene: (_which(scene, waiting(scene.incident)),),
        offered=lambda incident: bool(waiting(incident)),
    ),
    ActionForm(
        action=Action.RETURN,
        group=ASSIGNING,
        title="部门退回",
        button="签字退回",
        says="不属于本部门职责的，写明理由退回，由本单位重新交办。同一部门只能退回一次。",
        step=_return,
        fields=lambda scene: (_which(scene, waiting(scene.incident)), REASON),
        offered=lambda incident: bool(waiting(incident)),
    ),
    ActionForm(
        action=Action.VERIFY,
        group=ASSIGNING,
        title="核查反馈",
        button="提交反馈",
        says="责任部门反馈核查结果，时间按提交时记。反馈后“核查反馈”时限完成。",
        step=_verify,
        fields=lambda scene: (_which(scene, _unverified(scene.incident)), _FINDING),
        offered=lambda incident: bool(_unverified(incident)),
    ),
)
