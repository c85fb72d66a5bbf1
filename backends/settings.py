"""What an office sets: every value with where it came from, checked whole before anything starts (DESIGN §4.2)."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from backends.setting_kinds import masked
from backends.setting_list import (
    BATCH,
    BOARD_URL,
    CLOSED_DAYS,
    DATA,
    JURISDICTION,
    LOG_LEVEL,
    OFFICE_NAME,
    OFFICE_PREFIX,
    OFFICE_ZONE,
    POLICY,
    POST_DAYS,
    PREFECT_PORT,
    PREFIX,
    SETTINGS,
    SMTP_FROM,
    SMTP_HOST,
    SMTP_PASSWORD,
    SMTP_PORT,
    SMTP_STARTTLS,
    SMTP_USER,
    SOURCES,
    WATCH_WORDS,
    WEB_PORT,
    WEBHOOK_SECRET,
    WEBHOOK_URL,
    Setting,
)
from desk.errors import BadSettings

__all__ = ["JURISDICTION", "SETTINGS", "Settings", "load_settings"]

T = TypeVar("T")

FILE_NAME = "huiying.toml"
DEFAULT = "default"
_OF_THE_TESTS = ("HUIYING_ARCHIVES", "HUIYING_TEST_")
_NAMES = tuple(setting.name for setting in SETTINGS)
_SECRETS = frozenset(setting.name for setting in SETTINGS if setting.kind.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings in use, paths absolute. By name: `shown` is what may be printed, `origins` where it comes from."""

    data: Path
    office_name: str
    office_prefix: str
    office_zone: ZoneInfo
    jurisdiction: tuple[str, ...]
    watch_words: tuple[str, ...]
    webhook_url: str | None
    webhook_secret: str | None = field(repr=False)
    smtp_host: str | None
    smtp_port: int
    smtp_starttls: bool
    smtp_from: str | None
    smtp_user: str | None
    smtp_password: str | None = field(repr=False)
    board_url: str
    policy: Path
    sources: Path
    log_level: str
    batch: int
    web_port: int
    prefect_port: int
    post_days: int
    closed_days: int
    shown: Mapping[str, str]
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    value: object
    origin: str
    base: Path


class _Reading:
    """What was given for each setting, most important first, and the problems found in it so far."""

    def __init__(self, flags: Mapping[str, str | None], environ: Mapping[str, str], folder: Path) -> None:
        self.problems: list[str] = []
        self.shown: dict[str, str] = {}
        self.origins: dict[str, str] = {}
        self._base = folder
        self._given = self._from_environment(environ, folder) | self._from_flags(flags, folder)

    def of(self, setting: Setting[T]) -> T:
        """The value of a setting; one that cannot be used is noted, and the default stands in for it."""
        given = self._given.get(setting.name, _Given(value=setting.default, origin=DEFAULT, base=self._base))
        shown = masked(setting.kind, given.value)
        try:
            value = setting.kind.read(given.value, given.base)
            _check_named_file(setting, given, value)
        except ValueError as hint:
            self.problems.append(f"{setting.name.upper()}={shown} ({given.origin}): {hint}")
            return setting.kind.read(setting.default, self._base)
        self.shown[setting.name] = str(value) if isinstance(value, Path) else shown
        self.origins[setting.name] = given.origin
        return value

    def read_file(self, data: Path) -> None:
        """Adds what the file in the data folder says; flags and environment go before it."""
        self._base = data
        self._given = self._from_file(data / FILE_NAME) | self._given

    def _from_flags(self, flags: Mapping[str, str | None], folder: Path) -> dict[str, _Given]:
        named = {name: value for name, value in flags.items() if value is not None}
        origins = {name: f"flag --{name.replace('_', '-')}" for name in named}
        return self._known(named, origins, folder)

    def _from_environment(self, environ: Mapping[str, str], folder: Path) -> dict[str, _Given]:
        ours = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
        named: dict[str, str] = {}
        origins: dict[str, str] = {}
        for variable, value in sorted(ours.items()):
            if variable.startswith(_OF_THE_TESTS):
                continue
            name = variable.removeprefix(PREFIX).lower()
            origin = f"environment {variable}"
            if name.removesuffix("_file") in _SECRETS and name.endswith("_file"):
                name = name.removesuffix("_file")
                if name in named:
                    self.problems.append(f"{name.upper()} ({origin}): given twice, keep it or {PREFIX}{name.upper()}")
                value = self._secret_file(folder / value, name, origin)  # noqa: PLW2901  # the file stands for it
            named[name], origins[name] = value, origin
        return self._known(named, origins, folder)

    def _from_file(self, path: Path) -> dict[str, _Given]:
        try:
            named = _toml(path)
        except ValueError as problem:
            self.problems.append(str(problem))
            return {}
        if DATA.name in named:
            del named[DATA.name]
            self.problems.append(f"DATA ({path}): this file is found through it, use --data or {DATA.variable}")
        return self._known(named, {name: f"{path}: {name}" for name in named}, path.parent)

    def _known(self, named: Mapping[str, object], origins: Mapping[str, str], base: Path) -> dict[str, _Given]:
        for name in named:
            if name not in _NAMES:
                self.problems.append(f"{name.upper()} ({origins[name]}): no such setting{_nearest(name)}")
        known = {name: value for name, value in named.items() if name in _NAMES}
        return {name: _Given(value=value, origin=origins[name], base=base) for name, value in known.items()}

    def _secret_file(self, path: Path, name: str, origin: str) -> str:
        try:
            found = path.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            self.problems.append(f"{name.upper()} ({origin}): cannot read {path}: {_reason(error)}")
            return ""
        if not found:
            self.problems.append(f"{name.upper()} ({origin}): {path} is empty")
        return found


def load_settings(flags: Mapping[str, str | None], environ: Mapping[str, str], folder: Path) -> Settings:
    """The settings in use: flag, then environment, then huiying.toml in the data folder, then default.

    `folder` is where relative paths of flags and environment start (the working directory); a flag that is None
    was not given. Raises BadSettings with every problem at once.
    """
    reading = _Reading(flags, environ, folder)
    data = reading.of(DATA)
    reading.read_file(data)
    settings = Settings(
        data=data,
        office_name=reading.of(OFFICE_NAME),
        office_prefix=reading.of(OFFICE_PREFIX),
        office_zone=reading.of(OFFICE_ZONE),
        jurisdiction=reading.of(JURISDICTION),
        watch_words=reading.of(WATCH_WORDS),
        webhook_url=reading.of(WEBHOOK_URL),
        webhook_secret=reading.of(WEBHOOK_SECRET),
        smtp_host=reading.of(SMTP_HOST),
        smtp_port=reading.of(SMTP_PORT),
        smtp_starttls=reading.of(SMTP_STARTTLS),
        smtp_from=reading.of(SMTP_FROM),
        smtp_user=reading.of(SMTP_USER),
        smtp_password=reading.of(SMTP_PASSWORD),
        board_url=reading.of(BOARD_URL),
        policy=reading.of(POLICY),
        sources=reading.of(SOURCES),
        log_level=reading.of(LOG_LEVEL),
        batch=reading.of(BATCH),
        web_port=reading.of(WEB_PORT),
        prefect_port=reading.of(PREFECT_PORT),
        post_days=reading.of(POST_DAYS),
        closed_days=reading.of(CLOSED_DAYS),
        shown=reading.shown,
        origins=reading.origins,
    )
    _refuse(reading.problems or _contradictions(settings))
    return settings


def _refuse(problems: list[str]) -> None:
    if problems:
        raise BadSettings(problems)


def _contradictions(settings: Settings) -> list[str]:
    origins, found = settings.origins, []
    if settings.webhook_url is not None and settings.webhook_secret is None:
        hint = f"notices are signed, set {WEBHOOK_SECRET.variable}_FILE"
        found.append(f"WEBHOOK_SECRET= (needed by {origins[WEBHOOK_URL.name]}): {hint}")
    if settings.smtp_host is not None and settings.smtp_from is None:
        found.append(f"SMTP_FROM= (needed by {origins[SMTP_HOST.name]}): mail comes from somewhere, set smtp_from")
    if settings.smtp_user is not None and settings.smtp_password is None:
        hint = f"signing in needs both, set {SMTP_PASSWORD.variable}_FILE"
        found.append(f"SMTP_PASSWORD= (needed by {origins[SMTP_USER.name]}): {hint}")
    return found


def _check_named_file(setting: Setting[T], given: _Given, value: T) -> None:
    if setting.kind.file and given.origin != DEFAULT and isinstance(value, Path) and not value.is_file():
        raise ValueError(f"no such file {value}")


def _nearest(name: str) -> str:
    found = difflib.get_close_matches(name, _NAMES, n=1)
    return f", did you mean '{found[0]}'?" if found else f"; there are {', '.join(_NAMES)}"


def _toml(path: Path) -> dict[str, object]:
    try:
        written = path.read_text(encoding="utf-8-sig")  # editors on Windows put a mark before the first line
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read: {_reason(error)}") from None
    try:
        return tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = line[1] if line else str(len(written.splitlines()))
        what = str(error).partition(" (at ")[0]
        raise ValueError(f"{path}, line {number}: no valid TOML: {what[:1].lower()}{what[1:]}") from None


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or "not readable").lower() if isinstance(error, OSError) else "not UTF-8 text"
