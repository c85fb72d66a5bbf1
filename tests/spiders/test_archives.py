"""Which reader opens which archive, and what is refused before anything is read."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from spiders.archives import ArchiveFormat, estimate_total, read_archive
from spiders.arrival import UnreadableArchive
from tests.spiders.archive_lines import a_line, written

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


def test_an_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.jsonl", [a_line()])

    with pytest.raises(UnreadableArchive, match="no archive format 'csv': use one of jsonl, weibo_hot, weibo_heat"):
        read_archive(path, "csv")


@pytest.mark.parametrize("archive_format", list(ArchiveFormat))
def test_a_path_without_an_archive_is_refused(tmp_path: Path, archive_format: ArchiveFormat) -> None:
    with pytest.raises(UnreadableArchive):
        read_archive(tmp_path / "missing.jsonl", archive_format)
    with pytest.raises(UnreadableArchive):
        estimate_total(tmp_path, archive_format)


def test_a_bound_without_a_zone_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.jsonl", [a_line()])

    with pytest.raises(UnreadableArchive, match="until has no zone"):
        read_archive(path, "jsonl", NOON, NOON.replace(tzinfo=None))


def test_a_stopped_reading_goes_on_by_skipping(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.jsonl", [a_line(title=f"第{number}条", rank=1) for number in range(6)])
    first = list(islice(read_archive(path, "jsonl"), 5))

    rest = [item for item in read_archive(path, "jsonl") if item.position > first[-1].position]

    assert [*first, *rest] == list(read_archive(path, "jsonl"))


def test_the_total_is_the_size_of_the_files(tmp_path: Path) -> None:
    path = written(tmp_path / "posts.jsonl", [a_line()] * 3)

    assert estimate_total(path, "jsonl") == path.stat().st_size
