"""The jars of the Java servers, fetched once by Maven from a committed list with fixed versions."""

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.engines.server import ServerMissing

CACHE = Path(__file__).resolve().parents[2] / ".engines"
"""Where the jars are kept between runs; not part of the repository."""

_PACKAGES = {"java": "openjdk-17-jdk-headless", "mvn": "maven", "setpriv": "util-linux"}


def require_programs() -> None:
    """Raises ServerMissing naming, in one line, the Debian packages that are not there."""
    missing = [package for program, package in _PACKAGES.items() if shutil.which(program) is None]
    if missing:
        raise ServerMissing(f"missing for the real servers: apt-get install {' '.join(missing)}")


def jars(project: Path) -> Path:
    """The folder with all jars of a project folder's pom.xml. Raises ServerMissing when they cannot be fetched."""
    require_programs()
    folder = CACHE / project.name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        # Two test runs may want them at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted, fetched = (project / "pom.xml").read_bytes(), folder / "fetched.xml"
        if not fetched.exists() or fetched.read_bytes() != wanted:
            _fetch(project, folder / "lib")
            fetched.write_bytes(wanted)
    return folder / "lib"


def _fetch(project: Path, library: Path) -> None:
    shutil.rmtree(library, ignore_errors=True)
    print(f"== fetching the jars of {project.name} (once)", flush=True)
    fetched = subprocess.run(
        ["mvn", "-q", "-B", "-f", project / "pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={library}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if fetched.returncode:
        raise ServerMissing(f"the jars of {project.name} cannot be fetched: {fetched.stdout.strip()[-500:]}")
