"""The forms of meetings: press conferences, consultations, and the pause of continuing releases on a record."""

from console.web.action_forms import ActionForm, Scene, Sent
from console.web.evidence import FILE_HINT
from console.web.fields import BadForm, Field, FieldKind, options_of
from console.web.release_forms import ANSWERING, EITHER
from console.web.wording import CONFERENCE_KINDS
from desk.incident import Consultation, Incident
from desk.lifecycle import Action
from desk.moments import as_utc
from desk.release import ConferenceKind, PressConference, Speaker
from desk.steps import PauseContinuing, RecordConference, RecordConsultation, ResumeContinuing


def _conference_fields(_: Scene) -> tuple[Field, ...]:
    return (
        Field(
            name="kind",
            label="形式",
            kind=FieldKind.CHOICE,
            options=options_of(CONFERENCE_KINDS),
            values=(ConferenceKind.PRESS_CONFERENCE.value,),
            hint="只有新闻发布会能完成 24 小时时限，其他形式如实登记。",
        ),
        Field(name="held_at", label="召开时间", kind=FieldKind.MOMENT),
        Field(
            name="speakers",
            label="发布人（写职务，不写姓名）",
            kind=FieldKind.SPEAKERS,
            hint="例如：分管副市长、市应急管理局局长。主要负责人出席的，在该行勾选；用不到的行空着。",
        ),
        Field(name="address", label="实录链接", kind=FieldKind.ADDRESS, required=False, left_out=EITHER),
        Field(
            name="record", label="或附上实录文件", kind=FieldKind.FILE, required=False, left_out=EITHER, hint=FILE_HINT
        ),
    )


def _record_conference(scene: Scene, sent: Sent) -> RecordConference:
    typed = sent.typed
    kind, held_at = typed.choice("kind", ConferenceKind), as_utc(typed.moment("held_at", scene.now))
    speakers = tuple(Speaker(role=role, is_principal=marked) for role, marked in typed.rows("speakers"))
    if not speakers:
        typed.problems["speakers"] = "请至少填写一位发布人的职务"
    address = typed.text("address", required=False)
    typed.check()
    conference = PressConference(
        id=f"k-{sent.once}",
        kind=kind,
        held_at=held_at,
        speakers=speakers,
        entered_at=scene.now,
        entered_by="",
        record=address or None,
        record_hash=_record_hash(scene, sent, address),
    )
    return RecordConference(conference=conference)


def _record_hash(scene: Scene, sent: Sent, address: str) -> str | None:
    """The hash of the record: a page elsewhere than at a registered channel is named, but proves nothing by itself."""
    upload = sent.typed.upload("record")
    if upload is not None:
        return sent.evidence.record(upload)
    if not address:
        raise BadForm({"record": "请填写实录链接，或附上实录文件"})
    covered = [each for each in scene.channels if each.source is not None and each.source.covers(address)]
    return sent.evidence.page(address, covered).sha256 if covered else None


def _consultation_fields(_: Scene) -> tuple[Field, ...]:
    return (
        Field(name="held_at", label="会商时间", kind=FieldKind.MOMENT),
        Field(name="bodies", label="参加单位", kind=FieldKind.LONG, hint="一行一个，或用顿号隔开。"),
        Field(
            name="attendees",
            label="参加人（写职务，不写姓名）",
            kind=FieldKind.LONG,
            required=False,
            hint="一行一个，或用顿号隔开。",
        ),
        Field(name="conclusion", label="会商结论", kind=FieldKind.LONG, hint="由谁、何时、通过什么渠道、说什么。"),
    )


def _record_consultation(scene: Scene, sent: Sent) -> RecordConsultation:
    typed = sent.typed
    consultation = Consultation(
        id=f"h-{sent.once}",
        held_at=as_utc(typed.moment("held_at", scene.now)),
        bodies=typed.parts("bodies"),
        attendees=typed.parts("attendees", required=False),
        conclusion=typed.text("conclusion"),
        entered_at=scene.now,
        entered_by="",
    )
    return RecordConsultation(consultation=consultation)


def _pausable(incident: Incident) -> bool:
    return any(each.rule_id == "C4" and each.open and each.paused_at is None for each in incident.clocks)


def _paused(incident: Incident) -> bool:
    return any(each.rule_id == "C4" and each.open and each.paused_at is not None for each in incident.clocks)


_PAUSE_FIELD = Field(name="record", label="依据（函件名称和文号）", kind=FieldKind.TEXT)

MEETING_FORMS = (
    ActionForm(
        action=Action.RECORD_CONFERENCE,
        group=ANSWERING,
        title="登记新闻发布会",
        button="登记",
        says="登记已经召开的新闻发布会或其他形式。尚未召开的不能登记。",
        step=_record_conference,
        fields=_conference_fields,
    ),
    ActionForm(
        action=Action.RECORD_CONSULTATION,
        group=ANSWERING,
        title="登记会商",
        button="登记",
        says="登记已经举行的会商：哪些单位参加，商定了什么。会商不完成任何时限。",
        step=_record_consultation,
        fields=_consultation_fields,
    ),
    ActionForm(
        action=Action.PAUSE_CONTINUING,
        group=ANSWERING,
        title="暂停持续发布计时",
        button="暂停",
        says="调查组等依法统一发布的，凭其函件暂停“持续发布”计时。其他时限不能暂停。",
        step=lambda _, sent: PauseContinuing(record=sent.typed.text("record")),
        fields=lambda _: (_PAUSE_FIELD,),
        offered=_pausable,
        rare=True,
    ),
    ActionForm(
        action=Action.RESUME_CONTINUING,
        group=ANSWERING,
        title="恢复持续发布计时",
        button="恢复",
        says="暂停的理由不再存在时，恢复“持续发布”计时。",
        step=lambda _, __: ResumeContinuing(),
        offered=_paused,
    ),
)
