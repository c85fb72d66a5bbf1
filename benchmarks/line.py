"""How fast a post goes from the bus to searchable and committed, beside the sum of its parts.

Whole and parts are measured in the same run on the same posts, so that the ratio says what the line itself costs.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeVar

from backends.bus_local import LocalBus
from backends.codec import JsonCodec
from backends.posts_sqlite import SqlitePostStore
from desk.post import Outcome, Post, ScreenedPost
from desk.travel import FLAGGED, POSTS, FlaggedPost, Outgoing
from models.artifact import SHIPPED, load_artifact, load_classifier
from models.fingerprints import fingerprints
from models.text import reading, words
from pipelines.screen import Screener
from tests.build import a_verdict
from tests.journeys.stream import posts

T = TypeVar("T")
BATCH = 500
_NOW = timedelta()


def main() -> None:
    """Prints the whole line's posts a second, each part's, and the ratio of the whole to the parts' sum."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.line", description=__doc__)
    parser.add_argument("--posts", type=int, default=20_000, help="how many posts (default 20000)")
    stream = posts(parser.parse_args().posts)
    for name, part in (("(cut)", cut), ("(features)", features_and_predict)):
        print(f"{name:12} {len(stream) / _timed(part, stream):>10,.0f} posts/s   part of classify")
    spent = {name: _timed(part, stream) for name, part in PARTS.items()}
    for name, seconds in spent.items():
        print(f"{name:12} {len(stream) / seconds:>10,.0f} posts/s")
    whole = _timed(whole_line, stream)
    total = sum(spent.values())
    print(f"{'sum of parts':12} {len(stream) / total:>10,.0f} posts/s")
    print(f"{'whole line':12} {len(stream) / whole:>10,.0f} posts/s   ratio whole/sum {total / whole:.2f}")


def whole_line(stream: Sequence[Post]) -> Callable[[], object]:
    """The real screener from the bus to the store, committed batch by batch."""
    folder = TemporaryDirectory()
    bus, store = LocalBus(Path(folder.name) / "bus.db"), SqlitePostStore(Path(folder.name) / "posts.db")
    _filled(bus, stream)
    screener = Screener(bus, store, load_classifier(), JsonCodec(), batch=BATCH)

    def run() -> None:
        with screener.subscribe() as subscription:
            while screener.step(subscription, timeout=_NOW).records:
                pass
        assert store.counts().posts == len(stream)
        folder.cleanup()

    return run


def poll_and_commit(stream: Sequence[Post]) -> Callable[[], object]:
    """Records off the bus and committed, nothing done with them."""
    folder = TemporaryDirectory()
    bus = LocalBus(Path(folder.name) / "bus.db")
    _filled(bus, stream)

    def run() -> None:
        with bus.subscribe(POSTS, group="bench") as subscription:
            while subscription.poll(limit=BATCH, timeout=_NOW):
                subscription.commit()
        folder.cleanup()

    return run


def decode(stream: Sequence[Post]) -> Callable[[], object]:
    """Bytes to posts."""
    codec = JsonCodec()
    encoded = [codec.encode(post) for post in stream]
    return lambda: [codec.decode(each) for each in encoded]


def cut(stream: Sequence[Post]) -> Callable[[], object]:
    """Texts to words; part of the features too, shown by itself."""
    texts = [reading(post.title, post.text) for post in stream]
    return lambda: [words(text) for text in texts]


def features_and_predict(stream: Sequence[Post]) -> Callable[[], object]:
    """Texts to rows to probabilities, fingerprints beside them; part of classify, shown by itself."""
    detector = load_artifact(SHIPPED).detector
    texts = [reading(post.title, post.text) for post in stream]

    def run() -> None:
        for batch in _batches(texts):
            detector.margins(detector.features.transform(batch))
            fingerprints(batch)

    return run


def classify(stream: Sequence[Post]) -> Callable[[], object]:
    """Posts to verdicts, with the reasons, words and places of the flagged ones."""
    classifier = load_classifier()
    return lambda: [classifier.classify(batch) for batch in _batches(stream)]


def pass_on(stream: Sequence[Post]) -> Callable[[], object]:
    """Flagged posts encoded and durable on the bus again."""
    codec, verdicts = JsonCodec(), load_classifier().classify(stream)
    folder = TemporaryDirectory()
    bus = LocalBus(Path(folder.name) / "bus.db")
    pairs = list(zip(stream, verdicts, strict=True))

    def run() -> None:
        for batch in _batches(pairs):
            flagged = [FlaggedPost(post=post, verdict=verdict) for post, verdict in batch if verdict.flagged]
            bus.publish([Outgoing(topic=FLAGGED, key="place", value=codec.encode(each)) for each in flagged])
            bus.flush()
        folder.cleanup()

    return run


def store(stream: Sequence[Post]) -> Callable[[], object]:
    """Verdicts to rows, indexed and durable."""
    folder = TemporaryDirectory()
    target = SqlitePostStore(Path(folder.name) / "posts.db")
    screened = [ScreenedPost(post=post, verdict=a_verdict(), outcome=Outcome.ORDINARY) for post in stream]

    def run() -> None:
        for batch in _batches(screened):
            target.put(batch)
        folder.cleanup()

    return run


PARTS = {
    "poll+commit": poll_and_commit,
    "decode": decode,
    "classify": classify,
    "pass on": pass_on,
    "store": store,
}


def _filled(bus: LocalBus, stream: Sequence[Post]) -> None:
    codec = JsonCodec()
    for batch in _batches(stream):
        bus.publish([Outgoing(topic=POSTS, key=post.id, value=codec.encode(post)) for post in batch])
        bus.flush()


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _timed(prepare: Callable[[Sequence[Post]], Callable[[], object]], stream: Sequence[Post]) -> float:
    run = prepare(stream)
    start = perf_counter()
    run()
    return perf_counter() - start


if __name__ == "__main__":
    main()
