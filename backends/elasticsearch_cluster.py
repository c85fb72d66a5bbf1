"""The way to an Elasticsearch: where it is, as whom to ask, and how long a busy or restarting one is asked again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from elastic_transport import ConnectionError as NotReached
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, Elasticsearch

from backends.clock import Stopwatch, SystemClock
from desk.errors import StoreError

_FIRST_PAUSE = timedelta(milliseconds=50)
_LONGEST_PAUSE = timedelta(seconds=2)
_TOO_BUSY = 429
_SERVER_TROUBLE = range(500, 600)
_LONGEST_REASON = 200
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticsearchCluster:
    """Where an Elasticsearch is and as whom to ask it; `prefix` starts the name of everything of ours there.

    `ca_file` holds the certificates an https address is checked against; without one, the system's own.
    """

    url: str
    prefix: str = "huiying"
    ca_file: Path | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one request may take, and for how long failing ones are repeated."""

    request: timedelta
    repeats: timedelta


# A person waits for a page; a batch can wait until a server has started again, and its writer with it.
READING = Patience(request=timedelta(seconds=10), repeats=timedelta(seconds=5))
WRITING = Patience(request=timedelta(seconds=30), repeats=timedelta(seconds=60))


class Busy(Exception):
    """Raised by a question whose answer says: not now."""


class ElasticsearchConnection:
    """One client for all threads; every question through it ends in an answer or a StoreError of one line."""

    def __init__(self, cluster: ElasticsearchCluster, *, writing: Patience = WRITING) -> None:
        self._where = _shown(cluster.url)
        self._writing = writing
        self._clock = SystemClock()
        try:
            self._client = _client(cluster)
        except (ValueError, OSError) as error:
            raise StoreError(f"cannot use elasticsearch at {self._where}: {error}") from None

    def read(self, question: Callable[[Elasticsearch], T]) -> T:
        """The answer to a question that changes nothing. Raises StoreError."""
        return self._ask("read", question, READING)

    def write(self, question: Callable[[Elasticsearch], T]) -> T:
        """The answer to a write that is safe to repeat: it may be carried out more than once. Raises StoreError."""
        return self._ask("write", question, self._writing)

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()

    def _ask(self, doing: str, question: Callable[[Elasticsearch], T], patience: Patience) -> T:
        client = self._client.options(request_timeout=patience.request.total_seconds())
        watch = Stopwatch()
        for pause in _growing_pauses():
            try:
                return question(client)
            except (TransportError, ApiError, Busy) as error:
                is_over = watch.elapsed() + pause.total_seconds() > patience.repeats.total_seconds()
                if is_over or not _may_pass(error):
                    raise StoreError(f"cannot {doing} elasticsearch at {self._where}: {_reason(error)}") from None
            self._clock.sleep(pause)
        raise AssertionError("pauses never end")


def _client(cluster: ElasticsearchCluster) -> Elasticsearch:
    ca_file = str(cluster.ca_file) if cluster.ca_file else None
    if ca_file and not Path(ca_file).is_file():
        raise ValueError(f"no file of certificates at {ca_file}")
    # Its own repeats come without a pause, which is what a busy server needs least: ours are in _ask.
    # Nothing here asks `GET /`: the client tells the product by a header of every answer.
    return Elasticsearch(
        cluster.url,
        ca_certs=ca_file or DEFAULT,
        basic_auth=(cluster.user, cluster.password or "") if cluster.user else None,
        max_retries=0,
    )


def _growing_pauses() -> Iterator[timedelta]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)


def _may_pass(error: Exception) -> bool:
    match error:
        case TlsError():
            return False
        case NotReached() | ConnectionTimeout() | Busy():
            return True
        case ApiError():
            return may_pass(error.status_code)
    return False


def may_pass(status: int) -> bool:
    """Whether what was answered with this status is worth another try."""
    return status == _TOO_BUSY or status in _SERVER_TROUBLE


def _reason(error: Exception) -> str:
    match error:
        case ApiError():
            reason = f"answered {error.status_code} {error}"
        case ConnectionTimeout():
            reason = "no answer in time"
        case TransportError():
            reason = str(error.message)
        case _:
            reason = str(error)
    return " ".join(reason.split())[:_LONGEST_REASON]


def _shown(url: str) -> str:
    """The address without a user or password that somebody may have written into it."""
    return urlsplit(url).netloc.rpartition("@")[2] or "an address without a host"
