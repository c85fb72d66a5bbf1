"""Screening: every post off the bus is classified, stored and searchable; flagged and official ones travel on.

The order is what makes a crash harmless: publish what travels on and flush, then put, then commit. A crash between two
steps repeats work and never loses it; what is published twice is placed once (DESIGN §3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from desk.errors import BadPost
from desk.ports import Bus, Classifier, Codec, PostStore, Subscription
from desk.post import Observation, Outcome, Post, ScreenedPost, Verdict
from desk.travel import DEAD, FLAGGED, POSTS, DeadRecord, FlaggedPost, Outgoing, Record

GROUP = "screen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """What became of one batch of records."""

    records: int = 0
    posts: int = 0
    passed_on: int = 0
    dead: int = 0


class Screener:
    """One screener: run as many as the topic has partitions."""

    def __init__(self, bus: Bus, posts: PostStore, classifier: Classifier, codec: Codec, *, batch: int) -> None:
        self._bus = bus
        self._posts = posts
        self._classifier = classifier
        self._codec = codec
        self._batch = batch

    def subscribe(self) -> Subscription:
        """Joins the screeners' group on the posts."""
        return self._bus.subscribe(POSTS, group=GROUP)

    def step(self, subscription: Subscription, *, timeout: timedelta) -> Screened:
        """Screens the next batch, if any; raises BusError or StoreError, and the batch will come again."""
        records = subscription.poll(limit=self._batch, timeout=timeout)
        if not records:
            return Screened()
        screened = self.screen(records)
        # Commit last: a crash before this line means the batch is screened twice, never lost.
        subscription.commit()
        return screened

    def screen(self, records: Sequence[Record]) -> Screened:
        """Screens records, publishing before storing; safe to repeat."""
        posts, observations, dead = self._decoded(records)
        verdicts = self._classifier.classify(posts) if posts else []
        flagged = [(post, verdict) for post, verdict in zip(posts, verdicts, strict=True) if _travels_on(post, verdict)]
        self._publish(flagged, dead)
        self._posts.put([_screened(post, verdict) for post, verdict in zip(posts, verdicts, strict=True)], observations)
        return Screened(records=len(records), posts=len(posts), passed_on=len(flagged), dead=len(dead))

    def _decoded(self, records: Sequence[Record]) -> tuple[list[Post], list[Observation], list[DeadRecord]]:
        posts: list[Post] = []
        observations: list[Observation] = []
        dead: list[DeadRecord] = []
        for record in records:
            try:
                travelling = self._codec.decode(record.value)
            except BadPost as error:
                dead.append(_dead(record, str(error)))
                continue
            match travelling:
                case Post():
                    posts.append(travelling)
                case Observation():
                    observations.append(travelling)
                case DeadRecord():
                    # Refused at the door already: it goes to quarantine as it is.
                    dead.append(travelling)
                case FlaggedPost():
                    dead.append(_dead(record, "a flagged post on the topic of posts: publish it as a post"))
        return posts, observations, dead

    def _publish(self, flagged: Sequence[tuple[Post, Verdict]], dead: Sequence[DeadRecord]) -> None:
        travelling = [
            Outgoing(topic=FLAGGED, key="place", value=self._codec.encode(FlaggedPost(post=post, verdict=verdict)))
            for post, verdict in flagged
        ]
        quarantined = [Outgoing(topic=DEAD, key=each.key, value=self._codec.encode(each)) for each in dead]
        if travelling or quarantined:
            self._bus.publish([*travelling, *quarantined])
            self._bus.flush()


def _travels_on(post: Post, verdict: Verdict) -> bool:
    return verdict.flagged or post.official


def _screened(post: Post, verdict: Verdict) -> ScreenedPost:
    outcome = Outcome.PASSED_ON if _travels_on(post, verdict) else Outcome.ORDINARY
    return ScreenedPost(post=post, verdict=verdict, outcome=outcome)


def _dead(record: Record, reason: str) -> DeadRecord:
    return DeadRecord(topic=record.topic, offset=record.offset, key=record.key, value=record.value, reason=reason)


def replayed(dead: DeadRecord) -> Outgoing:
    """The dead record as it was, to be published once more on the topic it came from."""
    return Outgoing(topic=dead.topic, key=dead.key, value=dead.value)
