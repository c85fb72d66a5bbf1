"""Where a notice stands between being owed and being delivered."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.change import Delivery, Notice, NoticeRow, NoticeState, Reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the delivery of a notice has come.

    `ready_at` is when it may next be claimed: when it is owed, when it is tried again, or when its lease is over;
    None once it was sent, given up or withdrawn.
    """

    state: NoticeState
    ready_at: datetime | None
    attempts: int = 0
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    last_error: str | None = None
    reached: tuple[Reached, ...] = ()


def owed(notice: Notice) -> Standing:
    """A notice nobody has claimed yet."""
    return Standing(state=NoticeState.WAITING, ready_at=notice.owed_at)


def claimed(standing: Standing, now: datetime, lease: timedelta) -> Standing:
    """A notice taken at `now` for as long as the lease runs."""
    return replace(standing, state=NoticeState.LEASED, claimed_at=now, ready_at=now + lease)


def settled(standing: Standing, delivery: Delivery) -> Standing:
    """Where the notice stands after an attempt; unchanged by a repeat.

    What was sent stays sent. A failure counts only against the claim it was made under: told twice, or told by
    somebody whose lease has passed to another, it says nothing new.
    """
    if standing.state is NoticeState.SENT:
        return standing
    if delivery.sent_at is not None:
        return _after(standing, delivery, NoticeState.SENT, ready_at=None)
    if standing.claimed_at is None or standing.state is not NoticeState.LEASED:
        return standing
    if delivery.attempted_at < standing.claimed_at:
        return standing
    if delivery.withdrawn:
        return replace(standing, state=NoticeState.WITHDRAWN, ready_at=None, last_error=delivery.error)
    state = NoticeState.FAILED if delivery.retry_at is None else NoticeState.WAITING
    return _after(standing, delivery, state, ready_at=delivery.retry_at)


def row_of(notice: Notice, standing: Standing) -> NoticeRow:
    """The notice as the board shows it."""
    return NoticeRow(
        notice=notice,
        state=standing.state,
        attempts=standing.attempts,
        sent_at=standing.sent_at,
        last_error=standing.last_error,
        reached=standing.reached,
    )


def _after(standing: Standing, delivery: Delivery, state: NoticeState, *, ready_at: datetime | None) -> Standing:
    return replace(
        standing,
        state=state,
        ready_at=ready_at,
        attempts=standing.attempts + 1,
        sent_at=delivery.sent_at,
        last_error=delivery.error,
        reached=delivery.reached,
    )
