"""`huiying brief`: a week of a desk, drill or replay as an official paper, in Word and as a page."""

import argparse
import sys
from dataclasses import replace
from datetime import datetime, timedelta

from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.settings import DEFAULT, Settings
from backends.wiring import Backends, open_backends
from console.drill_command import MARK as DRILL_MARK
from console.drill_script import SHIPPED, in_its_office, load_script
from console.incidents_command import moment_of
from console.left_out import left_out
from console.replay_command import MARK as REPLAY_MARK
from console.wiring import folder_of, office_from, policy_from, settings_from
from desk.errors import BadSettings
from desk.office import Office
from desk.week import Week, week_at
from flows.brief import BriefedDesk, brief_last_week, write_briefing

FOLDER = "briefings"
"""Where a desk's briefings stand, in its own folder."""

_A_MICROSECOND = timedelta(microseconds=1)
_NO_NAME = "（编印单位未设置）"


def run(chosen: argparse.Namespace) -> int:
    """Writes the briefing and names its two files."""
    settings = settings_from(chosen)
    folder = folder_of(chosen, settings)
    office = office_of(folder, settings)
    with open_backends(folder, settings) as backends:
        now = moment_of(argparse.Namespace(now=None), backends)
        week = chosen.week or last_week(folder, office, now)
        _require_begun(week, folder, office, now)
        desk = _desk(backends, folder, office, settings)
        written = write_briefing(desk, week, now, chosen.to or folder.path / FOLDER)
    if office.name == _NO_NAME:
        print("office_name is not set: the paper names no office, set HUIYING_OFFICE_NAME", file=sys.stderr)
    for path in written:
        print(path)
    return 0


def weekly(folder: DeskFolder, settings: Settings) -> int:
    """Monday's duty, in a process of its own: the last whole week's briefing; says how many files it wrote."""
    office = office_of(folder, settings)
    with open_backends(folder, settings) as backends:
        desk = _desk(backends, folder, office, settings)
        return len(brief_last_week(desk, SystemClock().now(), folder.path / FOLDER))


def office_of(folder: DeskFolder, settings: Settings) -> Office:
    """The office whose week it is, marked where the folder is no real desk; a drill's is the one of its script."""
    if folder.name == "drill":
        return office_from(in_its_office(settings, load_script(SHIPPED)), mark=DRILL_MARK)
    office = office_from(settings, mark="" if folder.name == "desk" else REPLAY_MARK)
    return replace(office, name=_NO_NAME) if settings.origins["office_name"] == DEFAULT else office


def last_week(folder: DeskFolder, office: Office, now: datetime) -> Week:
    """The last whole week; of a drill or replay, whose time has ended, the week it ended in."""
    if folder.name == "desk":
        return week_at(now, office.zone).before
    return week_at(now - _A_MICROSECOND, office.zone)


def _require_begun(week: Week, folder: DeskFolder, office: Office, now: datetime) -> None:
    if week.since(office.zone) >= now:
        stands = now.astimezone(office.zone).isoformat(timespec="minutes")
        raise BadSettings([f"week {week} has not begun, {folder.name} stands at {stands}: choose an earlier --week"])


def _desk(backends: Backends, folder: DeskFolder, office: Office, settings: Settings) -> BriefedDesk:
    return BriefedDesk(
        posts=backends.posts,
        incidents=backends.incidents,
        sources=backends.sources,
        office=office,
        policy=policy_from(settings),
        # Only a real desk prunes: a drill or replay keeps what it played.
        posts_kept=timedelta(days=settings.post_days) if folder.name == "desk" else None,
        left_out=left_out(settings) if folder.name == "desk" else (),
    )
