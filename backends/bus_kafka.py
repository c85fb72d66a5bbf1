"""The bus beyond one machine: topics on a Kafka cluster, read by as many processes as there are partitions."""

from collections.abc import Iterable
from datetime import datetime

from backends.kafka_cluster import KafkaCluster
from backends.kafka_reader import KafkaPace, KafkaSubscription
from backends.kafka_topics import PARTITIONS, KafkaTopics
from backends.kafka_writer import KafkaWriter
from desk.errors import BusError
from desk.travel import Outgoing


class KafkaBus:
    """An ordered log per key, at least once per group; one object per thread, any number of processes per cluster.

    Records are deleted by age (backends/kafka_topics.py), so that there is nothing to trim.
    """

    def __init__(self, cluster: KafkaCluster, *, partitions: int = PARTITIONS, pace: KafkaPace | None = None) -> None:
        """Makes what topics are missing; `partitions` counts only then, for the posts.

        Raises BusError when the cluster cannot be reached, or has a topic of ours that cannot serve as one.
        """
        self._cluster = cluster
        self._pace = pace or KafkaPace()
        self._topics = KafkaTopics(cluster, partitions, self._pace.patience)
        self._writer = KafkaWriter(cluster, self._topics.plans, self._pace.patience)
        self._subscriptions: list[KafkaSubscription] = []
        self._closed = False

    def publish(self, records: Iterable[Outgoing]) -> None:
        """Takes records over; they are durable only after `flush`.

        Raises BusError for a record larger than Kafka takes; then none of these was taken.
        """
        self._writer.publish(records)

    def flush(self) -> None:
        """Returns once everything published is on the log, or raises BusError and keeps the rest for the next flush.

        What is repeated after a failed flush may stand on the log twice; the last record of a key stays its last.
        """
        self._refuse_closed()
        self._writer.flush()

    def subscribe(self, topic: str, *, group: str) -> KafkaSubscription:
        """Joins a group on a topic; reads the partitions that fall to it, and waits while none does.

        Raises BusError.
        """
        self._refuse_closed()
        subscription = KafkaSubscription(self._cluster, self._topics, topic, group, self._pace)
        self._subscriptions.append(subscription)
        return subscription

    def lag(self, topic: str, *, group: str) -> int:
        """How many records of a topic this group has not committed; looks on, and joins nothing. Raises BusError."""
        self._refuse_closed()
        return self._topics.lag(topic, group)

    def forget(self, topic: str, before: datetime) -> int:
        """Deletes the records of a topic published before that millisecond, read or not, and says how many.

        Raises BusError.
        """
        self._refuse_closed()
        return self._topics.forget(topic, before)

    def close(self) -> None:
        """Leaves its groups and lets go of the connections; unflushed records are dropped."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.leave()
        self._subscriptions.clear()
        self._writer.close()
        self._topics.close()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise BusError("bus is closed: open it again")
