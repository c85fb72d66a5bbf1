"""A dossier of a small real store: an incident with every kind of row, beside another one of the same office."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from backends.archive_warc import WarcArchive
from backends.database import Database
from backends.dossier_evidence import evidence_of
from backends.dossier_export import dossier_of
from backends.dossier_package import packed, unpacked
from backends.incidents_sql import SqlIncidentStore
from backends.official_page import Answer, Page
from backends.signing import office_key
from desk.change import Event, Reached
from desk.dossier import Case
from desk.incident import Incident
from tests.build import DAY, HOUR, MINUTE, NOON, an_id
from tests.build_incidents import A_FULL_INCIDENT, a_change, a_delivery, a_notice, an_event, an_incident
from tests.incident_stores import an_empty_file
from tests.pipelines.line import OFFICE, POLICY

INCIDENT = A_FULL_INCIDENT.id
OTHER = an_id(8)
OTHER_TITLE = "云州市桐山县校车停运"
PAGE = "<html><title>情况通报</title><p>东湖水厂已恢复供水。</p></html>".encode()
RECORD = "新闻发布会实录（盖章扫描件）".encode()
TEXT = "区应急局电话核实"
COVER = "<p>封面</p>".encode()
WRITERS = ("watch", "placer", "王值班", "李主任")


class DossierOffice:
    """An office with one real store, archive and key in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = an_empty_file(folder / "incidents.db")
        self.archive = folder / "archive"
        self.key = office_key(folder / "signing_key.pem")
        self.store = SqlIncidentStore(Database(self.url))
        capture = WarcArchive(self.archive, _page).capture("https://fabu.yunzhou.example/1.html", now=NOON + HOUR)
        (self.archive / "records").mkdir()
        (self.archive / "records" / sha256(RECORD).hexdigest()).write_bytes(RECORD)
        release, held = A_FULL_INCIDENT.releases[0], A_FULL_INCIDENT.conferences[0]
        self._save(
            replace(
                A_FULL_INCIDENT,
                releases=(replace(release, capture=capture.sha256, captured_at=capture.captured_at),),
                conferences=(replace(held, record_hash=sha256(RECORD).hexdigest()),),
            )
        )

    def case(self) -> Case:
        """The incident as it stands, the day after."""
        return Case(
            incident=self.store.get(INCIDENT),
            entries=self.store.case_log(INCIDENT),
            links=self.store.office_chain(),
            notices=self.store.notices(INCIDENT),
            policy=POLICY,
            office=OFFICE,
            desk="desk",
            made_at=NOON + DAY,
            roles={"王值班": "值班员", "p-duty": "值班员"},
        )

    def package(self, case: Case | None = None) -> bytes:
        """The signed dossier."""
        asked = case or self.case()
        return dossier_of(asked, evidence_of(asked, self.archive), self.key, cover=COVER)

    def _save(self, incident: Incident) -> None:
        self.store.save([a_change(incident=an_incident(id=OTHER, title=OTHER_TITLE), events=(an_event(),))])
        self.store.save([a_change(incident=incident, events=(an_event(kind="opened", by="placer"),))])
        for number in range(1, 12):
            self._log(INCIDENT, _told(number))
            self._log(OTHER, an_event(kind="joined"))
        notices = tuple(
            a_notice(key=f"{INCIDENT}·C1·{number}·p-duty·1", incident_id=INCIDENT, text=f"第{number}次通知")
            for number in range(1, 5)
        )
        self.store.save([a_change(incident=self.store.get(INCIDENT), notices=notices)])
        self.store.claim(NOON + HOUR, lease=timedelta(minutes=1), limit=10)
        reached = (Reached(person="p-duty", channel="mail"),)
        self.store.settle(
            [
                a_delivery(key=notices[0].key, attempted_at=NOON + HOUR, sent_at=NOON + HOUR, reached=reached),
                a_delivery(
                    key=notices[1].key, attempted_at=NOON + HOUR, error="no mailbox duty@mail.yunzhou.example here"
                ),
            ]
        )

    def _log(self, incident_id: str, event: Event) -> None:
        self.store.save([a_change(incident=self.store.get(incident_id), events=(event,))])


def with_lines(package: bytes, member: str, lines: Sequence[bytes]) -> bytes:
    """The package with other rows in a member, packed as properly as the true one."""
    return with_member(package, member, b"".join(line + b"\n" for line in lines))


def with_member(package: bytes, member: str, content: bytes) -> bytes:
    """The package with another content of a member, packed as properly as the true one."""
    return packed(unpacked(package) | {member: content})


def lines_in(package: bytes, member: str) -> list[bytes]:
    """The rows of a member."""
    return unpacked(package)[member].splitlines()


def _told(number: int) -> Event:
    at = NOON + number * MINUTE
    return an_event(
        kind=f"event {number}",
        at=at,
        recorded_at=at + MINUTE,
        by=WRITERS[number % len(WRITERS)],
        facts={"clock": "C1", "warning": number},
        text=f"{TEXT}，第{number}次" if number % 2 else "",
    )


def _page(url: str) -> Page:
    return Page(redirects=(), answer=Answer(url=url, status=200, reason="OK", headers=(), body=PAGE))
