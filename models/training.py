"""Training: from the archives to an artefact whose scores come from days its judges had not seen."""

from dataclasses import dataclass
from pathlib import Path

import sklearn

from models.artifact import FORMAT, Artifact, TrainingFacts, digest, save_artifact
from models.crossfit import Progress, choose_setting, cross_fit, learn_vectors, reproducible
from models.detector import Detector, calibrated, fit_detector
from models.labels import BORDERLINE, CLEAR, Lessons, read_lessons
from models.scores import Scores, score


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """What training made: where the artefact lies, how large it is, its facts and its cross-fitted scores."""

    path: Path
    size: int
    facts: TrainingFacts
    scores: Scores


def train(archives: Path, target: Path, progress: Progress = lambda _: None) -> TrainingReport:
    """Trains on everything, sets the threshold by cross-fitted scores and writes the artefact.

    Equal archives give an equal digest. Raises BadSettings, and writes nothing, when an archive is missing.
    """
    lessons = read_lessons(archives)
    scored = cross_fit(lessons, progress)
    setting = choose_setting((each.title, each.margin) for each in scored)
    progress("fitting the model on everything")
    with reproducible():
        fitted = fit_detector(lessons.labelled, lessons.negatives, learn_vectors(lessons.unlabelled))
    detector = calibrated(fitted, setting.slope, setting.shift)
    scores = score(scored)
    facts = _facts(lessons, detector, setting.threshold, scores)
    save_artifact(Artifact(detector=detector, facts=facts), target)
    return TrainingReport(path=target, size=target.stat().st_size, facts=facts, scores=scores)


def _facts(lessons: Lessons, detector: Detector, threshold: float, scores: Scores) -> TrainingFacts:
    levels = [each.level for each in lessons.labelled]
    days = sorted(each.day for each in lessons.labelled)
    name = digest(detector, threshold)
    return TrainingFacts(
        version=f"{FORMAT}-{name[:8]}",
        digest=name,
        threshold=threshold,
        titles_clear=levels.count(CLEAR),
        titles_borderline=levels.count(BORDERLINE),
        titles_none=levels.count(0),
        negatives=len(lessons.negatives),
        unlabelled=len(lessons.unlabelled),
        first_day=days[0].isoformat(),
        last_day=days[-1].isoformat(),
        scored_days=len(scores.days),
        average_precision=round(scores.average_precision, 3),
        precision=round(scores.precision, 3),
        recall=round(scores.recall, 3),
        f1=round(scores.f1, 3),
        false_alarms_a_day=round(scores.false_alarms_a_day, 3),
        scikit_learn=sklearn.__version__,
    )
