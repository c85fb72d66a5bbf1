"""Personal data planted in posts on their way in: an archive's line, a feed, a forum's page, the office's own page."""

import json
from pathlib import Path

from tests.spiders.crawl_run import source, write_sources
from tests.spiders.crawl_site import Reply, Site

NAMES = ("PLANTED-author", "PLANTED-nickname", "PLANTED-avatar", "9876543210123", "PLANTED-handle", "PLANTED-city")
NUMBERS = (
    "13912345678",
    "110101199003070134",
    "6222021234567890128",
    "planted@mail.example",
    "京A12345",
    "vx-planted99",
)
SAID = (
    f"身份证{NUMBERS[1]}，卡号{NUMBERS[2]}，邮箱{NUMBERS[3]}，车牌{NUMBERS[4]}，"
    f"微信号：{NUMBERS[5]}，@{NAMES[4]} 说现场有浓烟，附近居民正在撤离"
)
ELSEWHERE = f"车牌{NUMBERS[4]}的客车正在打捞，@{NAMES[4]} 说伤员已经送医"
ACCOUNTS = f"uid={NAMES[3]}&author={NAMES[0]}&nickname={NAMES[1]}"
PLACED = f"云州市江口区一化工厂发生爆炸致3人受伤 联系电话{NUMBERS[0]}"
UNPLACED = "一客车侧翻坠河致5人死亡"
RELEASED = f"云州市江口区化工厂爆炸情况通报 值班电话{NUMBERS[0]}"


def archive_with_planted_identities(folder: Path) -> Path:
    """Two lines of an archive, the second of which cannot become a post."""
    line = {
        "id": "p1",
        "source": "云州论坛",
        "title": f"云州市江口区一化工厂发生爆炸 联系电话{NUMBERS[0]}",
        "text": SAID,
        "url": f"https://weibo.com/{NAMES[3]}/AbCdEfGhI",
        "published_at": "2026-06-01T08:00:00+08:00",
        "author": NAMES[0],
        "nickname": NAMES[1],
        "avatar": NAMES[2],
        "uid": NAMES[3],
        "location": NAMES[5],
    }
    broken = {key: value for key, value in line.items() if key != "published_at"} | {"id": "p2"}
    path = folder / "planted.jsonl"
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in (line, broken)), encoding="utf-8")
    return path


def put_planted(site: Site, data: Path) -> None:
    """Puts a forum's and the office's own pages on the site, and writes the sources file that names both."""
    forum, office = f"/u/{NAMES[3]}/t1.html", "/tongbao/1.html"
    site.put(f"{forum}?{ACCOUNTS}", page(PLACED))
    site.put("/t2.html", page(UNPLACED, ELSEWHERE))
    site.put("/t3.html", Reply(body=f"<html><h1>{PLACED}</h1><p>{SAID}</p></html>".encode()))
    site.put(office, page(RELEASED))
    site.put("/forum.xml", feed(site, f"{forum}?{ACCOUNTS.replace('&', '&amp;')}", "/t2.html", "/t3.html"))
    site.put("/office.xml", feed(site, office))
    write_sources(
        data,
        source("forum", site.url("/forum.xml")),
        source("office", site.url("/office.xml"), official=True, channel="云州发布", jurisdiction="990100"),
    )


def feed(site: Site, *paths: str) -> Reply:
    """A feed that names whoever wrote each entry in every way a feed can."""
    items = "".join(
        f"<item><link>{site.url(path)}</link><author>{NUMBERS[3]} ({NAMES[0]})</author>"
        f"<dc:creator>{NAMES[1]}</dc:creator><media:thumbnail url='https://a.example/{NAMES[2]}.png'/></item>"
        for path in paths
    )
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    rss = f'<rss version="2.0" {spaces}><channel><title>云州</title>{items}</channel></rss>'
    return Reply(body=rss.encode(), kind="application/rss+xml; charset=utf-8")


def page(title: str, said: str = SAID) -> Reply:
    """A page that says who wrote it, with their picture and town."""
    html = (
        f"<html><head><meta charset=utf-8><meta name=author content={NAMES[0]}><title>{title}</title></head><body>"
        f"<div class=author><img src=/{NAMES[2]}.png alt={NAMES[1]}><a href=/u/{NAMES[3]}>{NAMES[1]}</a>"
        f"<span>{NAMES[5]}</span></div><h1>{title}</h1><div class=info>2026-06-01 08:12 来源：云州论坛</div>"
        f"<div class=content><p>{said}。</p><p>{said}。</p></div>"
        "</body></html>"
    )
    return Reply(body=html.encode())
