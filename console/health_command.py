"""`huiying health`: whether the parts of a desk do their work, for containers and for people at a terminal."""

import argparse

import httpx

from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.settings import Settings
from console.health import NEEDED, PartState, health_of
from console.wiring import settings_from

WEB = "web"
_ANSWER_SECONDS = 5.0


def run(chosen: argparse.Namespace) -> int:
    """Prints how each named part is doing (default: the needed ones); exit code 1 when one is not well."""
    settings = settings_from(chosen)
    folder = DeskFolder(settings.data, "desk")
    told = [_told(part, settings, folder) for part in chosen.parts or NEEDED]
    for _well, line in told:
        print(line)
    return 0 if all(well for well, _line in told) else 1


def _told(part: str, settings: Settings, folder: DeskFolder) -> tuple[bool, str]:
    if part == WEB:
        return _board(settings)
    found = health_of(folder, SystemClock().now(), also=(part,))[part]
    return found.state is PartState.AT_WORK, found.line


def _board(settings: Settings) -> tuple[bool, str]:
    # Red or green is the desk's own matter: a board that answers is at work.
    try:
        httpx.get(f"http://127.0.0.1:{settings.web_port}/healthz", timeout=_ANSWER_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        return False, f"{WEB:<9} does not answer on port {settings.web_port}: {error or type(error).__name__}"
    return True, f"{WEB:<9} at work"
