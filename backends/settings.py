"""What an office sets: every value with where it came from, checked whole before anything starts (DESIGN §4.2)."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from backends import setting_list as known
from backends.setting_file import read_toml, reason_of
from backends.setting_kinds import masked
from backends.setting_list import JURISDICTION, PREFIX, SETTINGS, Setting
from backends.setting_pairs import half_given
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
    outside_channels: bool
    board_url: str
    policy: Path
    sources: Path
    weibo_token: str | None = field(repr=False)
    log_level: str
    batch: int
    web_port: int
    web_host: str
    prefect_port: int
    post_days: int
    closed_days: int
    kafka_servers: tuple[str, ...]
    kafka_security: str
    kafka_ca: Path | None
    kafka_user: str | None
    kafka_mechanism: str
    kafka_password: str | None = field(repr=False)
    elasticsearch_url: str | None
    elasticsearch_ca: Path | None
    elasticsearch_user: str | None
    elasticsearch_password: str | None = field(repr=False)
    database_url: str | None = field(repr=False)
    engine_prefix: str
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
        self.values: dict[str, object] = {}
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
        self.values[setting.name] = value
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
            named = read_toml(path)
        except ValueError as problem:
            self.problems.append(str(problem))
            return {}
        if known.DATA.name in named:
            del named[known.DATA.name]
            self.problems.append(f"DATA ({path}): this file is found through it, use --data or {known.DATA.variable}")
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
            self.problems.append(f"{name.upper()} ({origin}): cannot read {path}: {reason_of(error)}")
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
    data = reading.of(known.DATA)
    reading.read_file(data)
    settings = Settings(
        data=data,
        office_name=reading.of(known.OFFICE_NAME),
        office_prefix=reading.of(known.OFFICE_PREFIX),
        office_zone=reading.of(known.OFFICE_ZONE),
        jurisdiction=reading.of(known.JURISDICTION),
        watch_words=reading.of(known.WATCH_WORDS),
        webhook_url=reading.of(known.WEBHOOK_URL),
        webhook_secret=reading.of(known.WEBHOOK_SECRET),
        smtp_host=reading.of(known.SMTP_HOST),
        smtp_port=reading.of(known.SMTP_PORT),
        smtp_starttls=reading.of(known.SMTP_STARTTLS),
        smtp_from=reading.of(known.SMTP_FROM),
        smtp_user=reading.of(known.SMTP_USER),
        smtp_password=reading.of(known.SMTP_PASSWORD),
        outside_channels=reading.of(known.OUTSIDE_CHANNELS),
        board_url=reading.of(known.BOARD_URL),
        policy=reading.of(known.POLICY),
        sources=reading.of(known.SOURCES),
        weibo_token=reading.of(known.WEIBO_TOKEN),
        log_level=reading.of(known.LOG_LEVEL),
        batch=reading.of(known.BATCH),
        web_port=reading.of(known.WEB_PORT),
        web_host=reading.of(known.WEB_HOST),
        prefect_port=reading.of(known.PREFECT_PORT),
        post_days=reading.of(known.POST_DAYS),
        closed_days=reading.of(known.CLOSED_DAYS),
        kafka_servers=reading.of(known.KAFKA_SERVERS),
        kafka_security=reading.of(known.KAFKA_SECURITY),
        kafka_ca=reading.of(known.KAFKA_CA),
        kafka_user=reading.of(known.KAFKA_USER),
        kafka_mechanism=reading.of(known.KAFKA_MECHANISM),
        kafka_password=reading.of(known.KAFKA_PASSWORD),
        elasticsearch_url=reading.of(known.ELASTICSEARCH_URL),
        elasticsearch_ca=reading.of(known.ELASTICSEARCH_CA),
        elasticsearch_user=reading.of(known.ELASTICSEARCH_USER),
        elasticsearch_password=reading.of(known.ELASTICSEARCH_PASSWORD),
        database_url=reading.of(known.DATABASE_URL),
        engine_prefix=reading.of(known.ENGINE_PREFIX),
        shown=reading.shown,
        origins=reading.origins,
    )
    _refuse(reading.problems or half_given(reading.values, settings.origins))
    return settings


def _refuse(problems: list[str]) -> None:
    if problems:
        raise BadSettings(problems)


def _check_named_file(setting: Setting[T], given: _Given, value: T) -> None:
    if setting.kind.file and given.origin != DEFAULT and isinstance(value, Path) and not value.is_file():
        raise ValueError(f"no such file {value}")


def _nearest(name: str) -> str:
    found = difflib.get_close_matches(name, _NAMES, n=1)
    return f", did you mean '{found[0]}'?" if found else f"; there are {', '.join(_NAMES)}"
