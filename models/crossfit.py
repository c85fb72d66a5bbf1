"""Scoring every whole day by models that never saw it: the only figures the model card may show."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from desk.post import EventKind
from models.detector import Detector, fit_detector
from models.features import pair_counts
from models.labels import BORDERLINE, CLEAR, LabelledTitle, Lessons
from models.vectors import WordVectors, hashed_words

Progress = Callable[[str], None]

FALSE_ALARMS_A_DAY = 4.0
# Titles within a week of the scored day are left out as well: the same event fills the list for days.
_NEIGHBOURS = timedelta(days=7)
_DUPLICATE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How log-odds become a verdict: stretched and shifted to a probability, flagged from a threshold on."""

    slope: float
    shift: float
    threshold: float

    def probability(self, margin: float) -> float:
        """The calibrated probability of a raw margin."""
        return float(1 / (1 + np.exp(-(self.slope * margin + self.shift))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A title of a whole day with its raw margin and what a model that never saw that day makes of it."""

    title: LabelledTitle
    margin: float
    probability: float
    flagged: bool
    kind: EventKind | None


@contextmanager
def reproducible() -> Iterator[None]:
    """One thread for linear algebra: the order in which threads add up would change the last bits."""
    with threadpool_limits(1):
        yield


@reproducible()
def cross_fit(lessons: Lessons, progress: Progress) -> list[Scored]:
    """Every whole day scored by a model, a calibration and a threshold made without it (nested cross-fitting)."""
    days = whole_days(lessons)
    progress("learning word vectors without the scored days")
    vectors = learn_vectors(title for title, seen in lessons.unlabelled.items() if not _near(seen, days))
    fits = _Fits(lessons, vectors)
    unseen: dict[tuple[date, date], list[_Raw]] = {}
    for first, second in combinations(days, 2):
        progress(f"fitting without {first} and {second}")
        unseen |= {(day, other): rows for day, other, rows in fits.without_both(first, second)}
    scored: list[Scored] = []
    for day in days:
        progress(f"scoring {day} by models that never saw it")
        elsewhere = (raw for other in days if other != day for raw in unseen[other, day])
        setting = choose_setting((raw.title, raw.margin) for raw in elsewhere)
        scored += [_judged(raw, setting) for raw in fits.without(day)]
    return scored


def choose_setting(scored: Iterable[tuple[LabelledTitle, float]]) -> Setting:
    """Calibrates on titles scored by models that never saw them, and spends the budget of false alarms.

    The threshold is the lowest one with at most four flagged titles a day that are no incident at all: a missed
    incident costs the office its five hours, a false alarm a glance. Borderline titles count neither way.
    """
    judged = [(title, margin) for title, margin in scored if title.level != BORDERLINE]
    margins = np.array([margin for _, margin in judged])
    incidents = np.array([title.level == CLEAR for title, _ in judged])
    line = LogisticRegression(C=1e6).fit(margins[:, None], incidents)
    setting = Setting(slope=float(line.coef_[0, 0]), shift=float(line.intercept_[0]), threshold=0.5)
    allowed = int(FALSE_ALARMS_A_DAY * len({title.day for title, _ in judged}))
    false_alarms = np.sort(margins[~incidents])[::-1]
    over_budget = false_alarms[allowed] if len(false_alarms) > allowed else -np.inf
    lowest = min((margin for margin in margins if margin > over_budget), default=np.inf)
    return Setting(slope=setting.slope, shift=setting.shift, threshold=round(setting.probability(float(lowest)), 6))


def whole_days(lessons: Lessons) -> list[date]:
    """The days whose every new title was labelled."""
    return sorted({each.day for each in lessons.labelled if each.whole_day})


def learn_vectors(titles: Iterable[str]) -> WordVectors:
    """Word vectors from unlabelled titles."""
    return WordVectors().fit(hashed_words(titles))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Raw:
    title: LabelledTitle
    margin: float
    kind: EventKind | None


class _Fits:
    """Models fitted without some days: nothing seen near them, nothing that says almost the same."""

    def __init__(self, lessons: Lessons, vectors: WordVectors) -> None:
        self._lessons = lessons
        self._vectors = vectors
        self._alike = _alike([each.text for each in lessons.labelled])

    def without(self, day: date) -> list[_Raw]:
        """The day's titles, scored by a model that never saw it."""
        return self._score(day, self._fit((day,)))

    def without_both(self, first: date, second: date) -> Iterator[tuple[date, date, list[_Raw]]]:
        """Each day's titles, scored by one model that saw neither."""
        detector = self._fit((first, second))
        yield first, second, self._score(first, detector)
        yield second, first, self._score(second, detector)

    def _fit(self, days: Sequence[date]) -> Detector:
        labelled = self._lessons.labelled
        held_out = np.array([each.whole_day and each.day in days for each in labelled])
        close = held_out | np.array([_near(each.day, days) for each in labelled]) | (self._alike @ held_out > 0)
        lessons = [each for each, left_out in zip(labelled, close, strict=True) if not left_out]
        return fit_detector(lessons, self._lessons.negatives, self._vectors)

    def _score(self, day: date, detector: Detector) -> list[_Raw]:
        titles = [each for each in self._lessons.labelled if each.whole_day and each.day == day]
        texts = [title.text for title in titles]
        rows = detector.features.transform(texts)
        judged = zip(titles, detector.margins(rows), detector.kinds(rows, texts), strict=True)
        return [_Raw(title=title, margin=float(margin), kind=kind) for title, margin, kind in judged]


def _judged(raw: _Raw, setting: Setting) -> Scored:
    probability = setting.probability(raw.margin)
    flagged = probability >= setting.threshold
    return Scored(title=raw.title, margin=raw.margin, probability=probability, flagged=flagged, kind=raw.kind)


def _near(day: date, days: Sequence[date]) -> bool:
    return any(abs(day - other) <= _NEIGHBOURS for other in days)


def _alike(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Which texts share at least half of their character pairs."""
    pairs = pair_counts(texts).sign()
    shared = (pairs @ pairs.T).toarray()
    sizes = shared.diagonal()
    alike: NDArray[np.bool_] = shared >= _DUPLICATE * np.maximum(sizes[:, None] + sizes[None, :] - shared, 1)
    return alike
