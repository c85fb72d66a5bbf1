"""How Alembic runs the versions of the incident database: in the connection and transaction it is given."""

from alembic import context
from sqlalchemy import Connection

from backends.incident_tables import metadata


def run(connection: Connection) -> None:
    """Brings the database behind the connection to the wanted version; all of it or nothing."""
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    context.run_migrations()


run(context.config.attributes["connection"])
