"""The desk's folder: paths, names, and one process per part."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.desk_folder import SEATS, DeskFolder
from desk.errors import AlreadyRunning, BadSettings, StoreError
from tests.build import HOUR, NOON

ROOT = Path(__file__).resolve().parents[2]
REFUSED = ["", "replay", "replay/", "replay/..", "replay/.hidden", "replay/a/b", "replay/a/../../desk", "../desk"]
REFUSED += ["/desk", "desk/", "desk\n", "replay/a\n", "replay/a\0", "replay/-rf", "replay/a b", "prefect"]
REFUSED += ["replay/" + "a" * 65]
HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from backends.desk_folder import SEATS, DeskFolder
with DeskFolder(Path(sys.argv[1]), "desk").lock("place", now=datetime(2026, 6, 3, 12, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_desk_keeps_everything_in_its_own_folder(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path, "replay/dry-run")

    inside = [folder.bus, folder.posts, folder.incidents, folder.archive, folder.spool, folder.log]

    assert [path.name for path in inside] == ["bus.db", "posts.db", "incidents.db", "archive", "spool", "log"]
    assert {path.parent for path in inside} == {tmp_path / "replay" / "dry-run"}


@pytest.mark.parametrize("name", ["desk", "drill", "replay/2021-07", "replay/青石桥_演练", "replay/" + "a" * 64])
def test_these_names_are_allowed(name: str, tmp_path: Path) -> None:
    assert DeskFolder(tmp_path, name).path == tmp_path / name


@pytest.mark.parametrize("name", REFUSED)
def test_no_other_name_is(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="use 'desk', 'drill' or 'replay/NAME'"):
        DeskFolder(tmp_path, name)

    assert list(tmp_path.iterdir()) == []


@given(name=st.text(max_size=20))
def test_no_replay_leads_out_of_the_data_folder(name: str) -> None:
    root = Path("/data")

    try:
        path = DeskFolder(root, f"replay/{name}").path
    except BadSettings:
        path = root / "replay" / "refused"

    assert Path(os.path.normpath(path)).parent == root / "replay"


def test_two_cannot_run_the_same_part(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path, "desk")

    with (
        folder.lock("place", now=NOON),
        pytest.raises(AlreadyRunning) as refusal,
        folder.lock("place", now=NOON + HOUR),
    ):
        pass

    assert str(refusal.value) == (
        f"place of {tmp_path / 'desk'} is run by process {os.getpid()} since 2026-06-03T12:00:00+00:00, stop it first"
    )


def test_other_parts_and_other_desks_run_beside_it(tmp_path: Path) -> None:
    desk, drill = DeskFolder(tmp_path, "desk"), DeskFolder(tmp_path, "drill")

    with ExitStack() as held:
        held.enter_context(desk.lock("place", now=NOON))
        held.enter_context(desk.lock("screen", now=NOON))
        held.enter_context(drill.lock("place", now=NOON))

        locks = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.lock"))

    assert locks == ["desk/place.lock", "desk/screen.lock", "drill/place.lock"]


def test_a_part_can_run_again_after_it_ended(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path, "desk")
    with folder.lock("place", now=NOON):
        pass

    with folder.lock("place", now=NOON + HOUR):
        note = (folder.path / "place.lock").read_text(encoding="utf-8")

    assert "2026-06-03T13:00:00Z" in note


def test_a_refused_start_leaves_the_holder_its_note(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path, "desk")

    with folder.lock("place", now=NOON):
        with pytest.raises(AlreadyRunning), folder.lock("place", now=NOON + HOUR):
            pass

        with pytest.raises(AlreadyRunning, match="since 2026-06-03T12:00:00"), folder.lock("place", now=NOON + HOUR):
            pass


def test_a_longer_note_of_an_earlier_holder_leaves_no_trace(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path, "desk")
    folder.prepare()
    (folder.path / "place.lock").write_text("x" * 500, encoding="utf-8")

    with (
        folder.lock("place", now=NOON),
        pytest.raises(AlreadyRunning, match=f"process {os.getpid()} since"),
        folder.lock("place", now=NOON),
    ):
        pass


def test_a_holder_that_has_not_written_its_note_yet_is_respected(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path, "desk")

    with folder.lock("place", now=NOON):
        (folder.path / "place.lock").write_text("", encoding="utf-8")

        with pytest.raises(AlreadyRunning, match="just started"), folder.lock("place", now=NOON):
            pass


@pytest.mark.process
def test_the_kernel_lets_go_of_a_killed_process(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path, "desk")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with (
        pytest.raises(AlreadyRunning, match=f"process {holder.pid} since 2026-06-03T12"),
        folder.lock("place", now=NOON),
    ):
        pass

    holder.kill()
    holder.communicate()

    with folder.lock("place", now=NOON):
        assert f'"pid":{os.getpid()}' in (folder.path / "place.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("part", ["", "../place", "Place", "place/x", "place\n"])
def test_a_part_is_a_plain_word(part: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings), DeskFolder(tmp_path, "desk").lock(part, now=NOON):
        pass

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("in_the_way", ["desk", "desk/log", "desk/spool"])
def test_a_folder_that_cannot_be_used_is_one_clear_error(in_the_way: str, tmp_path: Path) -> None:
    (tmp_path / in_the_way).parent.mkdir(exist_ok=True)
    (tmp_path / in_the_way).touch()

    with pytest.raises(StoreError) as refusal, DeskFolder(tmp_path, "desk").lock("place", now=NOON):
        pass

    assert str(refusal.value).startswith(f"cannot write {tmp_path / 'desk'}: ")
    assert "set HUIYING_DATA" in str(refusal.value)


def test_part_that_shares_its_work_has_several_seats(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path, "desk")

    with ExitStack() as held:
        seats = [held.enter_context(folder.seat("place", now=NOON)) for _ in range(SEATS)]

        with pytest.raises(AlreadyRunning, match=f"place-{SEATS} of"), folder.seat("place", now=NOON):
            pass

    assert seats == ["place", *(f"place-{number}" for number in range(2, SEATS + 1))]


def test_seat_that_was_left_is_taken_again(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path, "desk")

    with ExitStack() as first:
        first.enter_context(folder.seat("place", now=NOON))
        with folder.seat("place", now=NOON) as second:
            first.close()
            with folder.seat("place", now=NOON) as third:
                seats = (second, third)

    assert seats == ("place-2", "place")


@pytest.mark.parametrize(("name", "is_real"), [("desk", True), ("drill", False), ("replay/desk", False)])
def test_only_the_desk_itself_is_real(tmp_path: Path, name: str, *, is_real: bool) -> None:
    assert DeskFolder(tmp_path, name).is_real is is_real
