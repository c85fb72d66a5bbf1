"""The words of the model card."""

from collections.abc import Iterable

from models.artifact import TrainingFacts
from models.crossfit import FALSE_ALARMS_A_DAY
from models.labels import BORDERLINE, CLEAR, Lessons
from models.scores import DayScores, Scores

_HEAD = """# Model card: which posts speak of an incident

Made by `huiying evaluate`; do not edit by hand. Every figure below was measured by that command on the archives
named here.

The model proposes, a person decides: whether a post is likely about an emergency (突发事件), which of the four kinds it
is, which words say so, which places and terms it names. It never looks at who posted: no such field reaches it.
"""

_METHOD = f"""## Method

- Read: title and the beginning of the text, 500 characters together, NFKC, without addresses, mentions and emoji.
- Features: TF-IDF of words (jieba's dictionary cut) and of character pairs, both in hash buckets; marks of our own word
  list of event types (`models/lexicon/event_words.toml`); the mean of word vectors that were learned from unlabelled
  hot-list titles (mutual information of words in one title, truncated SVD).
- Incident or not: logistic regression on clear incidents (level 2) against titles without one (level 0). **Borderline
  titles (level 1) are left out**: the annotator could not say, and trained as either they made the clear ones worse.
  Texts of other archives without incident words weigh a tenth of a title; a day's titles of one type share at most
  five votes, so that no single event fills the model.
- Overseas incidents are incidents here; placing drops them by place.
- Kind: logistic regression over marks and vector, with a fifth answer "none"; when its best kind is not twice as likely
  as the next, the word list decides.
- Probability: log-odds calibrated on titles of days the judging model had not seen.
- Threshold: the lowest with at most {FALSE_ALARMS_A_DAY:.0f} flagged titles a day that are no incident at all, of all
  new titles of a national hot list. A missed incident costs the office its five hours, a false alarm a glance.
"""

_LIMITS = """## Limits

- One annotator, titles only. The whole days are six and differ; one of them holds more than half of the clear
  incidents, nearly all about one earthquake abroad. The interval around each figure is wide.
- Scores are cross-fitted by day: no title of the scored day, none first seen within seven days of it and none that
  nearly repeats one of its titles takes part in training; calibration and threshold come from other days as well, and
  the word vectors never saw any of the six days. **But the word list and the few settings (feature weights,
  regularisation) were made by people who had seen these titles**, so expect somewhat less on new days.
- The shipped model is trained on all labelled titles, among them titles about well-known events. Replaying those events
  with it shows the desk at work; it does not measure the model.
- Titles are headlines of hot lists. Emergency reports with full sentences do as well (above); citizens' messages and
  dialect are hardly covered.
- Most wrong kinds are follow-ups that do not name what happened (rescuers at rubble after an earthquake).
- Traditional characters are not converted. Words no dictionary knows are seen through character pairs only.
"""


def as_card(
    lessons: Lessons, scores: Scores, facts: TrainingFacts | None, elsewhere: Iterable[tuple[str, int, int, bool]]
) -> str:
    """The whole card as Markdown."""
    results = (_results(scores), _days(scores), _others(elsewhere))
    return "\n".join(part for part in (_HEAD, _model(facts), _data(lessons), _METHOD, *results, _LIMITS) if part)


def _model(facts: TrainingFacts | None) -> str:
    if facts is None:
        return ""
    return f"""## The shipped model

| | |
|---|---|
| version | `{facts.version}` |
| digest | `{facts.digest}` |
| threshold | {facts.threshold:.3f} |
| scikit-learn | {facts.scikit_learn} |
"""


def _data(lessons: Lessons) -> str:
    def counts(*, whole_day: bool) -> str:
        levels = [each.level for each in lessons.labelled if each.whole_day is whole_day]
        return " | ".join(str(levels.count(level)) for level in (CLEAR, BORDERLINE, 0))

    days = sorted(each.day for each in lessons.labelled)
    whole = len({each.day for each in lessons.labelled if each.whole_day})
    return f"""## Data

| titles of hot lists, labelled by hand | clear incident | borderline | none |
|---|---|---|---|
| every new title of {whole} whole days | {counts(whole_day=True)} |
| sampled by keyword | {counts(whole_day=False)} |

First seen {days[0]} to {days[-1]}. Besides: {len(lessons.negatives):,} texts without incident (news programmes, news
titles, reviews) and {len(lessons.unlabelled):,} hot-list titles without labels, for word vectors. No text is kept in
the model or here.
"""


def _results(scores: Scores) -> str:
    return f"""## Scores on whole days no model had seen

| | |
|---|---|
| average precision, clear incidents against none | {scores.average_precision:.3f} |
| the same, mean of the days' own | {scores.average_precision_of_days:.3f} |
| average precision, clear and borderline against none | {scores.average_precision_borderline_too:.3f} |
| precision at the threshold (borderline not counted) | {scores.precision:.3f} |
| precision at the threshold (borderline counted as right) | {scores.precision_borderline_right:.3f} |
| recall at the threshold | {scores.recall:.3f} |
| F1 at the threshold | {scores.f1:.3f} |
| precision at 90 % recall | {scores.precision_at_recall_90:.3f} |
| alarms a day, of them no incident at all | {scores.alarms_a_day:.1f}, {scores.false_alarms_a_day:.1f} |
| Brier score (of the base rate) | {scores.brier:.4f} ({scores.brier_of_the_base_rate:.4f}) |
| kind right, of {scores.kinds_judged} titles with a known kind | {scores.kinds_right:.3f} |
| kind right, of the {scores.kinds_judged_flagged} flagged among them | {scores.kinds_right_flagged:.3f} |
"""


def _days(scores: Scores) -> str:
    rows = "\n".join(_day(day) for day in scores.days)
    return f"""| day | new titles | clear, flagged | borderline, flagged | no incident, flagged |
|---|---|---|---|---|
{rows}
"""


def _day(day: DayScores) -> str:
    clear, borderline = f"{day.clear}, {day.clear_flagged}", f"{day.borderline}, {day.borderline_flagged}"
    return f"| {day.day} | {day.titles} | {clear} | {borderline} | {day.none_flagged} |"


def _others(elsewhere: Iterable[tuple[str, int, int, bool]]) -> str:
    holds = {True: "incidents", False: "none, by keyword"}
    rows = "\n".join(
        f"| {archive} | {holds[incidents]} | {texts:,} | {flagged:,} | {flagged / texts:.1%} |"
        for archive, texts, flagged, incidents in elsewhere
    )
    if not rows:
        return ""
    return f"""## Texts of other kinds, none of them trained on

| archive | holds | texts | flagged | share |
|---|---|---|---|---|
{rows}
"""
