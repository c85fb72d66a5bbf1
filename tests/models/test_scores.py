from datetime import date

import pytest

from desk.post import EventKind
from models.crossfit import Scored
from models.labels import LabelledTitle
from models.scores import score


def scored(
    level: int, probability: float, *, kind: EventKind | None = None, of: str | None = None, day: int = 1
) -> Scored:
    title = LabelledTitle(text="云州", level=level, type=of, day=date(2030, 1, day), whole_day=True)
    return Scored(title=title, margin=0.0, probability=probability, flagged=probability >= 0.5, kind=kind)


def test_precision_and_recall_leave_borderline_titles_out() -> None:
    scores = score([scored(2, 0.9), scored(2, 0.1), scored(1, 0.8), scored(0, 0.7), scored(0, 0.2)])

    assert (scores.precision, scores.recall, scores.f1) == (0.5, 0.5, 0.5)
    assert scores.precision_borderline_right == pytest.approx(2 / 3)


def test_alarms_are_counted_per_day() -> None:
    scores = score([scored(2, 0.9), scored(0, 0.6), scored(0, 0.7), scored(2, 0.8, day=2), scored(0, 0.1, day=2)])

    assert scores.alarms_a_day == 2
    assert scores.false_alarms_a_day == 1
    assert [(day.titles, day.clear_flagged, day.none_flagged) for day in scores.days] == [(3, 1, 2), (2, 1, 0)]


def test_a_perfect_order_has_perfect_average_precision() -> None:
    scores = score([scored(2, 0.9), scored(2, 0.8), scored(0, 0.7)])

    assert (scores.average_precision, scores.precision_at_recall_90) == (1.0, 1.0)


def test_kinds_are_judged_where_the_type_tells_one() -> None:
    right = scored(2, 0.9, kind=EventKind.NATURAL, of="flood")
    wrong = scored(2, 0.2, kind=EventKind.NATURAL, of="fire")
    none = scored(1, 0.9, kind=None, of="product")
    untold = scored(2, 0.9, kind=EventKind.NATURAL, of="other")

    scores = score([right, wrong, none, untold, scored(0, 0.1)])

    assert scores.kinds_judged == 3
    assert scores.kinds_right == pytest.approx(2 / 3)
    assert (scores.kinds_judged_flagged, scores.kinds_right_flagged) == (2, 1.0)
