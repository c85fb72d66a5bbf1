"""Leases as rows: taken by one holder at a time, each time under a higher epoch."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, select, update

from backends.database import insert_or_ignore
from backends.incident_tables import lease
from backends.leases import LeaseWatch
from desk.errors import Fenced


def acquire(connection: Connection, name: str, holder: str, *, watch: LeaseWatch, patience: timedelta) -> int | None:
    """Takes the lease under a new epoch, or returns None while its holder is alive."""
    insert_or_ignore(connection, lease, [{"name": name, "epoch": 0, "beat": 0, "holder": None}])
    found = connection.execute(select(lease).where(lease.c.name == name).with_for_update()).one()
    still = watch.stood_still(name, epoch=found.epoch, beat=found.beat, patience=patience)
    if found.holder is not None and not still:
        return None
    epoch = int(found.epoch) + 1
    taken = {"epoch": epoch, "beat": 0, "holder": holder}
    connection.execute(update(lease).where(lease.c.name == name).values(taken))
    return epoch


def beat(connection: Connection, name: str, epoch: int) -> None:
    """Moves the beat on. Raises Fenced when the lease has moved on."""
    moved = update(lease).where(*_held(name, epoch)).values(beat=lease.c.beat + 1)
    if connection.execute(moved).rowcount == 0:
        raise Fenced(f"lease {name} is no longer held under epoch {epoch}: stop and acquire it again")


def release(connection: Connection, name: str, epoch: int) -> None:
    """Frees the lease; no effect when it has moved on."""
    connection.execute(update(lease).where(*_held(name, epoch)).values(holder=None))


def require_held(connection: Connection, name: str, epoch: int) -> None:
    """Raises Fenced unless the lease is held under this epoch; nobody else gets it before the transaction ends."""
    held = select(lease.c.name).where(*_held(name, epoch)).with_for_update(read=True)
    if connection.execute(held).first() is None:
        raise Fenced(f"lease {name} is no longer held under epoch {epoch}: nothing was written, acquire it again")


def _held(name: str, epoch: int) -> tuple[ColumnElement[bool], ...]:
    return lease.c.name == name, lease.c.epoch == epoch, lease.c.holder.is_not(None)
