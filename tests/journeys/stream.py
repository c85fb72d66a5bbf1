"""A stream of posts about the fictional 云州市, some of them incidents, made by rule so that any length is at hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from desk.moments import Precision
from desk.post import Observation, Post
from spiders.door import RawItem, admit

START = datetime(2026, 6, 1, tzinfo=UTC)
_PLACES = ("江口区", "桐山县", "云溪县", "远方", "本地")
_MATTERS = (
    "一化工厂发生爆炸致{n}人受伤",
    "自来水浑浊发臭多个小区停水第{n}天",
    "发生{n}.1级地震",
    "一客车侧翻致{n}人死亡",
    "居民楼发生火灾{n}人被困",
)
_CHATTER = (
    "今天{place}的晚霞真好看第{n}张",
    "{place}新开的面馆人气爆炸排队{n}小时",
    "{place}中学运动会{n}号同学夺冠",
    "{place}图书馆本周开放{n}小时",
    "{place}市民游园活动第{n}场",
    "{place}的桃子每斤{n}元",
    "{place}文旅局推荐{n}条路线",
)
_DISTRICTS = ("江口区", "桐山县", "云溪县")
_KINDS = (
    "发生{n}.1级地震已致人员受伤",
    "遭遇暴雨山洪暴发{n}人被困",
    "发生山体滑坡{n}人被埋",
    "突降冰雹龙卷风致{n}人受伤",
    "居民楼发生火灾{n}人被困",
    "化工厂发生爆炸致{n}人受伤",
    "客车与货车相撞侧翻致{n}人死亡",
    "直升机坠毁{n}人遇难",
    "渔船沉没{n}名船员遇难",
    "在建大桥坍塌{n}名工人被埋",
    "煤矿透水{n}名矿工被困",
    "多名游客溺水身亡已有{n}人",
    "危化品泄漏居民闻到刺鼻异味{n}人送医",
    "发现聚集性疫情新增确诊病例{n}例",
    "婚宴食物中毒{n}人呕吐腹泻送医",
    "男子持刀砍伤{n}人",
)
MATTERS = len(_DISTRICTS) * len(_KINDS)
"""How many matters `matters` tells of: each a district and a kind of its own, without a word in common."""


def posts(count: int) -> list[Post]:
    """So many posts, a minute apart, one in twenty about an incident."""
    return [_post(number) for number in range(count)]


def matters(count: int) -> list[Post]:
    """So many posts, a minute apart, one in eight about one of the matters, which follow one another."""
    return [_of_matters(number, count) for number in range(count)]


def travelling(count: int) -> list[Post | Observation]:
    """The posts, every fifth seen once more on a list."""
    return with_sightings(posts(count))


def with_sightings(those: Sequence[Post]) -> list[Post | Observation]:
    """Those posts, every fifth seen once more on a list."""
    items: list[Post | Observation] = []
    for number, post in enumerate(those):
        items.append(post)
        if number % 5 == 0:
            items.append(Observation(post_id=post.id, source=post.source, seen_at=post.collected_at, rank=number % 50))
    return items


def _post(number: int) -> Post:
    place = _PLACES[number % len(_PLACES)]
    matter = _MATTERS[(number // 20) % len(_MATTERS)].format(n=number % 9 + 1)
    return _admitted(number, f"云州市{place}{matter}" if number % 20 == 0 else _chatter(number))


def _of_matters(number: int, count: int) -> Post:
    kind, district = divmod(number * MATTERS // count, len(_DISTRICTS))
    matter = f"云州市{_DISTRICTS[district]}{_KINDS[kind].format(n=number % 9 + 1)}"
    return _admitted(number, matter if number % 8 == 0 else _chatter(number))


def _chatter(number: int) -> str:
    return _CHATTER[number % len(_CHATTER)].format(place=_PLACES[number % len(_PLACES)], n=number)


def _admitted(number: int, title: str) -> Post:
    at = START + timedelta(minutes=number)
    raw = RawItem(source="yunzhou-news", title=f"{title}（{number}）", published_at=at, precision=Precision.MINUTE)
    return admit(raw, now=at)
