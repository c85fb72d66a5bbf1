"""What the board shows: the desks that stand in the data folder, and who may come in.

A page module (`board.py`, `incident.py`, `actions.py`, …) has a `router = APIRouter()` whose paths begin at the desk's
own root ("/", "/incidents/{ref}", "/search"); `console.web.app` serves it under "", "/drill" and "/replay/NAME". Every
link in a page therefore begins with the `prefix` of its desk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from fastapi import Request

from backends.desk_folder import DeskFolder
from backends.passwords import Passwords
from backends.settings import Settings
from desk.account_store import AccountStore
from desk.ports import Archive, Clock, PeopleStore
from flows.line import DeskParts


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDesk:
    """One desk with its parts opened: the real one has the key "", others "drill" or "replay/NAME".

    `clock` tells the desk's own time: a drill's or replay's stands where it was played to.
    """

    key: str
    folder: DeskFolder
    parts: DeskParts
    people: PeopleStore
    archive: Archive
    clock: Clock

    @property
    def prefix(self) -> str:
        """What every path of this desk begins with: "", "/drill" or "/replay/NAME", ready to stand in a link."""
        return f"/{quote(self.key)}" if self.key else ""

    @property
    def mark(self) -> str:
        """What stands before everything that is not real: 【演练】, 【回放】 or nothing."""
        return self.parts.office.mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The whole board. `accounts` are those of the real desk and hold for its drills and replays as well."""

    desks: Mapping[str, OpenDesk]
    settings: Settings
    accounts: AccountStore
    clock: Clock
    passwords: Passwords = field(default_factory=Passwords)


def site_of(request: Request) -> Site:
    """The site this request came to."""
    site = request.app.state.site
    assert isinstance(site, Site)
    return site


def desk_of(request: Request) -> OpenDesk:
    """The desk this request is about: the real one, or the drill or replay its path begins with."""
    desk = getattr(request.state, "desk", None) or site_of(request).desks[""]
    assert isinstance(desk, OpenDesk)
    return desk


def now_of(request: Request) -> datetime:
    """The time at the desk this request is about. Sessions and the throttle go by `Site.clock` instead."""
    return desk_of(request).clock.now()
