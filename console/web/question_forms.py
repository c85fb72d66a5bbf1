"""The forms of public questions (公众关切): taken into the file, classed, and marked as answered by a release."""

from console.web.action_forms import ActionForm, Scene, Sent
from console.web.fields import Field, FieldKind, Option, options_of
from console.web.moments_text import exact_text
from console.web.wording import DISPOSITION_CLASSES
from desk.duty_steps import DecideQuestion
from desk.incident import DispositionClass, Incident, PublicQuestion
from desk.lifecycle import Action
from desk.moments import as_utc
from desk.release import Signature
from desk.steps import AnswerQuestion, Ask, ClassQuestion

ASKING = "公众关切"

_ASKED = Field(
    name="text",
    label="公众在问什么",
    kind=FieldKind.LONG,
    hint="用一句中性的话写明关切点，例如：自来水能不能喝，何时恢复正常。不要写发帖人。",
)


def _any(incident: Incident) -> bool:
    return bool(incident.questions)


def _answerable(incident: Incident) -> bool:
    return bool(incident.questions) and any(each.signature is Signature.CONFIRMED for each in incident.releases)


def _question_field(scene: Scene, *, unclassed: bool = False) -> Field:
    questions = scene.incident.questions
    open_ones = [each for each in questions if (each.disposition_class is None if unclassed else not each.answered_by)]
    first = (open_ones or list(questions))[:1]
    return Field(
        name="question",
        label="哪个关切",
        kind=FieldKind.CHOICE,
        options=tuple(Option(value=each.id, label=each.text) for each in questions),
        values=tuple(each.id for each in first),
    )


def _class_fields(scene: Scene) -> tuple[Field, ...]:
    classes = Field(
        name="class",
        label="属于哪一类",
        kind=FieldKind.CHOICE,
        options=options_of(DISPOSITION_CLASSES),
        hint="归为“重大问题”的，调查处置情况要持续发布到有结果为止。",
    )
    return (_question_field(scene, unclassed=True), classes)


def _class_question(scene: Scene, sent: Sent) -> ClassQuestion:
    question = sent.typed.one_of("question", [each.id for each in scene.incident.questions])
    return ClassQuestion(question_id=question, disposition_class=sent.typed.choice("class", DispositionClass))


def _answer_fields(scene: Scene) -> tuple[Field, ...]:
    confirmed = [each for each in scene.incident.releases if each.signature is Signature.CONFIRMED]
    releases = Field(
        name="release",
        label="由哪次发布回应",
        kind=FieldKind.CHOICE,
        options=tuple(
            Option(value=each.id, label=f"{exact_text(each.published_at, scene.zone)} {each.channel} “{each.title}”")
            for each in confirmed
        ),
        values=tuple(each.id for each in confirmed[-1:]),
        hint="澄清虚假信息的发布须说清“事实真相”，公开采纳、解决、处置情况的须说清“处置结果”，否则相应时限不算完成。",
    )
    return (_question_field(scene), releases)


def _answer_question(scene: Scene, sent: Sent) -> AnswerQuestion:
    typed = sent.typed
    return AnswerQuestion(
        question_id=typed.one_of("question", [each.id for each in scene.incident.questions]),
        release_id=typed.one_of("release", [each.id for each in scene.incident.releases]),
    )


_DECIDABLE = (DispositionClass.CONSTRUCTIVE_SUGGESTION, DispositionClass.PRACTICAL_DIFFICULTY)


def undecided(incident: Incident) -> list[PublicQuestion]:
    """The suggestions and difficulties on which nothing has been decided."""
    return [each for each in incident.questions if each.disposition_class in _DECIDABLE and each.decision is None]


def _decide_fields(scene: Scene) -> tuple[Field, ...]:
    questions = undecided(scene.incident)
    which = Field(
        name="question",
        label="哪个关切",
        kind=FieldKind.CHOICE,
        options=tuple(Option(value=each.id, label=each.text) for each in questions),
        values=(questions[0].id,) if len(questions) == 1 else (),
    )
    return (
        which,
        Field(name="at", label="决定或解决的时间", kind=FieldKind.MOMENT),
        Field(
            name="outcome",
            label="采纳或解决情况",
            kind=FieldKind.LONG,
            hint="采纳还是不采纳、怎样解决、理由是什么。不要写群众个人信息。",
        ),
        Field(name="document", label="依据（文件或会议纪要的名称和文号）", kind=FieldKind.TEXT),
    )


def _decide(scene: Scene, sent: Sent) -> DecideQuestion:
    typed = sent.typed
    return DecideQuestion(
        question_id=typed.one_of("question", [each.id for each in undecided(scene.incident)]),
        at=as_utc(typed.moment("at", scene.now)),
        outcome=typed.text("outcome"),
        document=typed.text("document"),
    )


QUESTION_FORMS = (
    ActionForm(
        action=Action.ASK,
        group=ASKING,
        title="登记公众关切",
        button="登记",
        says="登记公众关心的问题，回应时逐一对照。",
        step=lambda _, sent: Ask(question=PublicQuestion(id=f"q-{sent.once}", text=sent.typed.text("text"))),
        fields=lambda _: (_ASKED,),
    ),
    ActionForm(
        action=Action.CLASS_QUESTION,
        group=ASKING,
        title="关切归类",
        button="签字归类",
        says="按国办发〔2016〕80号的六类归类，不同类别须公开的内容不同。",
        step=_class_question,
        fields=_class_fields,
        offered=_any,
    ),
    ActionForm(
        action=Action.ANSWER_QUESTION,
        group=ASKING,
        title="标明已回应",
        button="签字标明",
        says="标明哪次已确认的发布回应了这个关切。",
        step=_answer_question,
        fields=_answer_fields,
        offered=_answerable,
    ),
    ActionForm(
        action=Action.DECIDE_QUESTION,
        group=ASKING,
        title="登记采纳或解决情况",
        button="签字登记",
        says="登记对建设性意见的采纳决定，或实际困难的解决情况。登记后还要公开，公开的时限从决定之日起算。",
        step=_decide,
        fields=_decide_fields,
        offered=lambda incident: bool(undecided(incident)),
    ),
)
