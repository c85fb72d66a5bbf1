"""The weekly briefing (政务舆情周报) as values: each figure is the length of the list it names."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from desk.clock import Clock
from desk.clocks import Reading, readings
from desk.coverage import Coverage, LeftOut, Tally, coverage
from desk.incident import Incident, PublicQuestion
from desk.known_then import known_then, learned_of, settled_at
from desk.moments import Basis
from desk.office import Office
from desk.policy import Policy
from desk.release import Element, PressConference, Release, Signature
from desk.rules import Rule
from desk.source import CoverageGap, Cursor
from desk.standing import Standing, standing
from desk.week import Week

T = TypeVar("T")

RULES = ("C1", "C2", "C3", "C4")
"""The time limits of the first answers and of continuing releases, in the order of the table; others are further."""

ANSWERED = (
    Standing.KEPT,
    Standing.SELF_REPORTED,
    Standing.SUPERSEDED_BREACH,
    Standing.LATE,
    Standing.LATE_GRADED_LATE,
)
"""How a time limit stands that was answered, in time or not."""

_A_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Generic[T]):
    """A number of the briefing with the list it counts; there is no other way to state one."""

    listed: tuple[T, ...]

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """One time limit of one incident as it stood at the cut-off; `earlier` was settled before this week began."""

    incident: Incident
    clock: Clock
    rule: Rule
    standing: Standing
    readings: tuple[Reading, ...]
    earlier: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    """A public question of an incident."""

    incident: Incident
    question: PublicQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    """A release of an incident."""

    incident: Incident
    release: Release


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceLine:
    """A meeting with the press about an incident."""

    incident: Incident
    conference: PressConference


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """One week of the desk, as it was known at the cut-off: the week's end, or now where the week still runs.

    `incidents` are those on the desk in that week; `ledger` holds all their time limits. `posts_complete` is False
    where posts of the week have expired, so that their count is no denominator any more.
    """

    office: Office
    week: Week
    since: datetime
    cut_off: datetime
    compiled_at: datetime
    coverage: Coverage
    incidents: Figure[Incident]
    ledger: tuple[ClockLine, ...]
    posts_complete: bool = True

    @property
    def whole(self) -> bool:
        """Whether the week was over when the briefing was written."""
        return self.compiled_at > self.cut_off

    @property
    def opened(self) -> Figure[Incident]:
        """Incidents first flagged in this week."""
        return self._incidents(lambda each: each.opened_at >= self.since)

    @property
    def closed(self) -> Figure[Incident]:
        """Incidents that left the desk in this week."""
        return self._incidents(lambda each: each.closed_at is not None)

    @property
    def ungraded(self) -> Figure[Incident]:
        """Incidents nobody had graded by the cut-off."""
        return self._incidents(lambda each: each.severity is None)

    @property
    def declined(self) -> Figure[Incident]:
        """Incidents of which a person signed that no answer is needed."""
        return self._incidents(lambda each: each.no_answer_reason is not None)

    @property
    def clocks(self) -> Figure[ClockLine]:
        """The time limits this week counts: those that ran in it, or were settled in it."""
        return self._counted(lambda line: line.clock.rule_id in RULES)

    @property
    def further(self) -> Figure[ClockLine]:
        """The same of the further duties (C5–C16), counted beside them."""
        return self._counted(lambda line: line.clock.rule_id not in RULES)

    @property
    def first_answers(self) -> Figure[ClockLine]:
        """The time limits for a first answer (5 h, 48 h) that this week's answers met, in time or late."""
        answered = self.standing(*ANSWERED).listed
        return Figure(listed=tuple(line for line in answered if line.clock.rule_id in ("C1", "C3")))

    @property
    def questions(self) -> Figure[QuestionLine]:
        """Every public question in the files of these incidents."""
        found = (
            QuestionLine(incident=each, question=asked) for each in self.incidents.listed for asked in each.questions
        )
        return Figure(listed=tuple(found))

    @property
    def unanswered(self) -> Figure[QuestionLine]:
        """The public questions no signed release had answered by the cut-off."""
        return Figure(listed=tuple(line for line in self.questions.listed if not _answered(line)))

    @property
    def releases(self) -> Figure[ReleaseLine]:
        """The releases signed in this week."""
        return self._releases(lambda release: _confirmed(release) and _since(release.signed_at, self.since))

    @property
    def full_releases(self) -> Figure[ReleaseLine]:
        """Those of this week's releases that have all four elements."""
        full = frozenset(Element)
        return Figure(listed=tuple(line for line in self.releases.listed if line.release.elements == full))

    @property
    def awaiting(self) -> Figure[ReleaseLine]:
        """The releases that waited for a signature at the cut-off."""
        return self._releases(lambda release: release.signature is Signature.PROPOSED)

    @property
    def conferences(self) -> Figure[ConferenceLine]:
        """The meetings with the press entered in this week."""
        found = (
            ConferenceLine(incident=each, conference=held)
            for each in self.incidents.listed
            for held in each.conferences
        )
        return Figure(listed=tuple(line for line in found if _since(line.conference.entered_at, self.since)))

    def standing(self, *standings: Standing, rule_id: str | None = None) -> Figure[ClockLine]:
        """The counted time limits that stand so, of one rule or of all."""
        rules = RULES if rule_id is None else (rule_id,)
        counted = self.clocks.listed
        return Figure(
            listed=tuple(line for line in counted if line.standing in standings and line.clock.rule_id in rules)
        )

    def further_standing(self, *standings: Standing) -> Figure[ClockLine]:
        """The counted time limits of the further duties that stand so."""
        return Figure(listed=tuple(line for line in self.further.listed if line.standing in standings))

    def lines_of(self, incident: Incident) -> tuple[ClockLine, ...]:
        """The time limits of one incident, earlier ones among them."""
        return tuple(line for line in self.ledger if line.incident.id == incident.id)

    def _counted(self, asked: Callable[[ClockLine], bool]) -> Figure[ClockLine]:
        return Figure(listed=tuple(line for line in self.ledger if not line.earlier and asked(line)))

    def _incidents(self, asked: Callable[[Incident], bool]) -> Figure[Incident]:
        return Figure(listed=tuple(each for each in self.incidents.listed if asked(each)))

    def _releases(self, asked: Callable[[Release], bool]) -> Figure[ReleaseLine]:
        found = (
            ReleaseLine(incident=each, release=release) for each in self.incidents.listed for release in each.releases
        )
        return Figure(listed=tuple(line for line in found if asked(line.release)))


def compose(
    *,
    office: Office,
    policy: Policy,
    week: Week,
    now: datetime,
    incidents: Iterable[Incident],
    tallies: Iterable[Tally],
    cursors: Sequence[Cursor],
    gaps: Sequence[CoverageGap],
    posts_since: datetime | None = None,
    left_out: tuple[LeftOut, ...] = (),
) -> Briefing:
    """The briefing of a week, compiled at `now`; posts older than `posts_since` may have expired.

    Raises ValueError for a week that has not begun.
    """
    since, until = week.since(office.zone), week.until(office.zone)
    if now <= since:
        raise ValueError(f"week {week} has not begun")
    # What happens at the very end belongs to the next week.
    cut_off = min(now, until - _A_MICROSECOND)
    on_desk = [each for each in incidents if _on_desk(each, since, cut_off)]
    return Briefing(
        office=office,
        week=week,
        since=since,
        cut_off=cut_off,
        compiled_at=now,
        coverage=coverage(since, min(now, until), tallies, cursors, gaps, left_out),
        incidents=Figure(listed=tuple(known_then(each, cut_off) for each in on_desk)),
        ledger=tuple(line for each in on_desk for line in _ledger(each, policy, since, cut_off)),
        posts_complete=posts_since is None or posts_since <= since,
    )


def elapsed(answers: Figure[ClockLine], basis: Basis) -> tuple[timedelta, ...]:
    """How long the answers took from that start, shortest first; unknown starts are left out."""
    found = [reading.elapsed for line in answers.listed for reading in line.readings if reading.basis is basis]
    return tuple(sorted(found))


def quantile(lengths: Sequence[timedelta], percent: int) -> timedelta:
    """The shortest of the ordered lengths that at least so many percent do not exceed."""
    return lengths[max(-(-len(lengths) * percent // 100), 1) - 1]


def _on_desk(incident: Incident, since: datetime, cut_off: datetime) -> bool:
    left_before = incident.closed_at is not None and incident.closed_at < since
    return incident.opened_at <= cut_off and not left_before


def _ledger(incident: Incident, policy: Policy, since: datetime, cut_off: datetime) -> list[ClockLine]:
    then, learned = known_then(incident, cut_off), learned_of(incident)
    return [
        ClockLine(
            incident=then,
            clock=clock,
            rule=policy.rule(clock.rule_id),
            standing=standing(then, clock, cut_off),
            readings=readings(clock, then.times, cut_off),
            earlier=not _since(settled_at(clock, learned) or cut_off, since),
        )
        for clock in then.clocks
    ]


def _since(moment: datetime | None, since: datetime) -> bool:
    return moment is not None and moment >= since


def _confirmed(release: Release) -> bool:
    return release.signature is Signature.CONFIRMED


def _answered(line: QuestionLine) -> bool:
    signed = {release.id for release in line.incident.releases if _confirmed(release)}
    return not signed.isdisjoint(line.question.answered_by)
