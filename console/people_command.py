"""`huiying people`: who is paged, by which channels, and who is on duty when."""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.notifiers import contact_problem, shown_contact
from backends.setting_file import reason_of
from backends.settings import Settings
from backends.wiring import open_backends
from console.showing import local
from console.wiring import existing_desks, policy_from, settings_from
from desk.errors import BadSettings
from desk.people import Person, Shift
from desk.ports import PeopleStore

_ID = re.compile(r"[^\s·]{1,30}")


def list_people(chosen: argparse.Namespace) -> int:
    """Prints every person with what they are paged by, and each role of the ladder that nobody is on duty in."""
    settings = settings_from(chosen)
    roles = [step.role for step in policy_from(settings).ladder]
    with _people(chosen, settings) as people:
        now = SystemClock().now()
        for person in people.people():
            print(_line(person, now, people, roles))
        for role in roles:
            if not people.on_duty(role, now):
                print(f"nobody is on duty as {role}: huiying people shift ID --since … --until …")
    return 0


def add(chosen: argparse.Namespace) -> int:
    """Adds a person, or replaces the one of this id. Raises BadSettings with every problem at once."""
    settings = settings_from(chosen)
    contacts = [_contact(each) for each in chosen.contact]
    problems = [contact_problem(channel, address) for channel, address in contacts]
    _refuse([*_id_problems(chosen.id), *_role_problems(chosen.role, settings), *filter(None, problems)])
    person = Person(
        id=chosen.id,
        name=chosen.name or chosen.id,
        role=chosen.role,
        contacts=tuple(contacts),
        active=not chosen.inactive,
    )
    with _people(chosen, settings) as people:
        people.save_person(person)
        print(_line(person, SystemClock().now(), people, [person.role]))
    return 0


def shift(chosen: argparse.Namespace) -> int:
    """Puts a person on duty. Raises BadSettings when nobody has this id or the shift has no length."""
    settings = settings_from(chosen)
    if chosen.since >= chosen.until:
        raise BadSettings(["the shift ends before it begins: --until is the first moment off duty again"])
    with _people(chosen, settings) as people:
        person = next((each for each in people.people() if each.id == chosen.id), None)
        if person is None:
            raise BadSettings([f"nobody has the id {chosen.id}: huiying people list shows who there is"])
        role = chosen.role or person.role
        _refuse(_role_problems(role, settings))
        people.save_shift(Shift(person_id=person.id, role=role, since=chosen.since, until=chosen.until))
        zone = settings.office_zone
        print(f"{person.id} {role}: {local(chosen.since, zone)} to {local(chosen.until, zone)}")
    return 0


@contextmanager
def _people(chosen: argparse.Namespace, settings: Settings) -> Iterator[PeopleStore]:
    """The rota of the chosen desk; the real desk's is made before the desk first runs."""
    folder = DeskFolder(settings.data, chosen.desk or "desk")
    there = folder.name in existing_desks(settings)
    if not there and folder.name != "desk":
        raise BadSettings([f"no desk {folder.name} in {settings.data}: it has no rota"])
    with open_backends(folder, settings, migrate=not there) as backends:
        yield backends.people


def _line(person: Person, now: datetime, people: PeopleStore, roles: list[str]) -> str:
    on_duty = [role for role in roles if person in people.on_duty(role, now)]
    contacts = " ".join(shown_contact(channel, address) for channel, address in person.contacts) or "no contact"
    standing = f"on duty as {'、'.join(on_duty)}" if on_duty else "not on duty"
    return f"{person.id}  {person.name}  {person.role}  {contacts}  {standing if person.active else 'inactive'}"


def _contact(given: str) -> tuple[str, str]:
    """Channel and address; an address that is a password may stand in a file, out of the process list."""
    channel, _, address = given.partition("=")
    if not address.startswith("@"):
        return channel, address
    try:
        return channel, Path(address[1:]).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise BadSettings([f"cannot read the {channel} contact from {address[1:]}: {reason_of(error)}"]) from None


def _id_problems(given: str) -> list[str]:
    return [] if _ID.fullmatch(given) else [f"id {given!r}: use 1 to 30 characters without spaces or '·'"]


def _role_problems(role: str, settings: Settings) -> list[str]:
    roles = [step.role for step in policy_from(settings).ladder]
    return [] if role in roles else [f"no step of the ladder has the role {role}: use {' or '.join(roles)}"]


def _refuse(problems: list[str]) -> None:
    if problems:
        raise BadSettings(problems)
