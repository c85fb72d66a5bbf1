"""The duty ladder in plain words: who is paged when, by which channels, while nobody takes a suspected incident on."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from backends.notify_channels import MAIL, OUTSIDE, WEBHOOK
from backends.settings import Settings
from desk.ladder import LadderStep
from desk.people import Person
from desk.ports import PeopleStore
from flows.reaching import audience_of


def ladder_lines(ladder: Sequence[LadderStep], people: PeopleStore, settings: Settings, now: datetime) -> Iterator[str]:
    """One line per step, as a page would go out at this moment."""
    roles = [step.role for step in ladder]
    for number, step in enumerate(ladder, 1):
        audience = audience_of(step.role, people, now, roles)
        whom = _everybody if audience.all_of_them else _one_after_the_other
        yield f"  {number}. {_when(step)}: {step.role}: {whom(audience.persons, settings)}"


def uncovered(ladder: Sequence[LadderStep], people: PeopleStore, now: datetime) -> list[str]:
    """The roles that nobody is on duty in at this moment."""
    return [step.role for step in ladder if not people.on_duty(step.role, now)]


def _when(step: LadderStep) -> str:
    minutes = int(step.after.total_seconds()) // 60
    return f"after {minutes} minutes" if minutes else "at once"


def _one_after_the_other(persons: Sequence[Person], settings: Settings) -> str:
    return "; if not reached, ".join(_told(person, settings) for person in persons)


def _everybody(persons: Sequence[Person], settings: Settings) -> str:
    if persons:
        told = ", and ".join(_told(person, settings) for person in persons)
        return f"nobody is on duty; everybody of the role is paged: {told}"
    if settings.webhook_url is not None:
        return "nobody is on duty or has the role; webhook_url gets it"
    return "nobody is on duty or has the role: NOBODY IS PAGED"


def _told(person: Person, settings: Settings) -> str:
    ways = [_way(channel, settings) for channel, _ in person.contacts]
    return f"{person.name} by {', then '.join(ways)}" if ways else f"{person.name}, who has no contact"


def _way(channel: str, settings: Settings) -> str:
    needed = _NEEDED.get(channel)
    missing = needed is not None and not needed[1](settings)
    return f"{channel} (does not work: {needed[0]} is not set)" if needed and missing else channel


_NEEDED: dict[str, tuple[str, Callable[[Settings], str | bool | None]]] = {
    MAIL: ("smtp_host", lambda settings: settings.smtp_host),
    WEBHOOK: ("webhook_secret", lambda settings: settings.webhook_secret),
    **{channel: ("outside_channels", lambda settings: settings.outside_channels) for channel in OUTSIDE},
}
