"""Brings the incident database to the version this program knows, or says that it is of another.

Only the supervisor and `huiying migrate` migrate, before anything else starts (DESIGN §4.2).
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from backends.database import Database, is_server, name_of, plain_engine, translated
from desk.errors import SchemaMismatch

_ONE_AT_A_TIME = 5_248_001
"""The key of the lock that migrations take on a server; any number that nobody else uses."""

_VERSIONS = Path(__file__).with_name("migrations")


def upgrade(url: str) -> None:
    """Migrates the database to the newest version, making it where there is none; all of it or nothing.

    Raises SchemaMismatch when a newer program wrote it, StoreError when it cannot be written.
    """
    _refuse_newer(url, _version_of(url))
    database = Database(url)
    config = _config()
    try:
        with database.writing() as connection:
            if is_server(url):
                # Migrations that start together go one after the other, however long one takes; a file is taken whole
                # by its one writer.
                connection.execute(text("set local lock_timeout = 0"))
                connection.execute(text("set local idle_in_transaction_session_timeout = 0"))
                connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
            _refuse_newer(url, MigrationContext.configure(connection).get_current_revision())
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.close()


def require_current(url: str) -> None:
    """Raises SchemaMismatch, saying what to run, unless the database is of this program's version."""
    found, known = _version_of(url), _scripts().get_current_head()
    _refuse_newer(url, found)
    if found != known:
        raise SchemaMismatch(
            f"{name_of(url)} is of {_spelled(found)}, this program knows {known}: run `huiying migrate`"
        )


def _refuse_newer(url: str, found: str | None) -> None:
    scripts = _scripts()
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        known = scripts.get_current_head()
        raise SchemaMismatch(
            f"{name_of(url)} is of version {found}, this program knows {known}: use the program that wrote it"
        )


def _version_of(url: str) -> str | None:
    # Looking must not make a file, nor turn one into a database of ours: hence no `Database` here.
    if not is_server(url) and not Path(name_of(url)).exists():
        return None
    engine = plain_engine(url)
    try:
        with translated(f"cannot read {name_of(url)}"), engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def _spelled(version: str | None) -> str:
    return "no version" if version is None else f"version {version}"


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_VERSIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
