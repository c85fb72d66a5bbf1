"""`huiying extract`: what the desk reads on a page, one JSON line for each, with what says so."""

import argparse
import gzip
import sys
import zlib
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import msgspec

from backends.clock import SystemClock
from spiders.article import Article, read_article
from spiders.asking import AskedPage, Asking, PageNotRead
from spiders.charset import readable
from spiders.door import seen
from spiders.masking import mask
from spiders.settings import LARGEST_PAGE
from spiders.written_time import BEIJING

_GZIP = b"\x1f\x8b"


def run(chosen: argparse.Namespace) -> int:
    """Prints `file`, `title`, `published_at`, `precision`, `source`, `text`, `why`, or `error`; exit 1 with an error.

    A page without title, text or time is no error: these are then empty or null.
    """
    clock, failed = SystemClock(), 0
    asking = Asking(clock)
    for name in chosen.page:
        try:
            answer = _read(name, asking, clock.now())
        except PageNotRead as error:
            answer, failed = {"file": name, "error": str(error)}, failed + 1
        sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
        sys.stdout.flush()
    return 1 if failed else 0


def _read(name: str, asking: Asking, now: datetime) -> dict[str, object]:
    on_the_web = name.startswith(("http://", "https://"))
    page = asking.page(name) if on_the_web else _saved(name)
    html = readable(page.body, page.content_type)
    return _line(name, read_article(html, now, address=page.address, fresh=on_the_web))


def _saved(name: str) -> AskedPage:
    """A saved page, packed or not. Raises PageNotRead."""
    try:
        with Path(name).open("rb") as file:
            packed = file.peek(2).startswith(_GZIP) if hasattr(file, "peek") else False
            body = (gzip.GzipFile(fileobj=file) if packed else file).read(LARGEST_PAGE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise PageNotRead(f"cannot read {name}: {getattr(error, 'strerror', None) or error}") from None
    if len(body) > LARGEST_PAGE:
        raise PageNotRead(f"page {name} is larger than {LARGEST_PAGE} bytes")
    return AskedPage(address="", content_type="", body=body)


def _line(name: str, article: Article) -> dict[str, object]:
    """What the desk would keep of the page: personal data masked as at the door."""
    published = article.published
    return {
        "file": name,
        "title": mask(seen(article.title)),
        "published_at": None if published is None else published.at.astimezone(BEIJING).isoformat(),
        "precision": None if published is None else published.precision.value,
        "source": article.source,
        "text": mask(seen(article.text)),
        "why": asdict(article.why),
    }
