from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.ports import Classifier
from desk.post import EventKind, Place, Post
from models.classifier import PostClassifier
from tests.build import a_post
from tests.models.lessons import CHATTER, INCIDENTS


def told(title: str, *, official: bool = False) -> Post:
    return a_post(title=title, text="", official=official)


POSTS = [told(title) for title in [*INCIDENTS, *CHATTER]]


def test_it_is_the_desks_classifier(shipped: PostClassifier) -> None:
    classifier: Classifier = shipped

    assert classifier.classify([]) == []
    assert len(classifier.classify(POSTS)) == len(POSTS)


def test_incidents_are_flagged_and_chatter_is_not(shipped: PostClassifier) -> None:
    flagged = [verdict.flagged for verdict in shipped.classify(POSTS)]

    assert sum(flagged[: len(INCIDENTS)]) >= len(INCIDENTS) - 1
    assert sum(flagged[len(INCIDENTS) :]) == 0


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("云州桐山县发生5.1级地震", EventKind.NATURAL),
        ("江口区一化工厂爆炸已致三人死亡", EventKind.ACCIDENT),
        ("江口中学食堂百余学生呕吐腹泻送医", EventKind.PUBLIC_HEALTH),
        ("男子持刀在云州商场伤人已被控制", EventKind.SOCIAL_SAFETY),
    ],
)
def test_a_flagged_post_has_its_kind(shipped: PostClassifier, title: str, kind: EventKind) -> None:
    (verdict,) = shipped.classify([told(title)])

    assert verdict.flagged
    assert verdict.event_kind == kind


def test_a_flagged_post_says_why_where_and_what(shipped: PostClassifier) -> None:
    (verdict,) = shipped.classify([told("云州市江口区一化工厂爆炸已致三人死亡")])

    assert 1 <= len(verdict.why) <= 5
    assert "爆炸" in verdict.why
    assert verdict.places == (Place(name="江口区", codes=("990102",)),)
    assert verdict.terms == ("化工厂", "爆炸")
    assert verdict.model == shipped.facts.version


def test_other_posts_keep_these_empty(shipped: PostClassifier) -> None:
    (verdict,) = shipped.classify([told("云州市江口区晚霞刷屏")])

    assert not verdict.flagged
    assert (verdict.why, verdict.terms, verdict.places, verdict.event_kind) == ((), (), (), None)
    assert len(verdict.fingerprint) == 16


def test_an_official_post_has_terms_and_places_though_it_is_not_flagged(shipped: PostClassifier) -> None:
    (verdict,) = shipped.classify([told("云州市江口区图书馆开放时间调整", official=True)])

    assert not verdict.flagged
    assert [place.codes for place in verdict.places] == [("990102",)]
    assert "图书馆" in verdict.terms


def test_the_flag_is_the_threshold(shipped: PostClassifier) -> None:
    verdicts = shipped.classify(POSTS)

    assert all(verdict.flagged == (verdict.incident >= shipped.facts.threshold) for verdict in verdicts)
    assert all(0 <= verdict.incident <= 1 for verdict in verdicts)


ANY_TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)
A_TITLE = st.one_of(st.sampled_from([*INCIDENTS, *CHATTER]), ANY_TEXT)
SOME_POSTS = st.lists(
    st.builds(lambda title, official: told(title, official=official), A_TITLE, st.booleans()), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(SOME_POSTS, st.integers(0, 12))
def test_any_cutting_into_batches_gives_exactly_the_same(shipped: PostClassifier, posts: list[Post], at: int) -> None:
    whole = shipped.classify(posts)

    assert shipped.classify(posts[:at]) + shipped.classify(posts[at:]) == whole
    assert [verdict for post in posts for verdict in shipped.classify([post])] == whole


def test_a_stream_longer_than_one_step_is_judged_the_same(shipped: PostClassifier) -> None:
    repeated = POSTS * 60

    assert shipped.classify(repeated) == shipped.classify(POSTS) * 60


def test_a_text_of_ten_million_characters_is_judged_at_once(shipped: PostClassifier) -> None:
    long = a_post(title="江口区一化工厂爆炸", text="现场仍在处置。" * 1_500_000)
    shipped.classify([a_post()])

    start = perf_counter()
    (verdict,) = shipped.classify([long])
    spent = perf_counter() - start

    assert verdict.flagged
    assert spent < 0.2
