"""The office's signing key: made at first use, readable by its owner only; and how signatures are checked."""

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from backends.whole_file import sync_folder
from desk.errors import StoreError

FILE_NAME = "signing_key.pem"
"""The private key's file in a desk's folder: a drill's and a replay's are their own."""

_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class OfficeKey:
    """The office's Ed25519 key."""

    _private: Ed25519PrivateKey

    @property
    def public_pem(self) -> bytes:
        """The public key as PEM: what the office publishes."""
        return _public_pem(self._private.public_key())

    @property
    def fingerprint(self) -> str:
        """The public key's fingerprint."""
        return fingerprint_of(self.public_pem)

    def sign(self, content: bytes) -> bytes:
        """The signature over exactly these bytes; the same bytes give the same signature."""
        return self._private.sign(content)


def office_key(path: Path) -> OfficeKey:
    """The key in this file, made if there is none.

    Raises StoreError when it cannot be made or read, is no Ed25519 key, or others than its owner may read it.
    """
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & _OTHERS:
            raise StoreError(f"signing key {path} can be read by others than its owner: run chmod 600 on it")
        private = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise StoreError(f"signing key {path} cannot be used: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise StoreError(f"signing key {path} is no key: restore it from the backup") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise StoreError(f"signing key {path} is no ed25519 key: restore it from the backup")
    return OfficeKey(private)


def fingerprint_of(public_pem: bytes) -> str:
    """SHA-256 of the public key (DER), 64 hex digits. Raises ValueError for what is no Ed25519 public key."""
    key = _public(public_pem)
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def is_signed(content: bytes, signature: bytes, public_pem: bytes) -> bool:
    """Whether the key signed exactly these bytes; False also for what is no key."""
    try:
        _public(public_pem).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _make(path: Path) -> None:
    written = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    # A file made this way belongs to its owner alone from the first moment on (mode 0600).
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        # Linked, not moved: of two first uses at the same moment one key stays, and both go on with it.
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        Path(part).unlink()
    sync_folder(path.parent)


def _public(public_pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(public_pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("no public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("no ed25519 public key")  # noqa: TRY004  # to the reader of a file it is a bad value
    return key


def _public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
