"""The board: open incidents by urgency, each with its clocks, what is owed now and by whom."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.web.access import SignedIn, signed_in
from console.web.calendar import pressing_reminders
from console.web.moments_text import moment_text
from console.web.rendering import render
from console.web.setup_steps import setup_steps
from console.web.site import desk_of, now_of, site_of
from console.web.views import board_sections
from console.web.watch_state import watch_warnings
from console.words import STATES
from desk.change import IncidentQuery
from desk.incident import CLOSED

router = APIRouter()

_MOST_CLOSED = 20
_EVERY = 10_000
_DRILL = "drill"


@router.get("/")
def board(request: Request, _user: Annotated[SignedIn, Depends(signed_in)]) -> Response:
    """All open incidents, most urgent first, and the last ones closed."""
    desk, now = desk_of(request), now_of(request)
    zone = desk.parts.office.zone
    incidents = desk.parts.incidents
    sections = board_sections(incidents.find(IncidentQuery(open_only=True, limit=_EVERY)), desk.parts.policy, now, zone)
    closed = sorted(
        incidents.find(IncidentQuery(states=CLOSED, limit=_EVERY)),
        key=lambda incident: incident.closed_at or incident.opened_at,
        reverse=True,
    )
    steps = setup_steps(site_of(request), desk)
    return render(
        request,
        "board.html",
        sections=sections,
        closed=[
            (each.number, each.title, STATES[each.state], moment_text(each.closed_at or each.opened_at, zone, now))
            for each in closed[:_MOST_CLOSED]
        ],
        steps=steps if any(not step.done for step in steps) else (),
        warnings=watch_warnings(site_of(request), desk, now),
        reminders=pressing_reminders(desk, now),
        drill=not desk.key and any(key == _DRILL for key in site_of(request).desks),
        now=now,
        clock=moment_text(now, zone, now),
    )
