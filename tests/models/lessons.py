"""A small archive folder in the published form, its titles ours and about the fictional 云州市."""

import gzip
import json
import lzma
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

INCIDENTS = {
    "江口区一化工厂爆炸已致三人死亡": "explosion",
    "云州桐山县发生5.1级地震": "earthquake",
    "云州一客车高速侧翻八人遇难": "traffic",
    "云溪县山洪冲毁桥梁两人失联": "flood",
    "云州居民楼深夜起火多人被困": "fire",
    "江口中学食堂百余学生呕吐腹泻送医": "food",
    "男子持刀在云州商场伤人已被控制": "violent",
    "云州一热气球坠落机上两人身亡": "aviation",
    "台风登陆致云溪县三万人受灾": "typhoon",
    "桐山煤矿透水事故七名矿工被困": "mine",
    "云州地铁工地坍塌四人被埋": "collapse",
    "云溪河翻船事故救援仍在继续": "transport",
    "云州新增确诊病例二十例": "epidemic",
    "桐山县幼儿园老师殴打女童被刑拘": "school",
    "江口区一仓库大火已扑灭无人伤亡": "fire",
    "云州多地暴雨积水车辆被淹": "flood",
}
CHATTER = (
    "云州晚霞刷屏了",
    "周末去哪里吃火锅",
    "云溪桃花开了",
    "新剧大结局太甜了",
    "江口区图书馆延长开放",
    "云州队三比一夺冠",
    "教你三招收纳衣柜",
    "这只小狗会开门",
    "今年流行的口红颜色",
    "桐山梯田美如画卷",
    "演唱会门票秒空",
    "大学生发明自动晾衣架",
    "云州面馆排队三小时",
    "歌手新专辑上线首日",
    "高考作文题目盘点",
    "外卖小哥写诗出书",
    "云溪古镇夜游开放",
    "手机新品价格曝光",
    "中秋月饼口味排行",
    "奶奶跳舞火遍全网",
    "云州博物馆新展开幕",
    "这道数学题难倒家长",
    "秋天第一杯奶茶",
    "篮球联赛开打首战告捷",
    "江口夜市小吃攻略",
    "毕业照创意拍法",
    "综艺嘉宾名单官宣",
    "早起三十天的变化",
    "云州马拉松报名启动",
    "老照片修复感动网友",
)
BORDERLINE = ("云州气象台发布暴雨预警", "江口区消防开展演练", "桐山县通报问题奶茶店")
WHOLE_DAYS = (date(2030, 1, 10), date(2030, 3, 10), date(2030, 5, 10))
_POOL_DAY = date(2030, 7, 1)


def write_archives(folder: Path) -> Path:
    """The folder with labels, hot lists and one archive of other texts."""
    labels = folder / "gold_hot_incidents"
    _write(labels / "dev-day.jsonl.gz", [row for n, day in enumerate(WHOLE_DAYS) for row in _day(n, day)])
    _write(labels / "dev-pool.jsonl.gz", _pool())
    others = [{"id": f"n{n}", "text": text, "incident_kw": False} for n, text in enumerate(CHATTER)]
    _write(folder / "tnews" / "train.jsonl.gz", others)
    _write_lists(folder / "weibo_hot" / "rank-2030-01.jsonl.xz")
    return folder


def _day(number: int, day: date) -> list[Mapping[str, object]]:
    incidents = list(INCIDENTS.items())[number * 4 : number * 4 + 4]
    chatter = CHATTER[number * 8 : number * 8 + 8]
    return [
        *(_row(text, 2, day, kind) for text, kind in incidents),
        _row(BORDERLINE[number], 1, day, "other"),
        *(_row(text, 0, day, None) for text in chatter),
    ]


def _pool() -> list[Mapping[str, object]]:
    incidents = list(INCIDENTS.items())[12:]
    return [
        *(_row(text, 2, _POOL_DAY, kind) for text, kind in incidents),
        *(_row(text, 0, _POOL_DAY, None) for text in CHATTER[24:]),
    ]


def _row(text: str, level: int, day: date, kind: str | None) -> Mapping[str, object]:
    return {"id": text, "text": text, "level": level, "type": kind, "first_seen": f"{day}T08:00:00+08:00"}


def _write_lists(path: Path) -> None:
    path.parent.mkdir(parents=True)
    titles = [*INCIDENTS, *CHATTER]
    with lzma.open(path, "wt", encoding="utf-8") as file:
        for n in range(40):
            moment = date(2030, 1, 1) + timedelta(days=n)
            listed = [f"{title}第{n}条" for title in titles]
            file.write(json.dumps({"t": f"{moment}T09:00:00+08:00", "list": listed}) + "\n")


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
