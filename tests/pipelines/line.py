"""A whole line on memory backends for tests: the bus, the stores, a keyword classifier and the office of 云州市."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from backends.bus_memory import MemoryBus
from backends.codec import JsonCodec
from backends.incidents_memory import MemoryIncidentStore
from backends.policy_file import load_policy
from backends.posts_memory import MemoryPostStore
from desk.office import Office
from desk.ports import Bus, IncidentStore, PostStore
from desk.post import EventKind, Observation, Post
from desk.travel import POSTS, Outgoing
from models.keyword_classifier import KeywordClassifier
from pipelines.placer import Placer
from pipelines.screen import Screener

OFFICE = Office(name="云州市政府新闻办", zone=ZoneInfo("Asia/Shanghai"), jurisdiction=("990100",))
POLICY = load_policy(Path(__file__).resolve().parents[2] / "policy.toml")
WORDS = {
    "爆炸": EventKind.ACCIDENT,
    "垮塌": EventKind.ACCIDENT,
    "地震": EventKind.NATURAL,
    "浑浊": EventKind.PUBLIC_HEALTH,
}
PLACES = {"江口区": "990102", "桐山县": "990121", "远山市": "980100"}
NOW = timedelta()


@dataclass
class LineOfTests:
    """What the tests of screening and placing share."""

    batch: int = 100
    bus: Bus = field(default_factory=MemoryBus)
    posts: PostStore = field(default_factory=MemoryPostStore)
    incidents: IncidentStore = field(default_factory=MemoryIncidentStore)
    codec: JsonCodec = field(default_factory=JsonCodec)

    def deliver(self, travelling: Sequence[Post | Observation]) -> None:
        keyed = [(each.id if isinstance(each, Post) else each.post_id, each) for each in travelling]
        self.bus.publish([Outgoing(topic=POSTS, key=key, value=self.codec.encode(each)) for key, each in keyed])
        self.bus.flush()

    def screener(self) -> Screener:
        return Screener(self.bus, self.posts, KeywordClassifier(WORDS, PLACES), self.codec, batch=self.batch)

    def placer(self) -> Placer:
        return Placer(self.bus, self.incidents, self.codec, OFFICE, POLICY, batch=self.batch)

    def screen(self) -> None:
        screener = self.screener()
        with screener.subscribe() as subscription:
            while screener.step(subscription, timeout=NOW).records:
                pass

    def place(self) -> None:
        placer = self.placer()
        epoch = placer.acquire("test", patience=NOW)
        assert epoch is not None
        with placer.subscribe() as subscription:
            while placer.step(subscription, epoch, timeout=NOW).records:
                pass
        placer.release(epoch)

    def run(self) -> None:
        self.screen()
        self.place()
