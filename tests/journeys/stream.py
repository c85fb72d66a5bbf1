"""A stream of posts about the fictional 云州市, some of them incidents, made by rule so that any length is at hand."""

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


def posts(count: int) -> list[Post]:
    """So many posts, a minute apart, one in twenty about an incident."""
    return [_post(number) for number in range(count)]


def travelling(count: int) -> list[Post | Observation]:
    """The posts, every fifth seen once more on a list."""
    items: list[Post | Observation] = []
    for number, post in enumerate(posts(count)):
        items.append(post)
        if number % 5 == 0:
            items.append(Observation(post_id=post.id, source=post.source, seen_at=post.collected_at, rank=number % 50))
    return items


def _post(number: int) -> Post:
    place = _PLACES[number % len(_PLACES)]
    matter = _MATTERS[(number // 20) % len(_MATTERS)].format(n=number % 9 + 1)
    chatter = _CHATTER[number % len(_CHATTER)].format(place=place, n=number)
    title = f"云州市{place}{matter}（{number}）" if number % 20 == 0 else f"{chatter}（{number}）"
    at = START + timedelta(minutes=number)
    return admit(RawItem(source="yunzhou-news", title=title, published_at=at, precision=Precision.MINUTE), now=at)
