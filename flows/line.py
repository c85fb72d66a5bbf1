"""One desk's whole line in one process: posts in at the door, incidents with running clocks out, notices delivered."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType

from desk.errors import AlreadyRunning
from desk.office import Office
from desk.policy import Policy
from desk.ports import Bus, Clock, Codec, IncidentStore, Notifier, PostStore, SourceStore, Subscription
from desk.post import Observation, Post
from desk.travel import POSTS, DeadRecord, Outgoing, Travelling
from flows.notify import ToOne, deliver_owed
from flows.watch import watch_until
from pipelines.placer import Placer
from pipelines.screen import Screener

_A_MOMENT = timedelta(milliseconds=100)
PATIENCE = timedelta(seconds=3)
"""How long a silent placer is waited for before its place is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskParts:
    """The opened parts of one desk: its stores, its rules, its office, and the address of its board in links."""

    bus: Bus
    posts: PostStore
    incidents: IncidentStore
    sources: SourceStore
    codec: Codec
    office: Office
    policy: Policy
    board: str


class Line:
    """The line as one context: it takes the screener's and the placer's seats and gives them up at the end."""

    def __init__(self, parts: DeskParts, screener: Screener, placer: Placer, notifier: Notifier, pauses: Clock) -> None:
        self.parts = parts
        self._pauses = pauses
        self._screener = screener
        self._placer = placer
        self._courier = ToOne(notifier)
        self._stack = ExitStack()
        self._screening: Subscription | None = None
        self._placing: Subscription | None = None
        self._epoch = 0

    def __enter__(self) -> "Line":
        """Takes the seats. Raises AlreadyRunning while another placer of this desk lives."""
        self._epoch = self._acquired()
        self._stack.callback(self._placer.release, self._epoch)
        self._screening = self._stack.enter_context(self._screener.subscribe())
        self._placing = self._stack.enter_context(self._placer.subscribe())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the seats up."""
        self._stack.close()

    def publish(self, travelling: Sequence[Travelling]) -> None:
        """Puts what came in at the door on the bus, durably."""
        self.parts.bus.publish([self._outgoing(each) for each in travelling])
        self.parts.bus.flush()

    def drain(self) -> None:
        """Screens and places until nothing waits on the bus."""
        assert self._screening is not None
        assert self._placing is not None
        # The lag, not an empty poll, says that nothing waits: a seat left by a killed process takes a while to free.
        while self._screening.lag():
            self._screener.step(self._screening, timeout=_A_MOMENT)
        self._placer.beat(self._epoch)
        while self._placing.lag():
            self._placer.step(self._placing, self._epoch, timeout=_A_MOMENT)

    def watch_until(self, until: datetime) -> None:
        """Steps through every due moment up to then, delivering what each makes owed."""
        while (moment := self.parts.incidents.next_moment()) is not None and moment <= until:
            self.deliver(moment)
            if not watch_until(self.parts.incidents, self.parts.office, self.parts.policy, moment):
                break
            self.deliver(moment)
        self.deliver(until)

    def deliver(self, now: datetime) -> None:
        """Delivers the notices owed by then."""
        deliver_owed(self.parts.incidents, self._courier, now, board=self.parts.board)

    def _acquired(self) -> int:
        for _ in range(2 * PATIENCE // _A_MOMENT):
            epoch = self._placer.acquire("line", patience=PATIENCE)
            if epoch is not None:
                return epoch
            self._pauses.sleep(_A_MOMENT)
        raise AlreadyRunning("another placer of this desk is at work: stop it first")

    def _outgoing(self, travelling: Travelling) -> Outgoing:
        return Outgoing(topic=POSTS, key=_key(travelling), value=self.parts.codec.encode(travelling))


def _key(travelling: Travelling) -> str:
    match travelling:
        case Post():
            return travelling.id
        case Observation():
            return travelling.post_id
        case DeadRecord():
            return travelling.key
    raise TypeError(f"a {type(travelling).__name__} does not come in at the door")
