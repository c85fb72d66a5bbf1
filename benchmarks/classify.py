"""How fast posts are judged: each step alone and the whole classifier, on the same posts in the same run.

The posts are the generated ones of the fictional 云州市, one in twenty about an incident. The ratio says what the
classifier costs beyond its steps.
"""

import argparse
from collections.abc import Callable, Sequence
from time import perf_counter

from desk.post import Post
from models.artifact import SHIPPED, load_artifact, load_classifier
from models.classifier import PostClassifier
from models.events import event_words
from models.features import PostFeatures
from models.fingerprints import fingerprints
from models.places import Gazetteer
from models.reasons import Reasons
from models.terms import salient_terms
from models.text import cut, reading, words
from tests.journeys.stream import posts

BATCH = 500


class _Bench:
    """The posts with what each step needs from the steps before it, prepared outside the clock."""

    def __init__(self, stream: Sequence[Post]) -> None:
        self.detector = load_artifact(SHIPPED).detector
        self.gazetteer = Gazetteer.load(fictional=True)
        self.classifier = PostClassifier(load_artifact(SHIPPED), self.gazetteer)
        self.stream = stream
        self.texts = [reading(post.title, post.text) for post in stream]
        self.batches = [self.texts[start : start + BATCH] for start in range(0, len(stream), BATCH)]
        self.rows = [self.features.transform(batch) for batch in self.batches]
        flagged = [verdict.flagged for verdict in self.classifier.classify(stream)]
        self.passed_on = [text for text, flag in zip(self.texts, flagged, strict=True) if flag]
        self.flagged_rows = self.features.transform(self.passed_on)

    @property
    def features(self) -> PostFeatures:
        return self.detector.features

    def read(self) -> None:
        for post in self.stream:
            reading(post.title, post.text)

    def cut(self) -> None:
        for text in self.texts:
            words(text)

    def places(self) -> None:
        for text in self.texts:
            self.gazetteer.find(text)

    def make_features(self) -> None:
        for batch in self.batches:
            self.features.transform(batch)

    def predict(self) -> None:
        for rows in self.rows:
            self.detector.margins(rows)

    def fingerprint(self) -> None:
        for batch in self.batches:
            fingerprints(batch)

    def explain(self) -> None:
        reasons = Reasons(self.detector)
        self.detector.kinds(self.flagged_rows, self.passed_on)
        for number, text in enumerate(self.passed_on):
            marks = event_words().read(text)
            places = self.gazetteer.find(text, cut(text))
            reasons.why(words(text), self.flagged_rows[number], marks)
            salient_terms(text, marks, places)

    def whole(self) -> None:
        for start in range(0, len(self.stream), BATCH):
            self.classifier.classify(self.stream[start : start + BATCH])


def main() -> None:
    """Prints posts a second for each step and the whole, and the ratio of the steps' sum to the whole."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classify", description=__doc__)
    parser.add_argument("--posts", type=int, default=20_000, help="how many posts (default 20000)")
    count = parser.parse_args().posts
    start = perf_counter()
    load_classifier()
    print(f"{'model and gazetteer loaded in':42} {perf_counter() - start:.2f} s")
    bench = _Bench(posts(count))
    for name, step in {"(cut alone, part of features)": bench.cut, "(places of every post)": bench.places}.items():
        _print(name, count, _seconds(step))
    steps = {
        "read": bench.read,
        "features": bench.make_features,
        "predict": bench.predict,
        "fingerprint": bench.fingerprint,
        f"explain, {len(bench.passed_on):,} flagged": bench.explain,
    }
    spent = {name: _seconds(step) for name, step in steps.items()}
    for name, seconds in spent.items():
        _print(name, count, seconds)
    _print("sum of steps", count, sum(spent.values()))
    whole = _seconds(bench.whole)
    _print("whole classify", count, whole)
    print(f"{'ratio, sum of steps to whole':42} {sum(spent.values()) / whole:.2f}")


def _seconds(step: Callable[[], None]) -> float:
    # The best of three: the machine's other work only ever adds.
    return min(_once(step) for _ in range(3))


def _once(step: Callable[[], None]) -> float:
    start = perf_counter()
    step()
    return perf_counter() - start


def _print(name: str, count: int, seconds: float) -> None:
    print(f"{name:42} {count / seconds:>10,.0f} posts/s")


if __name__ == "__main__":
    main()
