import argparse
from pathlib import Path

import pytest

from backends.settings import Settings, load_settings
from console.parts import child_environment, parts_of_desk

SECRET = "0123456789abcdef0123"


def settings_of(data: Path, **flags: str) -> Settings:
    return load_settings({"data": str(data), **flags}, {"HUIYING_WEBHOOK_SECRET": SECRET}, data)


def test_a_desk_without_sources_says_why_it_does_not_crawl(tmp_path: Path) -> None:
    parts, absent = parts_of_desk(settings_of(tmp_path), 4200)

    assert "crawl" not in {part.name for part in parts}
    assert [each.why for each in absent if each.name == "crawl"] == [
        f"no {tmp_path / 'sources.toml'} yet: nothing is collected"
    ]


def test_a_desk_with_sources_crawls(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("", encoding="utf-8")

    parts, _ = parts_of_desk(settings_of(tmp_path), 4200)

    assert "crawl" in {part.name for part in parts}


def test_a_desk_without_a_channel_says_that_nobody_is_notified(tmp_path: Path) -> None:
    parts, absent = parts_of_desk(load_settings({"data": str(tmp_path)}, {}, tmp_path), 4200)

    assert "notify" not in {part.name for part in parts}
    assert "notify" in {each.name for each in absent}


def test_what_brings_work_in_stops_first_and_prefect_last(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("", encoding="utf-8")

    parts, _ = parts_of_desk(settings_of(tmp_path), 4200)

    stages = {part.name: part.stage for part in parts}
    assert stages["crawl"] < stages["line"] < stages["notify"] < stages["prefect"]
    assert max(stages.values()) < 4


def test_children_find_the_flags_of_the_call_and_the_secrets_of_its_environment(tmp_path: Path) -> None:
    chosen = argparse.Namespace(data=str(tmp_path), batch="7", office_name=None)
    environ = {"HUIYING_BATCH": "9", "HUIYING_WEBHOOK_SECRET": SECRET, "PATH": "/bin"}

    found = child_environment(environ, chosen, settings_of(tmp_path), 4200)

    again = load_settings({}, {name: value for name, value in found.items() if name.startswith("HUIYING")}, tmp_path)
    assert (again.data, again.batch, again.webhook_secret) == (tmp_path, 7, SECRET)
    assert "HUIYING_OFFICE_NAME" not in found


@pytest.mark.parametrize("foreign", ["PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_PROFILE"])
def test_a_prefect_set_up_elsewhere_is_told_nothing(tmp_path: Path, foreign: str) -> None:
    environ = {foreign: "https://elsewhere.example/api"}

    found = child_environment(environ, argparse.Namespace(), settings_of(tmp_path), 4207)

    assert "https://elsewhere.example/api" not in found.values()
    assert found["PREFECT_API_URL"] == "http://127.0.0.1:4207/api"
    assert (found["DO_NOT_TRACK"], found["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")


def test_parts_reach_each_other_without_the_proxy_of_the_house(tmp_path: Path) -> None:
    environ = {"NO_PROXY": "intranet.example", "HTTPS_PROXY": "http://proxy.example:3128"}

    found = child_environment(environ, argparse.Namespace(), settings_of(tmp_path), 4200)

    assert found["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"
    assert found["HTTPS_PROXY"] == "http://proxy.example:3128"
