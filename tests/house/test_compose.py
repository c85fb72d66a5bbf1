import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TypedDict, cast

import pytest
import yaml

from backends.settings import SETTINGS
from console.main import build_parser

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ROOT / "tests" / "engines"
OURS = ("migrate", "crawl", "screen", "place", "watch", "calendar", "notify", "web")
_POM = {"m": "http://maven.apache.org/POM/4.0.0"}
_FULL_VERSION = re.compile(r":\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$|:15\.\d+-[a-z]+$")


class Service(TypedDict, total=False):
    image: str
    build: str
    command: list[str]
    environment: dict[str, str]
    healthcheck: dict[str, object]
    deploy: dict[str, int]
    secrets: list[str]
    read_only: bool
    ports: list[str]


class Compose(TypedDict):
    services: dict[str, Service]
    secrets: dict[str, object]


COMPOSE = cast("Compose", yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
SERVICES = COMPOSE["services"]


def _tested_version(project: str, artifact: str) -> str:
    found = ET.parse(ENGINES / project / "pom.xml").findtext(
        f".//m:dependency[m:artifactId='{artifact}']/m:version", None, _POM
    )
    assert found is not None
    return found


def _pinned(distribution: str) -> str:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return next(line.partition("==")[2] for line in lines if line.startswith(f"{distribution}=="))


@pytest.mark.engine
def test_compose_itself_finds_nothing_wrong() -> None:
    read = subprocess.run(
        ["docker-compose", "-f", str(ROOT / "docker-compose.yml"), "config", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_image_is_pinned_to_a_whole_version(name: str) -> None:
    assert _FULL_VERSION.search(SERVICES[name]["image"])


def test_the_engines_are_the_versions_the_tests_run() -> None:
    assert SERVICES["kafka"]["image"].endswith(f":{_tested_version('kafka', 'kafka_2.13')}")
    assert SERVICES["elasticsearch"]["image"].endswith(f":{_tested_version('elasticsearch', 'elasticsearch')}")
    assert SERVICES["prefect"]["image"].startswith(f"prefecthq/prefect:{_pinned('prefect')}-")


@pytest.mark.parametrize("name", OURS)
def test_every_setting_of_a_service_exists(name: str) -> None:
    known = {setting.variable for setting in SETTINGS}
    secret = {f"{setting.variable}_FILE" for setting in SETTINGS if setting.kind.secret}
    given = {variable for variable in SERVICES[name]["environment"] if variable.startswith("HUIYING_")}

    assert given
    assert given <= known | secret


@pytest.mark.parametrize("name", OURS)
def test_every_service_runs_a_command_that_exists(name: str) -> None:
    build_parser().parse_args(SERVICES[name]["command"])


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_every_service_that_stays_is_asked_for_its_health(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"] == ["CMD", "huiying", "health", name]


@pytest.mark.parametrize("name", OURS)
def test_no_service_of_ours_may_write_outside_its_folder(name: str) -> None:
    assert SERVICES[name]["read_only"] is True


def test_screening_and_placing_outlive_one_of_theirs() -> None:
    assert SERVICES["screen"]["deploy"]["replicas"] >= 2
    assert SERVICES["place"]["deploy"]["replicas"] >= 2


def test_only_the_board_listens_and_only_on_this_machine() -> None:
    listening = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert listening == {"web": ["127.0.0.1:8765:8765"]}


def test_every_secret_a_service_wants_is_declared() -> None:
    wanted = {secret for service in SERVICES.values() for secret in service.get("secrets", ())}

    assert wanted == set(COMPOSE["secrets"])


def test_the_image_copies_only_what_is_there() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]

    assert copied
    assert [word for word in copied if not (ROOT / word).exists()] == []


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    assert users[-1:] == ["huiying"]
