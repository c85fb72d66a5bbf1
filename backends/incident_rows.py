"""Incidents as rows: the body as last saved, and the columns it is found by."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from backends.codec import decode_value, encode_value
from backends.incident_tables import incident as table
from backends.incident_tables import number_counter
from backends.saving import Last, Next
from desk.caselog import Head
from desk.change import IncidentQuery
from desk.errors import IncidentNotFound
from desk.incident import Incident


def stored(connection: Connection, ids: Collection[str]) -> dict[str, Last]:
    """How these incidents stand; those not stored yet are left out."""
    asked = select(table.c.id, table.c.version, table.c.number, table.c.log_seq, table.c.log_hash)
    rows = connection.execute(asked.where(table.c.id.in_(ids)))
    return {
        id_: Last(version=version, number=number, log=Head(seq=seq, hash=hash_))
        for id_, version, number, seq, hash_ in rows
    }


def add(connection: Connection, incidents: Sequence[Next]) -> None:
    """Writes new incidents."""
    if incidents:
        connection.execute(insert(table), [_row(saved) for saved in incidents])


def replace_all(connection: Connection, incidents: Sequence[Next]) -> None:
    """Writes the newer versions of stored incidents."""
    if incidents:
        written = update(table).where(table.c.id == bindparam("of"))
        connection.execute(written, [_row(saved) | {"of": saved.incident.id} for saved in incidents])


def next_number(connection: Connection, year: int) -> int:
    """The year's next incident number, taken in this transaction."""
    asked = select(number_counter.c.last).where(number_counter.c.year == year)
    last = connection.execute(asked).scalar_one_or_none()
    if last is None:
        connection.execute(insert(number_counter).values(year=year, last=1))
        return 1
    connection.execute(update(number_counter).where(number_counter.c.year == year).values(last=last + 1))
    return int(last) + 1


def read(connection: Connection, ref: str) -> Incident:
    """The incident with this id or number. Raises IncidentNotFound."""
    for incident in _read(connection, select(table.c.body).where(or_(table.c.id == ref, table.c.number == ref))):
        return incident
    raise IncidentNotFound(f"no incident has the id or number {ref}")


def find(connection: Connection, query: IncidentQuery) -> list[Incident]:
    """The matching incidents, oldest first."""
    return list(_read(connection, found_by(query)))


def due(connection: Connection, now: datetime, *, limit: int) -> list[Incident]:
    """The incidents that ask for something by now, longest due first."""
    return list(_read(connection, due_by(now, limit=limit)))


def next_moment(connection: Connection) -> datetime | None:
    """When the first incident asks for something."""
    return connection.execute(first_moment()).scalar_one_or_none()


def open_versions(connection: Connection) -> dict[str, int]:
    """The version of every open incident by its number."""
    rows = connection.execute(select(table.c.number, table.c.version).where(table.c.open.is_(True)))
    return {number: version for number, version in rows}  # noqa: C416  # rows are no pairs to mypy


def found_by(query: IncidentQuery) -> Select[tuple[str]]:
    """The statement that answers a query."""
    asked = select(table.c.body).order_by(_opening(query), table.c.id).limit(query.limit)
    if query.open_only:
        asked = asked.where(table.c.open.is_(True))
    if query.states is not None:
        asked = asked.where(table.c.state.in_(sorted(query.states)))
    if query.since is not None:
        asked = asked.where(table.c.last_post_at >= query.since)
    if query.after is not None:
        asked = asked.where(tuple_(table.c.opened_at, table.c.id) > query.after)
    return asked


def due_by(now: datetime, *, limit: int) -> Select[tuple[str]]:
    """The statement that tells what is due."""
    asked = select(table.c.body).where(table.c.next_moment <= now)
    return asked.order_by(table.c.next_moment, table.c.id).limit(limit)


def first_moment() -> Select[tuple[datetime]]:
    """The statement that tells the earliest moment."""
    asked = select(table.c.next_moment).where(table.c.next_moment.is_not(None))
    return asked.order_by(table.c.next_moment).limit(1)


def _opening(query: IncidentQuery) -> ColumnElement[datetime]:
    # Engines would rather walk all incidents in order than sort the few recent ones: the sum hides the order.
    return table.c.opened_at if query.since is None else table.c.opened_at + literal_column("0")


def _read(connection: Connection, asked: Select[tuple[str]]) -> Iterator[Incident]:
    for (body,) in connection.execute(asked):
        yield decode_value(body.encode(), Incident)


def _row(saved: Next) -> dict[str, object]:
    incident = saved.incident
    return {
        "id": incident.id,
        "number": incident.number,
        "version": incident.version,
        "state": incident.state,
        "open": not incident.closed,
        "opened_at": incident.opened_at,
        "last_post_at": incident.last_post_at,
        "next_moment": incident.next_moment,
        "log_seq": saved.log.seq,
        "log_hash": saved.log.hash,
        "body": encode_value(incident).decode(),
    }
