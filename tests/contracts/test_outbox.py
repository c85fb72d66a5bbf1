"""What every incident store promises about notices: claimed for a while, sent once (`desk.ports.IncidentStore`)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.change import Notice, NoticeState, Reached
from tests.build import HOUR, MINUTE, NOON, SECOND, an_id
from tests.build_incidents import MICROSECOND, a_change, a_delivery, a_notice, an_incident
from tests.incident_stores import KINDS, AuditedStore, Office

LEASE = 5 * MINUTE


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AuditedStore]:
    office = Office(request.param, tmp_path)
    yield office.open()
    office.close()


def owe(store: AuditedStore, *notices: Notice) -> None:
    store.save([a_change(notices=notices)])


def state(store: AuditedStore) -> NoticeState:
    (row,) = store.notices()
    return row.state


def test_notice_is_not_claimed_before_it_is_owed(store: AuditedStore) -> None:
    owe(store, a_notice(owed_at=NOON))

    assert store.claim(NOON - MICROSECOND, lease=LEASE, limit=9) == []
    assert store.claim(NOON, lease=LEASE, limit=9) == [a_notice(owed_at=NOON)]


def test_claimed_notice_comes_back_only_after_its_lease(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)

    assert store.claim(NOON + LEASE - MICROSECOND, lease=LEASE, limit=9) == []
    assert store.claim(NOON + LEASE, lease=LEASE, limit=9) == [a_notice()]


def test_claim_takes_the_longest_owed_first_and_no_more_than_asked(store: AuditedStore) -> None:
    late, early, same = (
        a_notice(key="c", owed_at=NOON),
        a_notice(key="b", owed_at=NOON - SECOND),
        a_notice(key="a", owed_at=NOON),
    )
    owe(store, late, early, same)

    first = store.claim(NOON, lease=LEASE, limit=2)
    rest = store.claim(NOON, lease=LEASE, limit=2)

    assert (first, rest) == ([early, same], [late])


def test_known_key_leaves_the_notice_as_it_was(store: AuditedStore) -> None:
    owe(store, a_notice(text="请认领"), a_notice(text="请再认领"))
    store.save([a_change(incident=an_incident(version=1), notices=(a_notice(text="请第三次认领"),))])

    (row,) = store.notices()

    assert row.notice.text == "请认领"


def test_sent_notice_is_never_claimed_again(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)

    store.settle([a_delivery(sent_at=NOON + SECOND)])

    assert store.claim(NOON + 1_000 * HOUR, lease=LEASE, limit=9) == []
    (row,) = store.notices()
    assert (row.state, row.sent_at, row.attempts, row.last_error) == (NoticeState.SENT, NOON + SECOND, 1, None)


def test_known_key_does_not_wake_a_sent_notice(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)
    store.settle([a_delivery(sent_at=NOON)])

    store.save([a_change(incident=an_incident(version=1), notices=(a_notice(),))])

    assert store.claim(NOON + HOUR, lease=LEASE, limit=9) == []
    assert state(store) is NoticeState.SENT


def test_failed_notice_is_tried_again_at_its_time(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)

    store.settle([a_delivery(error="robot answered 310000", retry_at=NOON + MINUTE)])

    (row,) = store.notices()
    assert (row.state, row.attempts, row.last_error) == (NoticeState.WAITING, 1, "robot answered 310000")
    assert store.claim(NOON + MINUTE - MICROSECOND, lease=LEASE, limit=9) == []
    assert store.claim(NOON + MINUTE, lease=LEASE, limit=9) == [a_notice()]


def test_notice_given_up_is_failed_and_never_claimed_again(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)

    store.settle([a_delivery(error="no such address")])

    assert store.claim(NOON + 1_000 * HOUR, lease=LEASE, limit=9) == []
    (row,) = store.notices()
    assert (row.state, row.sent_at, row.last_error) == (NoticeState.FAILED, None, "no such address")


def test_withdrawn_notice_is_never_claimed_again_and_counts_no_attempt(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)

    store.settle([a_delivery(error="superseded: acknowledged by p-wang", withdrawn=True)])

    (row,) = store.notices()
    assert (row.state, row.attempts, row.sent_at) == (NoticeState.WITHDRAWN, 0, None)
    assert row.last_error == "superseded: acknowledged by p-wang"
    assert store.claim(NOON + 1_000 * HOUR, lease=LEASE, limit=9) == []


def test_what_was_sent_is_not_withdrawn_later(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)
    store.settle([a_delivery(sent_at=NOON)])

    store.settle([a_delivery(withdrawn=True)])

    assert state(store) is NoticeState.SENT


def test_remark_stands_beside_a_sent_notice(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)

    store.settle([a_delivery(sent_at=NOON, error="nobody is on duty as 值班员")])

    (row,) = store.notices()
    assert (row.state, row.last_error) == (NoticeState.SENT, "nobody is on duty as 值班员")


def test_repeating_a_delivery_changes_nothing_that_was_sent(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)
    store.settle([a_delivery(sent_at=NOON)])
    before = store.notices()

    store.settle([a_delivery(sent_at=NOON), a_delivery(sent_at=NOON + HOUR), a_delivery(error="late", retry_at=NOON)])

    assert store.notices() == before
    assert store.claim(NOON + HOUR, lease=LEASE, limit=9) == []


def test_repeated_failure_counts_once(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)
    failure = a_delivery(error="timed out", retry_at=NOON + MINUTE)
    store.settle([failure])

    store.settle([failure])

    (row,) = store.notices()
    assert row.attempts == 1


def test_each_claimed_attempt_counts(store: AuditedStore) -> None:
    owe(store, a_notice())
    for minute in range(3):
        now = NOON + minute * MINUTE
        store.claim(now, lease=LEASE, limit=9)
        store.settle([a_delivery(attempted_at=now, error=f"attempt {minute}", retry_at=now + MINUTE)])

    (row,) = store.notices()

    assert (row.attempts, row.last_error) == (3, "attempt 2")


def test_failure_of_an_older_claim_does_not_end_the_newer_lease(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)
    store.claim(NOON + LEASE, lease=LEASE, limit=9)

    store.settle([a_delivery(attempted_at=NOON, error="timed out", retry_at=NOON)])

    assert state(store) is NoticeState.LEASED
    assert store.claim(NOON + 2 * LEASE - MICROSECOND, lease=LEASE, limit=9) == []


def test_delivery_of_an_older_claim_counts_as_sent(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)
    store.claim(NOON + LEASE, lease=LEASE, limit=9)

    store.settle([a_delivery(attempted_at=NOON, sent_at=NOON + SECOND)])

    assert state(store) is NoticeState.SENT
    assert store.claim(NOON + 2 * LEASE, lease=LEASE, limit=9) == []


def test_notice_given_up_by_one_and_delivered_by_another_is_sent(store: AuditedStore) -> None:
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)

    store.settle([a_delivery(error="no such address"), a_delivery(sent_at=NOON + SECOND)])

    assert state(store) is NoticeState.SENT


def test_failure_nobody_claimed_for_says_nothing(store: AuditedStore) -> None:
    owe(store, a_notice())
    before = store.notices()

    store.settle([a_delivery(error="timed out", retry_at=NOON + HOUR)])

    assert store.notices() == before
    assert store.claim(NOON, lease=LEASE, limit=9) == [a_notice()]


def test_settling_an_unknown_notice_is_harmless(store: AuditedStore) -> None:
    owe(store, a_notice())
    before = store.notices()

    store.settle([a_delivery(key="nobody's", sent_at=NOON)])
    store.settle([])

    assert store.notices() == before


def test_claimed_notice_is_shown_as_leased(store: AuditedStore) -> None:
    owe(store, a_notice())
    waiting = state(store)

    store.claim(NOON, lease=LEASE, limit=9)

    assert (waiting, state(store)) == (NoticeState.WAITING, NoticeState.LEASED)


def test_notices_are_listed_by_time_then_key_of_one_incident_or_all(store: AuditedStore) -> None:
    mine = [a_notice(key="b"), a_notice(key="a"), a_notice(key="c", owed_at=NOON - SECOND)]
    owe(store, *mine, a_notice(key="0", incident_id=an_id(2)))

    everybody = [row.notice.key for row in store.notices()]
    of_one = [row.notice.key for row in store.notices(an_id(1))]

    assert everybody == ["c", "0", "a", "b"]
    assert of_one == ["c", "a", "b"]
    assert store.notices(an_id(3)) == []


def test_notice_of_another_person_on_the_same_rung_is_another_notice(store: AuditedStore) -> None:
    owe(store, a_notice(key="i·C1·1·p-1·1", person="p-1"), a_notice(key="i·C1·1·p-2·1", person="p-2"))

    claimed = store.claim(NOON, lease=LEASE, limit=9)

    assert [notice.person for notice in claimed] == ["p-1", "p-2"]


def test_sent_notice_keeps_whom_it_reached_and_how(store: AuditedStore) -> None:
    reached = (Reached(person="p-wang", channel="mail"), Reached(person="", channel="webhook_url"))
    owe(store, a_notice())
    store.claim(NOON, lease=LEASE, limit=9)
    (before,) = store.notices()

    store.settle([a_delivery(sent_at=NOON, reached=reached)])

    (row,) = store.notices()
    assert (before.reached, row.reached) == ((), reached)
