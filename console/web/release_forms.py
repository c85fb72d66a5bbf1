"""The forms of releases (权威发布): recorded with their evidence, confirmed or rejected by a signature."""

from console.web.action_forms import ActionForm, Scene, Sent
from console.web.evidence import FILE_HINT, Channel
from console.web.fields import BadForm, Field, FieldKind, Option, options_of
from console.web.moments_text import exact_text
from console.web.wording import ELEMENTS, RELEASE_KINDS
from desk.incident import Incident
from desk.lifecycle import Action
from desk.moments import as_utc
from desk.release import Element, Release, ReleaseKind, Signature
from desk.steps import ConfirmRelease, RecordRelease, RejectRelease

ANSWERING = "回应"
EITHER = "链接和文件至少有一样"

_ELEMENTS = Field(
    name="elements",
    label="这次发布说清了哪些要素",
    kind=FieldKind.CHOICES,
    required=False,
    options=options_of(ELEMENTS),
    hint="没有说到的不要勾选；缺的要素在后续发布中补上。",
)


def _waiting(incident: Incident) -> list[Release]:
    return [release for release in incident.releases if release.signature is Signature.PROPOSED]


def _any_waiting(incident: Incident) -> bool:
    return bool(_waiting(incident))


def _waiting_field(scene: Scene) -> Field:
    waiting = _waiting(scene.incident)
    options = tuple(
        Option(
            value=each.id,
            label=f"{exact_text(each.published_at, scene.zone)} {each.channel} “{each.title or '无标题'}”"
            f"{'' if each.evidenced else '（尚无存证）'}",
        )
        for each in waiting
    )
    return Field(
        name="release",
        label="哪次发布",
        kind=FieldKind.CHOICE,
        options=options,
        values=(waiting[0].id,) if waiting else (),
    )


def _release_fields(scene: Scene) -> tuple[Field, ...]:
    channels = tuple(Option(value=each.name, label=each.name) for each in scene.channels)
    kind = ReleaseKind.CONTINUING if scene.incident.releases else ReleaseKind.FIRST
    nowhere = "" if channels else "还没有登记官方渠道：请管理员在 sources.toml 中把本单位的渠道登记为 official = true。"
    return (
        Field(
            name="channel",
            label="发布渠道",
            kind=FieldKind.CHOICE,
            options=channels,
            hint=nowhere,
            values=tuple(each.value for each in channels) if len(channels) == 1 else (),
        ),
        Field(
            name="kind",
            label="发布类型",
            kind=FieldKind.CHOICE,
            options=options_of(RELEASE_KINDS),
            values=(kind.value,),
        ),
        Field(name="title", label="标题", kind=FieldKind.TEXT),
        Field(
            name="published_at",
            label="发布时间",
            kind=FieldKind.MOMENT,
            hint="手工填写的时间按“自报”显示并单独计数。",
        ),
        Field(
            name="address",
            label="链接",
            kind=FieldKind.ADDRESS,
            required=False,
            left_out=EITHER,
            hint="填写链接，系统当场存证。",
        ),
        Field(name="record", label="或附上文件", kind=FieldKind.FILE, required=False, left_out=EITHER, hint=FILE_HINT),
    )


def _record_release(scene: Scene, sent: Sent) -> RecordRelease:
    typed = sent.typed
    channel = typed.one_of("channel", [each.name for each in scene.channels])
    kind, title = typed.choice("kind", ReleaseKind), typed.text("title")
    published_at, address = as_utc(typed.moment("published_at", scene.now)), typed.text("address", required=False)
    typed.check()
    capture = _capture(sent, address, [each for each in scene.channels if each.name == channel])
    release = Release(
        id=f"r-{sent.once}",
        kind=kind,
        channel=channel,
        published_at=published_at,
        entered_at=scene.now,
        entered_by="",
        address=address or None,
        title=title,
        capture=capture,
        captured_at=scene.now,
    )
    return RecordRelease(release=release)


def _capture(sent: Sent, address: str, channels: list[Channel]) -> str:
    """The hash of the attached file, else of the page at the address."""
    upload = sent.typed.upload("record")
    if upload is not None:
        return sent.evidence.record(upload)
    if not address:
        raise BadForm({"address": "请填写链接，或附上文件：至少要有一样作为凭据"})
    return sent.evidence.page(address, channels).sha256


def _confirm_fields(scene: Scene) -> tuple[Field, ...]:
    unproven = any(not each.evidenced for each in _waiting(scene.incident))
    record = Field(
        name="record", label="附上文件（尚无存证时必须）", kind=FieldKind.FILE, required=False, hint=FILE_HINT
    )
    return (_waiting_field(scene), _ELEMENTS, *((record,) if unproven else ()))


def _confirm_release(scene: Scene, sent: Sent) -> ConfirmRelease:
    typed = sent.typed
    release = typed.one_of("release", [each.id for each in _waiting(scene.incident)])
    typed.check()
    upload = typed.upload("record")
    capture = sent.evidence.record(upload) if upload is not None else None
    return ConfirmRelease(release_id=release, elements=typed.choices("elements", Element), capture=capture)


def _reject_release(scene: Scene, sent: Sent) -> RejectRelease:
    release = sent.typed.one_of("release", [each.id for each in _waiting(scene.incident)])
    return RejectRelease(release_id=release, reason=sent.typed.text("reason"))


def _reject_fields(scene: Scene) -> tuple[Field, ...]:
    reason = Field(name="reason", label="理由", kind=FieldKind.LONG, hint="例如：说的是另一件事。")
    return (_waiting_field(scene), reason)


RELEASE_FORMS = (
    ActionForm(
        action=Action.CONFIRM_RELEASE,
        group=ANSWERING,
        title="确认发布",
        button="签字确认",
        says="签字确认后，时限按这次发布本身的时间认定，不按您签字的时间。",
        step=_confirm_release,
        fields=_confirm_fields,
        offered=_any_waiting,
    ),
    ActionForm(
        action=Action.REJECT_RELEASE,
        group=ANSWERING,
        title="退回发布",
        button="签字退回",
        says="这次发布没有回应本事件的，退回。等待它的时限照常计算。",
        step=_reject_release,
        fields=_reject_fields,
        offered=_any_waiting,
    ),
    ActionForm(
        action=Action.RECORD_RELEASE,
        group=ANSWERING,
        title="登记发布",
        button="登记",
        says="登记本单位在官方渠道发布的信息。登记后还需要一次确认，时限才完成。",
        step=_record_release,
        fields=_release_fields,
    ),
)
