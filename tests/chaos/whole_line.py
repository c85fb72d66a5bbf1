"""A whole desk on real engines of its own: two screeners and two placers as processes, and posts that keep coming."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from backends.bus_kafka import KafkaBus
from backends.clock import SystemClock
from backends.codec import JsonCodec
from backends.kafka_cluster import KafkaCluster
from backends.wiring import Backends
from desk.errors import BusError
from desk.post import Observation, Post
from desk.travel import FLAGGED, POSTS, Outgoing
from pipelines.placer import GROUP as PLACERS
from pipelines.screen import GROUP as SCREENERS
from tests.chaos.placers import AT_WORK, STANDING_BY, Office, stop
from tests.engines.elasticsearch_server import ElasticsearchServer
from tests.engines.kafka_server import KafkaServer
from tests.engines.postgresql_server import PostgresqlServer
from tests.journeys.running import seconds_until

START_SECONDS = 60.0
REST_SECONDS = 300.0
_PIECE = 50
_BETWEEN_PIECES = timedelta(milliseconds=100)

Items = Sequence[Post | Observation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The three real servers, for one module of tests to kill."""

    kafka: KafkaServer
    elasticsearch: ElasticsearchServer
    postgresql: PostgresqlServer

    def run(self, statement: str) -> None:
        """Runs a statement on the PostgreSQL server, outside a transaction."""
        engine = create_engine(self.postgresql.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def a_desk(self, *, elasticsearch: str, partitions: int, batch: int) -> dict[str, str]:
        """The settings of a desk of its own: a database, and topics and indices under a prefix."""
        name = f"line{uuid4().hex[:8]}"
        self.run(f"create database {name}")
        servers = self.kafka.settings["HUIYING_KAFKA_SERVERS"]
        KafkaBus(KafkaCluster(servers=(servers,), prefix=name), partitions=partitions).close()
        return {
            "HUIYING_KAFKA_SERVERS": servers,
            "HUIYING_ELASTICSEARCH_URL": elasticsearch,
            "HUIYING_DATABASE_URL": str(make_url(self.postgresql.url).set(database=name)),
            "HUIYING_ENGINE_PREFIX": name,
            "HUIYING_BATCH": str(batch),
        }


@contextmanager
def three_engines() -> Iterator[Engines]:
    """The servers, started on files that are thrown away."""
    with ExitStack() as stack:
        # Not below pytest's own folder: each new run of pytest closes that to PostgreSQL's user again.
        folder = TemporaryDirectory(prefix="huiying-engine-", ignore_cleanup_errors=True)
        root = Path(stack.enter_context(folder))
        engines = Engines(
            kafka=KafkaServer(root / "kafka"),
            elasticsearch=ElasticsearchServer(root / "es"),
            postgresql=PostgresqlServer(root / "pg"),
        )
        for server in (engines.kafka, engines.elasticsearch, engines.postgresql):
            stack.callback(server.stop)
            server.start()
        yield engines


@dataclass(kw_only=True)
class WholeLine:
    """The processes of one desk, and the bus by which its posts come."""

    office: Office
    engines: Engines
    backends: Backends
    screeners: list["Popen[bytes]"] = field(default_factory=list)
    placers: dict[str, "Popen[bytes]"] = field(default_factory=dict)
    published: int = 0

    def start(self, *, screeners: int) -> None:
        """All parts; the first placer is the one at work."""
        for _ in range(screeners):
            self.start_screener()
        self.start_placer(AT_WORK)
        self.start_placer(STANDING_BY)

    def start_screener(self) -> None:
        """One more screener."""
        self.screeners.append(self.office.start("screen"))

    def start_placer(self, said: str) -> None:
        """A placer in the first free seat, once it has said that of its turn."""
        seat = next(seat for seat in ("place", "place-2") if seat not in self.placers)
        begun = len(self.office.events(seat))
        self.placers[seat] = self.office.start("place")
        seconds_until(lambda: said in self.office.events(seat)[begun:], at_most=START_SECONDS)

    def active_seat(self) -> str:
        """Where the placer at work sits."""
        return next(seat for seat in self.placers if self.office.last_said(seat) == AT_WORK)

    def publish(self, items: Items) -> None:
        """Puts the items on the bus piece by piece, each until the bus has it, as a crawler does."""
        clock = SystemClock()
        for start in range(0, len(items), _PIECE):
            piece = items[start : start + _PIECE]
            self.backends.bus.publish(_outgoing(piece))
            self._flush()
            self.published += sum(isinstance(each, Post) for each in piece)
            clock.sleep(_BETWEEN_PIECES)

    def stored(self) -> int:
        """How many posts have been screened and stored."""
        return self.backends.posts.counts().posts

    def placed(self) -> int:
        """How many posts have been placed."""
        return sum(self.backends.incidents.outcomes().values())

    def come_to_rest(self) -> float:
        """Waits until nothing waits on the bus, ends all parts, and says how many seconds the waiting took."""
        waited = seconds_until(self._nothing_waits, at_most=REST_SECONDS)
        running = [*self.screeners, *self.placers.values()]
        assert stop(*running) == [0] * len(running)
        self._show_all()
        return waited

    def _show_all(self) -> None:
        # Elasticsearch shows what others have written after its next refresh only.
        address = self.engines.elasticsearch.settings["HUIYING_ELASTICSEARCH_URL"]
        with urlopen(Request(f"{address}/_refresh", method="POST"), timeout=30) as answer:
            assert answer.status == 200

    def end(self) -> None:
        """Ends whatever still runs, at once."""
        for process in (*self.screeners, *self.placers.values()):
            process.kill()
            process.wait()

    def _flush(self) -> None:
        while True:
            try:
                return self.backends.bus.flush()
            except BusError:
                continue

    def _nothing_waits(self) -> bool:
        bus = self.backends.bus
        try:
            # In this order: who has committed posts has passed on the flagged ones before.
            return not bus.lag(POSTS, group=SCREENERS) and not bus.lag(FLAGGED, group=PLACERS)
        except BusError:
            return False


@contextmanager
def whole_line(engines: Engines, environ: dict[str, str], *, screeners: int) -> Iterator[WholeLine]:
    """A desk with these settings, all its parts at work."""
    with TemporaryDirectory(prefix="huiying-desk-") as data:
        office = Office(Path(data), environ)
        with office.opened() as backends:
            line = WholeLine(office=office, engines=engines, backends=backends)
            try:
                line.start(screeners=screeners)
                yield line
            finally:
                line.end()


@contextmanager
def undisturbed(items: Items) -> Iterator[Backends]:
    """The stores of an embedded desk through which the items went one part after the other."""
    with TemporaryDirectory(prefix="huiying-desk-") as data:
        office = Office(Path(data))
        with office.opened() as backends:
            backends.bus.publish(_outgoing(items))
            backends.bus.flush()
            for part in ("screen", "place"):
                _run_until_idle(office, part)
            yield backends


def _outgoing(items: Items) -> list[Outgoing]:
    codec = JsonCodec()
    keyed = [(each.id if isinstance(each, Post) else each.post_id, each) for each in items]
    return [Outgoing(topic=POSTS, key=key, value=codec.encode(each)) for key, each in keyed]


def _run_until_idle(office: Office, part: str) -> None:
    command = [sys.executable, "-m", "console.main", "run", "--only", part, "--until-idle"]
    given = ["--data", str(office.data), "--jurisdiction", "990100", "--batch", "500"]
    subprocess.run([*command, *given], cwd=office.data, check=True, capture_output=True)
