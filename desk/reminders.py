"""When the calendar duties of an office fall due: those that come round, and those that follow something."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from desk.incident import Incident, State
from desk.policy import Policy
from desk.release import Signature
from desk.reminder_rules import After, LongUnit, Period, ReminderRule
from desk.rules import warn_moments
from desk.working_days import Unit, WorkCalendar, due_after

AHEAD = timedelta(days=90)
"""How far ahead what comes round is told of."""

BEHIND = timedelta(days=7)
"""How long what fell due stays in sight."""

_A_DAY = timedelta(days=1)
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF_YEAR: 6, Period.YEAR: 12, Period.TWO_YEARS: 24}
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One calendar duty with its due time: the rule and version it was computed by, and what it is about.

    `certain` is False where it rests on a year whose working days are not published yet.
    """

    rule_id: str
    rule_version: str
    about: str
    start_at: datetime
    due_at: datetime
    warn_at: tuple[datetime, ...]
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A calendar duty that is coming or has just fallen due; `incident` is what it follows, None for the office's."""

    reminder: Reminder
    incident: Incident | None = None

    def near(self, now: datetime) -> bool:
        """Whether its first warning has come."""
        return bool(self.reminder.warn_at) and self.reminder.warn_at[0] <= now


def coming(policy: Policy, incidents: Iterable[Incident], now: datetime) -> tuple[Coming, ...]:
    """What a person should know of today, the next due first: it pages nobody.

    What comes round is told well ahead, what follows an incident from its first warning on.
    """
    found = [
        *(Coming(reminder=each) for each in office_reminders(policy, now - BEHIND, now + AHEAD)),
        *(
            follows
            for incident in incidents
            for each in incident_reminders(policy, incident)
            if (follows := Coming(reminder=each, incident=incident)).near(now) and each.due_at >= now - BEHIND
        ),
    ]
    return tuple(sorted(found, key=lambda each: (each.reminder.due_at, each.reminder.rule_id, each.reminder.about)))


def office_reminders(policy: Policy, since: datetime, until: datetime) -> tuple[Reminder, ...]:
    """The duties that come round and fall due from `since` to `until`, both included, the next one first."""
    found = [
        reminder
        for rule in policy.reminders.values()
        if rule.every is not None
        for reminder in _rounds(rule, policy.calendar, since, until)
        if since <= reminder.due_at <= until
    ]
    return tuple(sorted(found, key=lambda reminder: (reminder.due_at, reminder.rule_id)))


def reminders_after(policy: Policy, what: After, moment: datetime, about: str) -> tuple[Reminder, ...]:
    """The duties that follow such a moment: of a post collected, a package archived."""
    following = [rule for rule in policy.reminders.values() if rule.after is what]
    return tuple(
        _reminder(rule, policy.calendar, moment, about)
        for rule in following
        if _in_force(rule, policy.calendar.day_of(moment))
    )


def incident_reminders(policy: Policy, incident: Incident) -> tuple[Reminder, ...]:
    """The duties that follow what stands in an incident's file: its releases, its conclusion, its closing."""
    return tuple(
        reminder
        for what, moment, about in _moments(incident)
        for reminder in reminders_after(policy, what, moment, about)
    )


def _moments(incident: Incident) -> Iterator[tuple[After, datetime, str]]:
    for release in incident.releases:
        if release.signature is Signature.CONFIRMED:
            yield After.RELEASED, release.published_at, release.id
    if incident.closed_at is None:
        return
    yield After.CLOSED, incident.closed_at, incident.id
    if incident.state is State.CONCLUDED:
        yield After.CONCLUDED, incident.closed_at, incident.id


def _rounds(rule: ReminderRule, calendar: WorkCalendar, since: datetime, until: datetime) -> Iterable[Reminder]:
    years = range(calendar.day_of(since).year - 2, calendar.day_of(until).year + 2)
    ends = [date(year, *rule.on) for year in years] if rule.on else _period_ends(rule.every or Period.YEAR, years)
    for end in ends:
        if _in_force(rule, end):
            yield _reminder(rule, calendar, calendar.last_second(end), end.isoformat())


def _period_ends(period: Period, years: range) -> list[date]:
    length = _MONTHS[period]
    months = [(year, month) for year in years for month in range(1, _LAST_MONTH + 1)]
    # Counted from the year 0, so that two years always end with an even one, whatever years are asked for.
    return [_month_end(year, month) for year, month in months if ((year + 1) * _LAST_MONTH + month) % length == 0]


def _month_end(year: int, month: int) -> date:
    following = date(year + 1, 1, 1) if month == _LAST_MONTH else date(year, month + 1, 1)
    return following - _A_DAY


def _reminder(rule: ReminderRule, calendar: WorkCalendar, start: datetime, about: str) -> Reminder:
    due, certain = _due(rule, calendar, start)
    begins = calendar.morning(calendar.day_of(start)) - timedelta(days=366) if rule.every else start
    return Reminder(
        rule_id=rule.id,
        rule_version=rule.version,
        about=about,
        start_at=start,
        due_at=due,
        warn_at=warn_moments(rule.warn, begins, due, calendar),
        certain=certain,
    )


def _due(rule: ReminderRule, calendar: WorkCalendar, start: datetime) -> tuple[datetime, bool]:
    if rule.unit is LongUnit.YEARS:
        return calendar.last_second(_years_later(calendar.day_of(start), rule.length)), True
    unit = Unit.WORKING_DAYS if rule.unit is LongUnit.WORKING_DAYS else Unit.CALENDAR_DAYS
    due = due_after(start, timedelta(days=rule.length), unit, calendar)
    return due.at, due.certain


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February: the last day of the month.
        return day.replace(year=day.year + years, day=28)


def _in_force(rule: ReminderRule, day: date) -> bool:
    return rule.effective_from <= day and (rule.effective_to is None or day <= rule.effective_to)
