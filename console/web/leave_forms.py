"""The forms by which an incident leaves the desk or comes back: concluded, side exits with their reason, reopened."""

from console.web.action_forms import ActionForm, Scene, Sent
from console.web.fields import Field, FieldKind, Option
from console.web.judge_forms import REASON
from desk.incident import Incident
from desk.lifecycle import Action
from desk.steps import Conclude, Leave, Reopen

ENDING = "结束与转出"


def _merge_fields(scene: Scene) -> tuple[Field, ...]:
    others = tuple(
        Option(value=each.number or each.id, label=f"{each.number} {each.title}")
        for each in scene.others
        if each.id != scene.incident.id
    )
    alone = "" if others else "现在没有其他在办事件，不能合并。"
    return (Field(name="to", label="并入哪个事件", kind=FieldKind.CHOICE, options=others, hint=alone), REASON)


def _transfer_fields(_: Scene) -> tuple[Field, ...]:
    to = Field(name="to", label="转给哪个地方或单位", kind=FieldKind.TEXT, hint="例如：临江市人民政府新闻办公室。")
    return (to, REASON)


def _redirect_fields(_: Scene) -> tuple[Field, ...]:
    to = Field(name="to", label="转到哪个渠道", kind=FieldKind.TEXT, hint="例如：12345 政务服务便民热线、信访。")
    return (to, REASON)


def _merge(scene: Scene, sent: Sent) -> Leave:
    numbers = [each.number or each.id for each in scene.others if each.id != scene.incident.id]
    to = sent.typed.one_of("to", numbers)
    return Leave(action=Action.MERGE, reason=sent.typed.text("reason"), to=to)


def _transfer(_: Scene, sent: Sent) -> Leave:
    return Leave(action=Action.TRANSFER, reason=sent.typed.text("reason"), to=sent.typed.text("to"))


def _redirect(_: Scene, sent: Sent) -> Leave:
    return Leave(action=Action.REDIRECT, reason=sent.typed.text("reason"), to=sent.typed.text("to"))


def _reopenable(incident: Incident) -> bool:
    return incident.closed


LEAVE_FORMS = (
    ActionForm(
        action=Action.CONCLUDE,
        group=ENDING,
        title="办结",
        button="办结",
        says="所有时限都有结果、公众关切都已回应后可以办结。办结后仍可重启。",
        step=lambda _, __: Conclude(),
    ),
    ActionForm(
        action=Action.DISMISS,
        group=ENDING,
        title="不立案",
        button="签字不立案",
        says="确认不是本单位须回应的事件，时限终止。时限已过的，记录保留，并需要两人签字。",
        step=lambda _, sent: Leave(action=Action.DISMISS, reason=sent.typed.text("reason")),
        fields=lambda _: (REASON,),
        two_when_due=True,
    ),
    ActionForm(
        action=Action.TRANSFER,
        group=ENDING,
        title="转出",
        button="签字转出",
        says="属于其他地方或单位的，转出并写明去向。时限已过的，记录保留，并需要两人签字。",
        step=_transfer,
        fields=_transfer_fields,
        two_when_due=True,
        rare=True,
    ),
    ActionForm(
        action=Action.MERGE,
        group=ENDING,
        title="合并",
        button="签字合并",
        says="与另一事件是同一件事的，并入该事件。时限已过的，记录保留，并需要两人签字。",
        step=_merge,
        fields=_merge_fields,
        two_when_due=True,
        rare=True,
    ),
    ActionForm(
        action=Action.REDIRECT,
        group=ENDING,
        title="转渠道",
        button="签字转渠道",
        says="个人诉求等应由其他渠道办理的，转渠道。时限已过的，记录保留，并需要两人签字。",
        step=_redirect,
        fields=_redirect_fields,
        two_when_due=True,
        rare=True,
    ),
    ActionForm(
        action=Action.REOPEN,
        group=ENDING,
        title="重启",
        button="重启",
        says="有新情况时重新打开，仍须履行的时限继续计算。",
        step=lambda _, sent: Reopen(reason=sent.typed.text("reason")),
        fields=lambda _: (REASON,),
        offered=_reopenable,
    ),
)
