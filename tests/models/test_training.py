from dataclasses import fields
from pathlib import Path

import pytest

from desk.errors import BadSettings
from models.artifact import SHIPPED, load_artifact, load_classifier
from models.evaluation import evaluate
from models.training import TrainingReport, train
from tests.build import a_post
from tests.models.lessons import CHATTER, INCIDENTS, write_archives


@pytest.fixture(scope="module")
def trained(small_archives: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingReport:
    return train(small_archives, tmp_path_factory.mktemp("models") / "model.skops")


def test_training_twice_from_equal_lessons_gives_an_equal_model(
    trained: TrainingReport, small_archives: Path, tmp_path: Path
) -> None:
    again = train(small_archives, tmp_path / "again.skops")

    assert again.facts == trained.facts
    assert again.scores == trained.scores


def test_another_label_gives_another_digest(trained: TrainingReport, tmp_path: Path) -> None:
    archives = write_archives(tmp_path / "archives")
    (archives / "tnews" / "train.jsonl.gz").unlink()

    assert train(archives, tmp_path / "other.skops").facts.digest != trained.facts.digest


def test_the_report_counts_what_was_learned_from(trained: TrainingReport) -> None:
    facts = trained.facts

    assert (facts.titles_clear, facts.titles_borderline, facts.titles_none) == (16, 3, 30)
    assert facts.negatives == len(CHATTER)
    assert facts.unlabelled == 40 * (len(INCIDENTS) + len(CHATTER))
    assert (facts.first_day, facts.last_day, facts.scored_days) == ("2030-01-10", "2030-07-01", 3)
    assert trained.size == trained.path.stat().st_size


def test_the_new_model_judges_posts(trained: TrainingReport) -> None:
    classifier = load_classifier(trained.path)

    blast, sunset = classifier.classify(
        [a_post(title="云州一化工厂爆炸三人死亡", text=""), a_post(title="晚霞真美", text="")]
    )

    assert blast.incident > sunset.incident
    assert blast.model == trained.facts.version


def test_without_the_labels_nothing_is_written_and_every_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as refused:
        train(tmp_path, tmp_path / "model.skops")

    assert len(refused.value.problems) == 3
    assert not (tmp_path / "model.skops").exists()


def test_progress_is_told_step_by_step(small_archives: Path, tmp_path: Path) -> None:
    steps: list[str] = []

    train(small_archives, tmp_path / "model.skops", steps.append)

    assert sum("models that never saw it" in step for step in steps) == 3
    assert steps[-1] == "fitting the model on everything"


def test_the_card_names_model_and_scores_and_holds_no_text(trained: TrainingReport, small_archives: Path) -> None:
    report = evaluate(small_archives, load_classifier(trained.path))

    card = report.as_markdown()

    assert report.scores == trained.scores
    assert trained.facts.digest in card
    assert f"{trained.scores.average_precision:.3f}" in card
    assert not any(title in card for title in [*INCIDENTS, *CHATTER])


def test_the_card_can_be_made_without_a_model(small_archives: Path) -> None:
    card = evaluate(small_archives, None).as_markdown()

    assert "The shipped model\n" not in card
    assert "Scores on whole days" in card


def test_the_published_card_is_about_the_shipped_model() -> None:
    card = (Path(__file__).parents[2] / "docs" / "model_card.md").read_text(encoding="utf-8")
    facts = load_artifact(SHIPPED).facts

    assert facts.digest in card
    assert f"| average precision, clear incidents against none | {facts.average_precision:.3f} |" in card
    assert f"| recall at the threshold | {facts.recall:.3f} |" in card


@pytest.mark.archive
def test_the_shipped_model_is_what_the_archives_give(archives: Path, tmp_path: Path) -> None:
    made, shipped = train(archives, tmp_path / "model.skops").facts, load_artifact(SHIPPED).facts

    counts = [
        name for name in (field.name for field in fields(made)) if name.startswith(("titles", "negatives", "unl"))
    ]
    assert [getattr(made, name) for name in counts] == [getattr(shipped, name) for name in counts]
    # Another processor may round the last bits otherwise, so that the digest is compared on one machine only.
    assert made.average_precision == pytest.approx(shipped.average_precision, abs=0.005)
    assert made.threshold == pytest.approx(shipped.threshold, abs=0.01)
