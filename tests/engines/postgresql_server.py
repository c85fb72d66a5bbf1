"""A real PostgreSQL cluster of its own, on throw-away files, run by a user other than root."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from signal import SIGINT

from tests.engines.server import ServerMissing, ServerOfOneProgram, free_ports, is_listening

_PROGRAMS = Path("/usr/lib/postgresql")
_OWNER = "postgres"
_NAME = "huiying"
_OPTIONS = ("-c", "listen_addresses=127.0.0.1", "-c", "max_connections=60", "-c", "fsync=on")


class PostgresqlServer(ServerOfOneProgram):
    """PostgreSQL on loopback; the same port and files through every restart."""

    def __init__(self, folder: Path) -> None:
        super().__init__("postgresql", folder)
        (self._port,) = free_ports(1)

    @property
    def url(self) -> str:
        """The database that the tests may wipe."""
        return f"postgresql+psycopg://{_NAME}@127.0.0.1:{self._port}/{_NAME}"

    @property
    def settings(self) -> dict[str, str]:
        """The settings that point the desk at it."""
        return {"HUIYING_DATABASE_URL": self.url}

    def start(self) -> None:
        """Starts the server on its files, made at the first start."""
        programs, cluster = _programs(), self._folder / "cluster"
        is_new = not cluster.exists()
        if is_new:
            self._make(programs, cluster)
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        command = [programs / "postgres", "-D", cluster, "-p", str(self._port), "-k", cluster, *_OPTIONS]
        self._program.start([str(part) for part in command], answers=self._answers, user=_OWNER)
        if is_new:
            _as_owner([str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(self._port), "-U", _NAME, _NAME])

    def stop(self) -> None:
        """Ends it in order, without waiting for its clients."""
        self._program.stop(SIGINT)

    def _make(self, programs: Path, cluster: Path) -> None:
        cluster.mkdir()
        if os.geteuid() == 0:
            shutil.chown(cluster, _OWNER, _OWNER)
            _open_the_way(cluster)
        initdb = [str(programs / "initdb"), "-D", str(cluster), "-U", _NAME, "-A", "trust", "-E", "UTF8", "--locale=C"]
        _as_owner(initdb)

    def _answers(self) -> bool:
        ready = [str(_programs() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port), "-U", _NAME]
        return is_listening(self._port) and subprocess.run(ready, check=False).returncode == 0


def _programs() -> Path:
    found = sorted(_PROGRAMS.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise ServerMissing("missing for the real servers: apt-get install postgresql")
    return found[-1].parent


def _as_owner(command: list[str]) -> None:
    user = pwd.getpwnam(_OWNER).pw_name if os.geteuid() == 0 else None
    made = subprocess.run(command, user=user, cwd="/", capture_output=True, text=True, check=False)
    if made.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {made.stderr.strip()[-500:]}")


def _open_the_way(folder: Path) -> None:
    # A temporary folder made by root is closed to everybody else; passing through it is enough.
    for parent in folder.parents:
        if parent.owner() == "root" and parent.stat().st_mode & 0o011 != 0o011:
            parent.chmod(parent.stat().st_mode | 0o011)
