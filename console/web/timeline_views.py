"""An incident's timeline (经过): the case log in words, with the facts people ask for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from console.web.file_views import Line, named
from console.web.moments_text import exact_text
from console.web.wording import ANSWER_KINDS, BASES, EVENTS, OBLIGATION_KINDS, REPORT_KINDS
from console.words import SEVERITIES
from desk.change import Fact, LoggedEvent
from desk.incident import Incident, Severity
from desk.policy import Policy
from desk.post import AnswerKind


def timeline_lines(
    timeline: Sequence[LoggedEvent], incident: Incident, policy: Policy, zone: tzinfo
) -> tuple[Line, ...]:
    """The case log in words, newest first; the posts that joined are listed as posts."""
    told = [logged for logged in reversed(timeline) if logged.event.kind != "joined"]
    return tuple(_event_line(logged, incident, policy, zone) for logged in told)


def _event_line(logged: LoggedEvent, incident: Incident, policy: Policy, zone: tzinfo) -> Line:
    event = logged.event
    notes = [event.text] if event.text else []
    notes.extend(_fact_words(event.facts, incident, policy, zone))
    if (event.recorded_at - event.at).total_seconds() > _LATE_ENTRY:
        notes.append(f"{exact_text(event.recorded_at, zone)} 记入")
    return Line(
        at=exact_text(event.at, zone),
        what=EVENTS.get(event.kind, event.kind),
        by=named(event.by),
        notes=tuple(notes),
    )


def _fact_words(
    facts: Mapping[str, Fact], incident: Incident, policy: Policy, zone: tzinfo
) -> list[str]:  # one line a fact
    """The facts people ask for; ids and versions stay in the log."""
    titles = {release.id: release.title for release in incident.releases}
    said = []
    for name, value in sorted(facts.items(), key=lambda fact: (fact[0] not in _FIRST, fact[0])):
        text = str(value)
        match name:
            case "clock":
                said.append(policy.rule(text.partition("#")[0]).title)
            case "severity":
                said.append(SEVERITIES[Severity(text)])
            case "answer_kind":
                said.append(ANSWER_KINDS[AnswerKind(text)])
            case "late_graded" if value:
                said.append("定级时已过时限")
            case "second" if value:
                said.append(f"第二人：{text}")
            case "role" | "to" | "bodies" | "officer" | "document" | "record" if value:
                said.append(text)
            case "form" if text in _FORMS:
                said.append(_FORMS[text])
            case "receipt":
                said.append(f"回执：{text}")
            case "returns":
                said.append(f"第 {text} 次退回")
            case "answered_before":
                said.append("移交时已有公开回应" if value else "移交时还没有公开回应")
            case "days" if value:
                said.append(f"暂停 {text} 个工作日")
            case "due_at":
                said.append(f"时限改为 {exact_text(datetime.fromisoformat(text), zone)}")
            case "release" if titles.get(text):
                said.append(f"“{titles[text]}”")
            case "basis" if text in BASES:
                said.append(BASES[_BASIS_OF[text]])
            case "evidence" if value:
                said.append(f"依据：{text}")
            case "already" if value:
                said.append("此前已有人认领")
    return said


_BASIS_OF = {basis.value: basis for basis in BASES}
_FORMS = {each.value: word for words in (REPORT_KINDS, OBLIGATION_KINDS) for each, word in words.items()}
_FIRST = ("clock", "to")
_LATE_ENTRY = 60.0
