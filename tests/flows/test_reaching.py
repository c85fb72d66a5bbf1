"""Whom a notice reaches: the person, whoever is on duty, everybody of the role, or the desk's own webhook."""

from dataclasses import replace
from datetime import datetime

import pytest

from backends.notify_memory import MemoryNotifier
from backends.people_memory import MemoryPeopleStore
from desk.change import Reached
from desk.errors import NotifyError
from desk.ladder import DEFAULT_LADDER
from desk.people import Person, Shift
from flows.notify import Arrival
from flows.reaching import ToPeople
from tests.build import HOUR, MICROSECOND, NOON
from tests.build_incidents import a_notice

DUTY, HEAD = "值班员", "新闻办主任"
WANG = Person(id="p-wang", name="王值班", role=DUTY, contacts=(("webhook", "wang"), ("mail", "wang@")))
ZHAO = Person(id="p-zhao", name="赵值班", role=DUTY, contacts=(("mail", "zhao@"),))
LI = Person(id="p-li", name="李主任", role=HEAD, contacts=(("webhook", "li"),))


class MemoryChannels:
    """Channels that keep what they got, by address; a broken one fails every time."""

    def __init__(self, *, default: bool = True) -> None:
        self.boxes: dict[str, MemoryNotifier] = {"default": MemoryNotifier()}
        self._default = default

    def notifier(self, channel: str, address: str) -> MemoryNotifier:
        del channel
        return self.boxes.setdefault(address, MemoryNotifier())

    def default(self) -> MemoryNotifier | None:
        return self.boxes["default"] if self._default else None

    def break_(self, *addresses: str, permanent: bool = False) -> None:
        for address in addresses:
            self.notifier("", address).failure = NotifyError(f"{address} is broken", permanent=permanent)

    def reached(self) -> set[str]:
        return {address for address, box in self.boxes.items() if box.received()}


class Town:
    """Wang and Zhao are duty officers, Li heads the office; only those named are on duty, for eight hours from noon."""

    def __init__(self, *on_duty: Person, default: bool = True) -> None:
        self.people = MemoryPeopleStore()
        self.channels = MemoryChannels(default=default)
        for person in (WANG, ZHAO, LI):
            self.people.save_person(person)
        for person in on_duty:
            shift = Shift(person_id=person.id, role=person.role, since=NOON, until=NOON + 8 * HOUR)
            self.people.save_shift(shift)

    def page(self, person: str = DUTY, now: datetime = NOON) -> str | None:
        return self.arrival(person, now).remark

    def arrival(self, person: str = DUTY, now: datetime = NOON) -> Arrival:
        return ToPeople(self.people, self.channels, DEFAULT_LADDER).deliver(a_notice(person=person), now)

    def reached(self) -> set[str]:
        return self.channels.reached()


def test_a_role_is_whoever_is_on_duty_in_it() -> None:
    town = Town(ZHAO, LI)

    remark = town.page(DUTY)

    assert (town.reached(), remark) == ({"zhao@"}, None)


def test_duty_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    before, first, last, after = (Town(ZHAO), Town(ZHAO), Town(ZHAO), Town(ZHAO))

    before.page(now=NOON - MICROSECOND)
    first.page(now=NOON)
    last.page(now=NOON + 8 * HOUR - MICROSECOND)
    after.page(now=NOON + 8 * HOUR)

    assert [each.reached() for each in (first, last)] == [{"zhao@"}] * 2
    assert [each.reached() for each in (before, after)] == [{"wang", "zhao@"}] * 2


def test_the_first_contact_that_works_is_enough() -> None:
    town = Town(WANG)

    town.page()

    assert town.reached() == {"wang"}


@pytest.mark.parametrize("permanent", [False, True])
def test_the_next_channel_is_tried_when_one_fails(*, permanent: bool) -> None:
    town = Town(WANG, ZHAO)
    town.channels.break_("wang", permanent=permanent)

    town.page()

    assert town.reached() == {"wang@"}


def test_the_next_person_on_duty_is_tried_when_all_channels_of_one_fail() -> None:
    town = Town(WANG, ZHAO)
    town.channels.break_("wang", "wang@")

    town.page()

    assert town.reached() == {"zhao@"}


def test_when_nobody_answers_it_is_to_be_tried_again_and_the_fallback_is_left_alone() -> None:
    town = Town(WANG)
    town.channels.break_("wang", "wang@")

    with pytest.raises(NotifyError, match="wang is broken; wang@ is broken") as failure:
        town.page()

    assert (failure.value.permanent, town.reached()) == (False, set())


def test_when_no_way_can_ever_work_the_desks_own_webhook_gets_it_with_a_remark() -> None:
    town = Town(LI)
    town.channels.break_("li", permanent=True)

    remark = town.page(HEAD)

    assert (town.reached(), remark) == ({"default"}, "li is broken; went to webhook_url")


def test_a_contact_that_may_work_later_is_no_reason_to_give_up() -> None:
    town = Town(WANG)
    town.channels.break_("wang", permanent=True)
    town.channels.break_("wang@", permanent=False)

    with pytest.raises(NotifyError) as failure:
        town.page()

    assert not failure.value.permanent


def test_with_nobody_on_duty_everybody_of_the_role_is_told_and_the_gap_is_said() -> None:
    town = Town(LI)

    remark = town.page(DUTY)

    assert (town.reached(), remark) == ({"wang", "zhao@"}, "nobody is on duty as 值班员")


def test_with_nobody_on_duty_one_of_the_role_who_is_reached_is_enough() -> None:
    town = Town()
    town.channels.break_("wang", "wang@")

    assert town.page(DUTY) == "nobody is on duty as 值班员"
    assert town.reached() == {"zhao@"}


def test_with_nobody_in_the_role_the_desks_own_webhook_gets_it() -> None:
    town = Town(WANG)
    town.people.save_person(replace(LI, active=False))

    remark = town.page(HEAD)

    assert (town.reached(), remark) == ({"default"}, "nobody is on duty as 新闻办主任; went to webhook_url")


def test_with_nobody_and_no_webhook_it_is_given_up_with_what_to_do() -> None:
    town = Town(WANG, default=False)
    town.people.save_person(replace(LI, active=False))

    with pytest.raises(NotifyError, match="no webhook_url to fall back on, add people or set it") as failure:
        town.page(HEAD)

    assert (failure.value.permanent, town.reached()) == (True, set())


def test_a_desks_webhook_that_fails_for_now_is_tried_again() -> None:
    town = Town()
    town.people.save_person(replace(LI, active=False))
    town.channels.break_("default")

    with pytest.raises(NotifyError, match="default is broken") as failure:
        town.page(HEAD)

    assert not failure.value.permanent


def test_a_person_is_paged_on_or_off_duty() -> None:
    town = Town(ZHAO)

    remark = town.page("p-wang")

    assert (town.reached(), remark) == ({"wang"}, None)


def test_a_person_is_known_by_a_name_that_only_one_has() -> None:
    one, two = Town(ZHAO), Town(ZHAO)
    two.people.save_person(replace(LI, name=WANG.name))

    one.page(WANG.name)
    two.page(WANG.name)

    assert (one.reached(), two.reached()) == ({"wang"}, {"zhao@"})


def test_where_a_person_cannot_be_reached_whoever_is_on_duty_is() -> None:
    town = Town(ZHAO)
    town.people.save_person(replace(LI, contacts=()))

    town.page("p-li")

    assert town.reached() == {"zhao@"}


def test_for_somebody_the_desk_cannot_page_the_duty_officer_stands_in_and_it_is_said() -> None:
    town = Town(WANG)

    remark = town.page("admin")

    assert (town.reached(), remark) == ({"wang"}, "admin is nobody the desk can page, 值班员 stands in")


def test_a_person_who_left_is_not_paged() -> None:
    town = Town(WANG, ZHAO)
    town.people.save_person(replace(WANG, active=False))

    town.page("p-wang")

    assert town.reached() == {"zhao@"}


def test_it_is_said_who_was_reached_and_by_which_channel() -> None:
    town = Town(WANG, ZHAO)
    town.channels.break_("wang")

    assert town.arrival().reached == (Reached(person="p-wang", channel="mail"),)


def test_everybody_who_was_told_is_named() -> None:
    town = Town()

    reached = town.arrival().reached

    assert reached == (Reached(person="p-wang", channel="webhook"), Reached(person="p-zhao", channel="mail"))


def test_what_went_to_the_desks_own_webhook_reached_nobody_in_particular() -> None:
    town = Town()
    town.people.save_person(replace(LI, active=False))

    assert town.arrival(HEAD).reached == (Reached(person="", channel="webhook_url"),)
