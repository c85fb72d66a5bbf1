"""Search over all posts: words, dates and a source, newest first, a page at a time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.web.access import SignedIn, signed_in
from console.web.file_views import PostView, post_view
from console.web.rendering import render
from console.web.site import OpenDesk, desk_of, now_of
from console.words import OUTCOMES
from desk.change import Placement
from desk.errors import IncidentNotFound
from desk.moments import as_utc
from desk.post import PostQuery, ScreenedPost

router = APIRouter()

_PAGE = 30
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody searches for, as typed."""

    q: str = ""
    since: str = ""
    until: str = ""
    source: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A post found, and the number of the incident it belongs to, if any."""

    post: PostView
    incident: str


@router.get("/search")
def search(
    request: Request,
    _user: Annotated[SignedIn, Depends(signed_in)],
    q: str = "",
    since: str = "",
    until: str = "",
    source: str = "",
    after: str = "",
) -> Response:
    """The matching posts; without any word, the newest ones."""
    desk, now = desk_of(request), now_of(request)
    asked = Asked(q=q[:_LONGEST], since=since, until=until, source=source[:_LONGEST], after=after[:_LONGEST])
    problems: list[str] = []
    query = _query(asked, desk.parts.office.zone, problems)
    posts = [] if problems else desk.parts.posts.search(query)
    return render(
        request,
        "search.html",
        status=422 if problems else 200,
        asked=asked,
        problems=problems,
        found=_found(desk, posts[:_PAGE], now),
        sources=sorted(cursor.source for cursor in desk.parts.sources.cursors() if not _of_replay(cursor.source)),
        more=_more(asked, posts),
        first=not asked.after,
    )


def _query(asked: Asked, zone: tzinfo, problems: list[str]) -> PostQuery:
    since, until = _day(asked.since, zone, problems), _day(asked.until, zone, problems)
    return PostQuery(
        terms=tuple(asked.q.split()),
        since=since,
        # People mean the last day whole.
        until=until + timedelta(days=1) if until else None,
        source=asked.source.strip() or None,
        limit=_PAGE + 1,
        after=_after(asked.after, problems),
    )


def _day(typed: str, zone: tzinfo, problems: list[str]) -> datetime | None:
    if not typed.strip():
        return None
    try:
        return as_utc(datetime.combine(date.fromisoformat(typed.strip()), time(), zone))
    except (ValueError, OverflowError):
        problems.append("日期请写成 2026-06-10 的样子。")
        return None


def _after(typed: str, problems: list[str]) -> tuple[datetime, str] | None:
    moment, _, post_id = typed.partition("~")
    if not typed:
        return None
    try:
        return as_utc(datetime.fromisoformat(moment)), post_id
    except ValueError:
        problems.append("翻页地址不完整，请重新搜索。")
        return None


def _more(asked: Asked, posts: list[ScreenedPost]) -> str:
    """The rest of the address of the next page; empty on the last."""
    if len(posts) <= _PAGE:
        return ""
    last = posts[_PAGE - 1].post
    parts = {"q": asked.q, "since": asked.since, "until": asked.until, "source": asked.source}
    given = {name: value for name, value in parts.items() if value}
    return urlencode({**given, "after": f"{last.published_at.isoformat()}~{last.id}"})


def _found(desk: OpenDesk, posts: list[ScreenedPost], now: datetime) -> list[Found]:
    placed = desk.parts.incidents.placements([each.post.id for each in posts])
    numbers = {
        incident_id: _number(desk, incident_id)
        for incident_id in {each.incident_id for each in placed.values() if each.incident_id is not None}
    }
    return [
        Found(
            post=post_view(each, _outcome(each, placed.get(each.post.id)), desk.parts.office.zone, now),
            incident=numbers.get(_incident_of(placed.get(each.post.id)), ""),
        )
        for each in posts
    ]


def _outcome(screened: ScreenedPost, placement: Placement | None) -> str:
    return OUTCOMES[placement.outcome if placement is not None else screened.outcome]


def _incident_of(placement: Placement | None) -> str:
    return (placement.incident_id or "") if placement is not None else ""


def _number(desk: OpenDesk, incident_id: str) -> str:
    try:
        return desk.parts.incidents.get(incident_id).number or ""
    except IncidentNotFound:
        return ""


def _of_replay(source: str) -> bool:
    # A replay notes its own position beside the sources'.
    return source.startswith("replay of ")
