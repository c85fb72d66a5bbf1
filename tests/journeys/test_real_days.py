import json
from pathlib import Path
from typing import TypedDict

import pytest

from console.main import main

pytestmark = pytest.mark.archive


class Clock(TypedDict):
    rule: str
    start: str
    state: str


class Placed(TypedDict):
    title: str
    joined_at: str


class Incident(TypedDict):
    title: str
    opened_at: str
    event_kind: str | None
    clocks: list[Clock]
    posts: list[Placed]


def replayed(archives: Path, data: Path, since: str, until: str, capsys: pytest.CaptureFixture[str]) -> list[Incident]:
    bounds = ["--since", since, "--until", until, "--jurisdiction", "000000", "--data", str(data)]
    assert main(["replay", str(archives / "weibo_hot"), "--format", "weibo_hot", *bounds]) == 0
    capsys.readouterr()
    assert main(["incidents", "export", "--data", str(data)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def incident_of(incidents: list[Incident], words: str) -> Incident:
    return next(each for each in incidents if words in each["posts"][0]["title"])


def test_the_crash_in_teng_county_opens_at_its_first_topic_with_running_clocks(
    archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    incidents = replayed(archives, tmp_path, "2022-03-21", "2022-03-22", capsys)

    crash = incident_of(incidents, "一架客机在广西藤县发生事故")
    assert crash["opened_at"] == "2022-03-21T08:21:26Z"
    assert crash["event_kind"] == "accident"
    assert {clock["start"] for clock in crash["clocks"]} == {"2022-03-21T08:21:26Z"}
    assert any("mu5735" in post["title"].lower() for post in crash["posts"][1:])


def test_the_earthquake_in_gansu_opens_at_eighteen_past_midnight_and_later_topics_join(
    archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    incidents = replayed(archives, tmp_path, "2023-12-18", "2023-12-20", capsys)

    quake = incident_of(incidents, "甘肃地震")
    assert quake["opened_at"] == "2023-12-18T16:18:07Z"
    assert quake["event_kind"] == "natural"
    assert len(quake["posts"]) > 10
