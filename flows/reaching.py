"""Reaching people: whom a notice is for right now, and by which of their channels it gets there.

A role is whoever is on duty in it at that moment. One contact after the other is tried, then the next person; the
back-off between attempts is the outbox's (`flows.notify`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol

from backends.notify_channels import left_open
from desk.change import Notice, Reached
from desk.errors import NotifyError
from desk.ladder import LadderStep
from desk.people import Person
from desk.ports import Notifier, PeopleStore
from flows.notify import Arrival

DESK_WEBHOOK = "webhook_url"
"""The channel of what nobody on the rota could be found for."""


class Channels(Protocol):
    """The ways to reach people that an office has set up."""

    def notifier(self, channel: str, address: str) -> Notifier:
        """The notifier of a contact. Raises NotifyError(permanent=True) where it can never work."""

    def default(self) -> Notifier | None:
        """Where a notice goes that no person can be found for; None where nothing is set up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is tried, in order: the first one reached is enough, unless all are called because nobody is on duty.

    `gap` says what is wrong with the rota, for somebody to mend; it is empty where the rota is whole.
    """

    persons: tuple[Person, ...]
    all_of_them: bool = False
    gap: str = ""


class ToPeople:
    """Takes notices to the persons on duty; the first role of the ladder stands in for an addressee nobody knows."""

    def __init__(self, people: PeopleStore, channels: Channels, ladder: Sequence[LadderStep]) -> None:
        self._people = people
        self._channels = channels
        self._roles = tuple(step.role for step in ladder)
        self._doubts: dict[str, set[str]] = {}

    def deliver(self, notice: Notice, now: datetime) -> Arrival:
        """Delivers it; the remark says what is wrong with the rota, and what nobody knows of the arrival, if anything.

        Raises NotifyError when nobody got it: permanent only where no way to anybody can ever work.
        """
        audience = audience_of(notice.person, self._people, now, self._roles)
        failures: list[NotifyError] = []
        # Everybody is told where nobody is on duty; else the first one reached is enough, and the rest is left alone.
        told = filter(None, (self._tell(person, notice, failures) for person in audience.persons))
        reached = tuple(told) if audience.all_of_them else tuple(islice(told, 1))
        if reached:
            return Arrival(reached=reached, remark=self._remark(audience, notice, reached))
        if any(not failure.permanent for failure in failures):
            raise NotifyError(_joined(audience, failures))
        return self._tell_default(notice, _joined(audience, failures))

    def _tell(self, person: Person, notice: Notice, failures: list[NotifyError]) -> Reached | None:
        if not person.contacts:
            failures.append(NotifyError(f"{person.id} has no contact", permanent=True))
        for channel, address in person.contacts:
            try:
                self._channels.notifier(channel, address).notify(notice)
            except NotifyError as error:
                failures.append(error)
                if error.doubtful:
                    self._doubts.setdefault(notice.key, set()).add(channel)
            else:
                return Reached(person=person.id, channel=channel)
        return None

    def _remark(self, audience: Audience, notice: Notice, reached: Sequence[Reached]) -> str | None:
        doubts = sorted(self._doubts.pop(notice.key, ()))
        repeat = f"possible repeat: an earlier attempt by {', '.join(doubts)} may have arrived too" if doubts else ""
        unknown = dict.fromkeys(left_open(each.channel) for each in reached)
        return "; ".join(filter(None, [audience.gap, repeat, *unknown])) or None

    def _tell_default(self, notice: Notice, why: str) -> Arrival:
        default = self._channels.default()
        if default is None:
            raise NotifyError(f"{why}; no webhook_url to fall back on, add people or set it", permanent=True)
        try:
            default.notify(notice)
        except NotifyError as error:
            raise NotifyError(f"{why}; {error}", permanent=error.permanent) from None
        return Arrival(reached=(Reached(person="", channel=DESK_WEBHOOK),), remark=f"{why}; went to {DESK_WEBHOOK}")


def audience_of(addressee: str, people: PeopleStore, now: datetime, roles: Sequence[str]) -> Audience:
    """Whom a notice to a person or to a role is for at this moment; `roles` are the ladder's, lowest first."""
    active = [person for person in people.people() if person.active]
    named = _named(addressee, active)
    if named is not None:
        # Whoever took the incident on comes first; where they cannot be reached, whoever is on duty.
        stand_ins = [person for person in people.on_duty(roles[0], now) if person.id != named.id]
        return Audience(persons=(named, *stand_ins))
    known = addressee in roles
    role = addressee if known else roles[0]
    unknown = "" if known else f"{addressee} is nobody the desk can page, {role} stands in; "
    on_duty = people.on_duty(role, now)
    if on_duty:
        return Audience(persons=tuple(on_duty), gap=unknown.removesuffix("; "))
    of_the_role = tuple(person for person in active if person.role == role)
    gap = f"{unknown}nobody is on duty as {role}"
    return Audience(persons=of_the_role, all_of_them=True, gap=gap)


def _named(addressee: str, active: Sequence[Person]) -> Person | None:
    """The person of this id, else the only one of this name: the board signs acts with the account's name."""
    by_id = [person for person in active if person.id == addressee]
    by_name = [person for person in active if person.name == addressee]
    found = by_id or by_name
    return found[0] if len(found) == 1 else None


def _joined(audience: Audience, failures: Sequence[NotifyError]) -> str:
    return "; ".join(filter(None, [audience.gap, *(str(failure) for failure in failures)]))
