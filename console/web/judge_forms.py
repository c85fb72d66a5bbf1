"""The forms of judging (研判): taking on, confirming, grading, whether an answer is owed, and when things happened."""

from collections.abc import Mapping

from console.web.action_forms import ActionForm, Scene, Sent
from console.web.fields import Field, FieldKind, Option, options_of
from console.web.wording import ANSWER_KINDS, PRECISIONS
from desk.incident import Incident, Severity
from desk.lifecycle import Action
from desk.moments import Basis, EvidencedTime, Precision, as_utc
from desk.post import AnswerKind
from desk.steps import Acknowledge, Confirm, DeclineAnswer, GradeSeverity, RecordTime, SignAnswerKind

JUDGING = "研判"

_SEVERITIES: Mapping[Severity, str] = {
    Severity.ESPECIALLY_MAJOR: "特别重大（如死亡 30 人以上，或重伤 100 人以上，或直接损失 1 亿元以上）",
    Severity.MAJOR: "重大（如死亡 10 至 29 人，或重伤 50 至 99 人，或直接损失 5000 万元以上）",
    Severity.CONSIDERABLE: "较大（如死亡 3 至 9 人，或重伤 10 至 49 人，或直接损失 1000 万元以上）",
    Severity.ORDINARY: "一般（以上都不到，或不属突发事件的一般政务舆情）",
}
_RECORDED: Mapping[Basis, str] = {
    Basis.OCCURRED: "事发时间",
    Basis.FIRST_PUBLIC: "更早的首次公开时间",
    Basis.AWARE: "接报时间（12345、上级、部门告知本单位）",
}
REASON = Field(name="reason", label="理由", kind=FieldKind.LONG, hint="写入卷宗，不能修改。")


def _unacknowledged(incident: Incident) -> bool:
    return incident.acknowledged_by is None


def _unconfirmed(incident: Incident) -> bool:
    return incident.severity is None


def _below_major(incident: Incident) -> bool:
    return incident.severity is None or not incident.severity.is_major


def _grade_fields(scene: Scene) -> tuple[Field, ...]:
    severity = scene.incident.severity
    return (
        Field(
            name="severity",
            label="事件等级（看事件本身的危害，不看讨论热度）",
            kind=FieldKind.CHOICE,
            options=options_of(_SEVERITIES),
            values=(severity.value,) if severity else (),
        ),
        Field(
            name="basis",
            label="定级依据",
            kind=FieldKind.LONG,
            hint="写明数据来源和分级标准，例如：应急部门初步核实重伤 3 人，生产安全事故报告和调查处理条例第三条。",
        ),
    )


def _grade(_: Scene, sent: Sent) -> GradeSeverity:
    typed = sent.typed
    return GradeSeverity(severity=typed.choice("severity", Severity), basis=typed.text("basis"))


def _kind_fields(scene: Scene) -> tuple[Field, ...]:
    kinds = [option for option in options_of(ANSWER_KINDS) if scene.policy.hot_topic or option.value != "hot_topic"]
    kind = scene.incident.answer_kind
    return (
        Field(
            name="kind",
            label="属于哪一类",
            kind=FieldKind.CHOICE,
            options=tuple(kinds),
            values=(kind.value,) if kind else (),
        ),
    )


def _time_fields(_: Scene) -> tuple[Field, ...]:
    return (
        Field(name="basis", label="补录哪个时间", kind=FieldKind.CHOICE, options=options_of(_RECORDED)),
        Field(name="at", label="时间", kind=FieldKind.MOMENT),
        Field(
            name="precision",
            label="精确程度",
            kind=FieldKind.CHOICE,
            options=tuple(Option(value=each.value, label=PRECISIONS[each]) for each in _TYPED),
            values=(Precision.MINUTE.value,),
        ),
        Field(
            name="source",
            label="依据",
            kind=FieldKind.TEXT,
            hint="例如：12345 工单、应急管理局来电。不要填写群众个人信息。",
        ),
    )


def _record_time(scene: Scene, sent: Sent) -> RecordTime:
    typed = sent.typed
    time = EvidencedTime(
        at=as_utc(typed.moment("at", scene.now)),
        precision=typed.choice("precision", Precision),
        source=typed.text("source"),
        entered_at=scene.now,
    )
    return RecordTime(basis=typed.choice("basis", Basis), time=time)


_TYPED = (Precision.MINUTE, Precision.HOUR, Precision.DAY)

JUDGE_FORMS = (
    ActionForm(
        action=Action.ACKNOWLEDGE,
        group=JUDGING,
        title="认领",
        button="由我认领",
        says="认领后不再逐级通知他人，后续提醒发给您。认领不等于确认，时限继续计算。",
        step=lambda _, __: Acknowledge(),
        offered=_unacknowledged,
    ),
    ActionForm(
        action=Action.CONFIRM,
        group=JUDGING,
        title="确认为事件",
        button="确认为事件",
        says="确认后由“疑似”转入“研判”。下一步请定级。",
        step=lambda _, __: Confirm(),
        offered=_unconfirmed,
    ),
    ActionForm(
        action=Action.GRADE,
        group=JUDGING,
        title="定级",
        button="签字定级",
        says=(
            "定为重大、特别重大：5 小时首次发布和 24 小时发布会时限生效，从原来的起算时间算起。"
            "定为较大、一般：48 小时回应时限生效。以后可以重新定级，已过的时限不会因此消除。"
        ),
        step=_grade,
        fields=_grade_fields,
    ),
    ActionForm(
        action=Action.SIGN_ANSWER_KIND,
        group=JUDGING,
        title="认定须回应",
        button="签字认定",
        says="认定本事件属于应当回应的情形（国办发〔2016〕61号）。",
        step=lambda _, sent: SignAnswerKind(kind=sent.typed.choice("kind", AnswerKind)),
        fields=_kind_fields,
    ),
    ActionForm(
        action=Action.DECLINE_ANSWER,
        group=JUDGING,
        title="认定无需回应",
        button="签字认定无需回应",
        says="48 小时回应时限随之终止。此项单独计数，写入周报。",
        step=lambda _, sent: DeclineAnswer(reason=sent.typed.text("reason")),
        fields=lambda _: (REASON,),
        offered=_below_major,
        two_when_due=True,
    ),
    ActionForm(
        action=Action.RECORD_TIME,
        group=JUDGING,
        title="补录时间",
        button="补录",
        says="补录有依据的时间，相关时限随之重算。更早的时间可直接补录；时限已过后改晚，需要两人签字。",
        step=_record_time,
        fields=_time_fields,
        rare=True,
    ),
)
