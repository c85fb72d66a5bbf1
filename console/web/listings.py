"""Two lists that show what the desk cannot see or tell: sources with when each was last seen, and unplaced posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.left_out import left_out
from console.page_words import GAP_REASONS
from console.web.access import SignedIn, signed_in
from console.web.file_views import post_view
from console.web.moments_text import length_text, moment_text
from console.web.rendering import render
from console.web.setup_steps import setup_steps
from console.web.site import OpenDesk, Site, desk_of, now_of, site_of
from console.words import OUTCOMES
from desk.briefing_words import LEFT_OUT
from desk.errors import BadSettings
from desk.source import CoverageGap, Cursor
from spiders.sources import Source, load_sources

router = APIRouter()

_MOST_UNPLACED = 100
_GAPS_OF = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source: when it was last seen, and what stands against it."""

    key: str
    official: bool
    seen: str
    ago: str
    next_poll: str
    trouble: str


@router.get("/sources")
def sources(request: Request, _user: Annotated[SignedIn, Depends(signed_in)]) -> Response:
    """Every source with when it was last seen; one that cannot be seen stands first."""
    desk, now = desk_of(request), now_of(request)
    known, problem = _configured(site_of(request), desk)
    cursors = {each.source: each for each in desk.parts.sources.cursors() if not each.source.startswith("replay of ")}
    gaps = {each.source: each for each in desk.parts.sources.gaps(now - _GAPS_OF, now) if each.until is None}
    rows = [_row(key, known, cursors, gaps, desk, now) for key in sorted({*known, *cursors, *gaps})]
    steps = setup_steps(site_of(request), desk)
    return render(
        request,
        "sources.html",
        rows=sorted(rows, key=lambda row: (not row.trouble, row.key)),
        problem=problem,
        left_out=[] if desk.key else [LEFT_OUT[each] for each in left_out(site_of(request).settings)],
        steps=[step for step in steps if not step.done],
    )


@router.get("/unplaced")
def unplaced(request: Request, _user: Annotated[SignedIn, Depends(signed_in)]) -> Response:
    """The newest posts nobody could place."""
    desk, now = desk_of(request), now_of(request)
    placements = desk.parts.incidents.unplaced(limit=_MOST_UNPLACED)
    posts = desk.parts.posts.get([each.post_id for each in placements])
    shown = [
        post_view(posts[each.post_id], OUTCOMES[each.outcome], desk.parts.office.zone, now)
        for each in placements
        if each.post_id in posts
    ]
    return render(request, "unplaced.html", posts=shown, gone=len(placements) - len(shown), most=_MOST_UNPLACED)


def _configured(site: Site, desk: OpenDesk) -> tuple[Mapping[str, Source], str]:
    """The sources of the sources file, and what is wrong with it; a drill or replay has none of its own."""
    if desk.key or not site.settings.sources.exists():
        # What is still to be set up is said as such, not as an error.
        return {}, ""
    try:
        return {each.key: each for each in load_sources(site.settings.sources).sources}, ""
    except BadSettings as error:
        return {}, str(error)


def _row(
    key: str,
    known: Mapping[str, Source],
    cursors: Mapping[str, Cursor],
    gaps: Mapping[str, CoverageGap],
    desk: OpenDesk,
    now: datetime,
) -> SourceRow:
    zone = desk.parts.office.zone
    cursor, gap = cursors.get(key), gaps.get(key)
    seen = cursor.last_seen_at if cursor else None
    following = cursor.next_poll_at if cursor else None
    trouble = f"自 {moment_text(gap.since, zone, now)} 看不到：{GAP_REASONS.get(gap.reason, gap.reason)}" if gap else ""
    return SourceRow(
        key=key,
        official=key in known and known[key].official,
        seen=moment_text(seen, zone, now) if seen else "从未",
        ago=f"{length_text(now - seen)}前" if seen else "",
        next_poll=moment_text(following, zone, now) if following else "",
        trouble=trouble,
    )
