"""The drill of 云州市: its posts come through the door, its acts fit the desk, its proofs are what they claim."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from desk.incident import DispositionClass, Severity
from desk.lifecycle import Action
from desk.post import AnswerKind, Post
from desk.release import ConferenceKind, Element
from spiders.archives import read_archive
from tests.spiders.archive_lines import observations_of, posts_of

DRILL = Path(__file__).resolve().parents[2] / "drills" / "yunzhou"
STARTS = datetime.fromisoformat("2026-06-10T06:00:00+08:00")
ENDS = datetime.fromisoformat("2026-06-11T08:00:00+08:00")
VALUES = {
    "severity": set(Severity),
    "disposition_class": set(DispositionClass),
    "release": {"oldest_proposed", "latest_confirmed"},
}
KINDS = {Action.SIGN_ANSWER_KIND: set(AnswerKind), Action.RECORD_CONFERENCE: set(ConferenceKind)}

Script = Mapping[str, object]


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    return posts_of(read_archive(DRILL / "posts.jsonl", "jsonl"))


@pytest.fixture(scope="module")
def script() -> Script:
    return tomllib.loads((DRILL / "acts.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def acts(script: Script) -> list[Script]:
    found = script["act"]
    assert isinstance(found, list)
    return found


def at(act: Script) -> datetime:
    moment = act["at"]
    assert isinstance(moment, datetime)
    return moment


def test_the_day_is_filled_from_start_to_end(posts: list[Post]) -> None:
    assert 150 <= len({post.id for post in posts}) <= 250
    assert STARTS <= posts[0].published_at < STARTS + timedelta(minutes=30)
    assert ENDS - timedelta(minutes=30) < posts[-1].collected_at < ENDS


def test_everything_is_marked_as_a_drill(posts: list[Post]) -> None:
    assert {post.source for post in posts if not post.source.startswith("演练-")} == set()
    assert {post.title for post in posts if post.official and not post.title.startswith("【演练】")} == set()


def test_the_explosion_comes_at_ten_past_eight_from_several_outlets(posts: list[Post]) -> None:
    about = [post for post in posts if "江口" in post.title and "爆炸" in post.title and not post.official]

    assert about[0].published_at == STARTS + timedelta(hours=2, minutes=10)
    assert about[0].title == "江口区化工园区一化工厂发生爆炸"
    assert len({post.source for post in about}) >= 5


def test_the_water_starts_as_one_complaint_and_grows_until_morning(posts: list[Post]) -> None:
    about = [post for post in posts if "桐山县" in post.title and "自来水" in post.title]
    first = about[0].published_at

    assert first == STARTS + timedelta(hours=12, minutes=20)
    assert len([post for post in about if post.published_at < first + timedelta(minutes=20)]) == 1
    assert len({post.id for post in about}) >= 12
    assert about[-1].published_at > ENDS - timedelta(hours=1)


def test_the_release_comes_four_hours_after_the_first_post_with_its_proof(posts: list[Post]) -> None:
    releases = [post for post in posts if post.capture is not None]

    first, second = releases
    assert first.published_at == STARTS + timedelta(hours=6, minutes=10)
    assert [post.channel for post in releases] == ["云州发布", "云州发布"]
    assert (first.capture, second.capture) == (_digest("release-1.html"), _digest("release-2.html"))
    assert first.captured_at == first.published_at + timedelta(minutes=2)
    assert first.text in (DRILL / "release-1.html").read_text(encoding="utf-8")


def _digest(name: str) -> str:
    return sha256((DRILL / name).read_bytes()).hexdigest()


def test_hot_titles_are_seen_hour_by_hour(posts: list[Post]) -> None:
    seen = observations_of(read_archive(DRILL / "posts.jsonl", "jsonl"))

    explosion = next(post.id for post in posts if post.title == "江口区一化工厂爆炸")
    ranks = [observation.rank for observation in seen if observation.post_id == explosion]
    assert ranks == [7, 1, 1, 1, 2, 4]


def test_look_alikes_are_among_the_chatter(posts: list[Post]) -> None:
    titles = "".join(post.title for post in posts)

    assert [
        words for words in ("人气爆炸", "后院起火", "股市地震", "人气爆棚", "引爆全场") if words not in titles
    ] == []


def test_the_planted_personal_data_stays_out(posts: list[Post]) -> None:
    reading = read_archive(DRILL / "posts.jsonl", "jsonl")

    given = repr(list(reading))

    assert [word for word in ("13900000000", "yunzhou_drill", "A00000", "演练网友", "9900000") if word in given] == []
    assert reading.dropped == {"author": 3}


def test_every_act_is_an_action_of_the_desk_on_an_incident_of_the_script(script: Script, acts: list[Script]) -> None:
    incidents = script["incident"]
    assert isinstance(incidents, dict)

    assert {act["incident"] for act in acts} == set(incidents) == {"explosion", "water"}
    assert [act["action"] for act in acts if act["action"] not in set(Action)] == []
    assert [act["by"] for act in acts if not str(act["by"]).endswith("（演练）")] == []


def test_every_act_lies_within_the_drill_with_its_zone(acts: list[Script]) -> None:
    moments = [at(act) for act in acts]

    assert [moment for moment in moments if moment.tzinfo is None or not STARTS <= moment <= ENDS] == []


@pytest.mark.parametrize(("field", "values"), VALUES.items())
def test_the_acts_use_the_desks_own_values(acts: list[Script], field: str, values: set[str]) -> None:
    used = {str(act[field]) for act in acts if field in act}

    assert used
    assert used <= values


@pytest.mark.parametrize(("action", "values"), KINDS.items())
def test_the_acts_use_the_desks_own_kinds(acts: list[Script], action: Action, values: set[str]) -> None:
    assert {str(act["kind"]) for act in acts if act["action"] == action} <= values


def test_the_elements_are_the_desks_own(acts: list[Script]) -> None:
    named = [act["elements"] for act in acts if act["action"] == Action.CONFIRM_RELEASE]

    assert all(isinstance(elements, list) and set(elements) <= set(Element) for elements in named)


def test_the_words_of_an_incident_stand_in_its_first_title(script: Script, posts: list[Post]) -> None:
    incidents = script["incident"]
    assert isinstance(incidents, dict)

    firsts = {
        name: next(post.title for post in posts if all(word in post.title for word in incident["title_has"]))
        for name, incident in incidents.items()
    }

    assert firsts == {"explosion": "江口区化工园区一化工厂发生爆炸", "water": "桐山县自来水浑浊发黄有异味"}


def test_the_explosion_is_acted_on_in_time_and_the_conference_is_recorded(acts: list[Script]) -> None:
    explosion = {str(act["action"]): act for act in acts if act["incident"] == "explosion"}

    assert at(explosion["acknowledge"]) == at(explosion["confirm"]) == STARTS + timedelta(hours=2, minutes=22)
    assert (at(explosion["grade"]), explosion["grade"]["severity"]) == (
        STARTS + timedelta(hours=2, minutes=40),
        "major",
    )
    conference = explosion["record_conference"]
    assert conference["held_at"] == STARTS + timedelta(hours=22, minutes=10)
    assert (DRILL / str(conference["record"])).is_file()
