"""Incidents as text for a terminal: one line each, or one whole with clocks, posts, timeline and notices."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from console.words import CLOCK_STATES, CLOCK_TAGS, KINDS, OUTCOMES, SEVERITIES, STATES, reached_words
from desk.change import LoggedEvent, NoticeRow, Placement
from desk.clock import Clock, state_at, tags
from desk.clocks import PROVISIONAL_RULES, readings
from desk.incident import Incident
from desk.moments import Basis
from desk.policy import Policy
from desk.post import Outcome, PostCounts, ScreenedPost

_BASES = {Basis.OCCURRED: "自事发", Basis.FIRST_PUBLIC: "自首次公开", Basis.AWARE: "自知悉"}
_ENDS = (Outcome.OPENED, Outcome.JOINED, Outcome.MATCHED, Outcome.OFFICIAL, Outcome.ELSEWHERE, Outcome.UNPLACED)


def listed(incident: Incident, now: datetime, zone: tzinfo) -> str:
    """The incident in one line: number, when, where, what, and each clock's state."""
    clocks = "  ".join(f"{clock.key} {CLOCK_STATES[state_at(clock, now)]}" for clock in incident.clocks)
    place = f"（{incident.place_name}）" if incident.place_name else ""
    return (
        f"{incident.number}  {local(incident.opened_at, zone)}  {STATES[incident.state]}/"
        f"{SEVERITIES[incident.severity]}/{KINDS[incident.event_kind]}  {incident.title}{place}  "
        f"帖文{incident.post_count}  {clocks}"
    )


def overview(counts: PostCounts, outcomes: Mapping[Outcome, int]) -> str:
    """How all posts ended, in one line."""
    ends = "，".join(f"{OUTCOMES[outcome]}{outcomes.get(outcome, 0)}" for outcome in _ENDS)
    ordinary = counts.by_outcome.get(Outcome.ORDINARY, 0)
    return f"共{counts.posts}条信息：一般信息{ordinary}，{ends}；再次出现{counts.observations}次。"


def shown(
    incident: Incident,
    *,
    posts: Mapping[str, ScreenedPost],
    placements: Sequence[Placement],
    timeline: Sequence[LoggedEvent],
    notices: Sequence[NoticeRow],
    policy: Policy,
    now: datetime,
    zone: tzinfo,
) -> str:
    """The incident whole, as lines of text."""
    lines = [
        listed(incident, now, zone),
        "",
        "时限",
        *(line for clock in incident.clocks for line in clock_lines(incident, clock, policy, now, zone)),
        "",
        "信息",
        *(_post_line(each, posts.get(each.post_id), zone) for each in placements),
        "",
        "经过",
        *(f"  {local(each.event.at, zone)}  {each.event.kind}  {each.event.by}  {_facts(each)}" for each in timeline),
        "",
        "通知",
        *(line for row in notices for line in _notice_lines(row, zone)),
    ]
    return "\n".join(lines)


def local(moment: datetime, zone: tzinfo) -> str:
    """The moment on the office's own clock."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def clock_lines(incident: Incident, clock: Clock, policy: Policy, now: datetime, zone: tzinfo) -> list[str]:
    """The clock with its rule, its citation and the three figures, as lines."""
    rule = policy.rule(clock.rule_id)
    said = "，".join(CLOCK_TAGS[tag] for tag in sorted(tags(clock)))
    met = f"，{local(clock.met_at, zone)}完成" if clock.met_at else ""
    void = f"，{clock.void_reason}" if clock.void_reason else ""
    lines = [
        (
            f"  {clock.key} {rule.title}：{CLOCK_STATES[state_at(clock, now)]}，{local(clock.start_at, zone)}起，"
            f"{local(clock.due_at, zone)}到期{met}{void}{f'（{said}）' if said else ''}"
        ),
        f"     依据：{rule.citation}（规则版本 {clock.rule_version}）",
    ]
    if clock.rule_id in PROVISIONAL_RULES and clock.voided_at is None:
        lines.extend(
            f"     {_BASES[reading.basis]}：{local(reading.start_at, zone)}起，{_length(reading.elapsed)}，"
            f"{'在时限内' if reading.in_time else '超过时限'}"
            for reading in readings(clock, incident.times, now)
        )
    return lines


def _length(elapsed: timedelta) -> str:
    if elapsed < timedelta():
        return f"提前{_length(-elapsed)}"
    hours, rest = divmod(int(elapsed.total_seconds()), 3600)
    return f"{hours}小时{rest // 60:02}分{rest % 60:02}秒"


def _post_line(placement: Placement, screened: ScreenedPost | None, zone: tzinfo) -> str:
    title = screened.post.title or screened.post.text[:40] if screened else "（已过保存期）"
    source = screened.post.source if screened else "-"
    return f"  {local(placement.placed_at, zone)}  {OUTCOMES[placement.outcome]}  {title}  [{source}]"


def _notice_lines(row: NoticeRow, zone: tzinfo) -> list[str]:
    arrived = f"{local(row.sent_at, zone)}送达 {reached_words(row.reached)}".rstrip() if row.sent_at else ""
    told = "；".join(filter(None, [arrived, row.last_error]))
    return [
        f"  {local(row.notice.owed_at, zone)}  {row.state}  {row.notice.person}  {row.notice.text}",
        *([f"     {told}"] if told else []),
    ]


def _facts(logged: LoggedEvent) -> str:
    return "  ".join(f"{name}={value}" for name, value in sorted(logged.event.facts.items()) if value is not None)
