"""How each clock of a dossier was computed: rule and version, start and its evidence, the sum, what it shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from desk.clock import Clock, state_at, tags
from desk.clocks import PROVISIONAL_RULES, evidence_for, readings
from desk.dossier import Case
from desk.incident import Times
from desk.moments import EvidencedTime, whole_seconds
from desk.working_days import Unit

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvidence:
    """What the start rests on: the time as it was written, how exactly, from where, and when it was entered."""

    at: datetime
    until: datetime | None
    precision: str
    source: str
    entered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherStart:
    """One of the three figures of C1 to C3: the clock as it would stand from this start."""

    basis: str
    start_at: datetime
    due_at: datetime
    elapsed_seconds: int
    in_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTrace:
    """One clock with everything its due time and its state follow from; `arithmetic` says the sum in words.

    `rule_version` is the version it was computed by; `cited_version` the one title and citation were read from.
    """

    clock: str
    rule: str
    title: str
    citation: str
    rule_version: str
    cited_version: str
    start_basis: str
    start_at: datetime
    start_until: datetime | None
    start_precision: str
    evidence: StartEvidence | None
    length_seconds: int
    unit: str
    moved_seconds: int
    paused_days: int
    arithmetic: tuple[str, ...]
    due_at: datetime
    operational_due_at: datetime | None
    warn_at: tuple[datetime, ...]
    binding: bool
    graded_at: datetime | None
    state: str
    state_as_of: datetime
    tags: tuple[str, ...]
    met_at: datetime | None
    met_by: str | None
    awaiting: str | None
    breach_recorded: bool
    voided_at: datetime | None
    void_reason: str | None
    extension: str | None
    other_starts: tuple[OtherStart, ...]


def clock_traces(case: Case) -> tuple[ClockTrace, ...]:
    """The incident's clocks in their order, as they stood when the dossier was made."""
    return tuple(_trace(clock, case) for clock in case.incident.clocks)


def _trace(clock: Clock, case: Case) -> ClockTrace:
    rule = case.policy.rule(clock.rule_id)
    return ClockTrace(
        clock=clock.key,
        rule=rule.id,
        title=rule.title,
        citation=rule.citation,
        rule_version=clock.rule_version,
        cited_version=rule.version,
        start_basis=clock.start_basis,
        start_at=clock.start_at,
        start_until=clock.start_until,
        start_precision=clock.start_precision,
        evidence=_evidence(clock, case.incident.times),
        length_seconds=_seconds(clock.allowed),
        unit=clock.unit,
        moved_seconds=_seconds(_moved(clock)),
        paused_days=clock.paused_days,
        arithmetic=arithmetic(clock, case.office.zone),
        due_at=clock.due_at,
        operational_due_at=clock.operational_due_at,
        warn_at=clock.warn_at,
        binding=clock.binding,
        graded_at=clock.graded_at,
        state=state_at(clock, case.made_at),
        state_as_of=case.made_at,
        tags=tuple(sorted(tags(clock))),
        met_at=clock.met_at,
        met_by=clock.evidence,
        awaiting=clock.awaiting,
        breach_recorded=clock.breach_recorded,
        voided_at=clock.voided_at,
        void_reason=clock.void_reason,
        extension=clock.extension,
        other_starts=_other_starts(clock, case),
    )


def arithmetic(clock: Clock, zone: tzinfo) -> tuple[str, ...]:
    """The sum that gives the due time, a line each, on the office's own time."""
    start, due = _shown(clock.start_at, zone), _shown(clock.due_at, zone)
    lines = [f"起算 {start} ＋ {_length(clock)} ＝ 到期 {due}（到期当秒仍算按时）"]
    if _counts_days(clock):
        lines.append("起算当日不计，末日24时止；工作日按国务院办公厅公布的放假安排")
    if _moved(clock):
        lines.append(f"其间暂停或更正，到期顺延 {_moved(clock)}")
    if clock.paused_days:
        lines.append(f"其间依法不计 {clock.paused_days} 日")
    if clock.calendar_open:
        lines.append("所涉年份放假安排尚未公布，到期时间为暂计")
    if clock.operational_due_at is not None:
        lines.append(f"定级较晚，提醒按 {_shown(clock.operational_due_at, zone)} 计；是否超时仍按上列到期时间")
    return tuple(lines)


def _other_starts(clock: Clock, case: Case) -> tuple[OtherStart, ...]:
    if clock.rule_id not in PROVISIONAL_RULES or clock.voided_at is not None:
        return ()
    return tuple(
        OtherStart(
            basis=each.basis,
            start_at=each.start_at,
            due_at=each.due_at,
            elapsed_seconds=_seconds(each.elapsed),
            in_time=each.in_time,
        )
        for each in readings(clock, case.incident.times, case.made_at)
    )


def _evidence(clock: Clock, times: Times) -> StartEvidence | None:
    known = evidence_for(times, clock.start_basis)
    # A start corrected later leaves the clock that had begun as it was: then this is not what it rests on.
    if known is None or not _starts(known, clock):
        return None
    return StartEvidence(
        at=known.at,
        until=known.until,
        precision=known.precision,
        source=known.source,
        entered_at=known.entered_at,
    )


def _starts(known: EvidencedTime, clock: Clock) -> bool:
    return whole_seconds(known.at) == clock.start_at


def _moved(clock: Clock) -> timedelta:
    return timedelta() if _counts_days(clock) else clock.due_at - clock.start_at - clock.allowed


def _counts_days(clock: Clock) -> bool:
    return clock.unit in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)


def _length(clock: Clock) -> str:
    if clock.unit is Unit.WORKING_DAYS:
        return f"{clock.allowed // _DAY} 个工作日"
    if clock.unit is Unit.CALENDAR_DAYS:
        return f"{clock.allowed // _DAY} 日"
    hours, rest = divmod(_seconds(clock.allowed), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = ((hours, "小时"), (minutes, "分钟"), (seconds, "秒"))
    return "".join(f"{count} {word}" for count, word in parts if count) or "0 秒"


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)


def _shown(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
