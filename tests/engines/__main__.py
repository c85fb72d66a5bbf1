"""`make engines`: the three real servers on loopback with throw-away files, until Ctrl-C."""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from signal import SIGINT, SIGTERM, sigwait

from tests.engines.elasticsearch_server import ElasticsearchServer
from tests.engines.kafka_server import KafkaServer
from tests.engines.postgresql_server import PostgresqlServer
from tests.engines.server import Server, ServerMissing


def main() -> int:
    """Starts all three, prints the settings for the desk, and stops them at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="huiying-engines-")))
        servers = (KafkaServer(folder / "kafka"), ElasticsearchServer(folder / "es"), PostgresqlServer(folder / "pg"))
        try:
            _start(servers, stack)
        except (ServerMissing, RuntimeError) as problem:
            print(problem, file=sys.stderr)
            return 2
        _say(servers)
        sigwait({SIGINT, SIGTERM})
    return 0


def _start(servers: Sequence[Server], stack: ExitStack) -> None:
    for server in servers:
        print(f"== starting {type(server).__name__.removesuffix('Server')}", flush=True)
        stack.callback(server.stop)
        server.start()


def _say(servers: Sequence[Server]) -> None:
    print("# settings for the desk, as long as this runs (Ctrl-C stops all three and forgets their files):")
    for server in servers:
        for name, value in server.settings.items():
            print(f"export {name}={value}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
