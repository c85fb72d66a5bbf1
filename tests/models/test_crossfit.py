from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.crossfit import FALSE_ALARMS_A_DAY, choose_setting, cross_fit, whole_days
from models.labels import LabelledTitle, read_lessons
from models.scores import score

DAY = date(2030, 1, 10)


def a_title(level: int, *, day: date = DAY, text: str = "云州") -> LabelledTitle:
    return LabelledTitle(text=text, level=level, type=None, day=day, whole_day=True)


def test_every_title_of_every_whole_day_is_scored_once(small_archives: Path) -> None:
    lessons = read_lessons(small_archives)

    scored = cross_fit(lessons, lambda _: None)

    assert [each.title for each in scored] == [each for each in lessons.labelled if each.whole_day]
    assert whole_days(lessons) == sorted({each.title.day for each in scored})
    assert score(scored).average_precision > 0.5


def test_a_models_own_day_never_teaches_it(small_archives: Path) -> None:
    lessons = read_lessons(small_archives)
    first = whole_days(lessons)[0]
    turned = tuple(replace(each, level=2 - each.level) if each.day == first else each for each in lessons.labelled)
    lied_to = replace(lessons, labelled=turned)

    truthful = [each.margin for each in cross_fit(lessons, lambda _: None) if each.title.day == first]
    deceived = [each.margin for each in cross_fit(lied_to, lambda _: None) if each.title.day == first]

    assert deceived == truthful


@pytest.mark.parametrize(("days_after", "taught"), [(7, False), (8, True)])
def test_days_within_a_week_do_not_teach_it_either(small_archives: Path, days_after: int, taught: bool) -> None:  # noqa: FBT001
    lessons = read_lessons(small_archives)
    first = whole_days(lessons)[0]
    near = LabelledTitle(text="晚霞", level=2, type=None, day=first + timedelta(days=days_after), whole_day=False)
    more = replace(lessons, labelled=(*lessons.labelled, near))

    without = [each.margin for each in cross_fit(lessons, lambda _: None) if each.title.day == first]
    with_it = [each.margin for each in cross_fit(more, lambda _: None) if each.title.day == first]

    assert (with_it != without) is taught


def test_near_duplicates_of_a_scored_title_do_not_teach(small_archives: Path) -> None:
    lessons = read_lessons(small_archives)
    first = whole_days(lessons)[0]
    repeated = next(each for each in lessons.labelled if each.day == first)
    copy = replace(repeated, text=f"{repeated.text}！", day=date(2031, 1, 1), whole_day=False)
    more = replace(lessons, labelled=(*lessons.labelled, copy))

    without = [each.margin for each in cross_fit(lessons, lambda _: None) if each.title.day == first]
    with_it = [each.margin for each in cross_fit(more, lambda _: None) if each.title.day == first]

    assert with_it == without


def test_the_threshold_spends_the_budget_and_no_more() -> None:
    allowed = int(FALSE_ALARMS_A_DAY)
    titles = [(a_title(2), 3.0), (a_title(2), -1.0), *((a_title(0), -n / 10) for n in range(1, 40))]

    setting = choose_setting(titles)
    flagged = [setting.probability(margin) >= setting.threshold for title, margin in titles if title.level == 0]

    assert sum(flagged) == allowed


def test_borderline_titles_cost_nothing() -> None:
    titles = [(a_title(2), 2.0), (a_title(2), 1.0), *((a_title(0), -float(n)) for n in range(1, 10))]

    assert choose_setting([*titles, *((a_title(1), 1.5) for _ in range(50))]) == choose_setting(titles)
