"""Pages through real channels: a robot that refuses passes the page on to the next contact, then the next person."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from backends.clock import ManualClock
from backends.incidents_memory import MemoryIncidentStore
from backends.notifiers import RealChannels
from backends.people_memory import MemoryPeopleStore
from backends.settings import load_settings
from desk.change import Reached
from desk.errors import NotifyError
from desk.ladder import DEFAULT_LADDER
from desk.people import Person, Shift
from flows.notify import Arrival, Delivered, deliver_owed
from flows.reaching import ToPeople
from tests.build import HOUR, NOON
from tests.build_incidents import a_change, a_notice
from tests.robots.servers import KINDS, Robot, running
from tests.robots.sms_gateway import Gateway, gateway

DUTY = "值班员"


@dataclass(frozen=True)
class Town:
    """Wang is paged by 钉钉, then 飞书; Zhao by 企业微信, then SMS; both are on duty."""

    clock: ManualClock
    robots: dict[str, Robot]
    sms: Gateway
    courier: ToPeople

    def page(self, number: int = 1) -> Arrival:
        return self.courier.deliver(a_notice(key=f"page {number}", person=DUTY), NOON)

    def got(self) -> dict[str, int]:
        counted = {channel: len(robot.texts) for channel, robot in self.robots.items()} | {"sms": len(self.sms.taken)}
        return {channel: count for channel, count in counted.items() if count}

    def refuse(self, **codes: int) -> None:
        for channel, code in codes.items():
            self.robots[channel].forced = code


@pytest.fixture
def town() -> Iterator[Town]:
    clock = ManualClock(NOON)
    with ExitStack() as at_work:
        robots = {channel: at_work.enter_context(running(channel, clock)) for channel in KINDS}
        sms = at_work.enter_context(gateway())
        settings = replace(load_settings({}, {}, Path("/nowhere")), outside_channels=True)
        channels = RealChannels(settings, clock, elapsed=clock.elapsed)
        at_work.callback(channels.close)
        people = MemoryPeopleStore()
        on_duty(people, "p-wang", ("dingtalk", robots["dingtalk"].contact), ("feishu", robots["feishu"].contact))
        on_duty(people, "p-zhao", ("wecom", robots["wecom"].contact), ("sms", sms.contact))
        yield Town(clock, robots, sms, ToPeople(people, channels, DEFAULT_LADDER))


def on_duty(people: MemoryPeopleStore, person_id: str, *contacts: tuple[str, str]) -> None:
    people.save_person(Person(id=person_id, name=person_id, role=DUTY, contacts=contacts))
    people.save_shift(Shift(person_id=person_id, role=DUTY, since=NOON, until=NOON + 8 * HOUR))


def test_the_first_robot_that_takes_it_is_enough(town: Town) -> None:
    arrival = town.page()

    assert arrival == Arrival(reached=(Reached(person="p-wang", channel="dingtalk"),))
    assert town.got() == {"dingtalk": 1}


@pytest.mark.parametrize("code", [310000, 130101, -1])
def test_a_refusal_within_http_200_passes_to_the_next_channel(town: Town, code: int) -> None:
    town.refuse(dingtalk=code)

    arrival = town.page()

    assert arrival.reached == (Reached(person="p-wang", channel="feishu"),)
    assert town.got() == {"feishu": 1}


def test_when_all_robots_of_one_person_refuse_the_next_person_is_paged(town: Town) -> None:
    town.refuse(dingtalk=310000, feishu=19021)

    arrival = town.page()

    assert arrival == Arrival(reached=(Reached(person="p-zhao", channel="wecom"),))
    assert town.got() == {"wecom": 1}


def test_an_sms_is_marked_as_handed_over_only(town: Town) -> None:
    town.refuse(dingtalk=310000, feishu=19021, wecom=93000)

    arrival = town.page()

    assert arrival.reached == (Reached(person="p-zhao", channel="sms"),)
    assert arrival.remark == "sms: handed over, arrival unknown"


def test_a_page_whose_answer_was_lost_is_marked_as_a_possible_repeat(town: Town) -> None:
    town.robots["dingtalk"].lost_answer = True

    arrival = town.page()

    assert arrival.remark == "possible repeat: an earlier attempt by dingtalk may have arrived too"
    assert town.got() == {"dingtalk": 1, "feishu": 1}


def test_a_possible_repeat_is_remembered_until_the_page_arrives_and_no_longer(town: Town) -> None:
    town.robots["dingtalk"].lost_answer = True
    town.refuse(feishu=11232, wecom=-1)
    town.sms.refusing = True

    with pytest.raises(NotifyError) as failed:
        town.page()
    again, once_more = town.page(), town.page()

    assert not failed.value.permanent
    assert "earlier attempt by dingtalk, sms may have arrived" in (again.remark or "")
    assert once_more.remark is None


def test_a_burst_goes_on_by_the_next_channel_and_the_rest_waits_and_arrives(town: Town) -> None:
    town.refuse(feishu=19021, wecom=93000)

    first = [town.page(number).reached[0].channel for number in range(25)]

    assert first == ["dingtalk"] * 20 + ["sms"] * 5
    town.clock.advance(timedelta(seconds=61))
    assert town.page(26).reached[0].channel == "dingtalk"


def owing(*numbers: int) -> MemoryIncidentStore:
    incidents = MemoryIncidentStore()
    notices = tuple(a_notice(key=f"i-1·C1·{number}·{DUTY}·1", person=DUTY, owed_at=NOON) for number in numbers)
    incidents.save([a_change(notices=notices)])
    return incidents


def send(town: Town, incidents: MemoryIncidentStore) -> Delivered:
    return deliver_owed(incidents, town.courier, town.clock.now(), board="https://board.yunzhou.example")


def test_with_one_robot_left_what_exceeds_its_rate_waits_in_the_outbox_and_arrives_later(town: Town) -> None:
    town.refuse(feishu=19021, wecom=93000)
    town.sms.refusing = True
    incidents = owing(*range(25))

    at_once = send(town, incidents)
    town.clock.advance(timedelta(minutes=2))
    later = send(town, incidents)

    assert (at_once.sent, at_once.failed, later.sent) == (20, 5, 5)
    assert len(set(town.robots["dingtalk"].texts)) == len(town.robots["dingtalk"].texts) == 25


def test_a_possible_repeat_stands_beside_the_notice_it_was_sent_with(town: Town) -> None:
    town.robots["dingtalk"].lost_answer = True
    incidents = owing(1)

    send(town, incidents)

    (row,) = incidents.notices()
    assert row.reached == (Reached(person="p-wang", channel="feishu"),)
    assert row.last_error == "possible repeat: an earlier attempt by dingtalk may have arrived too"
    assert town.robots["dingtalk"].texts == town.robots["feishu"].texts
