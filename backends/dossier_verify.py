"""Checking a dossier with nothing but its bytes: what was altered, is missing or stands elsewhere, in plain Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec

from backends.dossier_evidence import holds
from backends.dossier_lines import read_rows, row_hashes
from backends.dossier_package import packed, unpacked
from backends.signing import fingerprint_of, is_signed
from desk import dossier
from desk.caselog import Entry, OfficeLink
from desk.dossier import ChainEnd, LogRow, Manifest, SignedMember
from desk.dossier_check import first_wrong, log_faults, named, office_faults, row_fault
from desk.dossier_heads import SentHead, check_heads
from desk.dossier_rows import ConferenceRecord, ReleaseRecord

_SHELL = "压缩包的外壳（文件名、时间或附加内容）被改动"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found: the manifest where it can be read, faults with the first bad entry first, and what to know."""

    manifest: Manifest | None
    fingerprint: str
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check_dossier(package: bytes, *, key: bytes | None = None, heads: Sequence[SentHead] = ()) -> Checked:
    """Checks the package; with `key` it must be signed by that one, with `heads` its chain must have them."""
    try:
        members = unpacked(package)
    except ValueError:
        return Checked(manifest=None, fingerprint="", faults=("打不开：不是卷宗包，或压缩包的外壳被改动",))
    found = _Found()
    manifest, fingerprint = _manifest(members), _fingerprint(members)
    signed = _signature_faults(members, manifest, fingerprint, key)
    if manifest is not None and not signed:
        found.faults.extend(_member_faults(manifest, members))
    _check_chains(manifest, members, heads, found)
    if manifest is not None and not signed and not found.faults:
        _check_evidence(members, found)
    found.faults.extend(signed)
    if not found.faults and packed(members) != package:
        found.faults.append(_SHELL)
    return Checked(
        manifest=manifest, fingerprint=fingerprint, faults=tuple(dict.fromkeys(found.faults)), notes=tuple(found.notes)
    )


def _manifest(members: Mapping[str, bytes]) -> Manifest | None:
    try:
        return msgspec.json.decode(members.get(dossier.MANIFEST, b""), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _fingerprint(members: Mapping[str, bytes]) -> str:
    try:
        return fingerprint_of(members.get(dossier.PUBLIC_KEY, b""))
    except ValueError:
        return ""


def _signature_faults(
    members: Mapping[str, bytes], manifest: Manifest | None, fingerprint: str, key: bytes | None
) -> list[str]:
    needed = (dossier.MANIFEST, dossier.SIGNATURE, dossier.PUBLIC_KEY)
    missing = [f"{named(name)}缺失" for name in needed if name not in members]
    if missing:
        return missing
    if manifest is None or manifest.format != dossier.FORMAT:
        return [f"{named(dossier.MANIFEST)}被改动，或不是本程序认识的格式"]
    if key is not None and fingerprint_of(key) != fingerprint:
        return ["不是用所给公钥对应的密钥签名的：卷宗并非出自该单位，或被他人重新签名"]
    if not is_signed(members[dossier.MANIFEST], members[dossier.SIGNATURE], members[dossier.PUBLIC_KEY]):
        return ["签名无效：清单、签名或公钥被改动"]
    return [] if manifest.public_key_sha256 == fingerprint else ["清单中的公钥指纹与公钥不符"]


def _member_faults(manifest: Manifest, members: Mapping[str, bytes]) -> list[str]:
    faults = [fault for each in manifest.members if (fault := _member_fault(each, members.get(each.name)))]
    expected = [dossier.MANIFEST, dossier.SIGNATURE, *(each.name for each in manifest.members)]
    faults.extend(f"{named(name)}是多出来的" for name in members if name not in expected)
    return faults or ([] if list(members) == expected else ["包内文件的次序被调换"])


def _member_fault(signed: SignedMember, content: bytes | None) -> str | None:
    if content is None:
        return f"{named(signed.name)}缺失"
    wrong = None if signed.rows is None else first_wrong(signed.rows, row_hashes(content))
    if wrong is not None:
        return row_fault(signed.name, *wrong)
    # The office's chain names its own bad row; of the other members the whole is one entry.
    if sha256(content).hexdigest() == signed.sha256 or signed.name == dossier.OFFICE_CHAIN:
        return None
    return f"{named(signed.name)}内容被改动"


def _check_chains(
    manifest: Manifest | None, members: Mapping[str, bytes], heads: Sequence[SentHead], found: _Found
) -> None:
    entries, links = _entries(manifest, members, found), _links(members, found)
    incident = manifest.incident if manifest else (entries[0].incident_id if entries else "")
    # The signed rows said already which entry is bad.
    if not any(fault.startswith(named(dossier.CASE_LOG)) for fault in found.faults):
        found.faults.extend(log_faults(entries))
    if not found.faults:
        found.faults.extend(office_faults(links, incident, entries))
    if manifest is not None and not found.faults:
        found.faults.extend(_end_faults(manifest, members, entries, links))
    erased = sum(1 for each in entries if each.text is None and not each.content.endswith(b'"text":null}'))
    if erased:
        found.notes.append(f"{erased} 条经过的文字已依法删除，按留存的摘要核对")
    if heads and manifest is not None:
        checked = check_heads(heads, links, incident=incident, made_on=manifest.made_at.date())
        found.faults.extend(checked.faults)
        found.notes.extend(checked.notes)


def _entries(manifest: Manifest | None, members: Mapping[str, bytes], found: _Found) -> list[Entry]:
    try:
        rows = read_rows(members.get(dossier.CASE_LOG, b""), LogRow)
    except ValueError as error:
        found.faults.append(f"{named(dossier.CASE_LOG)}{error}")
        return []
    return [row.entry(manifest.incident if manifest else "") for row in rows]


def _links(members: Mapping[str, bytes], found: _Found) -> list[OfficeLink]:
    try:
        return read_rows(members.get(dossier.OFFICE_CHAIN, b""), tuple[int, str, int, str, str])
    except ValueError as error:
        found.faults.append(f"{named(dossier.OFFICE_CHAIN)}{error}")
        return []


def _end_faults(
    manifest: Manifest, members: Mapping[str, bytes], entries: Sequence[Entry], links: Sequence[OfficeLink]
) -> list[str]:
    log = ChainEnd(seq=entries[-1].seq, hash=entries[-1].entry_hash) if entries else ChainEnd(seq=0, hash="")
    office = ChainEnd(seq=links[-1][0], hash=links[-1][4]) if links else ChainEnd(seq=0, hash="")
    if log != manifest.case_log:
        return [f"{named(dossier.CASE_LOG)}末尾与清单不符：应到第 {manifest.case_log.seq} 条，现到第 {log.seq} 条"]
    if office != manifest.office_chain:
        last = manifest.office_chain.seq
        return [f"{named(dossier.OFFICE_CHAIN)}末尾与清单不符：应到第 {last} 行，现到第 {office.seq} 行"]
    signed = next((each for each in manifest.members if each.name == dossier.OFFICE_CHAIN), None)
    chain = members.get(dossier.OFFICE_CHAIN, b"")
    if signed is not None and sha256(chain).hexdigest() != signed.sha256:
        return [f"{named(dossier.OFFICE_CHAIN)}内容被改动"]
    return []


def _check_evidence(members: Mapping[str, bytes], found: _Found) -> None:
    try:
        releases = read_rows(members.get(dossier.RELEASES, b""), ReleaseRecord)
        conferences = read_rows(members.get(dossier.CONFERENCES, b""), ConferenceRecord)
    except ValueError as error:
        found.faults.append(f"发布或发布会{error}")
        return
    named_there = [(each.kept, each.capture) for each in releases] + [(each.kept, each.capture) for each in conferences]
    for name, digest in named_there:
        if name is not None and not holds(name, members.get(name, b""), digest or ""):
            found.faults.append(f"{named(name)}不是登记时存证的页面或文件")
    bare = sum(1 for name, digest in named_there if name is None and digest is not None)
    if bare:
        found.notes.append(f"{bare} 件存证只有校验值，卷宗未附原件")
