"""The two linear models over a text's features: how likely it speaks of an incident, and of which kind."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from desk.post import EventKind
from models.events import event_words
from models.features import PostFeatures
from models.labels import BORDERLINE, CLEAR, KIND_OF_TYPE, LabelledTitle
from models.vectors import WordVectors

NO_KIND = "none"
# A text without incident from elsewhere weighs a tenth of a labelled title: they outnumber the labels four to one.
_NEGATIVE_WEIGHT = 0.1
# Thirty titles about one earthquake on one day are not thirty lessons: a day's titles of one type share five voices.
_VOICES = 5.0
_INCIDENT_STRENGTH = 3.0
_KIND_STRENGTH = 10.0
# Below this difference of log-odds the best kind is not twice as likely as the next, and the word list decides.
_SURE = float(np.log(2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """Fitted features and models. `incident` gives calibrated probabilities once `calibrated` has shifted it."""

    features: PostFeatures
    incident: LogisticRegression
    kind: LogisticRegression

    def margins(self, rows: csr_matrix) -> NDArray[np.float64]:
        """Log-odds of an incident for rows of features."""
        return np.asarray(self.incident.decision_function(rows), np.float64)

    def kinds(self, rows: csr_matrix, texts: Sequence[str]) -> list[EventKind | None]:
        """The kind of emergency of each text, or none."""
        if not texts:
            return []
        odds = np.asarray(self.kind.decision_function(rows[:, self.features.coarse])).reshape(len(texts), -1)
        return [self._kind(row, text) for row, text in zip(odds, texts, strict=True)]

    def _kind(self, odds: NDArray[np.float64], text: str) -> EventKind | None:
        order = np.argsort(-odds, kind="stable")
        if odds[order[0]] - odds[order[1]] < _SURE and (listed := listed_kind(text)):
            return listed
        best = str(self.kind.classes_[order[0]])
        return None if best == NO_KIND else EventKind(best)


def fit_detector(labelled: Sequence[LabelledTitle], negatives: Sequence[str], vectors: WordVectors) -> Detector:
    """Fits both models. Borderline titles teach the kinds only: whether they are incidents, the annotator left open."""
    clear = [each for each in labelled if each.level != BORDERLINE]
    texts = [each.text for each in clear] + list(negatives)
    incidents = np.array([each.level == CLEAR for each in clear] + [False] * len(negatives))
    weights = np.array([*_voices(clear), *[_NEGATIVE_WEIGHT] * len(negatives)])
    features = PostFeatures(vectors).fit(texts)
    # liblinear walks one deterministic path on one thread, which the artefact's digest relies on.
    incident = LogisticRegression(C=_INCIDENT_STRENGTH, solver="liblinear", max_iter=1000)
    incident.fit(features.transform(texts), incidents, sample_weight=weights)
    return Detector(features=features, incident=incident, kind=fit_kinds(labelled, features))


def _voices(labelled: Sequence[LabelledTitle]) -> list[float]:
    together = Counter((each.day, each.type) for each in labelled if each.type)
    return [min(1.0, _VOICES / together[each.day, each.type]) if each.type else 1.0 for each in labelled]


def fit_kinds(labelled: Sequence[LabelledTitle], features: PostFeatures) -> LogisticRegression:
    """The kind of emergency of the titles whose type tells one, over the coarse features."""
    typed = [each for each in labelled if each.type in KIND_OF_TYPE]
    kinds = [KIND_OF_TYPE[each.type] or NO_KIND for each in typed if each.type]
    rows = features.transform([each.text for each in typed])[:, features.coarse]
    return LogisticRegression(C=_KIND_STRENGTH, max_iter=5000).fit(rows, [str(kind) for kind in kinds])


def calibrated(detector: Detector, slope: float, shift: float) -> Detector:
    """The same detector with its log-odds stretched and shifted, so that they mean what they say."""
    detector.incident.coef_ = detector.incident.coef_ * slope
    detector.incident.intercept_ = detector.incident.intercept_ * slope + shift
    return detector


def listed_kind(text: str) -> EventKind | None:
    """The kind of the first event type of the word list that the text speaks of."""
    return next((each.kind for each in event_words().read(event_words().literal(text)).types if each.kind), None)
