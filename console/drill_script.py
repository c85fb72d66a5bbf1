"""A drill's script: its fictional office, its posts, and when it ends; read from acts.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backends.settings import Settings
from console.drill_acts import Performed, read_steps
from console.wiring import with_office
from desk.apply import apply
from desk.change import IncidentQuery
from desk.errors import BadSettings
from desk.incident import Incident
from desk.moments import as_utc
from desk.policy_reading import Reader
from flows.line import Line
from flows.replay import Act

SHIPPED = Path(__file__).resolve().parents[1] / "drills" / "yunzhou"
"""The drill that comes with Huiying."""

_MANY = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillScript:
    """A drill: its fictional office, its posts, its acts, and when it ends."""

    name: str
    office: str
    prefix: str
    jurisdiction: tuple[str, ...]
    ends: datetime
    posts: Path
    acts: tuple[Act, ...]


def in_its_office(settings: Settings, script: DrillScript) -> Settings:
    """The settings with the drill's fictional office instead of the real one."""
    return with_office(settings, name=script.office, prefix=script.prefix, jurisdiction=script.jurisdiction)


def load_script(folder: Path) -> DrillScript:
    """The drill of this folder; its README says what acts.toml may hold. Raises BadSettings with every problem."""
    mapping = _parsed(folder / "acts.toml")
    reader = Reader(f"{folder.name}/acts.toml", mapping)
    reader.only({"drill", "incident", "act"})
    drill = reader.table("drill")
    drill.only({"name", "office", "office_prefix", "jurisdiction", "posts", "starts", "ends"})
    names = _incident_names(reader, mapping)
    script = DrillScript(
        name=drill.text("name"),
        office=drill.text("office"),
        prefix=drill.text("office_prefix"),
        jurisdiction=drill.texts("jurisdiction"),
        ends=as_utc(drill.moment("ends")),
        posts=folder / drill.text("posts"),
        acts=tuple(_act(each, names, folder) for each in reader.tables("act")),
    )
    if reader.problems:
        raise BadSettings(reader.problems)
    return script


def _parsed(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSettings([f"{path}: no drill script: {error}"]) from None


def _incident_names(reader: Reader, mapping: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    table, named = reader.table("incident"), mapping.get("incident")
    names = named if isinstance(named, Mapping) else {}
    return {str(name): table.table(str(name)).texts("title_has") for name in names}


def _act(reader: Reader, names: Mapping[str, tuple[str, ...]], folder: Path) -> Act:
    at, by, name = as_utc(reader.moment("at")), reader.text("by"), reader.text("incident")
    if name not in names:
        reader.problem("incident", f"{name!r} is no incident of this script: use one of {', '.join(names)}")
    steps = read_steps(reader, folder)
    return Act(at=at, perform=lambda line: _perform(line, names[name], steps, by, at))


def _perform(line: Line, words: tuple[str, ...], performed: Performed, by: str, at: datetime) -> None:
    incidents = line.parts.incidents
    incident = _found(incidents.find(IncidentQuery(limit=_MANY)), words, at)
    # A drill that was killed and goes on performs no act twice.
    done = {(each.event.kind, each.event.at, each.event.by) for each in incidents.timeline(incident.id)}
    if (performed.action.value, at, by) not in done:
        step = performed.step(incident)
        incidents.save([apply(incident, step, by=by, now=at, policy=line.parts.policy)])


def _found(incidents: list[Incident], words: tuple[str, ...], at: datetime) -> Incident:
    for incident in incidents:
        if all(word in incident.title for word in words):
            return incident
    raise BadSettings([f"the script acts at {at.isoformat()}, but no incident has {' and '.join(words)} in its title"])
