"""Several screeners take posts in any company and pass them on in any order: neither may change what is decided."""

from datetime import datetime

from desk.incident import Incident
from desk.post import Post
from models.artifact import load_classifier
from tests.build import HOUR, NOON, a_post, a_verdict
from tests.desk.scene import opened, placed, saved

FIRST = a_post()
SECOND = a_post(text="清河桥现场", published_at=NOON + HOUR, collected_at=NOON + HOUR)


def placed_in_turn(first: Post, second: Post) -> Incident:
    return saved(placed(second, a_verdict(), opened(first)))


def starts_and_dues(incident: Incident) -> list[tuple[str, datetime, datetime]]:
    return [(clock.key, clock.start_at, clock.due_at) for clock in incident.clocks]


def test_clocks_that_run_from_the_publication_start_alike_in_either_order() -> None:
    late, early = placed_in_turn(SECOND, FIRST), placed_in_turn(FIRST, SECOND)

    assert starts_and_dues(late)[:2] == starts_and_dues(early)[:2]
    assert late.times.first_public == early.times.first_public


def test_clock_that_runs_from_awareness_starts_alike_in_either_order() -> None:
    late, early = placed_in_turn(SECOND, FIRST), placed_in_turn(FIRST, SECOND)

    assert starts_and_dues(late) == starts_and_dues(early)
    assert late.times.aware.at == early.times.aware.at == NOON


def test_verdict_does_not_depend_on_the_posts_screened_before_in_the_same_batch() -> None:
    two_words_of_one_bucket = a_post(title="云溪县市民游园活动第11442场（11442）", text="")
    post, classifier = a_post(title="云州市江口区化工厂发生爆炸致3人受伤", text=""), load_classifier()

    (alone,) = classifier.classify([post])
    _, behind = classifier.classify([two_words_of_one_bucket, post])

    assert behind == alone
