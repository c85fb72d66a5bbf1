import json
from pathlib import Path

import pytest

from backends.local_receiver import FILE_NAME
from console.main import main

Printed = pytest.CaptureFixture[str]

Clocks = dict[str, str]


def exported(data: Path, capsys: Printed) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main(["incidents", "export", "--data", str(data)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def clocks_of(incident: dict[str, object]) -> Clocks:
    clocks = incident["clocks"]
    assert isinstance(clocks, list)
    return {clock["rule"]: clock["state"] for clock in clocks}


def test_the_drill_opens_just_its_two_incidents(drilled: Path, capsys: Printed) -> None:
    incidents = exported(drilled, capsys)

    assert [incident["number"] for incident in incidents] == ["演练云州-2026-0001", "演练云州-2026-0002"]
    assert "爆炸" in str(incidents[0]["title"])
    assert "自来水" in str(incidents[1]["title"])


def test_the_explosions_five_and_twenty_four_hour_clocks_are_met_as_scripted(drilled: Path, capsys: Printed) -> None:
    explosion, _ = exported(drilled, capsys)

    clocks = clocks_of(explosion)
    assert (clocks["C1"], clocks["C2"], clocks["C3"]) == ("met", "met", "void")
    assert clocks["C4"] in ("running", "warning")


def test_the_water_complaints_forty_eight_hours_still_run(drilled: Path, capsys: Printed) -> None:
    _, water = exported(drilled, capsys)

    clocks = clocks_of(water)
    assert (clocks["C1"], clocks["C2"]) == ("void", "void")
    assert clocks["C3"] in ("running", "warning")


def test_the_release_four_hours_on_met_the_clock_at_its_own_time(drilled: Path, capsys: Printed) -> None:
    explosion, _ = exported(drilled, capsys)

    clocks = explosion["clocks"]
    assert isinstance(clocks, list)
    first = next(clock for clock in clocks if clock["rule"] == "C1")
    assert (first["start"], first["due"]) == ("2026-06-10T00:10:00Z", "2026-06-10T05:10:00Z")
    assert first["met_at"] == "2026-06-10T04:10:00Z"


def test_a_notice_shows_when_it_arrived_with_whom_and_by_which_channel(drilled: Path, capsys: Printed) -> None:
    capsys.readouterr()

    assert main(["incidents", "show", "演练云州-2026-0001", "--data", str(drilled)]) == 0

    assert "     2026-06-10 12:10:00送达 值班员（演练）·本机接收端\n" in capsys.readouterr().out


def test_everything_the_receiver_got_is_marked_as_a_drill(drilled: Path) -> None:
    lines = (drilled / "drill" / "spool" / FILE_NAME).read_text(encoding="utf-8").splitlines()

    received = [json.loads(line)["notice"] for line in lines]
    assert received
    assert all(notice["title"].startswith("【演练】") for notice in received)
    assert all(notice["text"].startswith("【演练】") for notice in received)


def test_a_drill_played_once_more_stays_as_it_was(drilled: Path, capsys: Printed) -> None:
    before = exported(drilled, capsys)

    assert main(["drill", "--data", str(drilled)]) == 0

    assert exported(drilled, capsys) == before


def test_showing_an_incident_names_rule_citation_and_three_figures(drilled: Path, capsys: Printed) -> None:
    capsys.readouterr()

    assert main(["incidents", "show", "演练云州-2026-0001", "--data", str(drilled)]) == 0

    text = capsys.readouterr().out
    assert "首次权威发布：按时" in text
    assert "国办发〔2016〕61号" in text
    assert "自首次公开" in text
    assert "自知悉" in text
