"""The clocks of the duties beside the first answers, kept in step with what the file owes.

A duty that appears begins its clock, one that falls away ends it with a reason, a moved start moves it, and what
stands in the file as evidence meets it. The length a clock began with stays, whatever the policy says later.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from desk.clock import Clock
from desk.clocks import START_CORRECTED, meet, start_from, void
from desk.decided import Signed, require_two
from desk.duties import DUTY_RULES, QUESTION_RULES, Owed, owed_duties
from desk.duty_evidence import evidence_of
from desk.incident import Incident
from desk.moments import Basis, EvidencedTime, interval_end, whole_seconds
from desk.policy import Policy
from desk.rules import Overdue, warn_moments
from desk.working_days import Due, WorkCalendar, due_after

RECLASSED = "处置类型改判"
RETURNED = "退回重新交办"
REGRADED = "重新定级"

Keyed = Mapping[tuple[str, str | None], Owed]


def with_duties(incident: Incident, policy: Policy, signed: Signed) -> Incident:
    """The incident with a clock for every duty it owes now, met where its file says so.

    Raises SecondPersonNeeded when a question's new class would end a clock that is overdue.
    """
    owed = {duty.key: duty for duty in owed_duties(incident, policy)}
    _require_two_for_reclassing(incident, owed, signed)
    followed = _with_clocks(incident, _followed(incident, owed, policy, signed.now))
    standing = {(clock.rule_id, clock.subject) for clock in followed.clocks if clock.voided_at is None}
    begun = [_begun(duty, followed, policy, signed.now) for key, duty in owed.items() if key not in standing]
    begun_too = _with_clocks(followed, (*followed.clocks, *begun))
    return _with_clocks(begun_too, tuple(_met(begun_too, clock, policy) for clock in begun_too.clocks))


def recounted(incident: Incident, policy: Policy) -> Incident:
    """The incident with its duties' clocks counted again where their start moved or their year was published since.

    It begins none and ends none: that follows from what a person signs.
    """
    owed = {duty.key: duty for duty in owed_duties(incident, policy)}
    again = tuple(_counted_again(clock, owed, incident, policy) for clock in incident.clocks)
    same = all(one is other for one, other in zip(again, incident.clocks, strict=True))
    return incident if same else _with_clocks(incident, again)


def _counted_again(clock: Clock, owed: Keyed, incident: Incident, policy: Policy) -> Clock:
    duty = owed.get((clock.rule_id, clock.subject))
    if duty is None or clock.voided_at is not None or clock.major != duty.major:
        return clock
    return _moved(clock, duty, incident, policy)


def counted_due(clock: Clock, calendar: WorkCalendar) -> Due:
    """When the clock falls due from its start, its length and the working days it was paused."""
    return due_after(clock.start_at, clock.allowed + timedelta(days=clock.paused_days), clock.unit, calendar)


def recounted_due(clock: Clock, policy: Policy) -> Clock:
    """The clock with its due time and its warnings counted again from its start and its length."""
    due = counted_due(clock, policy.calendar)
    rule = policy.rule(clock.rule_id)
    warn_at = clock.warn_at
    if clock.operational_due_at is None:
        warn_at = warn_moments(rule.warn, clock.start_at, due.at, policy.calendar)
    return replace(
        clock,
        due_at=due.at,
        calendar_open=not due.certain,
        warn_at=warn_at,
        # What has been said stays said: only warnings still ahead of the last one spoken of come again.
        warned=min(clock.warned, len(warn_at)),
        met_late=clock.met_late or (clock.met_at is not None and due.certain and clock.met_at > due.at),
    )


def _require_two_for_reclassing(incident: Incident, owed: Keyed, signed: Signed) -> None:
    ended = [
        clock
        for clock in incident.clocks
        if clock.rule_id in QUESTION_RULES and (clock.rule_id, clock.subject) not in owed
    ]
    if any(clock.open and clock.overdue(signed.now) for clock in ended):
        require_two(incident, signed, RECLASSED, "classing a question anew")


def _followed(incident: Incident, owed: Keyed, policy: Policy, now: datetime) -> tuple[Clock, ...]:
    return tuple(
        _follow(clock, owed.get((clock.rule_id, clock.subject)), incident, policy, now)
        if clock.rule_id in DUTY_RULES and clock.voided_at is None
        else clock
        for clock in incident.clocks
    )


def _follow(clock: Clock, duty: Owed | None, incident: Incident, policy: Policy, now: datetime) -> Clock:
    if duty is None:
        return void(clock, now, _why_ended(clock))
    if clock.open and clock.major != duty.major:
        return void(clock, now, REGRADED)
    moved = _moved(clock, duty, incident, policy)
    if clock.open and clock.overdue(now) and moved.due_at > clock.due_at:
        return void(clock, now, START_CORRECTED)
    return moved


def _moved(clock: Clock, duty: Owed, incident: Incident, policy: Policy) -> Clock:
    basis, known, certain = _start(clock, duty, incident)
    start = whole_seconds(known.at)
    if (start, basis) == (clock.start_at, clock.start_basis) and not clock.calendar_open:
        return clock
    moved = recounted_due(
        replace(
            clock,
            start_basis=basis,
            start_at=start,
            start_precision=known.precision,
            start_until=interval_end(known),
        ),
        policy,
    )
    moved = replace(moved, calendar_open=moved.calendar_open or not certain)
    return clock if moved == clock else moved


def _start(clock: Clock, duty: Owed, incident: Incident) -> tuple[Basis, EvidencedTime, bool]:
    """What the clock starts from now: evidence moves it, a policy written after it began does not."""
    if clock.rule_version == duty.rule.version:
        return duty.basis, duty.start, duty.certain
    if clock.bases:
        return *start_from(clock.bases, incident.times), True
    if duty.rule.latest_start is None or (duty.basis is not Basis.AWARE and duty.start.at < clock.start_at):
        return duty.basis, duty.start, duty.certain
    stays = EvidencedTime(
        at=clock.start_at,
        precision=clock.start_precision,
        source=clock.key,
        entered_at=clock.began_at or clock.start_at,
    )
    return clock.start_basis, stays, not clock.calendar_open


def _why_ended(clock: Clock) -> str:
    if clock.rule_id in QUESTION_RULES:
        return RECLASSED
    return RETURNED if clock.rule_id in ("C16", "C16V") else REGRADED


def _begun(duty: Owed, incident: Incident, policy: Policy, now: datetime) -> Clock:
    calendar, rule, start = policy.calendar, duty.rule, whole_seconds(duty.start.at)
    due = due_after(start, duty.length, duty.unit, calendar)
    warn_at = warn_moments(rule.warn, start, due.at, calendar)
    decide_by = (duty.decide_by,) if duty.decide_by is not None and duty.decide_by < due.at else ()
    clock = Clock(
        rule_id=rule.id,
        rule_version=rule.version,
        subject=duty.subject,
        start_basis=duty.basis,
        start_at=start,
        start_precision=duty.start.precision,
        start_until=interval_end(duty.start),
        due_at=due.at,
        warn_at=tuple(sorted({*warn_at, *decide_by})),
        binding=True,
        cycle=1 + sum(1 for each in incident.clocks if (each.rule_id, each.subject) == duty.key),
        began_at=now,
        length=duty.length,
        unit=duty.unit,
        bases=duty.bases,
        calendar_open=not (due.certain and duty.certain),
        flag_only=rule.overdue is Overdue.FLAG,
        major=duty.major,
    )
    return _known_late(clock, duty, calendar, now) if clock.overdue(now) else _without_past_warnings(clock, now)


def _known_late(clock: Clock, duty: Owed, calendar: WorkCalendar, now: datetime) -> Clock:
    """What was known only after its due time keeps it, and alarms follow an operational one (policy §5.5.2)."""
    began = whole_seconds(now)
    operational = due_after(began, duty.length, duty.unit, calendar)
    warn_at = warn_moments(duty.rule.warn, began, operational.at, calendar)
    return replace(clock, graded_at=began, operational_due_at=operational.at, warn_at=warn_at)


def _without_past_warnings(clock: Clock, now: datetime) -> Clock:
    """A clock that begins in the middle of its time does not speak of the points behind it, but of the last one."""
    passed = sum(1 for moment in clock.warn_at if moment <= now)
    return replace(clock, warned=max(passed - 1, 0))


def _met(incident: Incident, clock: Clock, policy: Policy) -> Clock:
    if clock.rule_id not in DUTY_RULES or not clock.open:
        return clock
    found = evidence_of(incident, clock, policy.rule(clock.rule_id).stop)
    if found is None:
        return clock
    running = resumed(clock, found.at, policy) if clock.paused_at is not None else clock
    met = meet(running, found.at, evidence=found.record, self_reported=found.self_reported)
    return replace(met, met_late=met.met_late and not met.calendar_open)


def resumed(clock: Clock, at: datetime, policy: Policy) -> Clock:
    """The clock running again: the working days behind the day it was paused, up to this one, are not counted."""
    if clock.paused_at is None:
        return clock
    calendar = policy.calendar
    lost = calendar.working_days_between(calendar.day_of(clock.paused_at), calendar.day_of(at))
    return recounted_due(replace(clock, paused_at=None, paused_days=clock.paused_days + lost), policy)


def _with_clocks(incident: Incident, clocks: tuple[Clock, ...]) -> Incident:
    return replace(incident, clocks=clocks)
