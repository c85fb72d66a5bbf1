from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.bus_local import LocalBus
from desk.errors import SchemaMismatch, StoreError
from desk.travel import POSTS, Outgoing
from spiders.spool import Spool

ROOM = 100


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bus.db"


@pytest.fixture
def spool(path: Path) -> Iterator[Spool]:
    spool = Spool(path, most_bytes=ROOM)
    yield spool
    spool.close()


def records(*keys: str, size: int = 9) -> list[Outgoing]:
    return [Outgoing(topic=POSTS, key=key, value=b"x" * size) for key in keys]


def test_what_waits_comes_out_in_the_order_it_came_in(spool: Spool) -> None:
    spool.put(records("b", "a"))
    spool.put(records("c"))

    assert [each.record for each in spool.head()] == records("b", "a", "c")
    assert (spool.records, spool.bytes) == (3, 30)


def test_what_was_let_go_is_gone_and_the_rest_still_waits(spool: Spool) -> None:
    spool.put(records("a", "b", "c"))

    spool.let_go(spool.head()[1].place)

    assert [each.record for each in spool.head()] == records("c")
    assert (spool.records, spool.bytes) == (1, 10)


def test_the_bound_is_kept_to_the_byte_and_what_goes_over_it_is_refused_whole(spool: Spool) -> None:
    spool.put(records("a", size=ROOM - 11))

    over = spool.put(records("b", "c", size=5))
    spool.put(records("d"))

    assert over is None
    assert [each.record.key for each in spool.head()] == ["a", "d"]
    assert spool.bytes == ROOM


def test_a_spool_opened_again_has_all_that_waited(path: Path, spool: Spool) -> None:
    spool.put(records("a", "b"))
    spool.close()

    again = Spool(path, most_bytes=ROOM)

    assert (again.records, again.bytes) == (2, 20)
    assert [each.record for each in again.head()] == records("a", "b")


def test_places_are_never_given_twice(spool: Spool) -> None:
    first = spool.put(records("a"))
    assert first is not None
    spool.let_go(first)

    second = spool.put(records("b"))

    assert second is not None
    assert second > first


def test_a_large_batch_is_cut_so_that_memory_holds_it(path: Path) -> None:
    spool = Spool(path)
    spool.put(records("a", "b", "c", size=3_000_000))

    assert [each.record.key for each in spool.head()] == ["a", "b"]


def test_an_emptied_spool_gives_its_disk_back_and_keeps_no_text(path: Path) -> None:
    spool = Spool(path)
    place = spool.put([Outgoing(topic=POSTS, key="a", value="江口区停水".encode() * 200_000)])
    assert place is not None

    spool.let_go(place)

    left = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert len(left) < 200_000
    assert "江口区停水".encode() not in left


def test_a_file_of_another_kind_is_refused_and_left_alone(path: Path) -> None:
    LocalBus(path).close()
    before = path.read_bytes()

    with pytest.raises(SchemaMismatch, match="was not written as spool"):
        Spool(path)

    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_text("no database" * 100, encoding="utf-8")

    with pytest.raises(StoreError, match="cannot open the spool"):
        Spool(path)
