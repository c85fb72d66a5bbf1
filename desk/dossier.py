"""A dossier (卷宗): what an inspector gets of one incident, as rows that are signed and can be checked offline.

People appear as account names of officials with their roles, never as anybody who posted (docs/dossier-format.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.caselog import Entry, OfficeLink
from desk.change import NoticeRow
from desk.incident import Incident
from desk.office import Office
from desk.policy import Policy

FORMAT = "huiying-dossier-1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
PUBLIC_KEY = "public_key.pem"
COVER = "cover.html"
CASE_LOG = "case_log.jsonl"
OFFICE_CHAIN = "office_chain.jsonl"
CLOCKS = "clocks.jsonl"
NOTICES = "notices.jsonl"
RELEASES = "releases.jsonl"
CONFERENCES = "conferences.jsonl"
OFFICIALS = "officials.jsonl"
CAPTURES = "captures/"

LISTED = (CASE_LOG, CLOCKS, NOTICES, RELEASES, CONFERENCES, OFFICIALS)
"""The members whose every row is in the manifest, so that a bad one is named; the office's chain names its own."""

SYSTEM = "系统"
"""The role of what no person wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All a dossier is made from: an incident read at one version, the office's chain, and who the officials are.

    `roles` says what the account or person of a name may do or is on duty for.
    """

    incident: Incident
    entries: Sequence[Entry]
    links: Sequence[OfficeLink]
    notices: Sequence[NoticeRow]
    policy: Policy
    office: Office
    desk: str
    made_at: datetime
    roles: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMember:
    """A member as it was signed: its length, its hash, and of a listed one the hash of each row."""

    name: str
    size: int
    sha256: str
    rows: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEnd:
    """Where a chain stood when the dossier was made."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is signed: which incident of which office, when made, where its chains stood, and every member's hash."""

    format: str
    office: str
    desk: str
    mark: str
    incident: str
    number: str
    title: str
    state: str
    severity: str | None
    made_at: datetime
    public_key_sha256: str
    case_log: ChainEnd
    office_chain: ChainEnd
    members: tuple[SignedMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """An entry of the case log: `content` are its exact hashed bytes, as UTF-8; text and salt are None once erased."""

    seq: int
    entry_hash: str
    content: str
    text: str | None
    salt: str | None

    def entry(self, incident_id: str) -> Entry:
        """The entry as the case log checks it."""
        return Entry(
            incident_id=incident_id,
            seq=self.seq,
            content=self.content.encode(),
            entry_hash=self.entry_hash,
            text=self.text,
            salt=self.salt,
        )


def log_row(entry: Entry) -> LogRow:
    """The entry as a row. Raises ValueError for bytes that are no UTF-8: an entry never has such."""
    return LogRow(
        seq=entry.seq,
        entry_hash=entry.entry_hash,
        content=entry.content.decode(),
        text=entry.text,
        salt=entry.salt,
    )


def chain_ends(case: Case) -> tuple[ChainEnd, ChainEnd]:
    """Where the incident's chain and the office's stood; before the first entry: 0 and nothing."""
    log = case.entries[-1] if case.entries else None
    office = case.links[-1] if case.links else None
    return (
        ChainEnd(seq=log.seq, hash=log.entry_hash) if log else ChainEnd(seq=0, hash=""),
        ChainEnd(seq=office[0], hash=office[4]) if office else ChainEnd(seq=0, hash=""),
    )
