"""`huiying classify`: JSON lines in, one proposal per line out, in the same order."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO

import msgspec

from desk.errors import BadPost, StoreError
from desk.moments import Precision
from desk.ports import Classifier
from desk.post import Post, Verdict, post_id

_BATCH = 1_000
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


class _Line(msgspec.Struct, kw_only=True):
    """What a line may hold; everything but one of title and text is optional, unknown fields are not looked at."""

    id: str | int | None = None
    title: str = ""
    text: str = ""
    published_at: str | None = None


def run(chosen: argparse.Namespace) -> int:
    """Writes `id`, `incident`, `flagged`, `event_kind`, `why` for each input line; bad lines get `error` and exit 1."""
    from models.artifact import load_classifier

    bad = 0
    with _opened(chosen.file) as lines:
        classifier = load_classifier()
        for batch in _batches(lines):
            bad += _answer(classifier, batch)
    sys.stdout.flush()
    return 1 if bad else 0


def _answer(classifier: Classifier, batch: list[tuple[int, bytes]]) -> int:
    read = [_read(number, line) for number, line in batch]
    posts = [line for line in read if isinstance(line, Post)]
    verdicts = iter(zip(posts, classifier.classify(posts), strict=True))
    for each in read:
        answer = {"error": str(each)} if isinstance(each, BadPost) else _proposal(*next(verdicts))
        sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    sys.stdout.flush()
    return len(read) - len(posts)


def _proposal(post: Post, verdict: Verdict) -> dict[str, object]:
    return {
        "id": post.given_id,
        "incident": round(verdict.incident, 4),
        "flagged": verdict.flagged,
        "event_kind": verdict.event_kind,
        "why": verdict.why,
    }


def _read(number: int, line: bytes) -> Post | BadPost:
    try:
        given = msgspec.json.decode(line, type=_Line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return BadPost(f"line {number}: {error}")
    if not (given.title.strip() or given.text.strip()):
        return BadPost(f"line {number}: neither title nor text: give one of them")
    return Post(
        id=post_id("classify", f"{number}"),
        source="classify",
        title=given.title,
        text=given.text,
        published_at=_UNDATED,
        precision=Precision.DAY,
        collected_at=_UNDATED,
        given_id=None if given.id is None else str(given.id),
    )


def _batches(lines: IO[bytes]) -> Iterator[list[tuple[int, bytes]]]:
    batch: list[tuple[int, bytes]] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            batch.append((number, line))
        # A person at a terminal gets each answer at once; a file goes in batches.
        if len(batch) >= _BATCH or (batch and lines.isatty()):
            yield batch
            batch = []
    if batch:
        yield batch


@contextlib.contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(name, "rb")  # noqa: SIM115, PTH123  # closed below; the name may be a pipe
    except OSError as error:
        raise StoreError(f"cannot read {name}: {error.strerror}") from None
    with file:
        yield file
