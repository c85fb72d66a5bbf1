"""Every action of the board as a form: what it says, what it asks for, and the step it becomes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from console.web.evidence import Channel, Evidence
from console.web.fields import Field, Typed
from desk.incident import Incident
from desk.lifecycle import TRANSITIONS, Action
from desk.policy import Policy
from desk.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a form is filled in about: the incident as it stands, and what may be chosen."""

    incident: Incident
    policy: Policy
    now: datetime
    zone: tzinfo
    channels: tuple[Channel, ...] = ()
    others: tuple[Incident, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came in with a form: the fields as typed, where evidence goes, and the form's own random id."""

    typed: Typed
    evidence: Evidence
    once: str


def _always(_: Incident) -> bool:
    return True


def _no_fields(_: Scene) -> tuple[Field, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionForm:
    """One action: its title and button, what it does in a sentence or two, its fields, and how they become a step.

    `offered` says whether there is anything to do it to; `two_when_due` that it takes two people past a deadline;
    `rare` that few incidents need it, so that it is folded away.
    """

    action: Action
    group: str
    title: str
    button: str
    says: str
    step: Callable[[Scene, Sent], Step]
    fields: Callable[[Scene], tuple[Field, ...]] = _no_fields
    offered: Callable[[Incident], bool] = _always
    two_when_due: bool = False
    rare: bool = False

    @property
    def slug(self) -> str:
        """What the action is called in an address."""
        return self.action.value.replace("_", "-")


def all_forms() -> Mapping[str, ActionForm]:
    """Every form by its slug, in the order people are shown them."""
    from console.web.assigning_forms import ASSIGNING_FORMS
    from console.web.judge_forms import JUDGE_FORMS
    from console.web.leave_forms import LEAVE_FORMS
    from console.web.meeting_forms import MEETING_FORMS
    from console.web.obliging_forms import OBLIGING_FORMS
    from console.web.question_forms import QUESTION_FORMS
    from console.web.release_forms import RELEASE_FORMS
    from console.web.reporting_forms import REPORTING_FORMS

    forms = (
        *JUDGE_FORMS,
        *RELEASE_FORMS,
        *MEETING_FORMS,
        *QUESTION_FORMS,
        *ASSIGNING_FORMS,
        *REPORTING_FORMS,
        *OBLIGING_FORMS,
        *LEAVE_FORMS,
    )
    return {form.slug: form for form in forms}


def possible(form: ActionForm, incident: Incident) -> bool:
    """Whether the lifecycle table knows the action in this state and there is something to do it to."""
    return form.action in TRANSITIONS[incident.state] and form.offered(incident)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What can be done to an incident, by group: what most need at hand, and what few need folded away."""

    usual: Mapping[str, list[ActionForm]]
    rare: Mapping[str, list[ActionForm]]


def offered_forms(incident: Incident) -> Offered:
    """What can be done to this incident now."""
    found = [form for form in all_forms().values() if possible(form, incident)]
    return Offered(
        usual=_by_group(form for form in found if not form.rare), rare=_by_group(form for form in found if form.rare)
    )


def _by_group(forms: Iterable[ActionForm]) -> Mapping[str, list[ActionForm]]:
    grouped: dict[str, list[ActionForm]] = {}
    for form in forms:
        grouped.setdefault(form.group, []).append(form)
    return grouped
