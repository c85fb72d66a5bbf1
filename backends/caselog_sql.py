"""The case logs as rows: each entry in its incident's chain and in the office's, both only ever added to."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, insert, select, update

from backends.incident_tables import case_log, office, office_chain
from desk.caselog import Entry, Head, OfficeLink, link

_OFFICE_ROW = 1


def lock_office(connection: Connection) -> Head:
    """Where the office's chain stands; nobody else saves before the transaction ends.

    SQLite lets one transaction write at a time anyhow; other engines wait at this row.
    """
    asked = select(office.c.log_seq, office.c.log_hash).where(office.c.id == _OFFICE_ROW).with_for_update()
    seq, hash_ = connection.execute(asked).one()
    return Head(seq=seq, hash=hash_)


def append(connection: Connection, entries: Sequence[Entry], *, after: Head) -> None:
    """Adds the entries, in order, to both chains; `after` is where the office's stands."""
    if not entries:
        return
    links: list[OfficeLink] = []
    for entry in entries:
        links.append(link(entry, after=after))
        after = Head(seq=links[-1][0], hash=links[-1][-1])
    names = [column.name for column in office_chain.columns]
    connection.execute(insert(case_log), [asdict(entry) for entry in entries])
    connection.execute(insert(office_chain), [dict(zip(names, row, strict=True)) for row in links])
    connection.execute(update(office).where(office.c.id == _OFFICE_ROW).values(log_seq=after.seq, log_hash=after.hash))


def entries_of(connection: Connection, incident_id: str) -> list[Entry]:
    """The incident's chain, oldest first."""
    asked = select(case_log).where(case_log.c.incident_id == incident_id).order_by(case_log.c.seq)
    return [Entry(**row) for row in connection.execute(asked).mappings()]


def office_links(connection: Connection) -> list[OfficeLink]:
    """The office's chain, oldest first."""
    asked = select(office_chain).order_by(office_chain.c.office_seq)
    return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(asked)]
