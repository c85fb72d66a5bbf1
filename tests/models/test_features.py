import functools
import itertools
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

from models.features import WORD_BUCKETS, PostFeatures, marks, pair_counts
from models.vectors import WordVectors, hash_of, hashed_words
from tests.models.lessons import CHATTER, INCIDENTS

TEXTS = [*INCIDENTS, *CHATTER]


# The array API check only ever skips itself here; features take texts, which scikit-learn's checks cannot make.
CHECKS = [
    functools.partial(check, estimator)
    for estimator, check in estimator_checks_generator(WordVectors())
    if check.func.__name__ != "check_array_api_input"
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.func.__name__)
def test_word_vectors_keep_scikit_learns_customs(check: Callable[[], None]) -> None:
    check()


def test_features_can_be_cloned_with_their_settings() -> None:
    assert clone(PostFeatures(mark_weight=0.7)).get_params()["mark_weight"] == 0.7


@given(st.lists(st.text(max_size=20), max_size=5))
def test_pairs_are_counted_within_texts_and_never_across(texts: list[str]) -> None:
    counts = pair_counts(texts)

    assert counts.shape[0] == len(texts)
    for row, text in zip(counts.toarray(), texts, strict=True):
        pairs = Counter(itertools.pairwise(text))
        assert row.sum() == pairs.total()
        # Two pairs may share a bucket, one pair never has two.
        assert np.count_nonzero(row) <= len(pairs)


def test_a_pair_is_counted_as_often_as_it_occurs() -> None:
    counts = pair_counts(["爆炸爆炸"])

    assert sorted(counts.data) == [1, 2]


def test_rows_do_not_depend_on_the_batch_to_the_last_bit() -> None:
    features = PostFeatures(WordVectors(least=1).fit(hashed_words(TEXTS))).fit(TEXTS)

    whole = features.transform(TEXTS)

    for n, text in enumerate(TEXTS):
        alone = features.transform([text])
        assert np.array_equal(alone.indices, whole[n].indices)
        assert np.array_equal(alone.data, whole[n].data)


def test_rows_do_not_depend_on_a_text_before_with_two_words_of_one_bucket() -> None:
    colliding = _two_words_of_one_bucket()
    features = PostFeatures(vectors=WordVectors(least=1, dimensions=4).fit(hashed_words(TEXTS))).fit(TEXTS)

    whole = features.transform([colliding, *TEXTS]).toarray()

    assert np.array_equal(whole[1:], features.transform(TEXTS).toarray())


def _two_words_of_one_bucket() -> str:
    first_of: dict[int, str] = {}
    for number in itertools.count():
        bucket = int(hash_of([str(number)])[0]) % WORD_BUCKETS
        if bucket in first_of:
            return f"{first_of[bucket]} {number}"
        first_of[bucket] = str(number)
    raise AssertionError("never ends")


def test_words_that_keep_the_same_company_come_close() -> None:
    titles = ["消防 扑救 大火", "消防 扑救 火灾", "歌手 新歌 上线", "歌手 专辑 上线"] * 20

    vectors = WordVectors(dimensions=3, least=5).fit(hashed_words(titles))
    blaze, fire, song = vectors.transform(hashed_words(["大火", "火灾", "新歌"]))

    assert blaze @ fire > 0.9
    assert blaze @ song < 0.5


def test_words_never_seen_have_no_direction() -> None:
    vectors = WordVectors(least=1).fit(hashed_words(["云州 下雨", "云州 下雪"]))

    assert not vectors.transform(hashed_words(["从未见过的词"])).any()
    assert not WordVectors.none().transform(hashed_words(["云州"])).any()


def test_pulls_add_up_to_the_mean_in_that_direction() -> None:
    vectors = WordVectors(least=1).fit(hashed_words(TEXTS))
    words = ["云州", "地震", "发生"]
    direction = np.arange(64.0)

    pulls = vectors.pulls(hash_of(words), direction)

    assert np.isclose(pulls.sum(), (vectors.transform(hashed_words(["云州地震发生"])) @ direction)[0])


def test_marks_say_named_subject_and_harm() -> None:
    row = marks(["云州一客机事故", "云州晚霞"])

    assert row[0].sum() == 3
    assert row[1].sum() == 0
