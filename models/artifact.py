"""The trained model as a file: what it holds, how it is read safely, and the digest that proves what it is."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, BadZipFile

import numpy as np

from desk.errors import BadSettings, SchemaMismatch
from models.places import Gazetteer

if TYPE_CHECKING:
    from models.classifier import PostClassifier
    from models.detector import Detector

SHIPPED = Path(__file__).parent / "artifacts" / "post_classifier.skops"
FORMAT = 1
# What skops may bring to life besides plain arrays. Nothing else in a file is believed.
_TRUSTED = [
    "models.features.PostFeatures",
    "models.vectors.WordVectors",
    "sklearn.feature_extraction.text.TfidfTransformer",
    "sklearn.linear_model._logistic.LogisticRegression",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFacts:
    """What an artefact was made of and how well it did on days it had not seen."""

    version: str
    digest: str
    threshold: float
    titles_clear: int
    titles_borderline: int
    titles_none: int
    negatives: int
    unlabelled: int
    first_day: str
    last_day: str
    scored_days: int
    average_precision: float
    precision: float
    recall: float
    f1: float
    false_alarms_a_day: float
    scikit_learn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A detector with its facts."""

    detector: "Detector"
    facts: TrainingFacts


def load_classifier(path: Path | None = None, gazetteer: Gazetteer | None = None) -> "PostClassifier":
    """The classifier of an artefact, by default of the shipped one with the plain gazetteer.

    Raises BadSettings when the file is missing, damaged or holds what it should not, SchemaMismatch when it is of
    another format.
    """
    with _garbage_left_lying():
        from models.classifier import PostClassifier

        return PostClassifier(load_artifact(path or SHIPPED), gazetteer or Gazetteer.load())


def save_artifact(artifact: Artifact, path: Path) -> None:
    """Writes the artefact; a reader sees the old file or the new one, never half of one."""
    io = _skops_io()
    content = {
        "format": FORMAT,
        "facts": asdict(artifact.facts),
        "features": artifact.detector.features,
        "incident": artifact.detector.incident,
        "kind": artifact.detector.kind,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    io.dump(content, unfinished, compression=ZIP_DEFLATED, compresslevel=9)
    unfinished.replace(path)


def load_artifact(path: Path) -> Artifact:
    """Reads an artefact and checks that it is what its digest says. Raises as `load_classifier` does."""
    from models.detector import Detector

    io = _skops_io()

    if not path.is_file():
        raise BadSettings([f"there is no model at {path}: train one or name another"])
    try:
        content = io.load(path, trusted=_TRUSTED)
        found = content["format"]
    except (BadZipFile, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadSettings([f"the model at {path} cannot be read: {error}"]) from error
    if found != FORMAT:
        raise SchemaMismatch(f"the model at {path} has format {found}, this program knows {FORMAT}: train it again")
    facts = TrainingFacts(**{field.name: content["facts"][field.name] for field in fields(TrainingFacts)})
    detector = Detector(features=content["features"], incident=content["incident"], kind=content["kind"])
    if digest(detector, facts.threshold) != facts.digest:
        raise BadSettings([f"the model at {path} is not the one its digest names: take it from a trusted copy"])
    return Artifact(detector=detector, facts=facts)


def _skops_io() -> ModuleType:
    """skops, without the list of all of scikit-learn's estimators that it would trust by default.

    Making that list imports every estimator there is, which delays the first answer; and we trust by name only.
    """
    import sklearn.utils

    listed = sklearn.utils.all_estimators
    sklearn.utils.all_estimators = list
    try:
        return import_module("skops.io")
    finally:
        sklearn.utils.all_estimators = listed


@contextmanager
def _garbage_left_lying() -> Iterator[None]:
    """Importing scikit-learn makes objects that all stay; collecting garbage meanwhile delays the first answer."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def digest(detector: "Detector", threshold: float) -> str:
    """SHA-256 over every learned number in a fixed order: equal models have equal digests."""
    vectors = detector.features.word_vectors
    learned = {
        "incident.coef": detector.incident.coef_,
        "incident.intercept": detector.incident.intercept_,
        "kind.classes": np.char.encode(detector.kind.classes_.astype(str), "ascii"),
        "kind.coef": detector.kind.coef_,
        "kind.intercept": detector.kind.intercept_,
        "pairs.rarity": detector.features.pair_rarity_.idf_,
        "threshold": np.array([threshold]),
        "vectors.rarity": vectors.rarity_,
        "vectors.vectors": vectors.vectors_,
        "vectors.words": vectors.words_,
        "weights": np.array([detector.features.mark_weight, detector.features.vector_weight]),
        "words.rarity": detector.features.word_rarity_.idf_,
    }
    whole = sha256()
    for name, array in sorted(learned.items()):
        whole.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()
