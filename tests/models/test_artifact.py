from dataclasses import replace
from pathlib import Path

import pytest

from desk.errors import BadSettings, SchemaMismatch
from models import artifact
from models.artifact import SHIPPED, Artifact, digest, load_artifact, load_classifier, save_artifact
from tests.build import a_post


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    shipped = load_artifact(SHIPPED)
    posts = [a_post(title="云州桐山县发生5.1级地震", text=""), a_post(title="云州晚霞刷屏", text="")]

    save_artifact(shipped, tmp_path / "deep" / "model.skops")

    assert load_artifact(tmp_path / "deep" / "model.skops").facts == shipped.facts
    assert load_classifier(tmp_path / "deep" / "model.skops").classify(posts) == load_classifier().classify(posts)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["model.skops"]


def test_the_shipped_model_is_what_its_digest_says_and_small() -> None:
    shipped = load_artifact(SHIPPED)

    assert shipped.facts.digest == digest(shipped.detector, shipped.facts.threshold)
    assert shipped.facts.version.endswith(shipped.facts.digest[:8])
    assert SHIPPED.stat().st_size < 5_000_000


def test_a_changed_number_is_noticed(tmp_path: Path) -> None:
    shipped = load_artifact(SHIPPED)
    lowered = replace(shipped.facts, threshold=0.01)
    save_artifact(Artifact(detector=shipped.detector, facts=lowered), tmp_path / "model.skops")

    with pytest.raises(BadSettings, match="is not the one its digest names"):
        load_artifact(tmp_path / "model.skops")


def test_a_missing_model_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="there is no model at"):
        load_classifier(tmp_path / "none.skops")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 torn"])
def test_a_damaged_model_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(content)

    with pytest.raises(BadSettings, match="cannot be read"):
        load_artifact(path)


def test_a_torn_copy_of_the_shipped_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(SHIPPED.read_bytes()[:-1000])

    with pytest.raises(BadSettings, match="cannot be read"):
        load_artifact(path)


def test_a_model_of_another_format_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = load_artifact(SHIPPED)
    with monkeypatch.context() as patch:
        patch.setattr(artifact, "FORMAT", 99)
        save_artifact(shipped, tmp_path / "model.skops")

    with pytest.raises(SchemaMismatch, match="has format 99"):
        load_artifact(tmp_path / "model.skops")


def test_a_file_that_brings_other_code_is_refused(tmp_path: Path) -> None:
    from skops import io

    io.dump({"format": 1, "facts": {}, "features": Path("elsewhere")}, tmp_path / "model.skops")  # a type nobody trusts

    with pytest.raises(BadSettings, match="cannot be read"):
        load_artifact(tmp_path / "model.skops")
