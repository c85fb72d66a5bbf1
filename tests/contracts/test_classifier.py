from collections.abc import Sequence
from functools import cache

import pytest

from desk.ports import Classifier
from desk.post import Post
from models.artifact import load_classifier
from models.keyword_classifier import KeywordClassifier
from models.places import Gazetteer
from tests.build import a_post
from tests.pipelines.line import PLACES, WORDS

EXPLOSION = a_post(title="云州市江口区一化工厂发生爆炸致3人死亡", text="")
CHATTER = a_post(title="今天的晚霞真好看", text="")
EMPTY_BUT_FOR_SIGNS = a_post(title="！！！", text="")
STREAM = [EXPLOSION, CHATTER, EMPTY_BUT_FOR_SIGNS, EXPLOSION, a_post(title="云州市桐山县发生4.8级地震", text="")]


@cache
def opened(kind: str) -> Classifier:
    in_memory = KeywordClassifier(WORDS, PLACES)
    return in_memory if kind == "memory" else load_classifier(gazetteer=Gazetteer.load(fictional=True))


@pytest.fixture(params=["memory", "shipped"])
def classifier(request: pytest.FixtureRequest) -> Classifier:
    return opened(str(request.param))


def one_by_one(classifier: Classifier, posts: Sequence[Post]) -> list[object]:
    return [verdict for post in posts for verdict in classifier.classify([post])]


def test_every_post_gets_one_verdict_in_order(classifier: Classifier) -> None:
    verdicts = classifier.classify(STREAM)

    assert [verdict.flagged for verdict in verdicts] == [True, False, False, True, True]


def test_verdicts_do_not_depend_on_how_posts_are_cut_into_batches(classifier: Classifier) -> None:
    assert classifier.classify(STREAM) == one_by_one(classifier, STREAM)


def test_no_posts_get_no_verdicts(classifier: Classifier) -> None:
    assert classifier.classify([]) == []


def test_a_flagged_post_says_why_where_and_by_which_words(classifier: Classifier) -> None:
    (verdict,) = classifier.classify([EXPLOSION])

    assert verdict.why
    assert "爆炸" in verdict.terms
    assert [place.codes for place in verdict.places] == [("990102",)]
    assert verdict.model


def test_a_verdict_carries_a_probability_and_a_fingerprint_of_sixteen_hex_digits(classifier: Classifier) -> None:
    for verdict in classifier.classify(STREAM):
        assert 0.0 <= verdict.incident <= 1.0
        assert len(bytes.fromhex(verdict.fingerprint)) == 8
