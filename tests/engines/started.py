"""The real servers of one test run: named by the environment (`make engines`), else started once and ended with it."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.engines.elasticsearch_server import ElasticsearchServer
from tests.engines.kafka_server import KafkaServer
from tests.engines.postgresql_server import PostgresqlServer
from tests.engines.server import Server


@cache
def kafka() -> str:
    """The addresses of a Kafka cluster whose topics the tests may fill."""
    return os.environ.get("HUIYING_TEST_KAFKA") or _started("HUIYING_KAFKA_SERVERS", KafkaServer)


@cache
def elasticsearch() -> str:
    """The address of an Elasticsearch whose indices the tests may make and delete."""
    return os.environ.get("HUIYING_TEST_ELASTICSEARCH") or _started("HUIYING_ELASTICSEARCH_URL", ElasticsearchServer)


@cache
def postgresql() -> str:
    """The URL of a PostgreSQL database that the tests may wipe."""
    return os.environ.get("HUIYING_TEST_POSTGRESQL") or _started("HUIYING_DATABASE_URL", PostgresqlServer)


def _started(setting: str, kind: Callable[[Path], Server]) -> str:
    folder = Path(tempfile.mkdtemp(prefix="huiying-engine-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = kind(folder)
    atexit.register(server.stop)
    server.start()
    return server.settings[setting]
