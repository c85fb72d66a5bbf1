"""Placements as rows: how each post was placed, written once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice

from sqlalchemy import Connection, Select, func, select

from backends.database import insert_or_ignore
from backends.incident_tables import placement as table
from desk.change import Placement
from desk.post import Outcome

_IDS_PER_QUERY = 1_000  # engines bound the parameters of one statement


def place(connection: Connection, placements: Sequence[Placement]) -> None:
    """Adds the placements; that of a post already placed is left as it was."""
    insert_or_ignore(connection, table, [asdict(placement) for placement in placements])


def placed(connection: Connection, post_ids: Collection[str]) -> dict[str, Placement]:
    """How these posts were placed; unknown ids are left out."""
    asked = iter(post_ids)
    found: list[Placement] = []
    while ids := list(islice(asked, _IDS_PER_QUERY)):
        found += _read(connection, select(table).where(table.c.post_id.in_(ids)))
    return {placement.post_id: placement for placement in found}


def of_incident(connection: Connection, incident_id: str) -> list[Placement]:
    """An incident's posts in the order they were placed."""
    return list(_read(connection, select(table).where(table.c.incident_id == incident_id).order_by(table.c.ordinal)))


def unplaced(connection: Connection, *, limit: int) -> list[Placement]:
    """The newest posts nobody could place, last placed first."""
    newest = select(table).where(table.c.outcome == Outcome.UNPLACED).order_by(table.c.ordinal.desc()).limit(limit)
    return list(_read(connection, newest))


def outcomes(connection: Connection) -> Mapping[Outcome, int]:
    """How many posts were placed with which outcome."""
    counted = select(table.c.outcome, func.count()).group_by(table.c.outcome)
    return {Outcome(outcome): count for outcome, count in connection.execute(counted)}


def _read(connection: Connection, asked: Select[tuple[object, ...]]) -> Iterator[Placement]:
    for row in connection.execute(asked):
        yield Placement(
            post_id=row.post_id,
            outcome=Outcome(row.outcome),
            placed_at=row.placed_at,
            incident_id=row.incident_id,
        )
