"""Opening the backends of one desk folder: the only place where a technology is chosen."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from backends.accounts_sql import SqlAccountStore
from backends.bus_local import LocalBus
from backends.codec import JsonCodec
from backends.database import Database, sqlite_url
from backends.desk_folder import DeskFolder
from backends.incidents_sql import SqlIncidentStore
from backends.migrate import require_current, upgrade
from backends.people_sql import SqlPeopleStore
from backends.posts_sqlite import SqlitePostStore
from backends.settings import Settings
from backends.sources_sql import SqlSourceStore
from desk.account_store import AccountStore
from desk.ports import Bus, Codec, IncidentStore, PeopleStore, PostStore, SourceStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """The opened ports of one desk."""

    bus: Bus
    posts: PostStore
    incidents: IncidentStore
    sources: SourceStore
    people: PeopleStore
    accounts: AccountStore
    codec: Codec


def database_of(folder: DeskFolder, settings: Settings) -> str:
    """The URL of this folder's incident database: only the real desk's can be on a server."""
    return (settings.database_url if folder.is_real else None) or sqlite_url(folder.incidents)


@contextmanager
def open_backends(folder: DeskFolder, settings: Settings, *, migrate: bool = False) -> Iterator[Backends]:
    """The backends of this folder, closed at the end.

    The real desk's are on the engines that are set; a drill's or a replay's always stand in their own folder. Only a
    supervisor asks for `migrate`; everybody else gets SchemaMismatch from a store of another version.
    """
    folder.prepare()
    url = database_of(folder, settings)
    if migrate:
        upgrade(url)
    require_current(url)
    with ExitStack() as stack:
        database = Database(url)
        stack.callback(database.close)
        bus, posts = LocalBus(folder.bus), SqlitePostStore(folder.posts)
        stack.callback(bus.close)
        stack.callback(posts.close)
        yield Backends(
            bus=bus,
            posts=posts,
            incidents=SqlIncidentStore(database, prefix=settings.office_prefix, zone=settings.office_zone),
            sources=SqlSourceStore(database),
            people=SqlPeopleStore(database),
            accounts=SqlAccountStore(database),
            codec=JsonCodec(),
        )
