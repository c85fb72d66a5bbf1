"""Archives of public posts by their format: which reader opens which."""

from collections import Counter
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from desk.moments import as_utc
from spiders.archive_file import require_json_lines
from spiders.archive_hotlists import WEIBO_HEAT, WEIBO_HOT, HotList, hot_list_files
from spiders.archive_jsonl import JsonLines
from spiders.arrival import Reading, UnreadableArchive


class ArchiveFormat(StrEnum):
    """The formats an archive may have."""

    JSONL = "jsonl"
    WEIBO_HOT = "weibo_hot"
    WEIBO_HEAT = "weibo_heat"


_HOT_LISTS = {ArchiveFormat.WEIBO_HOT: WEIBO_HOT, ArchiveFormat.WEIBO_HEAT: WEIBO_HEAT}


def read_archive(
    path: Path,
    archive_format: str,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    source: str | None = None,
) -> Reading:
    """The archive's posts and observations in event time, from `since` until before `until`.

    `source` is the key of the posts' source: for JSON Lines where a line names none, for a hot list instead of the
    format's name. Same path, bounds and source give the same arrivals at the same positions. Raises UnreadableArchive
    at once, before anything is read, where the path or a bound cannot be used.
    """
    files, since, until = _files(path, archive_format, since, until)
    layout = _HOT_LISTS.get(ArchiveFormat(archive_format))
    if layout is None:
        dropped: Counter[str] = Counter()
        reader = JsonLines(path=path, since=since, until=until, source=source, dropped=dropped)
        return Reading(reader.arrivals(), dropped)
    hot_list = HotList(files=files, layout=layout, source=source or layout.name, since=since, until=until)
    return Reading(hot_list.arrivals())


def estimate_total(
    path: Path, archive_format: str, since: datetime | None = None, until: datetime | None = None
) -> int:
    """How many bytes of files a reading goes through: what `read_bytes` of its arrivals grows to.

    Raises UnreadableArchive as `read_archive` does.
    """
    files, _, _ = _files(path, archive_format, since, until)
    return sum(file.stat().st_size for file in files)


def _files(
    path: Path, archive_format: str, since: datetime | None, until: datetime | None
) -> tuple[list[Path], datetime | None, datetime | None]:
    since, until = _bound(since, "since"), _bound(until, "until")
    layout = _HOT_LISTS.get(_known(archive_format))
    if layout is not None:
        return hot_list_files(path, layout, since, until), since, until
    if path.is_dir():
        raise UnreadableArchive(f"{path} is a folder: point to one JSON Lines file (.jsonl, .jsonl.gz or .jsonl.xz)")
    require_json_lines(path)
    return [path], since, until


def _known(archive_format: str) -> ArchiveFormat:
    if archive_format not in list(ArchiveFormat):
        raise UnreadableArchive(f"no archive format '{archive_format}': use one of {', '.join(ArchiveFormat)}")
    return ArchiveFormat(archive_format)


def _bound(moment: datetime | None, name: str) -> datetime | None:
    try:
        return None if moment is None else as_utc(moment)
    except ValueError:
        raise UnreadableArchive(f"{name} has no zone: give one, like 2026-06-10T08:00:00+08:00") from None
