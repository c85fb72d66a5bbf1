"""The office's signing key: one for good, and nobody else's to read."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from backends.signing import fingerprint_of, is_signed, office_key
from desk.errors import StoreError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk" / "signing_key.pem"


def test_key_is_made_at_first_use_for_its_owner_alone(path: Path) -> None:
    office_key(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_key_once_made_stays(path: Path) -> None:
    made, before = office_key(path), path.read_bytes()

    again = office_key(path)

    assert (again.public_pem, again.fingerprint) == (made.public_pem, made.fingerprint)
    assert path.read_bytes() == before


def test_each_desk_has_a_key_of_its_own(path: Path, tmp_path: Path) -> None:
    desk, drill = office_key(path), office_key(tmp_path / "drill" / path.name)

    assert desk.fingerprint != drill.fingerprint
    assert desk.fingerprint == fingerprint_of(desk.public_pem)


def test_signature_holds_for_its_bytes_and_its_key_only(path: Path, tmp_path: Path) -> None:
    key, other = office_key(path), office_key(tmp_path / "other.pem")

    signature = key.sign("卷宗".encode())

    assert is_signed("卷宗".encode(), signature, key.public_pem)
    assert not is_signed("卷综".encode(), signature, key.public_pem)
    assert not is_signed("卷宗".encode(), signature[:-1], key.public_pem)
    assert not is_signed("卷宗".encode(), signature, other.public_pem)
    assert not is_signed("卷宗".encode(), signature, b"no key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_key_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    office_key(path)
    path.chmod(mode)

    with pytest.raises(StoreError, match="run chmod 600"):
        office_key(path)


def test_what_is_no_key_is_refused_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("no key")
    path.chmod(0o600)

    with pytest.raises(StoreError, match="is no key: restore it from the backup"):
        office_key(path)

    assert path.read_text() == "no key"


def test_key_of_another_kind_is_refused(path: Path) -> None:
    office_key(path)
    path.write_bytes(generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    with pytest.raises(StoreError, match="is no ed25519 key"):
        office_key(path)


@pytest.mark.parametrize("pem", [b"", b"no key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_public_key_has_no_fingerprint(pem: bytes) -> None:
    with pytest.raises(ValueError, match="no public key in PEM"):
        fingerprint_of(pem)
