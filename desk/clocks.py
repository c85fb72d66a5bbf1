"""Clock arithmetic: from rules and evidenced times to due times, and what meets or voids a clock.

Wall-clock due = start + length exactly, on whole seconds, the due second included (policy §5.4). Nights, holidays and
weekends change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.clock import Clock
from desk.incident import Times
from desk.moments import Basis, EvidencedTime, Precision, interval_end, whole_seconds
from desk.policy import Policy
from desk.rules import Rule, warn_moments

START_CORRECTED = "起算时间更正"
PROVISIONAL_RULES = ("C1", "C2", "C3")
"""What runs from the first flag until a person grades (DESIGN §4.1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One of the three figures kept for C1–C3: the clock as it would stand from this start (policy §5.5.1).

    `lenient_due_at` is the due time from the interval's end, where only an interval is known of the start.
    """

    basis: Basis
    start_at: datetime
    due_at: datetime
    elapsed: timedelta
    in_time: bool
    lenient_due_at: datetime | None = None


def evidence_for(times: Times, basis: Basis) -> EvidencedTime | None:
    """The evidenced time a basis stands for, or None where it is unknown."""
    known = {
        Basis.OCCURRED: times.occurred,
        Basis.FIRST_PUBLIC: times.first_public,
        Basis.AWARE: times.aware,
        Basis.ASSIGNED: times.assigned,
        Basis.ACCEPTED: times.accepted,
    }
    return known.get(basis)


def start_of(rule: Rule, times: Times) -> tuple[Basis, EvidencedTime]:
    """What the rule starts from: its own basis, else the earliest known fallback, else awareness, always known."""
    return start_from(bases_of(rule), times)


def bases_of(rule: Rule) -> tuple[Basis, ...]:
    """What the rule starts from: its own basis first, then its fallbacks."""
    return rule.start_basis, *rule.fallbacks


def start_from(bases: Sequence[Basis], times: Times) -> tuple[Basis, EvidencedTime]:
    """The first of the bases, else the earliest known of the others, else awareness, always known."""
    own = evidence_for(times, bases[0])
    if own is not None:
        return bases[0], own
    known = [(basis, evidence) for basis in bases[1:] if (evidence := evidence_for(times, basis)) is not None]
    return min(known, key=lambda pair: pair[1].at, default=(Basis.AWARE, times.aware))


def start_clock(rule: Rule, times: Times, *, binding: bool) -> Clock:
    """The rule's clock on an incident with these times."""
    basis, evidence = start_of(rule, times)
    start = whole_seconds(evidence.at)
    due = start + rule.length
    return Clock(
        rule_id=rule.id,
        rule_version=rule.version,
        start_basis=basis,
        start_at=start,
        start_precision=evidence.precision,
        start_until=interval_end(evidence),
        due_at=due,
        warn_at=warn_moments(rule.warn, start, due),
        binding=binding,
        length=rule.length,
        unit=rule.unit,
        bases=bases_of(rule),
    )


def provisional_clocks(policy: Policy, times: Times) -> tuple[Clock, ...]:
    """C1, C2 and C3 as they run from the first flag."""
    return tuple(start_clock(policy.rule(rule_id), times, binding=False) for rule_id in PROVISIONAL_RULES)


def bind(clock: Clock, rule: Rule, graded_at: datetime) -> Clock:
    """The clock once graded: its start unchanged, binding; one that bound before stays as it is.

    Graded after the strict due time, alarms follow the operational due time (grading + length), while the strict one
    stays and is reported apart (policy §5.5.2).
    """
    if clock.binding:
        return clock
    graded = whole_seconds(graded_at)
    bound = replace(clock, binding=True, graded_at=graded)
    if not clock.open or graded <= clock.due_at:
        return bound
    # The length the clock began with: a policy changed since then rewrites nothing.
    operational = graded + clock.allowed
    return replace(
        bound,
        operational_due_at=operational,
        warn_at=warn_moments(rule.warn, graded, operational),
        warned=0,
        due_noted=False,
    )


def meet(clock: Clock, at: datetime, *, evidence: str, self_reported: bool) -> Clock:
    """The open clock as met at `at`: late when that is after the due second, never unmade later."""
    met = whole_seconds(at)
    clock = resume(clock, met)
    return replace(
        clock,
        met_at=met,
        met_late=met > clock.due_at,
        evidence=evidence,
        self_reported=self_reported,
        awaiting=None,
        awaiting_at=None,
    )


def void(clock: Clock, at: datetime, reason: str) -> Clock:
    """The open clock as void, with its reason; a met clock stays met (policy §5.5.3)."""
    if not clock.open:
        return clock
    voided = whole_seconds(at)
    return replace(resume(clock, voided), voided_at=voided, void_reason=reason, awaiting=None, awaiting_at=None)


def anew(clock: Clock, rule: Rule, times: Times) -> Clock:
    """The same time limit from its evidence once more, not binding yet, to run beside the old clock."""
    return replace(start_clock(rule, times, binding=False), cycle=clock.cycle + 1)


def restart(clock: Clock, rule: Rule, times: Times) -> Clock:
    """The clock from the start now known, its length unchanged; a met clock may turn late, a late one never in time."""
    if clock.voided_at is not None or clock.rule_id not in PROVISIONAL_RULES:
        return clock
    basis, evidence = start_from(clock.bases or bases_of(rule), times)
    start = whole_seconds(evidence.at)
    due = start + (clock.due_at - clock.start_at)
    moved = replace(
        clock,
        start_basis=basis,
        start_at=start,
        start_precision=evidence.precision,
        start_until=interval_end(evidence),
        due_at=due,
        met_late=clock.met_late or (clock.met_at is not None and clock.met_at > due),
    )
    return moved if clock.operational_due_at else replace(moved, warn_at=warn_moments(rule.warn, start, due))


def restarted(clock: Clock, rule: Rule, times: Times, now: datetime) -> tuple[Clock, ...]:
    """The clock from its new start; one whose due time has passed stays, voided, beside a later one (§4.1.6)."""
    moved = restart(clock, rule, times)
    if not (clock.open and clock.overdue(now)) or moved.due_at <= clock.due_at:
        return (moved,)
    fresh = anew(clock, rule, times)
    again = bind(fresh, rule, clock.graded_at) if clock.graded_at else fresh
    return void(clock, now, START_CORRECTED), again


def continuing_clock(rule: Rule, last: Clock | None, released_at: datetime, *, major: bool) -> Clock:
    """The next cycle of C4, from the last release (DESIGN §4.1.8)."""
    start = whole_seconds(released_at)
    due = start + (rule.length_major if major and rule.length_major else rule.length)
    return Clock(
        rule_id=rule.id,
        rule_version=rule.version,
        start_basis=Basis.LAST_RELEASE,
        start_at=start,
        start_precision=Precision.SECOND,
        due_at=due,
        warn_at=warn_moments(rule.warn, start, due),
        binding=True,
        cycle=last.cycle + 1 if last else 1,
        length=due - start,
        unit=rule.unit,
    )


def tighten(clock: Clock, rule: Rule, graded_at: datetime) -> Clock:
    """An open cycle of C4 once the matter is graded major: from now on the rule's shorter interval (§4.1.8)."""
    length = rule.length_major or rule.length
    due = clock.due_at - (clock.allowed - length)
    warn_at = warn_moments(rule.warn, due - length, due)
    shorter = replace(clock, due_at=due, length=length, warn_at=warn_at, binding=False)
    return bind(shorter, rule, graded_at)


def pause(clock: Clock, at: datetime, ground: str) -> Clock:
    """The clock paused on a recorded ground; only a rule that allows it may be paused (DESIGN §4.1.7)."""
    return replace(clock, paused_at=whole_seconds(at), pause_ground=ground)


def resume(clock: Clock, at: datetime) -> Clock:
    """The clock running again, everything still to come moved by the length of the pause."""
    if clock.paused_at is None:
        return clock
    length = max(whole_seconds(at) - clock.paused_at, timedelta(0))
    return replace(
        clock,
        paused_at=None,
        due_at=clock.due_at + length,
        operational_due_at=clock.operational_due_at + length if clock.operational_due_at else None,
        warn_at=tuple(moment + length for moment in clock.warn_at),
    )


def readings(clock: Clock, times: Times, now: datetime) -> tuple[Reading, ...]:
    """The three figures: since occurrence, since first public, since awareness; unknown ones are left out.

    Each is measured against the length the clock began with, whatever the policy says today.
    """
    until = clock.met_at or whole_seconds(now)
    found = []
    for basis in (Basis.OCCURRED, Basis.FIRST_PUBLIC, Basis.AWARE):
        evidence = evidence_for(times, basis)
        if evidence is not None:
            start = whole_seconds(evidence.at)
            due, end = start + clock.allowed, interval_end(evidence)
            found.append(
                Reading(
                    basis=basis,
                    start_at=start,
                    due_at=due,
                    elapsed=until - start,
                    in_time=until <= due,
                    lenient_due_at=end + clock.allowed if end is not None else None,
                )
            )
    return tuple(found)


def next_moment(clocks: Sequence[Clock]) -> datetime | None:
    """When something is to be said about these clocks next: a warn point, or the second after a due time."""
    moments = [moment for clock in clocks if clock.open and clock.paused_at is None for moment in _milestones(clock)]
    return min(moments, default=None)


def _milestones(clock: Clock) -> list[datetime]:
    ahead = list(clock.warn_at[clock.warned :])
    if not clock.due_noted:
        ahead.append(clock.alarm_due_at + _SECOND_LATER)
    if clock.firm and not clock.breach_recorded and not clock.awaited_in_time:
        ahead.append(clock.due_at + _SECOND_LATER)
    return ahead


_SECOND_LATER = timedelta(seconds=1)
