import importlib.util
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("desk", "backends", "models", "pipelines", "spiders", "flows", "console")
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("room", ROOMS)
def test_nobody_else_owns_our_package_names(room: str) -> None:
    owners = set(packages_distributions().get(room, []))

    assert owners <= {"huiying"}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_resolves_inside_this_repository(room: str) -> None:
    found = importlib.util.find_spec(room)

    assert found is not None
    assert found.origin is not None
    assert Path(found.origin).parent == ROOT / room


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_idea_under_three_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty_words = {"utils", "helpers", "common", "manager", "misc", "base"}

    named = {path.stem for path in SOURCES}

    assert not named & empty_words


@pytest.mark.parametrize(
    ("opened", "where"),
    [
        ("WebhookNotifier(", {"backends/local_receiver.py", "backends/notifiers.py"}),
        ("MailNotifier(", {"backends/notifiers.py"}),
        ("RobotNotifier(", {"backends/notifiers.py"}),
        ("AppriseNotifier(", {"backends/notifiers.py"}),
        ("Apprise.instantiate(", {"backends/notify_apprise.py"}),
        ("RealChannels(", {"console/part_steps.py"}),
    ],
)
def test_only_the_real_desk_may_open_real_channels(opened: str, where: set[str]) -> None:
    made = re.compile(rf"(?<!class ){re.escape(opened)}")

    named = {str(path.relative_to(ROOT)) for path in SOURCES if made.search(path.read_text(encoding="utf-8"))}

    assert named == where
