"""How fast the post file takes posts and finds the newest 50, beside a plain scan: `python -m benchmarks.search`."""

import argparse
import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import accumulate, islice
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from tqdm import tqdm

from backends.posts_sqlite import SqlitePostStore
from desk.moments import Precision
from desk.post import Outcome, Post, PostQuery, ScreenedPost, Verdict

START = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 30
BATCH = 500
QUERIES = 200
SCANS = 10
RARE_SOURCE = "yunzhou-12345"
Question = tuple[PostQuery, str]


def main() -> None:
    """Fills a file with generated posts, asks it, and prints what that took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000, help="how many posts to fill in (full: 1000000)")
    count = parser.parse_args().posts
    with TemporaryDirectory() as folder:
        store, plain = SqlitePostStore(Path(folder) / "posts.db"), sqlite3.connect(Path(folder) / "plain.db")
        fill(store, plain, count)
        print(f"{sum(file.stat().st_size for file in Path(folder).glob('posts.db*')) / count:,.0f} bytes a post")
        for kind, asked in questions(count).items():
            print(compared(kind, asked, store, plain))
        print(f"counts: {1000 * seconds(store.counts):.1f} ms")
        expired = START + timedelta(days=DAYS) / 10
        print(f"prune of the oldest tenth: {seconds(partial(store.prune, expired)):.1f} s")
        store.close()
        plain.close()


def fill(store: SqlitePostStore, plain: sqlite3.Connection, count: int) -> None:
    """Puts the posts in batches, and their bare texts beside them for the plain scan."""
    plain.execute("create table post (published_at text, text text)")
    plain.execute("create index newest on post (published_at)")
    posts, spent = generated(count), []
    with tqdm(total=count, unit="post", leave=False) as progress:
        while batch := list(islice(posts, BATCH)):
            spent.append(seconds(partial(store.put, batch)))
            rows = [(screened.post.published_at.isoformat(), screened.post.text) for screened in batch]
            plain.executemany("insert into post values (?, ?)", rows)
            progress.update(len(batch))
    plain.commit()
    slowest = 1000 * max(spent)
    print(f"{count:,} posts, put {count / sum(spent):,.0f} a second; slowest batch of {BATCH}: {slowest:.0f} ms")


def generated(count: int) -> Iterator[ScreenedPost]:
    """Posts of 30 days as they are collected: mostly in the order of time, many known to the minute only."""
    chance = random.Random(20260601)
    words, weights = vocabulary()
    for number in range(count):
        text = "".join(chance.choices(words, cum_weights=weights, k=chance.randint(20, 100)))
        collected_at = START + number * timedelta(days=DAYS) / count
        published_at = collected_at - timedelta(seconds=chance.expovariate(1 / 1800))
        if chance.random() < 0.5:
            published_at = published_at.replace(second=0, microsecond=0)
        source = RARE_SOURCE if number % 10_000 == 7 else f"source-{number % 40}"
        yield screened(text, source, published_at, collected_at, flagged=chance.random() < 0.02)


def screened(text: str, source: str, published_at: datetime, collected_at: datetime, *, flagged: bool) -> ScreenedPost:
    """A post as the screener would put it."""
    digest = sha256(text.encode()).hexdigest()
    post = Post(
        id=digest[:32],
        source=source,
        title=text[:12],
        text=text,
        published_at=published_at,
        precision=Precision.SECOND,
        collected_at=collected_at,
        address=f"https://{source}.example/{digest[:8]}",
    )
    verdict = Verdict(
        incident=0.5,
        flagged=flagged,
        event_kind=None,
        why=(text[:2], text[2:4]),
        terms=(),
        places=(),
        fingerprint=digest[:16],
        model="benchmark",
    )
    return ScreenedPost(post=post, verdict=verdict, outcome=Outcome.PASSED_ON if flagged else Outcome.ORDINARY)


def vocabulary() -> tuple[Sequence[str], Sequence[float]]:
    """20,000 words of 1 to 3 of 3,500 characters, both as unevenly used as in Chinese, with running weights."""
    chance = random.Random(20260602)
    characters = [chr(0x4E00 + number) for number in range(3500)]
    uses = [1 / (rank + 5) for rank in range(3500)]
    words = ["".join(chance.choices(characters, uses, k=chance.choice((1, 2, 2, 2, 3)))) for _ in range(20_000)]
    return words, list(accumulate(1 / (rank + 5) for rank in range(20_000)))


def questions(count: int) -> Mapping[str, Sequence[Question]]:
    """For each kind of question: the query and what the plain scan must look for."""
    chance = random.Random(20260603)
    words, _ = vocabulary()
    some = [post.post.text for post in islice(generated(count), 5_000)]
    cuts = [(text, chance.randrange(len(text) - 5)) for text in chance.choices(some, k=QUERIES)]
    pairs = [chance.choice(words[:60]) + chance.choice(words[:60]) for _ in range(QUERIES)]
    common = [words[rank % 60] for rank in range(QUERIES)]
    return {
        "common word": [asked(word) for word in common],
        "rare word": [asked(chance.choice(words[10_000:])) for _ in range(QUERIES)],
        "phrase of 5": [asked(text[at : at + 5]) for text, at in cuts],
        "two common words in a row": [asked(pair) for pair in pairs],
        "common word, flagged": [(PostQuery(terms=(word,), outcome=Outcome.PASSED_ON), "") for word in common],
        "common word, rare source": [(PostQuery(terms=(word,), source=RARE_SOURCE), "") for word in common],
        "no word": [(PostQuery(), "")] * QUERIES,
    }


def asked(term: str) -> Question:
    """The newest 50 posts with a term."""
    return PostQuery(terms=(term,)), term


def compared(kind: str, asked: Sequence[Question], store: SqlitePostStore, plain: sqlite3.Connection) -> str:
    """One line: what the questions took, and how much longer a plain scan needs for the first of them."""
    spent = [seconds(partial(store.search, query)) for query, _ in asked]
    line = f"{kind:>26}: p50 {1000 * middle(spent):8.2f} ms, p95 {1000 * highest(spent):8.2f} ms"
    terms = [term for _, term in asked[:SCANS] if term]
    if not terms:
        return line
    scans = [seconds(partial(scanned, plain, term)) for term in terms]
    ratio = sum(scans) / sum(spent[: len(terms)])
    return f"{line}; plain scan p50 {1000 * middle(scans):8.2f} ms, {ratio:,.1f} times as long in all"


def scanned(plain: sqlite3.Connection, term: str) -> list[str]:
    """The newest 50 texts with a term, found by looking at every text."""
    sql = "select text from post where text like ? order by published_at desc limit 50"
    return [text for (text,) in plain.execute(sql, (f"%{term}%",))]


def seconds(work: Callable[[], object]) -> float:
    """How long the work took."""
    start = perf_counter()
    work()
    return perf_counter() - start


def middle(spent: Sequence[float]) -> float:
    """The median."""
    return quantiles(spent, n=2)[0]


def highest(spent: Sequence[float]) -> float:
    """The 95th percentile."""
    return quantiles(spent, n=20)[-1]


if __name__ == "__main__":
    main()
