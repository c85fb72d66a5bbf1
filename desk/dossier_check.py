"""Finding the first bad row of a dossier: altered, missing, out of its order or added, said in plain Chinese."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from desk import dossier
from desk.caselog import OFFICE, Broken, Entry, OfficeLink, verify, verify_office

MEMBERS: Mapping[str, str] = {
    dossier.CASE_LOG: "经过",
    dossier.OFFICE_CHAIN: "单位总链",
    dossier.CLOCKS: "时限",
    dossier.NOTICES: "通知",
    dossier.RELEASES: "发布",
    dossier.CONFERENCES: "发布会",
    dossier.OFFICIALS: "人员",
    dossier.COVER: "封面",
    dossier.PUBLIC_KEY: "公钥",
    dossier.MANIFEST: "清单",
    dossier.SIGNATURE: "签名",
}

_REASONS: Mapping[str, str] = {
    "its bytes do not have its hash": "内容被改动，与校验值不符",
    "its bytes are no entry": "内容不是一条有效的记录",
    "it does not follow the entry before it": "与前一条不衔接，前一条被改动或缺失",
    "its text is not the one that was written": "文字被改动，不是当时写下的",
    "not the entry the office's chain vouches for": "与单位总链登记的不一致",
}
_MISPLACED = re.compile(r"entry (\d+) of \S+ stands where entry (\d+) of")


class Wrong(StrEnum):
    """What is wrong with a row."""

    ALTERED = "内容被改动"
    MISSING = "缺失"
    MOVED = "次序被调换"
    ADDED = "是多出来的"


def first_wrong(signed: Sequence[str], found: Sequence[str]) -> tuple[int, Wrong] | None:
    """The first row, from 1, that is not as it was signed, and what is wrong; both sides are hashes of rows."""
    for place, (expected, there) in enumerate(zip(signed, found, strict=False)):
        if expected != there:
            return place + 1, _wrong(place, signed, found)
    if len(found) == len(signed):
        return None
    return min(len(signed), len(found)) + 1, Wrong.MISSING if len(found) < len(signed) else Wrong.ADDED


def row_fault(member: str, place: int, wrong: Wrong) -> str:
    """The fault in words."""
    return f"{named(member)}第 {place} 条{wrong.value}"


def named(member: str) -> str:
    """What people call a member, with the file's name."""
    word = MEMBERS.get(member, "存证" if member.startswith(dossier.CAPTURES) else "文件")
    return f"{word}（{member}）"


def log_faults(entries: Sequence[Entry]) -> list[str]:
    """The first entry that does not hold in the incident's own chain."""
    try:
        broken = verify(entries)
    except RecursionError:
        # Nobody's log nests: this was made to stop us.
        return [f"{named(dossier.CASE_LOG)}有一条不是有效的记录"]
    return [] if broken is None else [_said(broken)]


def office_faults(links: Sequence[OfficeLink], incident: str, entries: Sequence[Entry]) -> list[str]:
    """The first row that does not hold in the office's chain, or the first entry it does not vouch for."""
    broken = verify_office(links, {incident: entries})
    return [] if broken is None else [_said(broken)]


def _wrong(place: int, signed: Sequence[str], found: Sequence[str]) -> Wrong:
    expected_is_there, there_is_expected = signed[place] in found, found[place] in signed
    if there_is_expected and not expected_is_there:
        return Wrong.MISSING
    if expected_is_there and len(found) > len(signed):
        return Wrong.ADDED
    return Wrong.MOVED if there_is_expected else Wrong.ALTERED


def _said(broken: Broken) -> str:
    if broken.chain == OFFICE:
        return f"{named(dossier.OFFICE_CHAIN)}第 {broken.seq} 行与前一行不衔接：该行被改动、缺失或调换"
    return f"{named(dossier.CASE_LOG)}第 {broken.seq} 条：{_reason(broken.why)}"


def _reason(why: str) -> str:
    misplaced = _MISPLACED.match(why)
    if misplaced is not None:
        return f"此处应是第 {misplaced[2]} 条，放着的却是第 {misplaced[1]} 条：有缺失、多出或次序调换"
    return _REASONS.get(why, why)
