"""One reader of a group on a Kafka topic: it takes its share of the partitions over, and loses them when it is gone."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Lock, Thread
from types import TracebackType

from kafka import (  # type: ignore[import-untyped]  # it ships no types
    ConsumerRebalanceListener,
    KafkaConsumer,
    OffsetAndMetadata,
    TopicPartition,
)
from kafka.consumer.fetcher import ConsumerRecord  # type: ignore[import-untyped]  # as above
from kafka.coordinator.assignors.cooperative_sticky import (  # type: ignore[import-untyped]  # as above
    CooperativeStickyAssignor,
)
from kafka.errors import (  # type: ignore[import-untyped]  # as above
    CommitFailedError,
    KafkaError,
    RebalanceInProgressError,
)

from backends.clock import Stopwatch
from backends.kafka_cluster import PATIENCE, KafkaCluster, milliseconds
from backends.kafka_topics import KafkaTopics
from desk.errors import BusError
from desk.travel import Record

_JOINING = timedelta(seconds=4)
"""How long subscribing waits for its place; a broker gives others three seconds to join a new group too."""
_SHARING_OUT = timedelta(seconds=2)
"""How long a reader with partitions waits while they are shared out anew, rather than call them empty."""
_A_MOMENT = timedelta(milliseconds=200)
_SLICE = timedelta(milliseconds=500)
_ATTEMPTS = 3
_NO_GENERATION = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaPace:
    """How readers show that they live; the defaults are the desk's, tests beat faster."""

    session: timedelta = timedelta(seconds=6)
    """After this long without a beat a reader's partitions go to another; the least a broker takes by default."""
    heartbeat: timedelta = timedelta(seconds=1)
    patience: timedelta = PATIENCE
    """How long one call waits for the cluster before it is a BusError."""
    longest_batch: timedelta = timedelta(minutes=5)
    """A reader that neither polls nor commits for longer is taken for hung and leaves its group."""


class _Loss(ConsumerRebalanceListener):  # type: ignore[misc]  # the library ships no types
    """Notes which partitions went to another reader."""

    def __init__(self) -> None:
        self.partitions: set[TopicPartition] = set()

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self.partitions.update(revoked)

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """What comes is read from where its commits stand."""

    def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        self.partitions.update(lost)


class KafkaSubscription:
    """One reader of a topic for a group.

    A thread of its own answers the group while the reader works on a batch, so that nobody waits for a slow batch
    when a reader joins or leaves. The reader that takes a partition over starts where its commits stand.
    """

    def __init__(self, cluster: KafkaCluster, topics: KafkaTopics, topic: str, group: str, pace: KafkaPace) -> None:
        """Joins the group; while another reader holds up its answer, the joining goes on aside. Raises BusError."""
        self._cluster = cluster
        self._topics = topics
        self._topic = topic
        self._group = group
        self._pace = pace
        self._polled: dict[TopicPartition, int] = {}
        self._loss = _Loss()
        self._lock = Lock()
        self._left = Event()
        self._seen_alive = Stopwatch()
        with cluster.asked_to("join a group of"):
            self._consumer = _opened(cluster, topic, group, pace)
        self._consumer.subscribe([cluster.topic(topic)], listener=self._loss)
        try:
            self._join()
        except BusError:
            self._consumer.close(autocommit=False, timeout_ms=0)
            raise
        self._keeper = Thread(target=self._keep_place, name=f"{group} on {topic}", daemon=True)
        self._keeper.start()

    def poll(self, *, limit: int, timeout: timedelta) -> list[Record]:
        """The next records of the partitions it reads, at most `limit`, in order within each.

        Empty once `timeout` has passed and nothing waits on them, or while they are being shared out anew. Raises
        BusError when another took over records that were polled and not committed, or when Kafka cannot be read.
        """
        has_place = bool(self._consumer.assignment())
        patience = max(timeout, _SHARING_OUT if has_place else _A_MOMENT)
        with self._cluster.asked_to("read from"), self._held(patience) as ours:
            # The ends are asked for by a waiting reader too: it is how it learns of an outage.
            found = self._fetch(limit, timeout) if ours else []
            ends = {} if found else self._topics.ends(self._topic)
            if ours and self._behind(ends):
                # Records are there and on their way: an empty answer would say that there are none.
                found = self._fetch(limit, self._pace.patience)
        return found

    def commit(self) -> None:
        """Marks everything polled so far as done. Raises BusError when another took over; then nothing was marked."""
        patience = self._pace.patience if self._polled else _A_MOMENT
        with self._cluster.asked_to("commit to"), self._held(patience) as ours:
            if not self._polled:
                return
            for _ in range(_ATTEMPTS if ours else 0):
                if self._marked():
                    return
                self._settled(self._pace.patience)
                self._refuse_lost()
            raise BusError(f"group {self._group} on {self._topic} is being shared out anew: commit again")

    def lag(self) -> int:
        """How many records of the topic this group has not committed."""
        return self._topics.lag(self._topic, self._group)

    def leave(self) -> None:
        """Gives its partitions up at once; no effect when it has left."""
        if self._left.is_set():
            return
        self._left.set()
        self._keeper.join()
        # Leaving must not hide the error that is on its way out; a place that could not be given up falls free.
        with self._lock, suppress(KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=milliseconds(self._pace.heartbeat))

    def __enter__(self) -> "KafkaSubscription":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    @contextmanager
    def _held(self, patience: timedelta) -> Iterator[bool]:
        """The consumer for ourselves; whether its place in the group is settled within the patience."""
        if self._left.is_set():
            raise BusError(f"group {self._group} on {self._topic} was left: subscribe again")
        self._seen_alive = Stopwatch()
        if not self._lock.acquire(timeout=patience.total_seconds()):
            yield False
            return
        try:
            settled = self._settled(patience)
            self._refuse_lost()
            yield settled
        finally:
            self._lock.release()
            self._seen_alive = Stopwatch()

    def _fetch(self, limit: int, timeout: timedelta) -> list[Record]:
        fetched = self._consumer.poll(timeout_ms=milliseconds(timeout), max_records=limit)
        try:
            self._refuse_lost()
        except BusError:
            self._rewind(fetched)
            raise
        for partition, records in fetched.items():
            self._polled[partition] = records[-1].offset + 1
        return [_record(self._topic, each) for partition, records in fetched.items() for each in records]

    def _rewind(self, fetched: dict[TopicPartition, list[ConsumerRecord]]) -> None:
        for partition, records in fetched.items():
            self._consumer.seek(partition, records[0].offset)

    def _behind(self, ends: Mapping[int, int]) -> bool:
        patience = milliseconds(self._pace.patience)
        return bool(ends) and any(
            (position := self._consumer.position(each, timeout_ms=patience)) is None or position < ends[each.partition]
            for each in self._consumer.assignment()
        )

    def _marked(self) -> bool:
        offsets = {partition: OffsetAndMetadata(offset, "", -1) for partition, offset in self._polled.items()}
        try:
            self._consumer.commit(offsets, timeout_ms=milliseconds(self._pace.patience))
        except (RebalanceInProgressError, CommitFailedError):
            # Thrown out of the group, all is lost; while it is only shared out anew, some may stay ours.
            if self._consumer.group_metadata().generation_id == _NO_GENERATION:
                self._loss.partitions.update(self._polled)
                self._refuse_lost()
            return False
        self._polled.clear()
        return True

    def _refuse_lost(self) -> None:
        lost = self._loss.partitions & self._polled.keys()
        self._loss.partitions.clear()
        for partition in lost:
            del self._polled[partition]
        if lost:
            raise BusError(f"seat of group {self._group} on {self._topic} was taken over by another reader: poll again")

    def _join(self) -> None:
        with self._cluster.asked_to("join a group of"):
            # A reader that shares the partitions out must know them, or it hands out none.
            self._consumer.partitions_for_topic(self._cluster.topic(self._topic))
            self._settled(_JOINING)

    def _settled(self, patience: timedelta) -> bool:
        """Takes part in sharing the partitions out, if that is under way; whether it is over within the patience."""
        # The consumer's own poll does the same, but forgets a sharing out that ends between two of its calls.
        return bool(self._consumer._coordinator.poll(timeout_ms=milliseconds(patience)))  # noqa: SLF001

    def _keep_place(self) -> None:
        while not self._left.wait(self._pace.heartbeat.total_seconds() / 4):
            hung = self._seen_alive.elapsed() > self._pace.longest_batch.total_seconds()
            if hung or not self._lock.acquire(blocking=False):
                continue
            try:
                # What goes wrong here goes wrong again in the reader's own next call, which says so.
                with suppress(KafkaError):
                    while not (self._left.is_set() or self._settled(_SLICE)):
                        pass
            finally:
                self._lock.release()


def _record(topic: str, found: ConsumerRecord) -> Record:
    # Another program may have written without a key or a value; the reader refuses such a record, not the bus.
    key = (found.key or b"").decode(errors="replace")
    return Record(topic=topic, partition=found.partition, offset=found.offset, key=key, value=found.value or b"")


def _opened(cluster: KafkaCluster, topic: str, group: str, pace: KafkaPace) -> KafkaConsumer:
    return KafkaConsumer(
        group_id=cluster.group(group, topic),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        partition_assignment_strategy=(CooperativeStickyAssignor,),
        session_timeout_ms=milliseconds(pace.session),
        heartbeat_interval_ms=milliseconds(pace.heartbeat),
        max_poll_interval_ms=milliseconds(pace.session),
        allow_auto_create_topics=False,
        metrics_enabled=False,
        **cluster.client_settings(pace.patience),
    )
