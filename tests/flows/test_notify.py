from datetime import datetime, timedelta

import pytest

from backends.incidents_memory import MemoryIncidentStore
from backends.notify_memory import MemoryNotifier
from desk.change import NoticeState, Reached
from desk.clock import Clock as LegalClock
from desk.clocks import meet, void
from desk.errors import NotifyError
from flows.notify import FIRST_WAIT, LEASE, LONGEST_WAIT, Delivered, ToOne, deliver_owed, wait_after
from tests.build import HOUR, NOON
from tests.build_incidents import A_FULL_INCIDENT, a_change, a_notice, an_incident

SECOND = timedelta(seconds=1)
(C1,) = A_FULL_INCIDENT.clocks


def notifier_that_fails(*, permanent: bool) -> MemoryNotifier:
    notifier = MemoryNotifier()
    notifier.failure = NotifyError("cannot reach the receiver", permanent=permanent)
    return notifier


def send(incidents: MemoryIncidentStore, notifier: MemoryNotifier, now: datetime) -> Delivered:
    return deliver_owed(incidents, ToOne(notifier), now, board="http://127.0.0.1:8765")


def store_owing_one() -> MemoryIncidentStore:
    incidents = MemoryIncidentStore()
    incidents.save([a_change(notices=(a_notice(owed_at=NOON),))])
    return incidents


def test_an_owed_notice_is_delivered_once() -> None:
    incidents, notifier = store_owing_one(), MemoryNotifier()

    first = send(incidents, notifier, NOON)
    second = send(incidents, notifier, NOON + HOUR)

    assert (first.sent, second.sent) == (1, 0)
    assert len(notifier.received()) == 1


def test_a_notice_is_not_sent_a_second_before_it_is_owed() -> None:
    incidents, notifier = store_owing_one(), MemoryNotifier()

    early = send(incidents, notifier, NOON - SECOND)

    assert early.sent == 0
    assert notifier.received() == []


def test_a_failed_notice_comes_back_after_its_wait_and_not_before() -> None:
    incidents, notifier = store_owing_one(), MemoryNotifier()
    send(incidents, notifier_that_fails(permanent=False), NOON)

    early = send(incidents, notifier, NOON + FIRST_WAIT - SECOND)
    later = send(incidents, notifier, NOON + FIRST_WAIT)

    assert (early.sent, later.sent) == (0, 1)


def test_a_permanent_failure_is_given_up_and_stays_visible_with_its_reason() -> None:
    incidents = store_owing_one()

    came = send(incidents, notifier_that_fails(permanent=True), NOON)

    (row,) = incidents.notices()
    assert came.failed == 1
    assert row.state is NoticeState.FAILED
    assert row.last_error is not None
    assert "cannot reach the receiver" in row.last_error


@pytest.mark.parametrize(("attempts", "wait"), [(0, FIRST_WAIT), (1, 2 * FIRST_WAIT), (30, LONGEST_WAIT)])
def test_the_wait_doubles_up_to_its_bound(attempts: int, wait: timedelta) -> None:
    assert wait_after(attempts) == wait


def test_a_notice_says_its_number_and_where_to_acknowledge_it() -> None:
    incidents, notifier = store_owing_one(), MemoryNotifier()

    send(incidents, notifier, NOON)

    (notice,) = notifier.received()
    link = "http://127.0.0.1:8765/incidents/%E4%BA%91%E5%B7%9E-2026-0001/acknowledge"
    assert notice.text == f"{a_notice().text}编号云州-2026-0001，查看并认领：{link}"


def test_a_sender_killed_between_sending_and_settling_repeats_under_one_key() -> None:
    incidents, notifier = store_owing_one(), MemoryNotifier()
    (claimed,) = incidents.claim(NOON, lease=LEASE, limit=9)
    notifier.notify(claimed)

    within_the_lease = send(incidents, notifier, NOON + LEASE - SECOND)
    after_it = send(incidents, notifier, NOON + LEASE)

    assert (within_the_lease.sent, after_it.sent) == (0, 1)
    assert (len(notifier.received()), notifier.repeats) == (1, 1)


def test_a_page_of_the_ladder_waiting_for_its_next_try_is_withdrawn_once_somebody_acted() -> None:
    incidents, notifier = MemoryIncidentStore(), MemoryNotifier()
    page = a_notice(clock_key="-", rung="step1", person="值班员")
    incidents.save([a_change(notices=(page,))])
    send(incidents, notifier_that_fails(permanent=False), NOON)
    incidents.save([a_change(incident=an_incident(version=1, acknowledged_by="p-wang"))])

    came = send(incidents, notifier, NOON + FIRST_WAIT)

    (row,) = incidents.notices()
    assert (came, notifier.received()) == (Delivered(withdrawn=1), [])
    assert (row.state, row.attempts) == (NoticeState.WITHDRAWN, 1)
    assert row.last_error == "superseded: acknowledged by p-wang"


def store_with_a_page(
    clock: LegalClock, rung: str = "warn1", *, person: str = "值班员", taken_on_by: str | None = None
) -> MemoryIncidentStore:
    incidents = MemoryIncidentStore()
    incidents.save([a_change(notices=(a_notice(clock_key="C1", rung=rung, person=person),))])
    incidents.save([a_change(incident=an_incident(version=1, clocks=(clock,), acknowledged_by=taken_on_by))])
    return incidents


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (meet(C1, NOON, evidence="r-1", self_reported=False), "superseded: C1 is met"),
        (void(C1, NOON, "定级较低"), "superseded: C1 is void"),
    ],
)
def test_a_warning_still_waiting_is_withdrawn_once_its_clock_has_ended(ended: LegalClock, why: str) -> None:
    incidents, notifier = store_with_a_page(ended), MemoryNotifier()

    came = send(incidents, notifier, NOON)

    (row,) = incidents.notices()
    assert (came, notifier.received()) == (Delivered(withdrawn=1), [])
    assert (row.state, row.last_error) == (NoticeState.WITHDRAWN, why)


def test_a_warning_still_waiting_is_withdrawn_once_somebody_took_the_incident_on() -> None:
    incidents, notifier = store_with_a_page(C1, taken_on_by="p-wang"), MemoryNotifier()

    came = send(incidents, notifier, NOON)

    (row,) = incidents.notices()
    assert (came, notifier.received()) == (Delivered(withdrawn=1), [])
    assert row.last_error == "superseded: acknowledged by p-wang"


def test_a_warning_to_whoever_took_the_incident_on_is_sent() -> None:
    incidents = store_with_a_page(C1, person="p-wang", taken_on_by="p-wang")

    assert send(incidents, MemoryNotifier(), NOON).sent == 1


@pytest.mark.parametrize("rung", ["due", "due-confirm"])
def test_a_page_that_the_time_has_passed_is_sent_whatever_happened_since(rung: str) -> None:
    late = meet(C1, NOON + 6 * HOUR, evidence="r-1", self_reported=False)
    incidents = store_with_a_page(late, rung, taken_on_by="p-wang")

    assert send(incidents, MemoryNotifier(), NOON).sent == 1


def test_a_warning_of_a_clock_that_still_runs_is_sent() -> None:
    assert send(store_with_a_page(C1), MemoryNotifier(), NOON).sent == 1


def test_a_notice_keeps_whom_it_reached_and_by_which_channel() -> None:
    incidents = store_owing_one()

    send(incidents, MemoryNotifier(), NOON)

    (row,) = incidents.notices()
    assert row.reached == (Reached(person="p-duty", channel="receiver"),)
