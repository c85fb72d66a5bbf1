"""`huiying dossier` and `huiying heads`: an incident as a signed package, and the chain's head to send out."""

import argparse
import re
import sys
from datetime import datetime
from pathlib import Path

from backends.desk_folder import DeskFolder
from backends.dossier_cover import cover_html
from backends.dossier_evidence import evidence_of
from backends.dossier_export import dossier_of
from backends.settings import Settings
from backends.signing import FILE_NAME, OfficeKey, office_key
from backends.whole_file import write_whole
from backends.wiring import Backends, open_backends
from console.brief_command import office_of
from console.dossier_cover import cover_of
from console.incidents_command import moment_of
from console.wiring import folder_of, policy_from, settings_from
from desk.caselog import Head
from desk.dossier import Case
from desk.dossier_heads import head_line
from desk.errors import BadSettings, StaleIncident, StoreError
from desk.policy import Policy

FOLDER = "dossiers"
"""Where a desk's dossiers stand, in its own folder."""

_READINGS = 20
_UNSAFE = re.compile(r"[^\w-]+")


def run(chosen: argparse.Namespace) -> int:
    """Writes the dossier and names its file, or prints the public key. Raises IncidentNotFound."""
    settings = settings_from(chosen)
    folder = folder_of(chosen, settings)
    if chosen.public_key:
        return _print_key(office_key(folder.path / FILE_NAME))
    if chosen.ref is None:
        raise BadSettings(["no incident is named: give its number or id, or --public-key"])
    with open_backends(folder, settings) as backends:
        now = moment_of(argparse.Namespace(now=None), backends)
        case = case_of(chosen.ref, backends, folder, settings, now)
        key = office_key(folder.path / FILE_NAME)
        evidence = evidence_of(case, folder.archive)
        cover = cover_html(cover_of(case, evidence, fingerprint=key.fingerprint))
        package = dossier_of(case, evidence, key, cover=cover)
    path = chosen.to or folder.path / FOLDER / _name(case)
    try:
        write_whole(path, package)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error
    print(path)
    print(f"signed with key {key.fingerprint}; check it with: huiying verify {path}", file=sys.stderr)
    return 0


def heads(chosen: argparse.Namespace) -> int:
    """Prints the line that leaves the office today."""
    settings = settings_from(chosen)
    folder = folder_of(chosen, settings)
    with open_backends(folder, settings) as backends:
        now = moment_of(argparse.Namespace(now=None), backends)
        links = backends.incidents.office_chain()
    if not links:
        print("nothing stands in any case log yet: there is no head to send out", file=sys.stderr)
        return 1
    print(head_line(now.astimezone(settings.office_zone).date(), Head(seq=links[-1][0], hash=links[-1][4])))
    return 0


def case_of(ref: str, backends: Backends, folder: DeskFolder, settings: Settings, now: datetime) -> Case:
    """The case as it stands at one version. Raises IncidentNotFound, and StaleIncident where it never stands still."""
    policy = policy_from(settings)
    office, roles = office_of(folder, settings), _roles(backends, policy)
    incidents = backends.incidents
    for _ in range(_READINGS):
        incident = incidents.get(ref)
        case = Case(
            incident=incident,
            entries=incidents.case_log(incident.id),
            links=incidents.office_chain(),
            notices=incidents.notices(incident.id),
            policy=policy,
            office=office,
            desk=folder.name,
            made_at=now,
            roles=roles,
        )
        # Every entry comes with a new version: an unchanged one means that log and chain were read as one.
        if incidents.get(ref).version == incident.version:
            return case
    raise StaleIncident(f"incident {ref} is being changed all the time: try again in a minute")


def _roles(backends: Backends, policy: Policy) -> dict[str, str]:
    people = backends.people.people()
    return {
        # A notice to a role nobody is on duty in names the role itself.
        **{step.role: step.role for step in policy.ladder},
        **{person.name: person.role for person in people},
        **{person.id: person.role for person in people},
        **{account.name: account.role.words for account in backends.accounts.accounts()},
    }


def _print_key(key: OfficeKey) -> int:
    sys.stdout.write(key.public_pem.decode())
    print(f"fingerprint {key.fingerprint}", file=sys.stderr)
    return 0


def _name(case: Case) -> Path:
    number = _UNSAFE.sub("-", f"{case.office.mark}{case.incident.number}").strip("-")
    return Path(f"卷宗-{number}.zip")
