"""One incident's page: its clocks and what is owed, then everything in its file."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.web.access import SignedIn, signed_in
from console.web.action_forms import all_forms, offered_forms
from console.web.clock_views import ClockView, clock_view
from console.web.duty_views import duty_lines
from console.web.file_views import (
    answer_lines,
    answer_words,
    notice_lines,
    posts_of,
    question_views,
    time_lines,
)
from console.web.moments_text import moment_text
from console.web.rendering import render
from console.web.site import OpenDesk, desk_of, now_of, site_of
from console.web.timeline_views import timeline_lines
from console.web.views import in_order, row_of
from console.web.watch_state import watch_warnings
from desk.accounts import Role
from desk.apply import apply
from desk.clock import ClockState
from desk.errors import StaleIncident
from desk.incident import Incident
from desk.moments import Basis, EvidencedTime, Precision
from desk.steps import RecordTime

router = APIRouter()

_POSTS = 50
"""The newest posts; all of a large matter's would bury the rest of its page."""


@router.get("/incidents/{ref}")
def page(
    request: Request, ref: str, user: Annotated[SignedIn, Depends(signed_in)], done: str = "", posts: str = ""
) -> Response:
    """The incident whole. Its first opening is knowledge of the office, where nothing told it earlier."""
    desk, now = desk_of(request), now_of(request)
    zone, policy = desk.parts.office.zone, desk.parts.policy
    incident = _aware(desk, desk.parts.incidents.get(ref), user, now)
    placements = desk.parts.incidents.posts(incident.id)
    shown = placements if posts == "all" else placements[-_POSTS:]
    finished = all_forms().get(done)
    clocks = [clock_view(incident, clock, policy, now, zone) for clock in in_order(incident.clocks)]
    return render(
        request,
        "incident.html",
        row=row_of(incident, policy, now, zone),
        clocks=[each for each in clocks if not _needless(each)],
        needless=[each for each in clocks if _needless(each)],
        times=time_lines(incident, zone),
        answer=answer_words(incident),
        grades=incident.grades,
        acknowledged=incident.acknowledged_by or "",
        questions=question_views(incident, zone),
        answers=answer_lines(incident, zone),
        duties=duty_lines(incident, zone),
        posts=posts_of(shown, desk.parts.posts.get([each.post_id for each in shown]), zone, now),
        posts_left=len(placements) - len(shown),
        timeline=timeline_lines(desk.parts.incidents.timeline(incident.id), incident, policy, zone),
        notices=notice_lines(desk.parts.incidents.notices(incident.id), zone),
        offered=offered_forms(incident) if user.role.covers(Role.OFFICER) else None,
        done=finished.title if finished is not None else "",
        warnings=watch_warnings(site_of(request), desk, now),
        now=now,
        clock=moment_text(now, zone, now),
    )


def _needless(clock: ClockView) -> bool:
    """Whether it ended without ever having been overdue: one that was stays in sight (DESIGN §4.1.6)."""
    return clock.state is ClockState.VOID and not clock.tags


def _aware(desk: OpenDesk, incident: Incident, user: SignedIn, now: datetime) -> Incident:
    """The incident with this opening as its awareness, where it is earlier than what was known (DESIGN §4.1.2).

    The desk's own flag is earlier unless clocks disagree; somebody who saves at this moment goes before us.
    """
    if incident.closed or now >= incident.times.aware.at:
        return incident
    opened = EvidencedTime(at=now, precision=Precision.SECOND, source=f"{user.name} 打开", entered_at=now)
    step = RecordTime(basis=Basis.AWARE, time=opened)
    change = apply(incident, step, by=user.name, now=now, policy=desk.parts.policy)
    try:
        desk.parts.incidents.save([change])
    except StaleIncident:
        return desk.parts.incidents.get(incident.id)
    assert change.incident is not None
    return replace(change.incident, version=incident.version + 1)
