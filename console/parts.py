"""The parts of a running desk: which command each is, what shows that it works, and in which order they stop."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from backends.notifiers import can_reach
from backends.settings import SETTINGS, Settings
from console.main import build_parser


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One child of the supervisor; `beats` are the words it says of itself, `port` where it answers, with `page`.

    Parts stop stage by stage: what brings work in first, what others lean on last.
    """

    name: str
    command: tuple[str, ...]
    stage: int
    beats: tuple[str, ...] = ()
    port: int | None = None
    page: str | None = None
    quiet: bool = False
    """Whether what it says to people is left out: Prefect greets with a page of advice."""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A part that is not started, and why."""

    name: str
    why: str


def parts_of_desk(settings: Settings, prefect_port: int) -> tuple[list[Part], list[Absent]]:
    """The parts to start, and those left out."""
    serving = ("--factory", "flows.pages:own_server", "--host", "127.0.0.1", "--port", str(prefect_port))
    prefect = (*_YIELDING, sys.executable, "-P", "-m", "uvicorn", *serving, "--log-level", "warning")
    every = (
        Part(name="prefect", command=prefect, stage=3, port=prefect_port, quiet=True, environment=_SHUT_IN),
        Part(
            name="line", command=_ours("run", "--only", "screen", "--only", "place"), stage=1, beats=("screen", "place")
        ),
        Part(name="watch", command=_ours("run", "--only", "watch"), stage=1, beats=("watch",)),
        Part(name="notify", command=_ours("run", "--only", "notify"), stage=2, beats=("notify",)),
        Part(name="calendar", command=_ours("run", "--only", "calendar"), stage=0, beats=("calendar",)),
        Part(name="crawl", command=_ours("crawl"), stage=0, beats=("crawl",)),
        Part(name="web", command=_ours("web"), stage=0, port=settings.web_port, page="/healthz"),
    )
    absent = [Absent(name=part.name, why=why) for part in every if (why := _missing(part.name, settings))]
    left_out = {each.name for each in absent}
    return [part for part in every if part.name not in left_out], absent


def child_environment(
    environ: Mapping[str, str], chosen: argparse.Namespace, settings: Settings, prefect_port: int
) -> dict[str, str]:
    """What children find in their environment: this call's settings, and a Prefect of our own that tells nobody."""
    kept = {name: value for name, value in environ.items() if not name.startswith("PREFECT_")}
    flags = {setting.variable: getattr(chosen, setting.name, None) for setting in SETTINGS}
    given = {variable: value for variable, value in flags.items() if value is not None}
    return {**kept, **given, **_not_by_proxy(environ), **_prefect_environment(settings, prefect_port)}


def _ours(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", "console.main", *arguments)


def _missing(name: str, settings: Settings) -> str:
    """Why a part is left out; empty where it is not."""
    if name in ("crawl", "web") and name not in _commands():
        return f"this version has no `huiying {name}`"
    if name == "crawl" and not settings.sources.is_file():
        return f"no {settings.sources} yet: nothing is collected"
    if name == "notify" and not can_reach(settings):
        return "no channel is set up: nobody is notified, set webhook_url, smtp_host or outside_channels"
    return ""


def _commands() -> set[str]:
    actions = build_parser()._actions  # noqa: SLF001  # argparse has no public way to ask which commands there are
    return {name for action in actions if action.choices and not action.option_strings for name in action.choices}


def _prefect_environment(settings: Settings, port: int) -> dict[str, str]:
    home, address = settings.data / "prefect", f"http://127.0.0.1:{port}"
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        # Any page open in a browser of this machine could otherwise start and stop flows.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": address,
        "PREFECT_UI_STATIC_DIRECTORY": str(home / "pages"),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "true",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": _ONE_WEEK,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # A traceback may quote what was in hand: it stays out of Prefect's database.
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        # What ails Prefect is said by those that need it, in one line.
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        # Rather no run on show than a watch that waits.
        "PREFECT_API_REQUEST_TIMEOUT": "5",
        "PREFECT_CLIENT_MAX_RETRIES": "0",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_CLI_COLORS": "false",
    }


def _not_by_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """Parts that talk to each other on this machine never do so by way of a proxy."""
    named = environ.get("NO_PROXY") or environ.get("no_proxy")
    around = ",".join(filter(None, [named, "127.0.0.1", "localhost"]))
    return {"NO_PROXY": around, "no_proxy": around}


_ONE_WEEK = "604800"
_YIELDING = ("nice", "-n", "10")
"""What only shows leaves the processor to what collects, watches and pages."""

# Some of Prefect's pages make its server ask the network for news of Prefect. Nothing may leave this machine: it
# finds a proxy where none is, and shows what it brought along.
_NOWHERE = "http://127.0.0.1:9"
_SHUT_IN = {name: _NOWHERE for word in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY") for name in (word, word.lower())}
