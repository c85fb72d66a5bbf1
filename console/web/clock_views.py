"""A clock as the board shows it: its state in words, how long is left, what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from console.web.moments_text import countdown_text, exact_text, length_text, moment_text
from console.web.wording import BASES, STOPS
from console.words import CLOCK_STATES, CLOCK_TAGS
from desk.briefing_words import about
from desk.clock import Clock, ClockState, state_at, tags
from desk.clocks import PROVISIONAL_RULES, evidence_for, readings
from desk.incident import Incident
from desk.moments import Basis
from desk.policy import Policy
from desk.rules import Rule, Stop
from desk.working_days import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """One of the three figures: since when, how long, and whether that would be in time."""

    since: str
    start: str
    length: str
    in_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """One clock in words; `counts_to` is set while somebody should see it count.

    `about` names the question, the department or the paper it is about.
    """

    key: str
    title: str
    about: str
    state: ClockState
    word: str
    overdue: bool
    due: str
    exact_due: str
    counts_to: datetime | None
    left: str
    ended: str
    start: str
    citation: str
    version: str
    stop: str
    tags: tuple[str, ...]
    readings: tuple[ReadingView, ...]
    unknown: tuple[str, ...]


def clock_view(incident: Incident, clock: Clock, policy: Policy, now: datetime, zone: tzinfo) -> ClockView:
    """The clock at this moment, on the office's own time."""
    rule, state = policy.rule(clock.rule_id), state_at(clock, now)
    target = counted_due(clock, now)
    return ClockView(
        key=clock.key,
        title=_title(clock, rule),
        about=about(incident, clock),
        state=state,
        word=_word(clock, state, now),
        overdue=clock.open and clock.overdue(now),
        due=moment_text(clock.due_at, zone, now),
        exact_due=exact_text(clock.due_at, zone),
        counts_to=target,
        left=countdown_text(target, now) if target else "",
        ended=_ended(clock, zone, now),
        start=f"自{BASES[clock.start_basis]}起算，{exact_text(clock.start_at, zone)}",
        citation=rule.citation,
        version=clock.rule_version,
        stop=STOPS[rule.stop],
        tags=_said_beside(clock, zone, now),
        readings=_readings(incident, clock, now, zone),
        unknown=tuple(BASES[basis] for basis in _THREE if evidence_for(incident.times, basis) is None),
    )


def counted_due(clock: Clock, now: datetime) -> datetime | None:
    """The due time people still act towards: the strict one, or the operational one once that has passed."""
    if not clock.open or clock.paused_at is not None:
        return None
    later = clock.operational_due_at
    return later if later is not None and clock.overdue(now) else clock.due_at


def _title(clock: Clock, rule: Rule) -> str:
    """The rule in words with what people know it by: its hours, or which time round it is."""
    if rule.stop is Stop.RELEASE and clock.start_basis is Basis.LAST_RELEASE:
        return f"{rule.title}（第 {clock.cycle} 次）"
    again = "，重新计时" if clock.cycle > 1 else ""
    return f"{rule.title}（{allowed_text(clock)}{again}）"


def allowed_text(clock: Clock) -> str:
    """The length the clock began with, in the unit it counts."""
    return length_words(clock.allowed, clock.unit)


def length_words(length: timedelta, unit: Unit) -> str:
    """A length in the unit it counts: 20 个工作日, 60 日, 48 小时."""
    match unit:
        case Unit.WORKING_DAYS:
            return f"{length.days} 个工作日"
        case Unit.CALENDAR_DAYS:
            return f"{length.days} 日"
        case _:
            hours, rest = divmod(length, timedelta(hours=1))
            if rest and hours:
                return length_text(length)
            return f"{hours} 小时" if hours else f"{rest // timedelta(minutes=1)} 分钟"


def _word(clock: Clock, state: ClockState, now: datetime) -> str:
    if state is ClockState.PROVISIONAL and clock.overdue(now):
        return f"{CLOCK_STATES[state]}，已过时限"
    return CLOCK_STATES[state]


def _ended(clock: Clock, zone: tzinfo, now: datetime) -> str:
    if clock.met_at is not None:
        took = length_text(clock.met_at - clock.start_at)
        return f"{moment_text(clock.met_at, zone, now)} 完成，用时 {took}"
    if clock.voided_at is not None:
        return f"{clock.void_reason or '已终止'}（{moment_text(clock.voided_at, zone, now)}）"
    if clock.paused_at is not None:
        return f"{moment_text(clock.paused_at, zone, now)} 起暂停：{clock.pause_ground or ''}"
    return ""


def _said_beside(clock: Clock, zone: tzinfo, now: datetime) -> tuple[str, ...]:
    said = [CLOCK_TAGS[tag] for tag in sorted(tags(clock))]
    if clock.open and clock.operational_due_at is not None:
        said.append(f"定级后另计至 {moment_text(clock.operational_due_at, zone, now)}")
    return tuple(said)


_THREE = (Basis.OCCURRED, Basis.FIRST_PUBLIC, Basis.AWARE)
_SINCE: Mapping[str, str] = {basis.value: f"自{word}" for basis, word in BASES.items()}


def _readings(incident: Incident, clock: Clock, now: datetime, zone: tzinfo) -> tuple[ReadingView, ...]:
    # C4 counts from the last release: the three figures are kept for the law's clocks only (policy §5.5.1).
    if clock.rule_id not in PROVISIONAL_RULES or clock.voided_at is not None:
        return ()
    return tuple(
        ReadingView(
            since=_SINCE[each.basis],
            start=exact_text(each.start_at, zone),
            length=length_text(each.elapsed),
            in_time=each.in_time,
        )
        for each in readings(clock, incident.times, now)
    )
