"""The shipped classifier, loaded once, and a small archive folder of our own making."""

from pathlib import Path

import pytest

from models.artifact import load_classifier
from models.classifier import PostClassifier
from models.places import Gazetteer
from tests.models.lessons import write_archives


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(fictional=True)


@pytest.fixture(scope="session")
def shipped(gazetteer: Gazetteer) -> PostClassifier:
    return load_classifier(gazetteer=gazetteer)


@pytest.fixture(scope="session")
def small_archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_archives(tmp_path_factory.mktemp("archives"))
