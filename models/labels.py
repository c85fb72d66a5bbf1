"""What the classifier learns from: hand-labelled hot-list titles, texts without incidents, unlabelled titles."""

import gzip
import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from desk.errors import BadSettings
from desk.post import EventKind
from models.events import event_words
from models.text import reading

BORDERLINE, CLEAR = 1, 2

# The annotators' types by kind of emergency. Types that are no emergency teach "none"; types that say too little about
# the kind (missing, other, unknown) teach nothing.
_TYPES_OF_KIND: Mapping[EventKind | None, str] = {
    EventKind.NATURAL: "earthquake flood typhoon weather landslide",
    EventKind.ACCIDENT: "explosion fire traffic aviation collapse mine drown transport work_safety pollution "
    "other_accident",
    EventKind.PUBLIC_HEALTH: "epidemic food medical",
    EventKind.SOCIAL_SAFETY: "violent crime protest school labor",
    None: "public_opinion product rumor",
}
KIND_OF_TYPE = {each: kind for kind, types in _TYPES_OF_KIND.items() for each in types.split()}
# How many texts of each kind stand for "no incident" beyond the hot lists: enough to know the language of news,
# reviews and headlines, few enough that they do not drown 2,281 labels.
NEGATIVES = {"tnews": 3000, "thucnews": 2000, "xinwenlianbo_titles": 2000, "reviews": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledTitle:
    """A hot-list title with its hand label: level 2 a clear incident, 1 borderline, 0 none.

    `whole_day` says that it comes from a day whose every new topic was labelled; the others were sampled by keyword.
    """

    text: str
    level: int
    type: str | None
    day: date
    whole_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """Everything training reads: labelled titles, texts without incidents, and unlabelled titles by their first day."""

    labelled: tuple[LabelledTitle, ...]
    negatives: tuple[str, ...]
    unlabelled: Mapping[str, date]


def read_lessons(archives: Path) -> Lessons:
    """All lessons of an archive folder. Raises BadSettings naming every file that is missing."""
    needed = [archives / "gold_hot_incidents" / f"dev-{part}.jsonl.gz" for part in ("day", "pool")]
    missing = [str(path) for path in needed if not path.is_file()]
    if not list(archives.glob("weibo_hot/rank-*.jsonl.xz")):
        missing.append(str(archives / "weibo_hot" / "rank-*.jsonl.xz"))
    if missing:
        raise BadSettings([f"{path} is missing: name the folder of the archives" for path in missing])
    return Lessons(
        labelled=tuple(_labelled(needed[0], whole_day=True)) + tuple(_labelled(needed[1], whole_day=False)),
        negatives=tuple(text for name in NEGATIVES for text in safe_negatives(archives, name)[: NEGATIVES[name]]),
        unlabelled=read_titles(archives),
    )


def safe_negatives(archives: Path, name: str) -> list[str]:
    """The texts of one archive that speak of no incident, in an order that is arbitrary and always the same."""
    path = archives / name / "train.jsonl.gz"
    if not path.is_file():
        return []
    rows = sorted(_rows(path), key=lambda row: sha256(str(row["id"]).encode()).digest())
    return [reading(str(row["text"]), "") for row in rows if _safe(row)]


def read_titles(archives: Path) -> dict[str, date]:
    """Every title of the hot lists with the day it was first seen."""
    first: dict[str, date] = {}
    for path in sorted(archives.glob("weibo_hot/rank-*.jsonl.xz")):
        for row in _rows(path):
            day = datetime.fromisoformat(str(row["t"])).date()
            listed = row["list"]
            for title in listed if isinstance(listed, list) else ():
                first.setdefault(reading(str(title), ""), day)
    return first


def _labelled(path: Path, *, whole_day: bool) -> Iterator[LabelledTitle]:
    for row in _rows(path):
        yield LabelledTitle(
            text=reading(str(row["text"]), ""),
            level=int(str(row["level"])),
            type=str(row["type"]) if row["type"] else None,
            day=datetime.fromisoformat(str(row["first_seen"])).date(),
            whole_day=whole_day,
        )


def _safe(row: Mapping[str, object]) -> bool:
    """Whether a row cannot be an incident: by its archive's own mark, or by our word list where it has none.

    Reviews are kept even with an incident word: a hotel in a typhoon is the look-alike to learn.
    """
    if "sentiment" in row:
        return True
    if "incident_kw" in row:
        return not row["incident_kw"]
    return not event_words().read(str(row["text"])).words


def _rows(path: Path) -> Iterator[dict[str, object]]:
    opener = lzma.open if path.suffix == ".xz" else gzip.open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
