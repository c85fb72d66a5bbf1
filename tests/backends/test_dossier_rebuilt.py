"""A chain wholly rebuilt and signed again with the office's own key: only the heads that left the office show it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from backends.dossier_verify import check_dossier
from desk.caselog import Entry, Head, OfficeLink, link, logged, seal
from desk.change import Event
from desk.dossier import Case
from desk.dossier_heads import SentHead
from tests.build import HOUR
from tests.dossiers import INCIDENT, DossierOffice

DAY_BEFORE, SAME_DAY, DAY_AFTER = date(2026, 6, 3), date(2026, 6, 4), date(2026, 6, 5)


@pytest.fixture
def office(tmp_path: Path) -> DossierOffice:
    return DossierOffice(tmp_path)


def sent(case: Case, row: int, day: date = DAY_BEFORE) -> SentHead:
    """The head that left when the office's chain stood at this row."""
    return SentHead(day=day, seq=row, hash=case.links[row - 1][4])


def rewritten(case: Case, seq: int) -> Case:
    """The case as if this entry had always said an hour earlier: all later hashes, and the office's chain, anew."""
    events = [logged(entry).event for entry in case.entries]
    events[seq - 1] = replace(events[seq - 1], at=events[seq - 1].at - HOUR)
    return rebuilt(case, events)


def rebuilt(case: Case, events: Sequence[Event]) -> Case:
    entries: list[Entry] = []
    for event, old in zip(events, case.entries, strict=False):
        after = entries[-1].head if entries else Head()
        entries.append(seal(event, incident_id=INCIDENT, after=after, salt=old.salt or ""))
    return replace(case, entries=entries, links=office_over(case, entries))


def office_over(case: Case, entries: Sequence[Entry]) -> list[OfficeLink]:
    own = {entry.seq: entry for entry in entries}
    links: list[OfficeLink] = []
    for _, of, seq, entry_hash, _ in case.links:
        after = Head(seq=links[-1][0], hash=links[-1][4]) if links else Head()
        there = Entry(incident_id=of, seq=seq, content=b"", entry_hash=entry_hash)
        entry = own.get(seq) if of == INCIDENT else there
        links.extend([link(entry, after=after)] if entry else [])
    return links


def test_true_dossier_has_the_heads_that_left(office: DossierOffice) -> None:
    case = office.case()
    heads = [sent(case, 5), sent(case, 12), sent(case, len(case.links), SAME_DAY)]

    checked = check_dossier(office.package(case), heads=heads)

    assert checked.faults == ()
    assert "外部留底：核对 3 条，另有 0 条晚于本卷宗" in checked.notes


def test_rebuilt_chain_signed_by_the_office_itself_shows_only_against_the_heads(office: DossierOffice) -> None:
    case = office.case()
    heads = [sent(case, 5), sent(case, len(case.links))]
    forged = office.package(rewritten(case, 6))

    assert check_dossier(forged, key=office.key.public_pem).faults == ()
    assert check_dossier(forged, heads=heads).faults == (
        "2026-06-03 的外部留底（单位总链第 24 行）与卷宗不符：单位总链在该行或之前被重写",
    )


@pytest.mark.parametrize("seq", range(1, 13))
def test_whichever_entry_was_rewritten_the_next_head_shows_it(office: DossierOffice, seq: int) -> None:
    case = office.case()
    row = next(number for number, of, at, *_ in case.links if (of, at) == (INCIDENT, seq))
    forged = office.package(rewritten(case, seq))

    before = check_dossier(forged, heads=[sent(case, row - 1)])
    after = check_dossier(forged, heads=[sent(case, row)])

    assert before.faults == ()
    assert f"本事件最后 {13 - seq} 条经过尚无外部留底可核对" in before.notes
    assert f"单位总链第 {row} 行）与卷宗不符" in after.faults[0]


def test_chain_made_to_end_before_a_head_that_left_earlier_is_caught(office: DossierOffice) -> None:
    case = office.case()
    shortened = rebuilt(case, [logged(entry).event for entry in case.entries[:-1]])

    checked = check_dossier(office.package(shortened), heads=[sent(case, 24)])

    assert checked.faults == (
        "2026-06-03 的外部留底（单位总链第 24 行）早于卷宗编制日期，卷宗的总链却只有 23 行：有缺失",
    )


def test_dossier_dated_back_before_every_head_is_not_believed(office: DossierOffice) -> None:
    case = office.case()
    forged = office.package(rewritten(case, 6))

    checked = check_dossier(forged, heads=[SentHead(day=DAY_AFTER, seq=30, hash="0" * 64)])

    assert checked.faults == (
        "本事件最后 12 条经过没有外部留底核对，而留底文件中有更晚的行：请向该单位索取新编的卷宗再核对",
    )


def test_heads_of_later_days_do_not_hurt_a_dossier_that_was_covered(office: DossierOffice) -> None:
    case = office.case()
    heads = [sent(case, 24), SentHead(day=DAY_AFTER, seq=30, hash="0" * 64)]

    checked = check_dossier(office.package(case), heads=heads)

    assert checked.faults == ()
    assert "外部留底：核对 1 条，另有 1 条晚于本卷宗" in checked.notes


def test_head_of_the_very_day_may_have_left_after_the_dossier(office: DossierOffice) -> None:
    case = office.case()
    later = SentHead(day=SAME_DAY, seq=25, hash="0" * 64)

    checked = check_dossier(office.package(case), heads=[sent(case, 24), later])

    assert checked.faults == ()
    assert json.dumps(checked.notes, ensure_ascii=False).count("另有 1 条晚于本卷宗") == 1
