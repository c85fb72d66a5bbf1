"""Where collection of each source stands and what it could not see, on SQLite or PostgreSQL."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import or_, select, update

from backends.database import Database, insert_or_ignore, insert_or_replace
from backends.incident_tables import coverage_gap as gap_table
from backends.incident_tables import cursor as cursor_table
from desk.source import CoverageGap, Cursor


class SqlSourceStore:
    """Cursors and coverage gaps; `desk.ports.SourceStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self, source: str) -> Cursor:
        """The source's cursor; a fresh one for a source never seen."""
        asked = select(cursor_table).where(cursor_table.c.source == source)
        with self._database.reading() as connection:
            row = connection.execute(asked).mappings().first()
        return Cursor(source=source) if row is None else Cursor(**row)

    def save_cursor(self, cursor: Cursor) -> None:
        """Replaces the source's cursor."""
        with self._database.writing() as connection:
            insert_or_replace(connection, cursor_table, asdict(cursor))

    def cursors(self) -> list[Cursor]:
        """All cursors, by source key."""
        with self._database.reading() as connection:
            rows = connection.execute(select(cursor_table).order_by(cursor_table.c.source)).mappings().all()
        return [Cursor(**row) for row in rows]

    def open_gap(self, source: str, since: datetime, reason: str) -> None:
        """Notes that the source cannot be seen; no effect while a gap of it is open."""
        # The index over open gaps refuses a second one of the same source.
        gap = CoverageGap(source=source, since=since, until=None, reason=reason)
        with self._database.writing() as connection:
            insert_or_ignore(connection, gap_table, [asdict(gap)])

    def close_gap(self, source: str, until: datetime) -> None:
        """Notes that it can be seen again; no effect without an open gap."""
        still_open = (gap_table.c.source == source, gap_table.c.until.is_(None))
        with self._database.writing() as connection:
            connection.execute(update(gap_table).where(*still_open).values(until=until))

    def gaps(self, since: datetime, until: datetime) -> list[CoverageGap]:
        """Gaps that touch the period from `since` (included) until `until` (excluded), by start then source."""
        columns = (gap_table.c.source, gap_table.c.since, gap_table.c.until, gap_table.c.reason)
        touching = (gap_table.c.since < until, or_(gap_table.c.until.is_(None), gap_table.c.until > since))
        asked = select(*columns).where(*touching).order_by(gap_table.c.since, gap_table.c.source, gap_table.c.id)
        with self._database.reading() as connection:
            return [CoverageGap(**row) for row in connection.execute(asked).mappings()]

    def close(self) -> None:
        """Lets go of files and connections."""
        self._database.close()
