"""Opening the backends of one desk folder: the only place where a technology is chosen."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from backends.accounts_sql import SqlAccountStore
from backends.bus_local import LocalBus
from backends.codec import JsonCodec
from backends.database import Database, sqlite_url
from backends.desk_folder import DeskFolder
from backends.incidents_sql import SqlIncidentStore
from backends.migrate import require_current, upgrade
from backends.opened_later import BusOpenedLater, PostsOpenedLater
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


def engines(settings: Settings) -> Mapping[str, Callable[[], Bus | PostStore]]:
    """How to open each engine of the real desk that is set, besides its database."""
    found: dict[str, Callable[[], Bus | PostStore]] = {}
    if settings.kafka_servers:
        found["kafka"] = lambda: _kafka(settings)
    if settings.elasticsearch_url:
        found["elasticsearch"] = lambda: _elasticsearch(settings)
    return found


@contextmanager
def open_backends(folder: DeskFolder, settings: Settings, *, migrate: bool = False) -> Iterator[Backends]:
    """The backends of this folder, closed at the end.

    The real desk's are on the engines that are set; a drill's or a replay's always stand in their own folder. Only a
    supervisor asks for `migrate`; everybody else gets SchemaMismatch from a store of another version. Kafka and
    Elasticsearch are asked at their first use only: the watch goes on, and people look, while they are away.
    """
    folder.prepare()
    url = database_of(folder, settings)
    if migrate:
        upgrade(url)
    require_current(url)
    with ExitStack() as stack:
        database = Database(url)
        stack.callback(database.close)
        bus, posts = _bus(folder, settings, migrate=migrate), _posts(folder, settings)
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


def _bus(folder: DeskFolder, settings: Settings, *, migrate: bool) -> Bus:
    if folder.is_real and settings.kafka_servers:
        return BusOpenedLater(lambda: _kafka(settings))
    return LocalBus(folder.bus, migrate=migrate)


def _posts(folder: DeskFolder, settings: Settings) -> PostStore:
    if folder.is_real and settings.elasticsearch_url:
        return PostsOpenedLater(lambda: _elasticsearch(settings))
    return SqlitePostStore(folder.posts)


def _kafka(settings: Settings) -> Bus:
    from backends.bus_kafka import KafkaBus
    from backends.kafka_cluster import KafkaCluster, KafkaSecurity, SaslMechanism

    return KafkaBus(
        KafkaCluster(
            servers=settings.kafka_servers,
            prefix=settings.engine_prefix,
            security=KafkaSecurity(settings.kafka_security),
            ca_file=settings.kafka_ca,
            user=settings.kafka_user or "",
            password=settings.kafka_password or "",
            mechanism=SaslMechanism(settings.kafka_mechanism.upper()),
        )
    )


def _elasticsearch(settings: Settings) -> PostStore:
    from backends.elasticsearch_cluster import ElasticsearchCluster
    from backends.posts_elasticsearch import ElasticsearchPostStore

    return ElasticsearchPostStore(
        ElasticsearchCluster(
            url=settings.elasticsearch_url or "",
            prefix=settings.engine_prefix,
            ca_file=settings.elasticsearch_ca,
            user=settings.elasticsearch_user,
            password=settings.elasticsearch_password,
        )
    )
