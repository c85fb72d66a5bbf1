"""The forms of what goes to other bodies: reports up with their receipt (上报), findings and hand-overs (移交)."""

from collections.abc import Sequence

from console.web.action_forms import ActionForm, Scene, Sent
from console.web.fields import Field, FieldKind, Option, options_of
from console.web.moments_text import exact_text
from console.web.wording import REPORT_KINDS
from desk.duty_records import Report, ReportKind
from desk.duty_steps import FindUnlawful, HandOver, RecordReceipt, ReportUp
from desk.incident import DispositionClass, Incident, PublicQuestion
from desk.lifecycle import Action
from desk.moments import as_utc

REPORTING = "上报与移交"


def unreceived(incident: Incident) -> list[Report]:
    """The reports that have no receipt yet."""
    return [each for each in incident.reports if each.receipt is None]


def _findable(incident: Incident) -> list[PublicQuestion]:
    false = DispositionClass.FALSE_INFORMATION
    return [each for each in incident.questions if each.disposition_class is false and each.finding is None]


def _found(incident: Incident) -> list[PublicQuestion]:
    return [each for each in incident.questions if each.finding is not None]


def _about(questions: Sequence[PublicQuestion]) -> Field:
    return Field(
        name="question",
        label="哪个关切",
        kind=FieldKind.CHOICE,
        options=tuple(Option(value=each.id, label=each.text) for each in questions),
        values=(questions[0].id,) if len(questions) == 1 else (),
    )


def _report_fields(scene: Scene) -> tuple[Field, ...]:
    kind = ReportKind.FOLLOW_UP if scene.incident.reports else ReportKind.INITIAL
    return (
        Field(
            name="kind",
            label="第几次上报",
            kind=FieldKind.CHOICE,
            options=options_of(REPORT_KINDS),
            values=(kind.value,),
        ),
        Field(name="to", label="报送哪里", kind=FieldKind.TEXT, hint="例如：市委总值班室、市政府总值班室。"),
        Field(name="method", label="报送方式", kind=FieldKind.TEXT, hint="例如：电话、传真、值班信息系统。"),
        Field(name="at", label="报出时间", kind=FieldKind.MOMENT),
    )


def _report_up(scene: Scene, sent: Sent) -> ReportUp:
    typed = sent.typed
    return ReportUp(
        id=f"u-{sent.once}",
        kind=typed.choice("kind", ReportKind),
        to=typed.text("to"),
        method=typed.text("method"),
        at=as_utc(typed.moment("at", scene.now)),
    )


def _receipt_fields(scene: Scene) -> tuple[Field, ...]:
    reports = unreceived(scene.incident)
    which = Field(
        name="report",
        label="哪次上报",
        kind=FieldKind.CHOICE,
        options=tuple(
            Option(
                value=each.id, label=f"{REPORT_KINDS[each.kind]} {each.to}（{exact_text(each.sent_at, scene.zone)}）"
            )
            for each in reports
        ),
        values=(reports[0].id,) if len(reports) == 1 else (),
    )
    return (
        which,
        Field(
            name="receipt",
            label="回执",
            kind=FieldKind.TEXT,
            hint="收文编号，或接报单位和接报岗位，例如：市委总值班室值班员已接报。不写个人姓名。",
        ),
        Field(name="at", label="回执时间", kind=FieldKind.MOMENT),
    )


def _receive(scene: Scene, sent: Sent) -> RecordReceipt:
    typed = sent.typed
    return RecordReceipt(
        report_id=typed.one_of("report", [each.id for each in unreceived(scene.incident)]),
        at=as_utc(typed.moment("at", scene.now)),
        receipt=typed.text("receipt"),
    )


def _finding_fields(scene: Scene) -> tuple[Field, ...]:
    return (
        _about(_findable(scene.incident)),
        Field(name="at", label="认定时间", kind=FieldKind.MOMENT),
        Field(
            name="ground",
            label="认定依据",
            kind=FieldKind.LONG,
            hint="写明内容与什么事实不符、涉嫌违反哪条规定。只写内容，不写发布者。",
        ),
    )


def _find(scene: Scene, sent: Sent) -> FindUnlawful:
    typed = sent.typed
    return FindUnlawful(
        question_id=typed.one_of("question", [each.id for each in _findable(scene.incident)]),
        at=as_utc(typed.moment("at", scene.now)),
        ground=typed.text("ground"),
    )


def _handover_fields(scene: Scene) -> tuple[Field, ...]:
    return (
        _about(_found(scene.incident)),
        Field(name="at", label="移交时间", kind=FieldKind.MOMENT, hint="写实际移交的时间。"),
        Field(name="body", label="移交给哪个机关", kind=FieldKind.TEXT, hint="例如：市公安局、市网信办。"),
        Field(name="document", label="移交文书", kind=FieldKind.TEXT, hint="移交函的名称和文号。"),
        Field(name="legal_basis", label="法律依据", kind=FieldKind.TEXT, hint="例如：突发事件应对法第七条。"),
    )


def _hand_over(scene: Scene, sent: Sent) -> HandOver:
    typed = sent.typed
    return HandOver(
        id=f"y-{sent.once}",
        question_id=typed.one_of("question", [each.id for each in _found(scene.incident)]),
        at=as_utc(typed.moment("at", scene.now)),
        body=typed.text("body"),
        document=typed.text("document"),
        legal_basis=typed.text("legal_basis"),
    )


REPORTING_FORMS = (
    ActionForm(
        action=Action.REPORT_UP,
        group=REPORTING,
        title="登记上报",
        button="登记",
        says="登记已经报出的首报、续报或终报。收到回执并登记后，上报时限才完成，按报出时间认定。",
        step=_report_up,
        fields=_report_fields,
    ),
    ActionForm(
        action=Action.RECORD_RECEIPT,
        group=REPORTING,
        title="登记上报回执",
        button="登记",
        says="登记上级单位收到的凭据。没有回执的上报不算完成。",
        step=_receive,
        fields=_receipt_fields,
        offered=lambda incident: bool(unreceived(incident)),
    ),
    ActionForm(
        action=Action.FIND_UNLAWFUL,
        group=REPORTING,
        title="认定涉嫌违法",
        button="签字认定",
        says="由人认定某条虚假信息的内容涉嫌违法并写明依据。认定后移交时限起算；本单位的公开回应照常进行。",
        step=_find,
        fields=_finding_fields,
        offered=lambda incident: bool(_findable(incident)),
        rare=True,
    ),
    ActionForm(
        action=Action.HAND_OVER,
        group=REPORTING,
        title="登记移交",
        button="登记",
        says="登记已经移交主管机关的内容和线索，按实际移交时间认定。移交代替不了公开回应：移交时有没有回应，一并记录。",
        step=_hand_over,
        fields=_handover_fields,
        offered=lambda incident: bool(_found(incident)),
    ),
)
