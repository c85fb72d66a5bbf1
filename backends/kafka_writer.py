"""What we publish on its way into Kafka: kept here until the cluster has confirmed it."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from kafka import KafkaProducer  # type: ignore[import-untyped]  # it ships no types
from kafka.errors import KafkaError, KafkaTimeoutError  # type: ignore[import-untyped]  # as above

from backends.clock import Stopwatch
from backends.kafka_cluster import KafkaCluster, milliseconds
from backends.kafka_topics import TopicPlan
from desk.errors import BusError
from desk.travel import Outgoing

_GIVEN_UP = timedelta(minutes=10)
"""How long the library itself repeats a record before the writer starts again with a fresh producer."""
_ENVELOPE = 1_024
"""What Kafka adds to a record, generously."""
_BATCH_BYTES = 256 * 1_024


class _Receipt(Protocol):
    """What the library knows of one record on its way."""

    is_done: bool
    exception: Exception

    def get(self, timeout: float) -> object: ...

    def failed(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A record handed to the library and not yet known to be written."""

    record: Outgoing
    receipt: _Receipt


class KafkaWriter:
    """Writes with an idempotent producer: what the library repeats by itself is written once and in order.

    Only when the library has given a record up is it sent again by a fresh producer, together with what follows it
    under the same key: these may then stand twice on the log, and the last word on a key stays the last.
    """

    def __init__(self, cluster: KafkaCluster, plans: Mapping[str, TopicPlan], patience: timedelta) -> None:
        self._cluster = cluster
        self._plans = plans
        self._patience = patience
        self._waiting: deque[Outgoing] = deque()
        self._sent: list[_Sent] = []
        self._opened: KafkaProducer | None = None

    def publish(self, records: Iterable[Outgoing]) -> None:
        """Takes records over. Raises BusError for one that no flush could bring through; then none was taken."""
        taken = list(records)
        for record in taken:
            self._refuse_too_large(record)
        self._waiting.extend(taken)

    def flush(self) -> None:
        """Returns once everything published is written. Raises BusError and keeps the rest for the next flush."""
        if not self._waiting and not self._sent:
            return
        with self._cluster.asked_to("write to"):
            producer = self._producer()
            while self._waiting:
                record = self._waiting[0]
                receipt = producer.send(self._cluster.topic(record.topic), key=record.key.encode(), value=record.value)
                self._sent.append(_Sent(record=self._waiting.popleft(), receipt=receipt))
            self._await_receipts()
            self._keep_what_failed()

    def close(self) -> None:
        """Lets go of the connection; what is not written is dropped."""
        self._waiting.clear()
        self._sent.clear()
        self._close_producer()

    def _refuse_too_large(self, record: Outgoing) -> None:
        size, largest = len(record.key.encode()) + len(record.value) + _ENVELOPE, self._plans[record.topic].largest
        if size > largest:
            raise BusError(
                f"record {record.key} for {record.topic} has {size} bytes, kafka takes {largest}: leave it out"
            )

    def _producer(self) -> KafkaProducer:
        if self._opened is None:
            self._opened = KafkaProducer(
                acks="all",
                enable_idempotence=True,
                compression_type="lz4",
                batch_size=_BATCH_BYTES,
                max_request_size=max(plan.largest for plan in self._plans.values()),
                max_block_ms=milliseconds(self._patience),
                delivery_timeout_ms=milliseconds(_GIVEN_UP),
                allow_auto_create_topics=False,
                metrics_enabled=False,
                **self._cluster.client_settings(self._patience),
            )
        return self._opened

    def _await_receipts(self) -> None:
        # Not the library's own flush: it stumbles over a batch that the broker finds too large and that is then cut.
        waited = Stopwatch()
        for each in self._sent:
            if not each.receipt.is_done:
                left = self._patience.total_seconds() - waited.elapsed()
                with suppress(KafkaError):
                    each.receipt.get(timeout=max(left, 0.0))
        if not all(each.receipt.is_done for each in self._sent):
            raise KafkaTimeoutError

    def _keep_what_failed(self) -> None:
        failed = next((each for each in self._sent if each.receipt.failed()), None)
        kept = _from_the_first_failure_of_each_key(self._sent)
        self._sent.clear()
        self._waiting.extendleft(reversed(kept))
        if failed is not None:
            self._close_producer()
            raise failed.receipt.exception

    def _close_producer(self) -> None:
        if self._opened is not None:
            with suppress(KafkaError):
                self._opened.close(timeout=0)
            self._opened = None


def _from_the_first_failure_of_each_key(sent: Sequence[_Sent]) -> list[Outgoing]:
    broken: set[tuple[str, str]] = set()
    kept = []
    for each in sent:
        key = (each.record.topic, each.record.key)
        if each.receipt.failed():
            broken.add(key)
        if key in broken:
            kept.append(each.record)
    return kept
