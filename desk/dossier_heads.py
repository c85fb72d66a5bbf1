"""Heads of the office's chain that left the office daily: what even the holder of its key cannot write anew."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from desk.caselog import Head, OfficeLink

_LINE = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})[\s,，]+(?P<seq>[1-9]\d{0,17})[\s,，]+(?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentHead:
    """Where the office's chain stood on a day, as somebody outside the office received it."""

    day: date
    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsChecked:
    """What the heads say of a dossier, in words for the reader; any fault means that it cannot be relied on."""

    faults: tuple[str, ...]
    notes: tuple[str, ...]


def head_line(day: date, head: Head) -> str:
    """The line that leaves the office."""
    return f"{day.isoformat()} {head.seq} {head.hash}"


def read_heads(text: str) -> tuple[SentHead, ...]:
    """The heads of a file: a line each with date, office seq, hash. Raises ValueError naming the first that is none."""
    heads = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            heads.append(_head(line.strip(), number))
    if not heads:
        raise ValueError("no head in it: write one line a day with date, office seq and hash")
    return tuple(heads)


def check_heads(
    heads: Sequence[SentHead], links: Sequence[OfficeLink], *, incident: str, made_on: date
) -> HeadsChecked:
    """Whether the office's chain is the one whose heads left the office.

    A head from before the day the dossier was made must be in its chain. Where heads of later days exist and
    entries of the incident stand behind the last one matched, the dossier may have been made to end before them.
    """
    known = {number: office_hash for number, _, _, _, office_hash in links}
    within = [head for head in heads if head.seq in known]
    beyond = [head for head in heads if head.seq not in known]
    faults = [
        f"{head.day} 的外部留底（单位总链第 {head.seq} 行）与卷宗不符：单位总链在该行或之前被重写"
        for head in sorted(within, key=lambda head: head.seq)
        if known[head.seq] != head.hash
    ]
    faults.extend(
        f"{head.day} 的外部留底（单位总链第 {head.seq} 行）早于卷宗编制日期，卷宗的总链却只有 {len(links)} 行：有缺失"
        for head in beyond
        if head.day < made_on
    )
    matched = max((head.seq for head in within if known[head.seq] == head.hash), default=0)
    loose = sum(1 for number, of, *_ in links if of == incident and number > matched)
    if loose and beyond and not faults:
        faults.append(
            f"本事件最后 {loose} 条经过没有外部留底核对，而留底文件中有更晚的行：请向该单位索取新编的卷宗再核对"
        )
    notes = [f"外部留底：核对 {len(within)} 条，另有 {len(beyond)} 条晚于本卷宗"]
    if loose:
        notes.append(f"本事件最后 {loose} 条经过尚无外部留底可核对")
    return HeadsChecked(faults=tuple(faults), notes=tuple(notes))


def _head(line: str, number: int) -> SentHead:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"line {number} is no head: write date, office seq and hash, e.g. 2026-11-23 51 0a1b…")
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        raise ValueError(f"line {number} has no such day: {found['day']}") from None
    return SentHead(day=day, seq=int(found["seq"]), hash=found["hash"])
