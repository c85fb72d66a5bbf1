"""Composing a desk: settings, folder, backends, classifier and rules, joined into one line."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.policy_file import load_policy
from backends.settings import SETTINGS, Settings, load_settings
from backends.wiring import Backends, open_backends
from backends.work_calendar import work_calendar
from desk.errors import BadSettings
from desk.office import Office
from desk.policy import Policy
from desk.ports import Classifier, Notifier
from flows.line import DeskParts, Line
from pipelines.placer import Placer
from pipelines.screen import Screener

# A batch is one transaction, and everybody who acts on an incident waits for it.
_MOST_PLACED_AT_ONCE = 500


def settings_from(chosen: argparse.Namespace) -> Settings:
    """The settings of this call, checked whole. Raises BadSettings with every problem at once."""
    flags = {setting.name: getattr(chosen, setting.name, None) for setting in SETTINGS}
    return load_settings(flags, os.environ, Path.cwd())


def folder_of(chosen: argparse.Namespace, settings: Settings) -> DeskFolder:
    """The desk folder that is meant: the one named, or the only one there is."""
    there = existing_desks(settings)
    if chosen.desk is not None:
        folder = DeskFolder(settings.data, chosen.desk)
        if chosen.desk not in there:
            raise BadSettings([f"no desk {chosen.desk} in {settings.data}: there is {', '.join(there) or 'none yet'}"])
        return folder
    if len(there) == 1:
        return DeskFolder(settings.data, there[0])
    if not there:
        hint = "play `huiying drill`, a `huiying replay`, or start the desk with `huiying run`"
        raise BadSettings([f"no desk in {settings.data} yet: {hint}"])
    raise BadSettings([f"several desks in {settings.data}: choose with --desk {' | '.join(there)}"])


def existing_desks(settings: Settings) -> list[str]:
    """The names of the desks, drills and replays that stand in the data folder.

    The real one also stands where its incidents are on a server: what is there only `huiying run` and
    `huiying migrate` make.
    """
    data = settings.data
    there = {str(path.parent.relative_to(data)) for path in data.glob("**/incidents.db")}
    return sorted(there | ({"desk"} if settings.database_url else set()))


def office_from(settings: Settings, *, mark: str = "") -> Office:
    """The office of the settings, marked where people must see that it is not real."""
    return Office(
        name=settings.office_name,
        zone=settings.office_zone,
        jurisdiction=settings.jurisdiction,
        watch_words=settings.watch_words,
        mark=mark,
    )


def parts_of(backends: Backends, settings: Settings, *, mark: str = "", under: str = "") -> DeskParts:
    """The opened parts of a desk with its rules and its office; a drill's or replay's board is `under` the desk's."""
    return DeskParts(
        bus=backends.bus,
        posts=backends.posts,
        incidents=backends.incidents,
        sources=backends.sources,
        codec=backends.codec,
        office=office_from(settings, mark=mark),
        policy=policy_from(settings),
        board=f"{settings.board_url}{under}",
    )


def screener_of(parts: DeskParts, settings: Settings, classifier: Classifier) -> Screener:
    """The desk's screener."""
    return Screener(parts.bus, parts.posts, classifier, parts.codec, batch=settings.batch)


def placer_of(parts: DeskParts, settings: Settings) -> Placer:
    """The desk's placer."""
    batch = min(settings.batch, _MOST_PLACED_AT_ONCE)
    return Placer(parts.bus, parts.incidents, parts.codec, parts.office, parts.policy, batch=batch)


@contextmanager
def open_line(
    folder: DeskFolder, settings: Settings, classifier: Classifier, notifier: Notifier, *, mark: str
) -> Iterator[Line]:
    """A drill's or replay's whole line, migrated and alone in its folder."""
    clock = SystemClock()
    with folder.lock("line", now=clock.now()), open_backends(folder, settings, migrate=True) as backends:
        parts = parts_of(backends, settings, mark=mark, under=f"/{quote(folder.name)}")
        screener, placer = screener_of(parts, settings, classifier), placer_of(parts, settings)
        with Line(parts, screener, placer, notifier, clock) as line:
            yield line


def with_office(settings: Settings, *, name: str, prefix: str, jurisdiction: tuple[str, ...]) -> Settings:
    """The settings with another office in them: a drill's fictional one."""
    return replace(settings, office_name=name, office_prefix=prefix, jurisdiction=jurisdiction, watch_words=())


def policy_from(settings: Settings) -> Policy:
    """The rules of the settings. Raises BadPolicy with every problem at once."""
    return load_policy(settings.policy, work_calendar(settings.office_zone))


def classifier_for(settings: Settings) -> Classifier:
    """The shipped classifier; it knows the drill's fictional divisions only where the office lies in one (99…)."""
    from models.artifact import load_classifier
    from models.places import Gazetteer

    fictional = any(code.startswith("99") for code in settings.jurisdiction)
    return load_classifier(gazetteer=Gazetteer.load(fictional=fictional))
