"""How good the verdicts were on days no model had seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, precision_recall_curve

from models.crossfit import Scored
from models.labels import BORDERLINE, CLEAR, KIND_OF_TYPE

_RECALL = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class DayScores:
    """One whole day: how many new titles, how many of each level, how many of them flagged."""

    day: date
    titles: int
    clear: int
    clear_flagged: int
    borderline: int
    borderline_flagged: int
    none_flagged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Clear incidents against titles without one; borderline titles count only where a name says so."""

    days: tuple[DayScores, ...]
    average_precision: float
    average_precision_of_days: float
    average_precision_borderline_too: float
    precision: float
    precision_borderline_right: float
    recall: float
    f1: float
    precision_at_recall_90: float
    brier: float
    brier_of_the_base_rate: float
    kinds_right: float
    kinds_judged: int
    kinds_right_flagged: float
    kinds_judged_flagged: int

    @property
    def false_alarms_a_day(self) -> float:
        """Flagged titles that are no incident at all, per day."""
        return sum(day.none_flagged for day in self.days) / len(self.days)

    @property
    def alarms_a_day(self) -> float:
        """All flagged titles per day."""
        flagged = sum(day.clear_flagged + day.borderline_flagged + day.none_flagged for day in self.days)
        return flagged / len(self.days)


def score(scored: Sequence[Scored]) -> Scores:
    """The scores of cross-fitted verdicts."""
    judged = [each for each in scored if each.title.level != BORDERLINE]
    truth = np.array([_clear(each) for each in judged])
    chances = np.array([each.probability for each in judged])
    flagged = np.array([each.flagged for each in judged])
    hits, alarms = int((flagged & truth).sum()), int(flagged.sum())
    borderline_flagged = sum(each.flagged for each in scored) - alarms
    precision, recall = hits / max(alarms, 1), hits / max(int(truth.sum()), 1)
    typed = [each for each in scored if each.title.type in KIND_OF_TYPE]
    typed_flagged = [each for each in typed if each.flagged]
    return Scores(
        days=tuple(_day(scored, day) for day in sorted({each.title.day for each in scored})),
        average_precision=_average_precision(judged),
        average_precision_of_days=_mean_of_days(judged),
        average_precision_borderline_too=_with_borderline(scored),
        precision=precision,
        precision_borderline_right=(hits + borderline_flagged) / max(alarms + borderline_flagged, 1),
        recall=recall,
        f1=2 * precision * recall / max(precision + recall, 1e-12),
        precision_at_recall_90=_precision_at(truth, chances),
        brier=float(brier_score_loss(truth, chances)),
        brier_of_the_base_rate=float(truth.mean() * (1 - truth.mean())),
        kinds_right=_kinds_right(typed),
        kinds_judged=len(typed),
        kinds_right_flagged=_kinds_right(typed_flagged),
        kinds_judged_flagged=len(typed_flagged),
    )


def _day(scored: Sequence[Scored], day: date) -> DayScores:
    titles = [each for each in scored if each.title.day == day]

    def count(level: int, *, flagged_only: bool) -> int:
        return sum(each.title.level == level and (each.flagged or not flagged_only) for each in titles)

    return DayScores(
        day=day,
        titles=len(titles),
        clear=count(CLEAR, flagged_only=False),
        clear_flagged=count(CLEAR, flagged_only=True),
        borderline=count(BORDERLINE, flagged_only=False),
        borderline_flagged=count(BORDERLINE, flagged_only=True),
        none_flagged=count(0, flagged_only=True),
    )


def _kinds_right(typed: Sequence[Scored]) -> float:
    return sum(each.kind == KIND_OF_TYPE[each.title.type] for each in typed if each.title.type) / max(len(typed), 1)


def _mean_of_days(judged: Sequence[Scored]) -> float:
    days = sorted({each.title.day for each in judged})
    return float(np.mean([_average_precision([each for each in judged if each.title.day == day]) for day in days]))


def _average_precision(judged: Sequence[Scored]) -> float:
    return float(average_precision_score([_clear(each) for each in judged], [each.probability for each in judged]))


def _clear(each: Scored) -> bool:
    return each.title.level == CLEAR


def _with_borderline(scored: Sequence[Scored]) -> float:
    truth = [each.title.level >= BORDERLINE for each in scored]
    return float(average_precision_score(truth, [each.probability for each in scored]))


def _precision_at(truth: NDArray[np.bool_], chances: NDArray[np.float64]) -> float:
    precision, recall, _ = precision_recall_curve(truth, chances)
    return float(precision[recall >= _RECALL].max())
