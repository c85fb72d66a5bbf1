"""A drill's script: who does what at which moment of the drilled day, read from its acts.toml."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desk.apply import apply
from desk.change import IncidentQuery
from desk.errors import BadSettings
from desk.incident import DispositionClass, Incident, PublicQuestion, Severity
from desk.moments import as_utc
from desk.policy_reading import Reader
from desk.post import AnswerKind
from desk.release import ConferenceKind, Element, PressConference, Signature, Speaker
from desk.steps import (
    Acknowledge,
    Ask,
    ClassQuestion,
    Confirm,
    ConfirmRelease,
    GradeSeverity,
    RecordConference,
    SignAnswerKind,
    Step,
)
from flows.line import Line
from flows.replay import Act

Steps = Callable[[Incident], list[Step]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillScript:
    """A drill: its fictional office, its posts, its acts, and when it ends."""

    title: str
    office: str
    prefix: str
    jurisdiction: tuple[str, ...]
    until: datetime
    posts: Path
    acts: tuple[Act, ...]


def load_script(folder: Path) -> DrillScript:
    """The drill of this folder (acts.toml, posts.jsonl). Raises BadSettings with every problem of the script."""
    path = folder / "acts.toml"
    try:
        mapping = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSettings([f"{path}: no drill script: {error}"]) from None
    reader = Reader(path.name, mapping)
    script = DrillScript(
        title=reader.text("title"),
        office=reader.text("office"),
        prefix=reader.text("prefix"),
        jurisdiction=reader.texts("jurisdiction"),
        until=_moment(reader, mapping, "until"),
        posts=folder / "posts.jsonl",
        acts=tuple(_act(each, table) for each, table in zip(reader.tables("act"), _tables(mapping), strict=False)),
    )
    if reader.problems:
        raise BadSettings([f"{folder.name}/{problem}" for problem in reader.problems])
    return script


def _tables(mapping: Mapping[str, object]) -> list[Mapping[str, object]]:
    acts = mapping.get("act")
    return [act for act in acts if isinstance(act, Mapping)] if isinstance(acts, list) else []


def _act(reader: Reader, table: Mapping[str, object]) -> Act:
    at = _moment(reader, table, "at")
    by, words = reader.text("by"), reader.text("incident")
    steps = _STEPS.get(reader.text("action"), _unknown_action)(reader, table)
    return Act(at=at, perform=lambda line: _perform(line, words, steps, by, at))


def _perform(line: Line, words: str, steps: Steps, by: str, at: datetime) -> None:
    incidents = line.parts.incidents
    found = [each for each in incidents.find(IncidentQuery(limit=1_000)) if words in each.title]
    if not found:
        raise BadSettings([f"the script acts on {words!r} at {at.isoformat()}, but no incident has that in its title"])
    for number, step in enumerate(steps(found[0])):
        incident = incidents.get(found[0].id)
        # A drill that was killed and goes on performs no act twice.
        done = [each for each in incidents.timeline(incident.id) if each.event.at == at and each.event.by == by]
        if len(done) <= number:
            incidents.save([apply(incident, step, by=by, now=at, policy=line.parts.policy)])


def _moment(reader: Reader, table: Mapping[str, object], key: str) -> datetime:
    value = table.get(key)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return as_utc(value)
    reader.problem(key, "write a time with its zone, like 2026-06-10T08:22:00+08:00")
    return datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _acknowledge(reader: Reader, table: Mapping[str, object]) -> Steps:
    del reader, table
    return lambda _: [Acknowledge()]


def _confirm(reader: Reader, table: Mapping[str, object]) -> Steps:
    del reader, table
    return lambda _: [Confirm()]


def _grade(reader: Reader, table: Mapping[str, object]) -> Steps:
    del table
    step = GradeSeverity(severity=reader.choice("severity", Severity), basis=reader.text("basis"))
    return lambda _: [step]


def _sign_answer_kind(reader: Reader, table: Mapping[str, object]) -> Steps:
    del table
    step = SignAnswerKind(kind=reader.choice("kind", AnswerKind))
    return lambda _: [step]


def _confirm_release(reader: Reader, table: Mapping[str, object]) -> Steps:
    del table
    elements = frozenset(reader.choices("elements", Element))

    def steps(incident: Incident) -> list[Step]:
        proposed = [each for each in incident.releases if each.signature is Signature.PROPOSED]
        return [ConfirmRelease(release_id=each.id, elements=elements) for each in proposed[:1]]

    return steps


def _ask(reader: Reader, table: Mapping[str, object]) -> Steps:
    del table
    text, kind = reader.text("question"), reader.choice("class", DispositionClass)

    def steps(incident: Incident) -> list[Step]:
        question = PublicQuestion(id=f"q-{len(incident.questions) + 1}", text=text)
        return [Ask(question=question), ClassQuestion(question_id=question.id, disposition_class=kind)]

    return steps


def _record_conference(reader: Reader, table: Mapping[str, object]) -> Steps:
    form, held_at = reader.choice("form", ConferenceKind), _moment(reader, table, "held_at")
    record, record_hash = reader.text("record"), reader.text("record_hash")
    speakers = tuple(
        Speaker(role=each.text("role"), is_principal=each.flag("is_principal")) for each in reader.tables("speakers")
    )

    def steps(incident: Incident) -> list[Step]:
        conference = PressConference(
            id=f"c-{len(incident.conferences) + 1}",
            kind=form,
            held_at=held_at,
            speakers=speakers,
            entered_at=held_at,
            entered_by="演练",
            record=record,
            record_hash=record_hash,
        )
        return [RecordConference(conference=conference)]

    return steps


def _unknown_action(reader: Reader, table: Mapping[str, object]) -> Steps:
    reader.problem("action", f"{table.get('action')!r} is no action: use one of {', '.join(sorted(_STEPS))}")
    return lambda _: []


_STEPS: Mapping[str, Callable[[Reader, Mapping[str, object]], Steps]] = {
    "acknowledge": _acknowledge,
    "confirm": _confirm,
    "grade": _grade,
    "sign_answer_kind": _sign_answer_kind,
    "confirm_release": _confirm_release,
    "ask": _ask,
    "record_conference": _record_conference,
}
