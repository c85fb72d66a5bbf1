"""The outbox as rows: what is owed to whom, claimed for a while, sent once."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, bindparam, select, update

from backends.database import insert_or_ignore
from backends.incident_tables import notice as table
from backends.outbox import Standing, claimed, owed, row_of, settled
from desk.change import Delivery, Notice, NoticeRow, NoticeState, Reached


def owe(connection: Connection, notices: Sequence[Notice]) -> None:
    """Adds the notices; one whose key is known is left as it was."""
    insert_or_ignore(connection, table, [asdict(notice) | asdict(owed(notice)) for notice in notices])


def rows(connection: Connection, incident_id: str | None) -> list[NoticeRow]:
    """The notices of an incident, or all, by the time they are owed."""
    asked = select(table).order_by(table.c.owed_at, table.c.key)
    if incident_id is not None:
        asked = asked.where(table.c.incident_id == incident_id)
    return [row_of(_notice(row), _standing(row)) for row in connection.execute(asked)]


def claim(connection: Connection, now: datetime, *, lease: timedelta, limit: int) -> list[Notice]:
    """Takes the notices that are ready, longest owed first."""
    ready = select(table).where(table.c.ready_at <= now).order_by(table.c.owed_at, table.c.key).limit(limit)
    found = connection.execute(ready.with_for_update(skip_locked=True)).all()
    _write(connection, {row.key: claimed(_standing(row), now, lease) for row in found})
    return [_notice(row) for row in found]


def settle(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Records how attempts ended; unknown keys and repeats change nothing."""
    keys = {delivery.key for delivery in deliveries}
    found = connection.execute(select(table).where(table.c.key.in_(keys)).order_by(table.c.key).with_for_update())
    before = {row.key: _standing(row) for row in found}
    after = dict(before)
    for delivery in deliveries:
        if delivery.key in after:
            after[delivery.key] = settled(after[delivery.key], delivery)
    _write(connection, {key: standing for key, standing in after.items() if standing != before[key]})


def _write(connection: Connection, standings: dict[str, Standing]) -> None:
    if standings:
        changed = update(table).where(table.c.key == bindparam("of"))
        connection.execute(changed, [asdict(standing) | {"of": key} for key, standing in standings.items()])


def _notice(row: Row[tuple[object, ...]]) -> Notice:
    return Notice(
        key=row.key,
        incident_id=row.incident_id,
        clock_key=row.clock_key,
        rung=row.rung,
        person=row.person,
        title=row.title,
        text=row.text,
        owed_at=row.owed_at,
    )


def _standing(row: Row[tuple[object, ...]]) -> Standing:
    return Standing(
        state=NoticeState(row.state),
        ready_at=row.ready_at,
        attempts=row.attempts,
        claimed_at=row.claimed_at,
        sent_at=row.sent_at,
        last_error=row.last_error,
        reached=tuple(Reached(**each) for each in row.reached or ()),
    )
