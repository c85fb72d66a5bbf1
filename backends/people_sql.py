"""The desk's officers and their shifts on SQLite or PostgreSQL."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Row, select

from backends.codec import decode_value, encode_value
from backends.database import Database, insert_or_ignore, insert_or_replace
from backends.incident_tables import person as table
from backends.incident_tables import shift as shifts
from desk.people import Person, Shift


class SqlPeopleStore:
    """Who is on duty and how to reach them; `desk.ports.PeopleStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_person(self, person: Person) -> None:
        """Adds or replaces a person by id."""
        row = {"id": person.id, "active": person.active, "body": encode_value(person).decode()}
        with self._database.writing() as connection:
            insert_or_replace(connection, table, row)

    def people(self) -> list[Person]:
        """All persons, by id."""
        with self._database.reading() as connection:
            return _read(connection.execute(select(table.c.body).order_by(table.c.id)))

    def save_shift(self, shift: Shift) -> None:
        """Adds a shift; the same shift twice is once."""
        with self._database.writing() as connection:
            insert_or_ignore(connection, shifts, [asdict(shift)])

    def on_duty(self, role: str, now: datetime) -> list[Person]:
        """The active persons whose shift in that role covers now, by id."""
        covering = (shifts.c.role == role, shifts.c.since <= now, shifts.c.until > now)
        called = select(shifts.c.person_id).where(*covering)
        asked = select(table.c.body).where(table.c.active.is_(True), table.c.id.in_(called)).order_by(table.c.id)
        with self._database.reading() as connection:
            return _read(connection.execute(asked))

    def close(self) -> None:
        """Lets go of files and connections."""
        self._database.close()


def _read(rows: Iterable[Row[tuple[str]]]) -> list[Person]:
    return [decode_value(body.encode(), Person) for (body,) in rows]
