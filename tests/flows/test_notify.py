from datetime import timedelta

import pytest

from backends.incidents_memory import MemoryIncidentStore
from backends.notify_memory import MemoryNotifier
from desk.change import NoticeState
from desk.errors import NotifyError
from flows.notify import FIRST_WAIT, LONGEST_WAIT, deliver_owed, wait_after
from tests.build import NOON
from tests.build_incidents import a_change, a_notice

SECOND = timedelta(seconds=1)


def notifier_that_fails(*, permanent: bool) -> MemoryNotifier:
    notifier = MemoryNotifier()
    notifier.failure = NotifyError("cannot reach the receiver", permanent=permanent)
    return notifier


def store_owing_one() -> MemoryIncidentStore:
    incidents = MemoryIncidentStore()
    incidents.save([a_change(notices=(a_notice(owed_at=NOON),))])
    return incidents


def test_an_owed_notice_is_delivered_once() -> None:
    incidents, notifier = store_owing_one(), MemoryNotifier()

    first = deliver_owed(incidents, notifier, NOON)
    second = deliver_owed(incidents, notifier, NOON + timedelta(hours=1))

    assert (first.sent, second.sent) == (1, 0)
    assert len(notifier.received()) == 1


def test_a_notice_is_not_sent_a_second_before_it_is_owed() -> None:
    incidents, notifier = store_owing_one(), MemoryNotifier()

    early = deliver_owed(incidents, notifier, NOON - SECOND)

    assert early.sent == 0
    assert notifier.received() == []


def test_a_failed_notice_comes_back_after_its_wait_and_not_before() -> None:
    incidents, notifier = store_owing_one(), MemoryNotifier()
    deliver_owed(incidents, notifier_that_fails(permanent=False), NOON)

    early = deliver_owed(incidents, notifier, NOON + FIRST_WAIT - SECOND)
    later = deliver_owed(incidents, notifier, NOON + FIRST_WAIT)

    assert (early.sent, later.sent) == (0, 1)


def test_a_permanent_failure_is_given_up_and_stays_visible_with_its_reason() -> None:
    incidents = store_owing_one()

    delivered = deliver_owed(incidents, notifier_that_fails(permanent=True), NOON)

    (row,) = incidents.notices()
    assert delivered.failed == 1
    assert row.state is NoticeState.FAILED
    assert row.last_error is not None
    assert "cannot reach the receiver" in row.last_error


@pytest.mark.parametrize(("attempts", "wait"), [(0, FIRST_WAIT), (1, 2 * FIRST_WAIT), (30, LONGEST_WAIT)])
def test_the_wait_doubles_up_to_its_bound(attempts: int, wait: timedelta) -> None:
    assert wait_after(attempts) == wait
