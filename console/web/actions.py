"""What people do to an incident, one form a page: read, decide, save, and back to the incident."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from console.web.access import CheckedForm, SignedIn, checked_form, require, signed_in
from console.web.action_forms import ActionForm, Scene, Sent, all_forms
from console.web.evidence import Channel, Evidence, channels_seen, registered_channels
from console.web.fields import BadForm, Typed, with_typed
from console.web.refusals import impossible_words, refusal_words
from console.web.rendering import render
from console.web.second_person import NAME, second_signature
from console.web.signed_mark import signed_mark
from console.web.site import OpenDesk, desk_of, now_of, site_of
from console.web.views import row_of
from desk.accounts import Role
from desk.apply import apply
from desk.change import IncidentQuery
from desk.decided import past_due
from desk.errors import IllegalAction, SecondPersonNeeded, StaleIncident
from desk.incident import Incident
from desk.steps import Step

router = APIRouter()

_ONCE = re.compile(r"[0-9a-f]{16}")
_TRIES = 5
"""A post may join, or a warning go out, between reading and saving: then it is read once more."""

_FASTER = "您填写期间，{who}更新了本事件（{what}）。"
_STILL_HERE = "您填写的内容还在，请核对下面的现状后再提交。"
_NOT_OURS = "页面已过期，请核对下面的现状后再提交。"
_TWO = "时限已过，此项需要两人签字并写明理由：请另一位同事在下面填写登录名和密码。"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a form page says about the attempt before: problems by field, and whether a second person has to sign."""

    problems: Mapping[str, str]
    status: int = 200
    two: bool = False


async def sent_fields(request: Request, _user: Annotated[SignedIn, Depends(signed_in)]) -> FormData:
    """The fields with at most one file, read before `checked_form` does, which takes none."""
    return await request.form(max_files=1, max_fields=200)


@router.get("/incidents/{ref}/{slug}")
def ask(request: Request, ref: str, slug: str, _user: Annotated[SignedIn, Depends(require(Role.OFFICER))]) -> Response:
    """The form of one action."""
    form = _form_of(slug)
    incident = desk_of(request).parts.incidents.get(ref)
    return _page(request, form, incident, None, _Told(problems={}))


@router.post("/incidents/{ref}/{slug}")
def act(
    request: Request,
    ref: str,
    slug: str,
    fields: Annotated[FormData, Depends(sent_fields)],
    _form: Annotated[CheckedForm, Depends(checked_form)],
    user: Annotated[SignedIn, Depends(require(Role.OFFICER))],
) -> Response:
    """Takes the step and goes back to the incident; refused, the form comes again with what was typed and why."""
    form, desk = _form_of(slug), desk_of(request)
    incident = desk.parts.incidents.get(ref)
    if _done_before(incident, fields):
        return _back(desk, incident, form)
    try:
        _take(request, form, incident, fields, user)
    except BadForm as bad:
        told = _told_bad(bad, impossible_words(form, incident), two=NAME in fields)
    except IllegalAction as refused:
        words = impossible_words(form, incident) or refusal_words(str(refused), incident)
        told = _Told(problems={"": words}, status=409)
    except SecondPersonNeeded:
        told = _Told(problems={"": _TWO}, status=409, two=True)
    except StaleIncident:
        incident = desk.parts.incidents.get(ref)
        words = impossible_words(form, incident) or _STILL_HERE
        told = _Told(problems={"": f"{_faster(desk, incident)}{words}"}, status=409)
    else:
        return _back(desk, incident, form)
    return _page(request, form, incident, fields, told)


def _told_bad(bad: BadForm, impossible: str, *, two: bool) -> _Told:
    """What cannot be done at all is said before what was typed wrong."""
    if impossible:
        return _Told(problems={"": impossible}, status=409)
    return _Told(problems=bad.problems, status=422, two=two)


def _take(request: Request, form: ActionForm, incident: Incident, fields: FormData, user: SignedIn) -> None:
    desk, site, now = desk_of(request), site_of(request), now_of(request)
    typed = Typed(fields, desk.parts.office.zone)
    evidence = Evidence(archive=desk.archive, folder=desk.folder.archive, now=now)
    sent = Sent(typed=typed, evidence=evidence, once=_once(fields))
    mark = typed.text("seen", required=False)
    if not mark:
        raise BadForm({"": _NOT_OURS})
    step = form.step(_scene(request, incident), sent)
    typed.check()
    second = second_signature(site, fields, user)
    _save(request, incident, step, mark, user, second)


def _save(request: Request, incident: Incident, step: Step, mark: str, user: SignedIn, second: str | None) -> None:
    """Raises StaleIncident when a person decided something meanwhile; what no person did is no reason to stop."""
    desk = desk_of(request)
    for _ in range(_TRIES):
        newest = desk.parts.incidents.get(incident.id)
        if signed_mark(newest) != mark:
            break
        change = apply(newest, step, by=user.name, now=now_of(request), policy=desk.parts.policy, second=second)
        try:
            desk.parts.incidents.save([change])
        except StaleIncident:
            continue
        return
    raise StaleIncident(f"incident {incident.id} was changed while the form was filled in")


def _page(request: Request, form: ActionForm, incident: Incident, fields: FormData | None, told: _Told) -> Response:
    desk, now = desk_of(request), now_of(request)
    asked = form.fields(_scene(request, incident))
    return render(
        request,
        "action.html",
        told.status,
        form=form,
        fields=with_typed(asked, fields) if fields is not None else asked,
        row=row_of(incident, desk.parts.policy, now, desk.parts.office.zone),
        impossible=impossible_words(form, incident),
        problems=told.problems,
        two=told.two or (form.two_when_due and past_due(incident, now)),
        second_name=str(fields.get(NAME, "")) if fields is not None else "",
        once=_once(fields),
        seen=signed_mark(incident),
        now=now,
    )


def _scene(request: Request, incident: Incident) -> Scene:
    desk = desk_of(request)
    others = desk.parts.incidents.find(IncidentQuery(open_only=True))
    return Scene(
        incident=incident,
        policy=desk.parts.policy,
        now=now_of(request),
        zone=desk.parts.office.zone,
        channels=_channels(request, others),
        others=tuple(others),
    )


def _channels(request: Request, others: list[Incident]) -> tuple[Channel, ...]:
    # A drill or replay must not reach the office's real channels.
    return channels_seen(others) if desk_of(request).key else registered_channels(site_of(request).settings.sources)


def _form_of(slug: str) -> ActionForm:
    form = all_forms().get(slug)
    if form is None:
        raise HTTPException(status_code=404)
    return form


def _once(fields: FormData | None) -> str:
    """The form's own random id: sent twice, it is one deed."""
    given = fields.get("once") if fields is not None else None
    return given if isinstance(given, str) and _ONCE.fullmatch(given) else secrets.token_hex(8)


def _done_before(incident: Incident, fields: FormData) -> bool:
    once = fields.get("once")
    filed = [
        *(each.id for each in incident.releases),
        *(each.id for each in incident.conferences),
        *(each.id for each in incident.consultations),
        *(each.id for each in incident.questions),
        *(each.id for each in incident.assignments),
        *(each.id for each in incident.reports),
        *(each.id for each in incident.handovers),
        *(each.id for each in incident.obligations),
    ]
    return isinstance(once, str) and bool(once) and any(id_.endswith(f"-{once}") for id_ in filed)


def _back(desk: OpenDesk, incident: Incident, form: ActionForm) -> Response:
    address = f"{desk.prefix}/incidents/{quote(incident.number or incident.id)}?done={form.slug}"
    return RedirectResponse(address, status_code=303)


def _faster(desk: OpenDesk, incident: Incident) -> str:
    forms = {form.action.value: form.title for form in all_forms().values()}
    by_people = [each.event for each in desk.parts.incidents.timeline(incident.id) if each.event.kind in forms]
    last = by_people[-1] if by_people else None
    return _FASTER.format(who=last.by if last else "有人", what=forms[last.kind] if last else "更新")
