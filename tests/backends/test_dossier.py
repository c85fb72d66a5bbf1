"""A dossier: whole, the same from the same case, checked by itself, with nothing in it that is nobody's business."""

import json
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import create_engine, text

from backends.archive_warc import body_of
from backends.dossier_package import unpacked
from backends.dossier_verify import check_dossier
from backends.signing import office_key
from desk import dossier
from desk.errors import CaptureError, StoreError
from tests.build import MINUTE
from tests.dossiers import INCIDENT, OTHER_TITLE, PAGE, RECORD, TEXT, DossierOffice, lines_in, with_member


@pytest.fixture
def office(tmp_path: Path) -> DossierOffice:
    return DossierOffice(tmp_path)


def changed_row(office: DossierOffice, statement: str) -> None:
    engine = create_engine(office.url)
    with engine.begin() as connection:
        connection.execute(text(statement), {"incident": INCIDENT})
    engine.dispose()


def rows(package: bytes, member: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines_in(package, member)]


def test_dossier_of_a_real_store_holds(office: DossierOffice) -> None:
    checked = check_dossier(office.package())

    assert (checked.faults, checked.notes) == ((), ())
    assert checked.fingerprint == office.key.fingerprint
    assert checked.manifest is not None
    assert (checked.manifest.case_log.seq, checked.manifest.office_chain.seq) == (12, 24)


def test_same_case_gives_the_same_bytes(office: DossierOffice) -> None:
    case = office.case()

    assert office.package(case) == office.package(case)
    assert office.package(replace(case, made_at=case.made_at + MINUTE)) != office.package(case)


def test_other_tools_open_the_package_and_every_member_has_its_hash(office: DossierOffice) -> None:
    with ZipFile(BytesIO(office.package())) as package:
        assert package.testzip() is None
        members = {each.filename: package.read(each) for each in package.infolist()}

    signed = json.loads(members[dossier.MANIFEST])["members"]
    assert [each["name"] for each in signed] == list(members)[2:]
    assert all(sha256(members[each["name"]]).hexdigest() == each["sha256"] for each in signed)
    assert all(sha256(row["content"].encode()).hexdigest() == row["entry_hash"] for row in _log(members))


def test_captured_page_and_attached_record_come_along(office: DossierOffice) -> None:
    package = office.package()

    members = unpacked(package)
    release, held = rows(package, dossier.RELEASES)[0], rows(package, dossier.CONFERENCES)[0]
    assert body_of(members[str(release["kept"])]) == PAGE
    assert members[str(held["kept"])] == RECORD


def test_evidence_that_is_only_a_hash_is_said_to_be(office: DossierOffice) -> None:
    for path in [*office.archive.glob("*.gz"), *office.archive.glob("records/*")]:
        path.unlink()

    checked = check_dossier(office.package())

    assert checked.faults == ()
    assert checked.notes == ("2 件存证只有校验值，卷宗未附原件",)


def test_record_that_lost_its_hash_stops_the_dossier(office: DossierOffice) -> None:
    record = next(office.archive.glob("records/*"))
    record.write_bytes(b"other")

    with pytest.raises(CaptureError, match="no longer has its hash"):
        office.package()


def test_clock_says_how_it_was_computed(office: DossierOffice) -> None:
    clock = rows(office.package(), dossier.CLOCKS)[0]

    assert (clock["rule"], clock["rule_version"], clock["state"]) == ("C1", "2016-61", "breached")
    assert clock["arithmetic"] == ["起算 2026-06-03 20:00:00 ＋ 5 小时 ＝ 到期 2026-06-04 01:00:00（到期当秒仍算按时）"]
    assert clock["evidence"] == {
        "at": "2026-06-03T12:00:00Z",
        "until": None,
        "precision": "second",
        "source": "0" * 31 + "1",
        "entered_at": "2026-06-03T12:00:00Z",
    }


def test_notices_say_whom_they_reached_by_account_and_role_and_never_the_address(office: DossierOffice) -> None:
    package = office.package()

    sent, failed, *_ = rows(package, dossier.NOTICES)

    assert (sent["state"], sent["reached"]) == ("sent", [{"person": "p-duty", "role": "值班员", "channel": "mail"}])
    assert (failed["state"], failed["last_error"]) == ("failed", "no mailbox <邮箱> here")
    assert b"duty@" not in package


def test_people_are_account_names_with_roles(office: DossierOffice) -> None:
    assert rows(office.package(), dossier.OFFICIALS) == [
        {"name": "p-duty", "role": "值班员"},
        {"name": "placer", "role": "系统"},
        {"name": "watch", "role": "系统"},
        {"name": "李主任", "role": None},
        {"name": "王值班", "role": "值班员"},
    ]


def test_of_other_incidents_only_ids_and_hashes_are_in_it(office: DossierOffice) -> None:
    package = office.package()

    others = [row for row in map(json.loads, lines_in(package, dossier.OFFICE_CHAIN)) if row[1] != INCIDENT]
    assert len(others) == 12
    assert all(len(row) == 5 for row in others)
    assert OTHER_TITLE.encode() not in b"".join(unpacked(package).values())


def test_erased_text_is_gone_from_the_dossier_and_it_still_holds(office: DossierOffice) -> None:
    planted = f"{TEXT}，第3次".encode()
    assert planted in office.package()
    changed_row(office, "update case_log set text = null, salt = null where incident_id = :incident and seq = 4")

    package = office.package()

    assert planted not in package
    assert check_dossier(package).faults == ()
    assert check_dossier(package).notes == ("1 条经过的文字已依法删除，按留存的摘要核对",)


def test_case_log_that_is_broken_in_the_store_is_not_signed(office: DossierOffice) -> None:
    changed_row(office, "update case_log set entry_hash = 'f' where incident_id = :incident and seq = 5")

    with pytest.raises(StoreError, match=f"is broken at {INCIDENT} 5, its bytes do not have its hash"):
        office.package()


def test_office_chain_that_is_broken_in_the_store_is_not_signed(office: DossierOffice) -> None:
    changed_row(office, "delete from office_chain where office_seq = 3 and :incident <> ''")

    with pytest.raises(StoreError, match="is broken at office 3"):
        office.package()


def test_signed_by_another_key_than_the_one_handed_out_is_refused(office: DossierOffice, tmp_path: Path) -> None:
    stranger = office_key(tmp_path / "stranger.pem")

    mine = check_dossier(office.package(), key=office.key.public_pem)
    theirs = check_dossier(office.package(), key=stranger.public_pem)

    assert mine.faults == ()
    assert "不是用所给公钥对应的密钥签名的" in theirs.faults[0]


def test_key_exchanged_in_the_package_is_named(office: DossierOffice, tmp_path: Path) -> None:
    stranger = office_key(tmp_path / "stranger.pem")

    checked = check_dossier(with_member(office.package(), dossier.PUBLIC_KEY, stranger.public_pem))

    assert checked.faults == ("签名无效：清单、签名或公钥被改动",)


@pytest.mark.parametrize("package", [b"", b"PK", b"no zip at all", b"PK\x05\x06" + bytes(18)], ids=repr)
def test_what_is_no_dossier_is_said_to_be_none(package: bytes) -> None:
    checked = check_dossier(package)

    assert checked.manifest is None
    assert len(checked.faults) >= 1


def _log(members: dict[str, bytes]) -> list[dict[str, str]]:
    return [json.loads(line) for line in members[dossier.CASE_LOG].splitlines()]
