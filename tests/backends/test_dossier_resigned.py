"""A dossier altered and signed again by somebody who did not make all of it fit: the chains name what was altered."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from backends import dossier_export
from backends.dossier_evidence import Kept, evidence_of
from backends.dossier_lines import lines_of
from backends.dossier_package import packed, unpacked
from backends.dossier_verify import check_dossier
from desk import dossier
from desk.dossier import Case, log_row
from tests.dossiers import COVER, DossierOffice


@pytest.fixture
def office(tmp_path: Path) -> DossierOffice:
    return DossierOffice(tmp_path)


def signed_anyway(office: DossierOffice, case: Case, evidence: Kept | None = None) -> bytes:
    """The case signed by the office's key as it is, without the look at its chains that comes first."""
    kept = evidence or evidence_of(case, office.archive)
    members = dossier_export._members(case, kept, office.key, COVER)
    manifest = msgspec.json.encode(dossier_export._manifest(case, members, office.key))
    return packed({dossier.MANIFEST: manifest, dossier.SIGNATURE: office.key.sign(manifest), **members})


def faults_of(office: DossierOffice, case: Case) -> tuple[str, ...]:
    return check_dossier(signed_anyway(office, case), key=office.key.public_pem).faults


def test_untouched_case_signed_this_way_holds(office: DossierOffice) -> None:
    assert faults_of(office, office.case()) == ()


@pytest.mark.parametrize("seq", [1, 5, 12])
def test_altered_entry_is_named(office: DossierOffice, seq: int) -> None:
    case = office.case()
    entries = [*case.entries]
    entries[seq - 1] = replace(entries[seq - 1], content=entries[seq - 1].content.replace(b'"at":17', b'"at":16'))

    faults = faults_of(office, replace(case, entries=entries))

    assert faults == (f"经过（case_log.jsonl）第 {seq} 条：内容被改动，与校验值不符",)


def test_altered_text_is_named(office: DossierOffice) -> None:
    case = office.case()
    entries = [*case.entries]
    entries[3] = replace(entries[3], text="另一种说法")

    faults = faults_of(office, replace(case, entries=entries))

    assert faults == ("经过（case_log.jsonl）第 4 条：文字被改动，不是当时写下的",)


@pytest.mark.parametrize("seq", [1, 7])
def test_missing_entry_is_named(office: DossierOffice, seq: int) -> None:
    case = office.case()

    faults = faults_of(office, replace(case, entries=[each for each in case.entries if each.seq != seq]))

    assert faults == (
        f"经过（case_log.jsonl）第 {seq} 条：此处应是第 {seq} 条，放着的却是第 {seq + 1} 条：有缺失、多出或次序调换",
    )


def test_entry_cut_off_the_end_is_missed_by_the_office_chain(office: DossierOffice) -> None:
    case = office.case()

    faults = faults_of(office, replace(case, entries=case.entries[:-1]))

    assert faults == ("经过（case_log.jsonl）第 12 条：与单位总链登记的不一致",)


def test_entry_made_to_choke_the_reader_is_no_entry(office: DossierOffice) -> None:
    case = office.case()
    content = b'{"at":' + b"[" * 100_000
    deep = replace(case.entries[0], content=content, entry_hash=sha256(content).hexdigest())
    evidence = evidence_of(case, office.archive)
    members = unpacked(signed_anyway(office, case, evidence))

    log = lines_of([log_row(deep)])
    faults = check_dossier(packed(members | {dossier.CASE_LOG: log, dossier.SIGNATURE: bytes(64)})).faults

    assert faults[0] == "经过（case_log.jsonl）有一条不是有效的记录"


def test_row_missing_from_the_office_chain_is_named(office: DossierOffice) -> None:
    case = office.case()

    faults = faults_of(office, replace(case, links=[*case.links[:9], *case.links[10:]]))

    assert faults == ("单位总链（office_chain.jsonl）第 10 行与前一行不衔接：该行被改动、缺失或调换",)


def test_page_exchanged_for_another_is_named(office: DossierOffice) -> None:
    case = office.case()
    kept = evidence_of(case, office.archive)
    name = next(each for each in kept.members if each.endswith(".bin"))
    exchanged = Kept(members=kept.members | {name: b"another record"}, names=kept.names)

    faults = check_dossier(signed_anyway(office, case, exchanged)).faults

    assert faults == (f"存证（{name}）不是登记时存证的页面或文件",)


def test_signature_left_as_it_was_does_not_hold_and_the_altered_entry_is_named_first(office: DossierOffice) -> None:
    case = office.case()
    entries = [*case.entries]
    entries[4] = replace(entries[4], entry_hash="0" * 64)
    members = unpacked(signed_anyway(office, replace(case, entries=entries)))

    faults = check_dossier(packed(members | {dossier.SIGNATURE: bytes(64)})).faults

    assert faults == (
        "经过（case_log.jsonl）第 5 条：内容被改动，与校验值不符",
        "签名无效：清单、签名或公钥被改动",
    )
