"""The forms of what is owed beside the incident's own answer: texts to repost, information to disclose, requests."""

from collections.abc import Mapping, Sequence

from console.web.action_forms import ActionForm, Scene, Sent
from console.web.clock_views import length_words
from console.web.evidence import FILE_HINT
from console.web.fields import Field, FieldKind, Option
from console.web.moments_text import moment_text
from console.web.wording import OBLIGATION_KINDS
from desk.clock import Clock
from desk.duty_records import Obligation, ObligationKind
from desk.duty_steps import Consult, Consulted, Correct, Extend, Fulfil, Oblige
from desk.incident import Incident
from desk.lifecycle import Action
from desk.moments import as_utc
from desk.working_days import Unit

OBLIGING = "转载、公开、答复"

_RULES: Mapping[ObligationKind, str] = {
    ObligationKind.REPOST: "C12",
    ObligationKind.DISCLOSURE: "C13",
    ObligationKind.REPLY: "C14",
}
_SINCE: Mapping[ObligationKind, str] = {
    ObligationKind.REPOST: "自上级发布时起",
    ObligationKind.DISCLOSURE: "自信息形成或变更之日起",
    ObligationKind.REPLY: "自收到申请之日起",
}


def _unfulfilled(incident: Incident) -> list[Obligation]:
    return [each for each in incident.obligations if each.fulfilled_at is None]


def _correctable(incident: Incident) -> list[Obligation]:
    open_ = _unfulfilled(incident)
    return [each for each in open_ if each.kind is ObligationKind.REPLY and each.corrected_at is None]


def _replies(incident: Incident, *, paused: bool) -> list[Obligation]:
    running = {
        clock.subject
        for clock in incident.clocks
        if clock.rule_id == "C14" and clock.open and (clock.paused_at is not None) is paused
    }
    return [each for each in _unfulfilled(incident) if each.id in running]


def _extendable(incident: Incident) -> list[Clock]:
    days = (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)
    return [clock for clock in incident.clocks if clock.open and clock.extension is None and clock.unit in days]


def _which(found: Sequence[Obligation]) -> Field:
    return Field(
        name="obligation",
        label="哪件事",
        kind=FieldKind.CHOICE,
        options=tuple(
            Option(value=each.id, label=f"{OBLIGATION_KINDS[each.kind]}：{each.title}（{each.reference}）")
            for each in found
        ),
        values=(found[0].id,) if len(found) == 1 else (),
    )


def _chosen(sent: Sent, found: Sequence[Obligation]) -> str:
    return sent.typed.one_of("obligation", [each.id for each in found])


def _oblige_fields(scene: Scene) -> tuple[Field, ...]:
    rules = {kind: scene.policy.rule(rule_id) for kind, rule_id in _RULES.items()}
    kinds = tuple(
        Option(value=kind.value, label=f"{rule.title}（{_SINCE[kind]} {length_words(rule.length, rule.unit)}内）")
        for kind, rule in rules.items()
    )
    return (
        Field(name="kind", label="哪一类", kind=FieldKind.CHOICE, options=kinds),
        Field(name="title", label="名称", kind=FieldKind.TEXT, hint="文件、信息或申请事项的名称，不写申请人。"),
        Field(name="reference", label="文号或收文编号", kind=FieldKind.TEXT, hint="不写申请人的姓名和联系方式。"),
        Field(
            name="since",
            label="起算时间",
            kind=FieldKind.MOMENT,
            hint="转载的写上级网站发布时间，公开的写信息形成或变更时间，申请的写收到时间。",
        ),
    )


def _oblige(scene: Scene, sent: Sent) -> Oblige:
    typed = sent.typed
    return Oblige(
        id=f"o-{sent.once}",
        kind=typed.choice("kind", ObligationKind),
        title=typed.text("title"),
        reference=typed.text("reference"),
        since=as_utc(typed.moment("since", scene.now)),
    )


def _fulfil_fields(scene: Scene) -> tuple[Field, ...]:
    return (
        _which(_unfulfilled(scene.incident)),
        Field(name="at", label="转载、公开或答复的时间", kind=FieldKind.MOMENT),
        Field(
            name="address",
            label="网址，或答复文书的文号",
            kind=FieldKind.TEXT,
            hint="本单位已登记渠道的网址，系统当场存证。",
        ),
        Field(
            name="record",
            label="附上文件",
            kind=FieldKind.FILE,
            required=False,
            left_out="没有存证的，时间按“自报”显示",
            hint=FILE_HINT,
        ),
    )


def _fulfil(scene: Scene, sent: Sent) -> Fulfil:
    typed = sent.typed
    chosen, at = _chosen(sent, _unfulfilled(scene.incident)), as_utc(typed.moment("at", scene.now))
    evidence = typed.text("address")
    typed.check()
    return Fulfil(id=chosen, at=at, evidence=evidence, capture=_capture(scene, sent, evidence))


def _capture(scene: Scene, sent: Sent, address: str) -> str | None:
    """The hash of the file, else of the page where it stands at a registered channel."""
    upload = sent.typed.upload("record")
    if upload is not None:
        return sent.evidence.record(upload)
    covered = [each for each in scene.channels if each.source is not None and each.source.covers(address)]
    return sent.evidence.page(address, covered).sha256 if covered else None


def _correct_fields(scene: Scene) -> tuple[Field, ...]:
    return (
        _which(_correctable(scene.incident)),
        Field(
            name="asked_at",
            label="告知补正的时间",
            kind=FieldKind.MOMENT,
            hint="须在收到申请之日起 7 个工作日内一次性告知。",
        ),
        Field(name="corrected_at", label="收到补正的时间", kind=FieldKind.MOMENT),
        Field(name="document", label="补正告知书文号", kind=FieldKind.TEXT),
    )


def _correct(scene: Scene, sent: Sent) -> Correct:
    typed = sent.typed
    return Correct(
        id=_chosen(sent, _correctable(scene.incident)),
        asked_at=as_utc(typed.moment("asked_at", scene.now)),
        corrected_at=as_utc(typed.moment("corrected_at", scene.now)),
        document=typed.text("document"),
    )


def _consult(scene: Scene, sent: Sent) -> Consult:
    chosen = _chosen(sent, _replies(scene.incident, paused=False))
    return Consult(id=chosen, record=sent.typed.text("letter"))


_ASKED_OF = Field(
    name="letter",
    label="征求意见函的名称和文号",
    kind=FieldKind.TEXT,
    hint="写征求了哪个机关或第三方的意见、函件文号，不写个人姓名。",
)


def _extend_fields(scene: Scene) -> tuple[Field, ...]:
    found = _allowed(scene)
    clocks = tuple(Option(value=clock.key, label=_clock_words(scene, clock)) for clock in found)
    nothing = "" if found else "现在没有规则允许延长的时限。"
    which = Field(
        name="clock",
        label="哪个时限",
        kind=FieldKind.CHOICE,
        options=clocks,
        hint=nothing,
        values=(found[0].key,) if len(found) == 1 else (),
    )
    return (which, Field(name="document", label="批准文书的名称和文号", kind=FieldKind.TEXT))


def _allowed(scene: Scene) -> list[Clock]:
    found = _extendable(scene.incident)
    return [clock for clock in found if scene.policy.rule(clock.rule_id).extension is not None]


def _clock_words(scene: Scene, clock: Clock) -> str:
    rule = scene.policy.rule(clock.rule_id)
    more = length_words(rule.extension, clock.unit) if rule.extension is not None else ""
    return f"{rule.title}（现至 {moment_text(clock.due_at, scene.zone, scene.now)}，可延长 {more}）"


def _extend(scene: Scene, sent: Sent) -> Extend:
    typed = sent.typed
    key = typed.one_of("clock", [clock.key for clock in _allowed(scene)])
    return Extend(clock_key=key, document=typed.text("document"))


OBLIGING_FORMS = (
    ActionForm(
        action=Action.FULFIL,
        group=OBLIGING,
        title="登记已转载、公开或答复",
        button="登记",
        says="登记已经完成的转载、公开或答复，按实际时间认定。",
        step=_fulfil,
        fields=_fulfil_fields,
        offered=lambda incident: bool(_unfulfilled(incident)),
    ),
    ActionForm(
        action=Action.CONSULTED,
        group=OBLIGING,
        title="征求意见已答复",
        button="恢复计时",
        says="被征求意见的机关或第三方已经答复，答复申请的时限从今天起继续计算。",
        step=lambda scene, sent: Consulted(id=_chosen(sent, _replies(scene.incident, paused=True))),
        fields=lambda scene: (_which(_replies(scene.incident, paused=True)),),
        offered=lambda incident: bool(_replies(incident, paused=True)),
    ),
    ActionForm(
        action=Action.OBLIGE,
        group=OBLIGING,
        title="登记转载、公开或答复事项",
        button="登记",
        says="与本事件有关的上级政策信息要转载、信息要主动公开、公开申请要答复的，登记后开始计时。",
        step=_oblige,
        fields=_oblige_fields,
        rare=True,
    ),
    ActionForm(
        action=Action.CORRECT,
        group=OBLIGING,
        title="登记申请补正",
        button="登记",
        says="申请内容不明确、已依法告知补正的，答复时限自收到补正之日起重新计算（条例第三十条），只有一次。",
        step=_correct,
        fields=_correct_fields,
        offered=lambda incident: bool(_correctable(incident)),
        rare=True,
    ),
    ActionForm(
        action=Action.CONSULT,
        group=OBLIGING,
        title="征求意见，暂停计时",
        button="暂停",
        says="答复申请前须征求其他机关或第三方意见的，所需时间不计算在内（条例第三十三条）。其他时限不能暂停。",
        step=_consult,
        fields=lambda scene: (_which(_replies(scene.incident, paused=False)), _ASKED_OF),
        offered=lambda incident: bool(_replies(incident, paused=False)),
        rare=True,
    ),
    ActionForm(
        action=Action.EXTEND,
        group=OBLIGING,
        title="延长时限",
        button="签字延长",
        says="经批准，按规则延长一次。只有规则允许延长的时限可以延长，过了时限不能再延长。",
        step=_extend,
        fields=_extend_fields,
        offered=lambda incident: bool(_extendable(incident)),
        rare=True,
    ),
)
