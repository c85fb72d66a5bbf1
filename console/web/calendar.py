"""The calendar (日历提醒): yearly, quarterly and following duties that are coming; it reminds and pages nobody."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.reminder_list import ReminderLine, ReminderList, fresh_list, list_now
from console.web.access import SignedIn, signed_in
from console.web.moments_text import moment_text
from console.web.rendering import render
from console.web.site import OpenDesk, desk_of, now_of
from desk.reminders import AHEAD

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """One calendar duty as the page shows it."""

    line: ReminderLine
    due: str


@router.get("/calendar")
def calendar(request: Request, _user: Annotated[SignedIn, Depends(signed_in)]) -> Response:
    """What has just fallen due, what is near, and what comes later."""
    desk, now = desk_of(request), now_of(request)
    zone = desk.parts.office.zone
    listed = fresh_list(desk.folder, now) or list_now(desk.parts.incidents, desk.parts.policy, now)
    due = [each for each in listed.lines if each.due_at < now]
    near = [each for each in listed.lines if each.due_at >= now and each.near]
    later = [each for each in listed.lines if each.due_at >= now and not each.near]
    sections = (("已到期", due), ("临近", near), (f"今后 {AHEAD.days} 日", later))
    return render(
        request,
        "calendar.html",
        sections=[(heading, _shown(lines, zone, now)) for heading, lines in sections if lines],
        listed=moment_text(listed.listed_at, zone, now),
    )


def pressing_reminders(desk: OpenDesk, now: datetime) -> int:
    """How many of the day's list are near or have just fallen due; the list itself is written by the calendar."""
    listed = fresh_list(desk.folder, now) or ReminderList(listed_at=now, lines=())
    return sum(1 for each in listed.lines if each.near or each.due_at < now)


def _shown(lines: list[ReminderLine], zone: tzinfo, now: datetime) -> list[DueDay]:
    return [DueDay(line=each, due=_day(each.due_at, zone, now)) for each in lines]


def _day(due: datetime, zone: tzinfo, now: datetime) -> str:
    return moment_text(due, zone, now).partition(" ")[0]
