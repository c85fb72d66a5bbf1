"""A dossier's cover in the words of the board: times, clocks with their sums, what was said, the log, the notices."""

from collections.abc import Iterable

from backends.dossier_cover import Cover, CoverPart
from backends.dossier_evidence import Kept
from console.web.clock_views import clock_view
from console.web.file_views import Line, answer_lines, answer_words, notice_lines, time_lines
from console.web.moments_text import exact_text
from console.web.timeline_views import timeline_lines
from console.words import KINDS, SEVERITIES, STATES
from desk.caselog import logged
from desk.clock import Clock
from desk.dossier import Case
from desk.dossier_clocks import arithmetic
from desk.dossier_rows import official_records, without_addresses

_LISTED = ("时间", "事项", "经手或对象", "说明")


def cover_of(case: Case, evidence: Kept, *, fingerprint: str) -> Cover:
    """The cover; the log is told oldest first."""
    zone, incident = case.office.zone, case.incident
    log = timeline_lines([logged(entry) for entry in case.entries], incident, case.policy, zone)
    writers = frozenset(logged(entry).event.by for entry in case.entries)
    return Cover(
        title=f"{case.office.mark}政务舆情回应卷宗 {incident.number}",
        mark=case.office.mark,
        head=(*_head(case), ("存证", _evidence(case, evidence))),
        parts=(
            _listed("起算依据", time_lines(incident, zone)),
            CoverPart(
                title="时限",
                columns=("时限", "状态", "起算与计算", "依据"),
                rows=tuple(_clock_row(clock, case) for clock in incident.clocks),
            ),
            _listed("发布、发布会和会商", answer_lines(incident, zone)),
            _listed("经过（并入的公开信息不逐条列出）", reversed(log)),
            _listed("通知", reversed(notice_lines(without_addresses(case.notices), zone))),
            CoverPart(
                title="人员",
                columns=("登录名", "职务"),
                rows=tuple(((each.name,), (each.role or "未登记",)) for each in official_records(case, writers)),
            ),
        ),
        fingerprint=fingerprint,
    )


def _head(case: Case) -> tuple[tuple[str, str], ...]:
    incident, zone = case.incident, case.office.zone
    return (
        ("事件", incident.title),
        ("编号", incident.number or incident.id),
        ("单位", case.office.name),
        ("立为事件", exact_text(incident.opened_at, zone)),
        ("状态", STATES[incident.state]),
        ("类别与等级", f"{KINDS[incident.event_kind]}，{SEVERITIES[incident.severity]}"),
        ("是否须回应", answer_words(incident)),
        ("编制时间", exact_text(case.made_at, zone)),
        ("记录", f"经过 {len(case.entries)} 条；单位总链截至第 {len(case.links)} 行"),
    )


def _evidence(case: Case, evidence: Kept) -> str:
    digests = {each.capture for each in case.incident.releases} | {
        each.record_hash for each in case.incident.conferences
    }
    bare = len(digests - {None} - evidence.names.keys())
    return f"附原件 {len(evidence.names)} 件" + (f"；另有 {bare} 件只有校验值，本机未存原件" if bare else "")


def _listed(title: str, lines: Iterable[Line]) -> CoverPart:
    return CoverPart(
        title=title,
        columns=_LISTED,
        rows=tuple(((line.at,), (line.what,), (line.by,), line.notes) for line in lines),
    )


def _clock_row(clock: Clock, case: Case) -> tuple[tuple[str, ...], ...]:
    view = clock_view(case.incident, clock, case.policy, case.made_at, case.office.zone)
    readings = (f"{each.since}：{each.length}" for each in view.readings)
    return (
        (f"{view.key} {view.title}",),
        tuple(filter(None, (view.word, view.ended, *view.tags))),
        (view.start, *arithmetic(clock, case.office.zone), *readings),
        (view.citation, f"规则版本 {view.version}"),
    )
