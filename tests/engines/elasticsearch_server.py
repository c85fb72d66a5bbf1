"""A real Elasticsearch node, put together from its published jars, its index on throw-away files."""

import shutil
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.engines.java import jars
from tests.engines.server import ServerMissing, ServerOfOneProgram, free_ports

_PROJECT = Path(__file__).parent / "elasticsearch"
_ZSTD = "libzstd.so.1"
_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""
_PLUGIN = """\
description=HTTP and transport
version=8.19.9
name=transport-netty4
classname=org.elasticsearch.transport.netty4.Netty4Plugin
java.version=17
elasticsearch.version=8.19.9
"""


class ElasticsearchServer(ServerOfOneProgram):
    """Elasticsearch on loopback; the same port and files through every restart."""

    def __init__(self, folder: Path) -> None:
        super().__init__("elasticsearch", folder)
        self._port, self._transport = free_ports(2)

    @property
    def settings(self) -> dict[str, str]:
        """The settings that point the desk at it."""
        return {"HUIYING_ELASTICSEARCH_URL": f"http://127.0.0.1:{self._port}"}

    def start(self) -> None:
        """Starts the node on its files, made at the first start."""
        home = self._folder / "home"
        if not home.exists():
            _put_together(home, jars(_PROJECT))
        self._program.start(self._command(home), answers=self._answers)

    def _command(self, home: Path) -> list[str]:
        native = home / "native" / "linux-x64"
        places = [str(home), str(self._folder / "index"), str(self._port), str(self._transport)]
        return [
            *("java", "-Xms512m", "-Xmx512m", "-XX:+UseSerialGC"),
            f"-Des.nativelibs.path={native.parent}",
            f"-Djna.library.path={native}",
            *("--module-path", str(home / "lib"), "--add-modules", "org.elasticsearch.server,jdk.net"),
            *(str(_PROJECT / "Launch.java"), *places),
        ]

    def _answers(self) -> bool:
        asked = f"http://127.0.0.1:{self._port}/_cluster/health?wait_for_status=yellow&timeout=1s"
        try:
            with urlopen(asked, timeout=3) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def _put_together(home: Path, library: Path) -> None:
    module = home / "modules" / "transport-netty4"
    for folder in (module, home / "plugins", home / "config", home / "lib", home / "native" / "linux-x64"):
        folder.mkdir(parents=True)
    for jar in library.glob("*.jar"):
        is_transport = jar.name.startswith(("transport-netty4-", "netty-"))
        (module if is_transport else home / "lib").joinpath(jar.name).symlink_to(jar)
    (module / "plugin-descriptor.properties").write_text(_PLUGIN, encoding="utf-8")
    (home / "config" / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
    shutil.copy(_zstd(), home / "native" / "linux-x64" / "libzstd.so")


def _zstd() -> Path:
    found = sorted(Path("/usr/lib").glob(f"*/{_ZSTD}")) or sorted(Path("/lib").glob(f"*/{_ZSTD}"))
    if not found:
        raise ServerMissing("missing for elasticsearch: apt-get install libzstd1")
    return found[0]
