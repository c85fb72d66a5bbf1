"""The weekly briefing: a week read from the stores, composed, and written as two files (Monday 08:00, or when asked).

A plain function: whoever keeps the calendar calls it, and so does `huiying brief`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from backends.briefing_docx import docx_of
from backends.briefing_html import html_of
from backends.whole_file import write_whole
from desk.briefing import Briefing, compose
from desk.briefing_paper import paper_of
from desk.change import IncidentQuery
from desk.coverage import LeftOut, Tally
from desk.errors import StoreError
from desk.incident import Incident
from desk.office import Office
from desk.policy import Policy
from desk.ports import IncidentStore, PostStore, SourceStore
from desk.post import Outcome, PostQuery, ScreenedPost
from desk.source import Cursor
from desk.week import Week, week_at
from flows.calendar import Hours

REPLAY_OF = "replay of "
"""How the place a drill or replay has reached is kept among the cursors; it is no source."""

MONDAYS = Hours(weekday=1, hour=8)
"""When the calendar asks for it: Monday 08:00 in the office's zone."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefedDesk:
    """What a briefing is read from: the stores of one desk, its office and its rules.

    `posts_kept` is how long posts stay in their store, or None where nobody prunes it. `left_out`
    is what the desk does not collect at all.
    """

    posts: PostStore
    incidents: IncidentStore
    sources: SourceStore
    office: Office
    policy: Policy
    posts_kept: timedelta | None = None
    left_out: tuple[LeftOut, ...] = ()


def brief_last_week(desk: BriefedDesk, now: datetime, folder: Path) -> tuple[Path, Path]:
    """Writes the briefing of the last whole week, as Monday's calendar asks for it."""
    return write_briefing(desk, week_at(now, desk.office.zone).before, now, folder)


def write_briefing(desk: BriefedDesk, week: Week, now: datetime, folder: Path) -> tuple[Path, Path]:
    """Writes a week's briefing into the folder, as Word and as HTML, and names both files.

    Each file is there whole or not at all; one of the same week is replaced. Raises ValueError for a week that has
    not begun, StoreError when a store cannot be read or a file not be written.
    """
    paper = paper_of(composed(desk, week, now))
    as_word, as_page = folder / f"{paper.name}.docx", folder / f"{paper.name}.html"
    contents = {as_word: docx_of(paper, written_at=now), as_page: html_of(paper)}
    try:
        for path, content in contents.items():
            write_whole(path, content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreError(f"cannot write the briefing into {folder}: {reason}, choose another folder") from None
    return as_word, as_page


def composed(desk: BriefedDesk, week: Week, now: datetime) -> Briefing:
    """The week's briefing as the stores tell it. Raises ValueError for a week that has not begun."""
    since, until = week.since(desk.office.zone), min(week.until(desk.office.zone), now)
    return compose(
        office=desk.office,
        policy=desk.policy,
        week=week,
        now=now,
        incidents=_incidents(desk.incidents),
        tallies=_tallies(desk, since, until),
        cursors=_cursors(desk.sources),
        gaps=desk.sources.gaps(since, until),
        posts_since=now - desk.posts_kept if desk.posts_kept is not None else None,
        left_out=desk.left_out,
    )


def _incidents(incidents: IncidentStore) -> Iterator[Incident]:
    query = IncidentQuery(limit=_AT_ONCE)
    while page := incidents.find(query):
        yield from page
        query = replace(query, after=(page[-1].opened_at, page[-1].id))


def _tallies(desk: BriefedDesk, since: datetime, until: datetime) -> list[Tally]:
    """The posts published in the period, counted by source and by their one end."""
    counts: Counter[tuple[str, Outcome]] = Counter()
    query = PostQuery(since=since, until=until, limit=_AT_ONCE)
    while page := desk.posts.search(query):
        counts.update(_ends(desk.incidents, page))
        query = replace(query, after=(page[-1].post.published_at, page[-1].post.id))
    return [Tally(source=source, outcome=outcome, posts=posts) for (source, outcome), posts in counts.items()]


def _ends(incidents: IncidentStore, page: list[ScreenedPost]) -> list[tuple[str, Outcome]]:
    passed_on = [screened.post.id for screened in page if screened.outcome is Outcome.PASSED_ON]
    placed = incidents.placements(passed_on)
    return [
        (screened.post.source, placed[screened.post.id].outcome if screened.post.id in placed else screened.outcome)
        for screened in page
    ]


def _cursors(sources: SourceStore) -> list[Cursor]:
    return [cursor for cursor in sources.cursors() if not cursor.source.startswith(REPLAY_OF)]
