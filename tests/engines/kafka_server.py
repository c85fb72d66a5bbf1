"""A real Kafka broker of one node (KRaft), its log on throw-away files."""

import subprocess
from pathlib import Path

from tests.engines.java import jars
from tests.engines.server import ServerOfOneProgram, free_ports, is_listening

_PROJECT = Path(__file__).parent / "kafka"
_CLUSTER = "aHVpeWluZy10ZXN0cy0wMQ"
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={folder}/log
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""


class KafkaServer(ServerOfOneProgram):
    """Kafka on loopback; the same port and files through every restart."""

    def __init__(self, folder: Path) -> None:
        super().__init__("kafka", folder)
        self._port, self._controller = free_ports(2)

    @property
    def settings(self) -> dict[str, str]:
        """The settings that point the desk at it."""
        return {"HUIYING_KAFKA_SERVERS": f"127.0.0.1:{self._port}"}

    def start(self) -> None:
        """Starts the broker on its files, made at the first start."""
        library = jars(_PROJECT)
        properties = self._folder / "server.properties"
        if not properties.exists():
            written = _PROPERTIES.format(port=self._port, controller=self._controller, folder=self._folder)
            properties.write_text(written, encoding="utf-8")
            self._java(library, "kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", str(properties))
        command = ["java", "-Xmx384m", "-XX:+UseSerialGC", "-cp", f"{library}/*", "kafka.Kafka", str(properties)]
        self._program.start(command, answers=lambda: is_listening(self._port))

    def _java(self, library: Path, *arguments: str) -> None:
        subprocess.run(["java", "-cp", f"{library}/*", *arguments], check=True, capture_output=True)
