"""The bus while its broker is killed, comes back, or hangs: what was published is there, and in order."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest

from backends.bus_kafka import KafkaBus
from backends.kafka_cluster import KafkaCluster
from backends.kafka_reader import KafkaPace, KafkaSubscription
from desk.errors import BusError
from desk.travel import POSTS, Outgoing, Record
from tests.buses import AT_ONCE, poll, publish
from tests.engines.kafka_server import KafkaServer

pytestmark = pytest.mark.engine

MANY, BATCH, KEYS = 40_000, 500, 100
IMPATIENT = KafkaPace(patience=timedelta(seconds=5))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bus(server: KafkaServer) -> Iterator[KafkaBus]:
    bus = opened(server)
    yield bus
    bus.close()


def opened(server: KafkaServer) -> KafkaBus:
    address = server.settings["HUIYING_KAFKA_SERVERS"]
    return KafkaBus(KafkaCluster(servers=(address,), prefix=f"chaos-{uuid4().hex[:8]}"), partitions=4, pace=IMPATIENT)


def numbered(number: int) -> Outgoing:
    return Outgoing(topic=POSTS, key=f"{number % KEYS}", value=b"%d" % number)


def write(bus: KafkaBus, numbers: range) -> None:
    for start in range(numbers.start, numbers.stop, BATCH):
        bus.publish(numbered(number) for number in range(start, start + BATCH))
        flush_until_it_succeeds(bus)


def flush_until_it_succeeds(bus: KafkaBus) -> list[str]:
    refusals = []
    while True:
        try:
            bus.flush()
        except BusError as refusal:
            refusals.append(str(refusal))
        else:
            return refusals


def killed_and_started_again(server: KafkaServer) -> None:
    server.kill()
    server.start()


def read_to_the_end(reader: KafkaSubscription) -> list[Record]:
    records: list[Record] = []
    while True:
        try:
            if not reader.lag():
                return records
            records.extend(reader.poll(limit=2_000, timeout=timedelta(seconds=1)))
            reader.commit()
        except BusError:
            # As the desk's parts do: what was refused is done again.
            continue


def out_of_order(records: Sequence[Record]) -> list[str]:
    """The keys whose records did not come in the order of their first appearance."""
    by_key: dict[str, list[int]] = {}
    for record in records:
        seen = by_key.setdefault(record.key, [])
        if int(record.value) not in seen[-BATCH:]:
            seen.append(int(record.value))
    return [key for key, numbers in by_key.items() if numbers != sorted(numbers)]


def test_broker_killed_in_mid_produce_and_started_again_loses_nothing(server: KafkaServer, bus: KafkaBus) -> None:
    write(bus, range(MANY // 4))
    writing = Thread(target=write, args=(bus, range(MANY // 4, MANY)))

    writing.start()
    # Here and not in the thread: the broker dies with the thread that started it.
    killed_and_started_again(server)
    writing.join()

    with bus.subscribe(POSTS, group="screen") as reader:
        records = read_to_the_end(reader)

    assert {int(record.value) for record in records} == set(range(MANY))
    assert out_of_order(records) == []
    assert len(records) - MANY < BATCH


def test_broker_killed_while_it_is_read_loses_nothing(server: KafkaServer, bus: KafkaBus) -> None:
    bus.publish(map(numbered, range(MANY)))
    bus.flush()
    with bus.subscribe(POSTS, group="screen") as reader:
        before = reader.poll(limit=BATCH, timeout=timedelta(seconds=10))
        reader.commit()
        killed_and_started_again(server)

        after = read_to_the_end(reader)

    assert {int(record.value) for record in [*before, *after]} == set(range(MANY))


def test_broker_that_hangs_refuses_in_one_line_and_the_records_are_kept(server: KafkaServer, bus: KafkaBus) -> None:
    with bus.subscribe(POSTS, group="screen") as reader:
        publish(bus, b"before")
        before = poll(reader)
        reader.commit()
        server.pause()
        bus.publish([numbered(1)])
        with pytest.raises(BusError, match=r"^cannot write to kafka at 127\.0\.0\.1:\d+: [^\n]+$"):
            bus.flush()
        with pytest.raises(BusError, match=r"^cannot read from|^cannot ask for the ends of kafka at [^\n]+$"):
            reader.poll(limit=1, timeout=AT_ONCE)
        with pytest.raises(BusError, match=r"^cannot write to kafka"):
            bus.flush()
        server.resume()

        flush_until_it_succeeds(bus)
        after = read_to_the_end(reader)

    assert before == [b"before"]
    assert {record.value for record in after} == {b"1"}


def test_broker_that_is_away_refuses_a_commit_and_marks_nothing(server: KafkaServer, bus: KafkaBus) -> None:
    publish(bus, b"1")
    with bus.subscribe(POSTS, group="screen") as reader:
        poll(reader)
        server.kill()
        with pytest.raises(BusError):
            reader.commit()
        server.start()

        again = read_to_the_end(reader)

    assert [record.value for record in again] in ([b"1"], [])
