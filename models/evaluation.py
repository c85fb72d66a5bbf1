"""The model card: how well the model does on days it never saw and on texts of other kinds, with its limits."""

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desk.moments import Precision
from desk.post import Post
from models.artifact import TrainingFacts
from models.card import as_card
from models.crossfit import Progress, cross_fit
from models.labels import NEGATIVES, Lessons, read_lessons, safe_negatives
from models.scores import Scores, score

if TYPE_CHECKING:
    from models.classifier import PostClassifier

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_MOST_TEXTS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """How many texts of another archive, none of them trained on, the model flags."""

    archive: str
    texts: int
    flagged: int
    incidents: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """Cross-fitted scores of the method and, when a model was given, its facts and what it flags elsewhere."""

    lessons: Lessons
    scores: Scores
    facts: TrainingFacts | None
    elsewhere: tuple[Elsewhere, ...]

    def as_markdown(self) -> str:
        """The model card: counts and scores, never a text."""
        rates = [(each.archive, each.texts, each.flagged, each.incidents) for each in self.elsewhere]
        return as_card(self.lessons, self.scores, self.facts, rates)


def evaluate(archives: Path, model: "PostClassifier | None", progress: Progress = lambda _: None) -> EvaluationReport:
    """Scores the method by days it never saw, and a model on archives it was not trained on.

    Raises BadSettings when an archive is missing.
    """
    lessons = read_lessons(archives)
    scores = score(cross_fit(lessons, progress))
    if model is None:
        return EvaluationReport(lessons=lessons, scores=scores, facts=None, elsewhere=())
    progress("reading texts of other kinds")
    return EvaluationReport(lessons=lessons, scores=scores, facts=model.facts, elsewhere=_elsewhere(archives, model))


def _elsewhere(archives: Path, model: "PostClassifier") -> tuple[Elsewhere, ...]:
    untrained = {name: safe_negatives(archives, name)[trained:][:_MOST_TEXTS] for name, trained in NEGATIVES.items()}
    untrained["smp2020"] = safe_negatives(archives, "smp2020")[:_MOST_TEXTS]
    found = [
        _flagged(model, name, [("", text) for text in texts], incidents=False)
        for name, texts in untrained.items()
        if texts
    ]
    if reports := _emergency_reports(archives):
        found.append(_flagged(model, "cec, titles", [(title, "") for title, _ in reports], incidents=True))
        found.append(_flagged(model, "cec, whole texts", reports, incidents=True))
    return tuple(found)


def _flagged(model: "PostClassifier", archive: str, texts: list[tuple[str, str]], *, incidents: bool) -> Elsewhere:
    verdicts = model.classify([_post(title, text) for title, text in texts])
    flagged = sum(verdict.flagged for verdict in verdicts)
    return Elsewhere(archive=archive, texts=len(texts), flagged=flagged, incidents=incidents)


def _emergency_reports(archives: Path) -> list[tuple[str, str]]:
    path = archives / "cec" / "train.jsonl.gz"
    if not path.is_file():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [(row["title"], row["text"]) for row in map(json.loads, file)]


def _post(title: str, text: str) -> Post:
    return Post(
        id="0" * 32,
        source="evaluation",
        title=title,
        text=text,
        published_at=_ANY_TIME,
        precision=Precision.DAY,
        collected_at=_ANY_TIME,
    )
