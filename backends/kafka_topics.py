"""Our topics on a Kafka cluster: made when missing, looked at before use, and how much of them waits for a group."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from kafka import KafkaAdminClient, TopicPartition  # type: ignore[import-untyped]  # it ships no types
from kafka.admin import (  # type: ignore[import-untyped]  # as above
    ConfigResource,
    ConfigResourceType,
    OffsetSpec,
    OffsetTimestamp,
)
from kafka.errors import TopicAlreadyExistsError  # type: ignore[import-untyped]  # as above

from backends.kafka_cluster import KafkaCluster
from desk.errors import BusError
from desk.travel import DEAD, FLAGGED, POSTS

PARTITIONS = 8
"""How many screeners can read the posts at once."""
_COPIES = 3
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlan:
    """How one of our topics is laid out; what has been kept for `kept` is deleted by the cluster itself."""

    partitions: int
    kept: timedelta
    largest: int


def plans(partitions: int) -> Mapping[str, TopicPlan]:
    """All our topics.

    `flagged` has one partition because the placer reads one order. A record in quarantine carries the refused one
    in base64, so that its topic takes larger ones; it waits for a person, so that it is kept longest.
    """
    return {
        POSTS: TopicPlan(partitions=partitions, kept=timedelta(days=7), largest=12 * _MEGABYTE),
        FLAGGED: TopicPlan(partitions=1, kept=timedelta(days=30), largest=12 * _MEGABYTE),
        DEAD: TopicPlan(partitions=1, kept=timedelta(days=90), largest=20 * _MEGABYTE),
    }


class KafkaTopics:
    """The topics of one cluster, over one connection."""

    def __init__(self, cluster: KafkaCluster, partitions: int, patience: timedelta) -> None:
        """Makes the topics that are missing.

        Raises BusError when the cluster cannot be reached, or has a topic of ours that cannot serve as one.
        """
        self.plans = plans(partitions)
        self._cluster = cluster
        self._closed = False
        self._counted: dict[str, list[TopicPartition]] = {}
        with cluster.asked_to("reach"):
            self._admin = KafkaAdminClient(**cluster.client_settings(patience))
        try:
            self._prepare()
        except BusError:
            self.close()
            raise

    def ends(self, topic: str) -> dict[int, int]:
        """The offset behind the last record of each partition. Raises BusError."""
        with self._asked_to("ask for the ends of"):
            found = self._offsets(self._partitions(topic), OffsetSpec.LATEST)
        return {partition.partition: end for partition, end in found.items()}

    def lag(self, topic: str, group: str) -> int:
        """How many records of the topic the group has not committed. Raises BusError."""
        with self._asked_to("ask for the lag of"):
            partitions, grouped = self._partitions(topic), self._cluster.group(group, topic)
            positions = self._admin.list_group_offsets({grouped: partitions})[grouped]
            committed = {partition: max(0, position.offset) for partition, position in positions.items()}
            ends = self._offsets(partitions, OffsetSpec.LATEST)
            if ends == committed:
                return 0
            # What the retention has deleted waits for nobody: without this a group could never catch up.
            starts = self._offsets(partitions, OffsetSpec.EARLIEST)
        return sum(max(0, ends[each] - max(starts[each], committed[each])) for each in partitions)

    def forget(self, topic: str, before: datetime) -> int:
        """Deletes what stands before the first record of that time or later; says how many. Raises BusError."""
        at = OffsetTimestamp(before.timestamp() * 1_000)
        with self._asked_to("delete from"):
            partitions = self._partitions(topic)
            starts, ends = self._offsets(partitions, OffsetSpec.EARLIEST), self._offsets(partitions, OffsetSpec.LATEST)
            # Where no record is of that time or later, the cluster answers with an offset below zero.
            firsts = {
                each: first if first >= 0 else ends[each] for each, first in self._offsets(partitions, at).items()
            }
            doomed = {each: first for each, first in firsts.items() if first > starts[each]}
            if doomed:
                self._admin.delete_records(doomed)
        return sum(first - starts[each] for each, first in doomed.items())

    def close(self) -> None:
        """Lets go of the connection; nothing can be asked any more."""
        self._closed = True
        self._admin.close()

    @contextmanager
    def _asked_to(self, doing: str) -> Iterator[None]:
        if self._closed:
            raise BusError("bus is closed: open it again")
        with self._cluster.asked_to(doing):
            yield

    def _offsets(self, partitions: list[TopicPartition], spec: int) -> dict[TopicPartition, int]:
        found = self._admin.list_partition_offsets(dict.fromkeys(partitions, spec))
        return {partition: position.offset for partition, position in found.items()}

    def _partitions(self, topic: str) -> list[TopicPartition]:
        # Asked once: lag is asked at every step, and a topic is given more partitions only while nobody reads it.
        if topic not in self._counted:
            named = self._cluster.topic(topic)
            (described,) = self._admin.describe_topics([named])
            self._counted[topic] = [TopicPartition(named, number) for number in range(len(described["partitions"]))]
        return self._counted[topic]

    def _prepare(self) -> None:
        with self._cluster.asked_to("make the topics of"):
            known = set(self._admin.list_topics())
            missing = [topic for topic in self.plans if self._cluster.topic(topic) not in known]
            if missing:
                self._make(missing, min(_COPIES, len(self._admin.describe_cluster()["brokers"])))
        with self._cluster.asked_to("look at the topics of"):
            largest = self._largest_taken()
            ordered = len(self._partitions(FLAGGED))
        if ordered != 1:
            named = self._cluster.topic(FLAGGED)
            raise BusError(f"kafka topic {named} has {ordered} partitions: it must have one, delete it first")
        for topic, plan in self.plans.items():
            _refuse_small(self._cluster.topic(topic), largest[topic], plan.largest)

    def _make(self, missing: list[str], copies: int) -> None:
        try:
            self._admin.create_topics(
                {self._cluster.topic(topic): _laid_out(self.plans[topic], copies) for topic in missing},
                wait_for_metadata=True,
            )
        except TopicAlreadyExistsError:
            # Another process of ours was a moment faster.
            self._admin.wait_for_topics([self._cluster.topic(topic) for topic in missing])

    def _largest_taken(self) -> dict[str, int]:
        asked = [ConfigResource(ConfigResourceType.TOPIC, self._cluster.topic(topic)) for topic in self.plans]
        found = self._admin.describe_configs(asked, config_filter="all")["topic"]
        return {topic: int(found[self._cluster.topic(topic)]["max.message.bytes"]["value"]) for topic in self.plans}


def _refuse_small(named: str, taken: int, needed: int) -> None:
    if taken < needed:
        raise BusError(
            f"kafka topic {named} takes records of {taken} bytes at most: set its max.message.bytes to {needed}"
        )


def _laid_out(plan: TopicPlan, copies: int) -> dict[str, int | dict[str, str]]:
    return {
        "num_partitions": plan.partitions,
        "replication_factor": copies,
        "configs": {
            "retention.ms": str(plan.kept // timedelta(milliseconds=1)),
            "max.message.bytes": str(plan.largest),
            # With three copies a record counts as written once two have it; one broker may then be away.
            "min.insync.replicas": str(max(1, copies - 1)),
        },
    }
