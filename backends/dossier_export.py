"""Making a dossier: a case becomes members, a manifest over them, a signature over that, and one package."""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from backends.dossier_evidence import Kept
from backends.dossier_lines import lines_of, row_hashes
from backends.dossier_package import packed
from backends.signing import OfficeKey
from desk import dossier
from desk.caselog import logged, verify, verify_office
from desk.dossier import Case, Manifest, SignedMember, chain_ends, log_row
from desk.dossier_clocks import clock_traces
from desk.dossier_rows import conference_records, notice_records, official_records, release_records
from desk.errors import StoreError


def dossier_of(case: Case, evidence: Kept, key: OfficeKey, *, cover: bytes) -> bytes:
    """The signed package. Raises StoreError for a case log or office chain that does not hold: nothing is signed."""
    _require_whole(case)
    members = _members(case, evidence, key, cover)
    manifest = msgspec.json.encode(_manifest(case, members, key))
    return packed(
        {
            dossier.MANIFEST: manifest,
            dossier.SIGNATURE: key.sign(manifest),
            **members,
        }
    )


def _require_whole(case: Case) -> None:
    broken = verify(case.entries) or verify_office(case.links, {case.incident.id: case.entries})
    if broken is not None:
        raise StoreError(
            f"case log of {case.incident.number} is broken at {broken.chain} {broken.seq}, {broken.why}: "
            "nothing was signed, compare with the backups"
        )


def _members(case: Case, evidence: Kept, key: OfficeKey, cover: bytes) -> dict[str, bytes]:
    writers = frozenset(logged(entry).event.by for entry in case.entries)
    rows: Mapping[str, bytes] = {
        dossier.CASE_LOG: lines_of(log_row(entry) for entry in case.entries),
        dossier.OFFICE_CHAIN: lines_of(case.links),
        dossier.CLOCKS: lines_of(clock_traces(case)),
        dossier.NOTICES: lines_of(notice_records(case)),
        dossier.RELEASES: lines_of(release_records(case, evidence.names)),
        dossier.CONFERENCES: lines_of(conference_records(case, evidence.names)),
        dossier.OFFICIALS: lines_of(official_records(case, writers)),
    }
    kept = {name: evidence.members[name] for name in sorted(evidence.members)}
    return {dossier.PUBLIC_KEY: key.public_pem, dossier.COVER: cover, **rows, **kept}


def _manifest(case: Case, members: Mapping[str, bytes], key: OfficeKey) -> Manifest:
    incident = case.incident
    log, office = chain_ends(case)
    return Manifest(
        format=dossier.FORMAT,
        office=case.office.name,
        desk=case.desk,
        mark=case.office.mark,
        incident=incident.id,
        number=incident.number or incident.id,
        title=incident.title,
        state=incident.state,
        severity=incident.severity,
        made_at=case.made_at.astimezone(case.office.zone),
        public_key_sha256=key.fingerprint,
        case_log=log,
        office_chain=office,
        members=tuple(_signed(name, content) for name, content in members.items()),
    )


def _signed(name: str, content: bytes) -> SignedMember:
    return SignedMember(
        name=name,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        rows=row_hashes(content) if name in dossier.LISTED else None,
    )
