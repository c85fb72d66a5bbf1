"""What an incident's file holds of its further duties: assignments, reports up, hand-overs and papers, in words."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from console.web.file_views import Line, web_address
from console.web.moments_text import exact_text
from console.web.wording import OBLIGATION_KINDS, REPORT_KINDS
from desk.duty_records import Assignment, Handover, Obligation, Report
from desk.incident import Incident


def duty_lines(incident: Incident, zone: tzinfo) -> tuple[Line, ...]:
    """Every record of the further duties, in their order of time."""
    return tuple(line for _, line in sorted(_found(incident, zone), key=lambda pair: pair[0]))


def _found(incident: Incident, zone: tzinfo) -> Iterator[tuple[datetime, Line]]:
    yield from ((each.at, _assignment_line(each, zone)) for each in incident.assignments)
    yield from ((each.sent_at, _report_line(each, zone)) for each in incident.reports)
    yield from ((each.at, _handover_line(each, incident, zone)) for each in incident.handovers)
    yield from ((each.since, _obligation_line(each, zone)) for each in incident.obligations)


def _assignment_line(given: Assignment, zone: tzinfo) -> Line:
    notes = [_taken(given, zone)]
    if given.verified_at is not None:
        notes.append(f"{exact_text(given.verified_at, zone)} 核查反馈：{given.verification}")
    elif given.returned_at is None:
        notes.append("尚未反馈核查结果")
    return Line(
        at=exact_text(given.at, zone),
        what=f"交办：{given.department} {given.officer}",
        by=f"{given.entered_by} 交办",
        notes=tuple(notes),
    )


def _taken(given: Assignment, zone: tzinfo) -> str:
    if given.returned_at is not None:
        return f"{exact_text(given.returned_at, zone)} 退回：{given.return_reason}"
    if given.accepted_at is not None:
        return f"{exact_text(given.accepted_at, zone)} 由 {given.accepted_by} 认领"
    return "责任部门尚未认领"


def _report_line(report: Report, zone: tzinfo) -> Line:
    received = report.received_at
    return Line(
        at=exact_text(report.sent_at, zone),
        what=f"上报（{REPORT_KINDS[report.kind]}）：{report.to}，{report.method}",
        by=f"{report.entered_by} 登记",
        notes=(f"{exact_text(received, zone)} 回执：{report.receipt}" if received else "尚无回执，不算完成",),
    )


def _handover_line(handed: Handover, incident: Incident, zone: tzinfo) -> Line:
    about = "；".join(each.text for each in incident.questions if each.id == handed.question_id)
    return Line(
        at=exact_text(handed.at, zone),
        what=f"移交：{handed.body}，{handed.document}",
        by=f"{handed.entered_by} 登记",
        notes=(
            f"关切：{about}；法律依据：{handed.legal_basis}",
            "移交时已有公开回应" if handed.answered_before else "移交时还没有公开回应",
        ),
    )


def _obligation_line(owed: Obligation, zone: tzinfo) -> Line:
    notes = [f"{owed.reference}，自此时起算"]
    if owed.corrected_at is not None:
        notes.append(f"{exact_text(owed.corrected_at, zone)} 收到补正，重新起算（{owed.correction}）")
    if owed.fulfilled_at is not None:
        proof = "有存证" if owed.capture else "无存证，时间为自报"
        notes.append(f"{exact_text(owed.fulfilled_at, zone)} 完成：{owed.evidence}（{proof}）")
    else:
        notes.append("尚未完成")
    return Line(
        at=exact_text(owed.since, zone),
        what=f"{OBLIGATION_KINDS[owed.kind]}：{owed.title}",
        by=f"{owed.entered_by} 登记",
        notes=tuple(notes),
        address=web_address(owed.evidence),
    )
